// Resolution hooks for the modules of a schema.
// - A package that is not installed is stood in for by an object that takes every call and property, so that the schema
//   files of real projects can be imported without the rest of what these projects use.
// - The functions that declare relations are wrapped to remember what they return, exported or not.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const MISSING = new Set(["ERR_MODULE_NOT_FOUND", "ERR_PACKAGE_PATH_NOT_EXPORTED", "ERR_PACKAGE_IMPORT_NOT_DEFINED"]);

const WRAPPED = { "drizzle-orm": ["relations", "defineRelations", "defineRelationsPart"], "drizzle-orm/_relations": ["relations"] };

export async function resolve(specifier, context, nextResolve) {
  try {
    const found = await nextResolve(specifier, context);
    return specifier in WRAPPED && found.format !== "commonjs" ? wrapped(found.url, WRAPPED[specifier]) : found;
  } catch (error) {
    if (!MISSING.has(error.code) || /^drizzle-orm($|\/)/.test(specifier) || !context.parentURL?.startsWith("file:")) throw error;
    return { url: stub(specifier, fileURLToPath(context.parentURL)), format: "module", shortCircuit: true };
  }
}

function wrapped(url, names) {
  const lines = [
    `export * from ${JSON.stringify(url)};`,
    `import * as real from ${JSON.stringify(url)};`,
    "const remember = (make) => make && ((...args) => { const made = make(...args); globalThis.remember(made); return made; });",
    ...names.map((name) => `export const ${name} = remember(real[${JSON.stringify(name)}]);`),
  ];
  return { url: `data:text/javascript,${encodeURIComponent(lines.join("\n"))}`, format: "module", shortCircuit: true };
}

function stub(specifier, importer) {
  const names = imported(specifier, readFileSync(importer, "utf8"));
  const lines = [
    "const anything = new Proxy(function () {}, {",
    "  get: (target, key) => key === Symbol.toPrimitive ? () => 'stub' : key === 'then' ? undefined : key === Symbol.iterator ? [][key].bind([]) : anything,",
    "  apply: () => anything, construct: () => anything });",
    "export default anything;",
    ...names.map((name) => `export { anything as ${name} };`),
  ];
  return `data:text/javascript,${encodeURIComponent(lines.join("\n"))}`;
}

function imported(specifier, text) {
  const quoted = specifier.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const clauses = text.matchAll(new RegExp(`{([^{}]*)}\\s*from\\s*["']${quoted}["']`, "g"));
  const names = [...clauses].flatMap(([, clause]) => clause.replace(/\/\/.*|\/\*[^]*?\*\//g, "").split(","));
  const plain = names.map((name) => name.trim().replace(/^type\s+/, "").split(/\s+as\s+/)[0]);
  for (const [, space] of text.matchAll(new RegExp(`\\*\\s*as\\s+(\\w+)\\s+from\\s*["']${quoted}["']`, "g"))) {
    for (const [, member] of text.matchAll(new RegExp(`\\b${space}\\.(\\w+)`, "g"))) plain.push(member);
  }
  return [...new Set(plain.filter((name) => /^[\w$]+$/.test(name) && name !== "default"))];
}

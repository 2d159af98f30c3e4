// Imports modules that declare a Drizzle schema and prints what drizzle-orm itself says of it, in the shape of
// `tenantlint dump`. Standard input: { root, files, casing }. `root` is a folder with node_modules/drizzle-orm.
//
// Attributes that do not exist at run time (paths, lines, tenant columns) are left out. Types are as getSQLType()
// gives them. An index, key or relation that a table does not have at run time is not there.

import { existsSync, readFileSync } from "node:fs";
import { register } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

register("./stubs.mjs", import.meta.url);
globalThis.console = new console.Console(process.stderr); // what modules print is no part of the answer
const { root, files, casing } = JSON.parse(readFileSync(0, "utf8"));
const library = join(root, "node_modules", "drizzle-orm");
const load = (path) => import(pathToFileURL(path).href);
const drizzle = await load(join(library, "index.js"));
const isV1 = drizzle.defineRelations !== undefined;
const legacy = isV1 ? await load(join(library, "_relations.js")) : drizzle;
const { toSnakeCase, toCamelCase } = await load(join(library, "casing.js"));
const { SQL, Table } = drizzle;
// A module namespace has no prototype, which drizzle-orm's own is() does not expect.
const isNamespace = (value) => Object(value) === value && Object.getPrototypeOf(value) === null;
const is = (value, kind) => !isNamespace(value) && drizzle.is(value, kind);

const SERIAL = new Set(["serial", "bigserial", "smallserial"]);
const DIALECTS = [];
for (const [dialect, module, kind] of [
  ["postgresql", "pg-core", "PgTable"],
  ["mysql", "mysql-core", "MySqlTable"],
  ["sqlite", "sqlite-core", "SQLiteTable"],
]) {
  const core = await load(join(library, module, "index.js"));
  DIALECTS.push({ dialect, core, isTable: (value) => is(value, core[kind]) });
  rememberActions(core.ForeignKeyBuilder ?? (await load(join(library, module, "foreign-keys.js"))).ForeignKeyBuilder);
}
const pg = DIALECTS[0].core;
for (const vendor of ["neon", "supabase"]) {
  if (existsSync(join(library, vendor, "index.js"))) await load(join(library, vendor, "index.js"));
}

// Every table and enum is finished with Object.assign, exported or not.
const created = [];
const enums = [];
const assign = Object.assign;
Object.assign = (target, ...sources) => {
  const result = assign(target, ...sources);
  if (is(result, Table) && !created.includes(result)) created.push(result);
  if (pg.isPgEnum(result) && !enums.includes(result)) enums.push(result);
  return result;
};

// PostgreSQL's builder fills in "no action", which hides whether the code says so.
function rememberActions(builder) {
  const { onDelete, onUpdate, build } = builder.prototype;
  builder.prototype.onDelete = function (action) {
    this.saidDelete = action;
    return onDelete.call(this, action);
  };
  builder.prototype.onUpdate = function (action) {
    this.saidUpdate = action;
    return onUpdate.call(this, action);
  };
  builder.prototype.build = function (table) {
    return assign(build.call(this, table), { saidDelete: this.saidDelete, saidUpdate: this.saidUpdate });
  };
}

const declared = new Set();
globalThis.remember = (made) => declared.add(made);
const modules = [];
for (const file of files) modules.push({ file, exports: await load(join(root, file)) });
Object.assign = assign;

const tableName = (table) => table[Table.Symbol.Name];
const qualified = (table) => {
  const schema = table[Table.Symbol.Schema];
  return schema ? `${schema}.${tableName(table)}` : tableName(table);
};
const columnName = (column) =>
  !casing || !column.keyAsName ? column.name : casing === "snake_case" ? toSnakeCase(column.name) : toCamelCase(column.name);
const sqlText = (value) => (is(value, SQL) ? new pg.PgDialect({ casing }).sqlToQuery(value).sql : null);

// Names under which tables are exported, by identity; several names say nothing of the one they are declared by.
const symbols = new Map();
function nameSymbols(value, path, depth) {
  if (is(value, Table)) {
    if (!symbols.has(value)) symbols.set(value, new Set());
    symbols.get(value).add(path);
  } else if (depth < 2 && value && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, member] of Object.entries(value)) nameSymbols(member, `${path}.${key}`, depth + 1);
  }
}
for (const { exports } of modules) for (const [name, value] of Object.entries(exports)) nameSymbols(value, name, 0);
function symbolOf(table) {
  const names = [...(symbols.get(table) ?? [])];
  const direct = names.filter((name) => !name.includes("."));
  const best = direct.length ? direct : names;
  return best.length === 1 ? best[0] : undefined;
}

const exported = new Set(
  modules.flatMap(({ exports }) => Object.values(exports)).filter((value) => !isNamespace(value)),
);
const linked = [...exported].filter((value) => pg.PgPolicy && is(value, pg.PgPolicy) && value._linkedTable);
const relations = oldRelations();
for (const [table, found] of newRelations()) relations.set(table, [...(relations.get(table) ?? []), ...found]);

// A view with columns makes a table for them, which is no table of the schema.
const views = [...exported].filter((value) => is(value, drizzle.View)).map((view) => view[drizzle.ViewBaseConfig]);
const isOfView = (table) =>
  views.some(({ name, schema }) => name === tableName(table) && schema === table[Table.Symbol.Schema]);

const tables = created.filter((table) => exported.has(table) || !isOfView(table)).map((table) => {
  const { dialect, core } = DIALECTS.find((candidate) => candidate.isTable(table));
  const config = core.getTableConfig(table);
  const primary = config.columns.filter((column) => column.primary).map(columnName);
  for (const key of config.primaryKeys) {
    for (const column of key.columns) if (!primary.includes(columnName(column))) primary.push(columnName(column));
  }
  const policies = [...(config.policies ?? [])];
  for (const policy of linked) if (policy._linkedTable === table && !policies.includes(policy)) policies.push(policy);
  return {
    name: config.name,
    schema: config.schema ?? null,
    dialect,
    orm: "drizzle",
    symbol: symbolOf(table),
    columns: Object.entries(table[Table.Symbol.Columns]).map(([key, column]) => columnFacts(key, column, primary, dialect)),
    primary_key: primary,
    indexes: config.indexes.map(indexFacts),
    unique_constraints: config.uniqueConstraints.map((constraint) => ({
      name: constraint.name ?? constraint.getName(),
      columns: constraint.columns.map(columnName),
      attached: true,
    })),
    foreign_keys: config.foreignKeys.map(foreignKeyFacts),
    relations: relations.get(table) ?? [],
    policies: policies.map(policyFacts),
    rls: { enabled: Boolean(config.enableRLS) || policies.length > 0, forced: false },
  };
});

function columnFacts(key, column, primary, dialect) {
  const name = columnName(column);
  const type = column.getSQLType() + "[]".repeat((isV1 && column.dimensions) || 0);
  const rowId = dialect === "sqlite" && column.primary && type === "integer";
  const notNull = column.notNull || SERIAL.has(type) || (dialect !== "sqlite" && primary.includes(name));
  const server =
    column.default !== undefined ||
    column.generated !== undefined ||
    Boolean(column.generatedIdentity) ||
    Boolean(column.autoIncrement) ||
    SERIAL.has(type) ||
    rowId;
  return {
    name,
    key,
    type,
    nullable: !notNull,
    primary_key: primary.includes(name),
    unique: column.isUnique,
    has_default: column.hasDefault || column.generated !== undefined,
    has_server_default: server,
    on_update: column.onUpdateFn !== undefined || Boolean(column.hasOnUpdateNow),
  };
}

function indexFacts({ config }) {
  return {
    name: config.name ?? null,
    columns: config.columns.map((column) => (is(column, SQL) ? null : columnName(column))),
    unique: Boolean(config.unique),
    partial: config.where !== undefined,
    attached: true,
  };
}

// The name is the one that drizzle-kit writes: made of the keys, then cased one column at a time.
function foreignKeyFacts(key) {
  const { columns, foreignColumns, foreignTable } = key.reference();
  let name = key.getName();
  if (casing) for (const column of [...columns, ...foreignColumns]) name = name.replace(column.name, columnName(column));
  return {
    name,
    columns: columns.map(columnName),
    target_table: qualified(foreignTable),
    target_columns: foreignColumns.map(columnName),
    on_delete: key.saidDelete ?? null,
    on_update: key.saidUpdate ?? null,
  };
}

function policyFacts(policy) {
  const roles = policy.to === undefined ? ["public"] : [policy.to].flat();
  return {
    name: policy.name,
    command: policy.for ?? "all",
    roles: roles.map((role) => (typeof role === "string" ? role : role.name)),
    permissive: policy.as !== "restrictive",
    using: sqlText(policy.using),
    with_check: sqlText(policy.withCheck),
    attached: true,
  };
}

function oldRelations() {
  const members = new Set([...exported, ...[...declared].filter((value) => is(value, legacy.Relations))]);
  const schema = Object.fromEntries([...members].map((value, index) => [`member${index}`, value]));
  for (const table of created) if (!exported.has(table)) schema[`unexported${Object.keys(schema).length}`] = table;
  const helpers = legacy.createTableRelationsHelpers;
  const { tables: configs, tableNamesMap } = legacy.extractTablesRelationalConfig(schema, helpers);
  const found = new Map();
  for (const config of Object.values(configs)) {
    const facts = Object.values(config.relations).map((relation) => oldRelation(relation, configs, tableNamesMap));
    if (facts.length) found.set(facts[0].source, facts.map(({ source, ...fact }) => fact));
  }
  return found;
}

function oldRelation(relation, configs, names) {
  const key = (table) => names[(drizzle.getLegacyTableUniqueName ?? drizzle.getTableUniqueName)(table)];
  const candidates = Object.values(configs[key(relation.referencedTable)]?.relations ?? {}).filter((other) =>
    relation.relationName
      ? other !== relation && other.relationName === relation.relationName
      : other.referencedTable === relation.sourceTable,
  );
  const other = candidates.length === 1 && candidates[0] !== relation ? candidates[0] : undefined;
  const own = is(relation, legacy.One) ? relation.config : undefined;
  const theirs = other && is(other, legacy.One) ? other.config : undefined;
  const agree = !own || !theirs || (same(own.fields, theirs.references) && same(own.references, theirs.fields));
  if (!own && theirs) {
    const { fields, references } = legacy.normalizeRelation(configs, names, relation);
    if (!same(fields, theirs.references) || !same(references, theirs.fields)) throw new Error("the inverse is another");
  }
  return {
    source: relation.sourceTable,
    name: relation.fieldName,
    kind: is(relation, legacy.One) ? "one" : "many",
    target_table: qualified(relation.referencedTable),
    columns: (own?.fields ?? []).map(columnName),
    target_columns: (own?.references ?? []).map(columnName),
    declared_inverse: relation.relationName || null,
    inverse: other && agree ? other.fieldName : null,
    through: null,
  };
}

function same(left, right) {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}

// defineRelations fills in the columns that a side leaves to the other, and only then sets isFilterReversed.
function newRelations() {
  const found = new Map();
  for (const value of new Set([...exported, ...declared])) {
    if (!isDefined(value)) continue;
    for (const { table, relations } of Object.values(value)) {
      const facts = Object.values(relations).map((relation) => newRelation(relation, value));
      found.set(table, [...(found.get(table) ?? []), ...facts]);
    }
  }
  return found;
}

function isDefined(value) {
  const parts = value && typeof value === "object" ? Object.values(value) : [];
  const isPart = (part) => part && (is(part.table, Table) || is(part.table, drizzle.View)) && part.relations && part.name;
  return parts.length > 0 && parts.every(isPart);
}

function newRelation(relation, configs) {
  const candidates = Object.values(configs[relation.targetTableName]?.relations ?? {}).filter(
    (other) =>
      other !== relation &&
      (relation.alias ? other.alias === relation.alias : other.targetTable === relation.sourceTable && !other.alias),
  );
  const other = candidates.length === 1 ? candidates[0] : undefined;
  const names = (columns) => columns.map((column) => columnName(column._.column));
  const mirrored = (one, two) => JSON.stringify(names(one)) === JSON.stringify(names(two));
  const agree =
    other &&
    mirrored(relation.sourceColumns, other.targetColumns) &&
    mirrored(relation.targetColumns, other.sourceColumns);
  const isLeft = relation.isFilterReversed !== undefined;
  return {
    name: relation.fieldName,
    kind: relation.relationType,
    target_table: qualified(relation.targetTable),
    columns: isLeft ? [] : names(relation.sourceColumns),
    target_columns: isLeft ? [] : names(relation.targetColumns),
    declared_inverse: relation.alias ?? null,
    inverse: agree ? other.fieldName : null,
    through: relation.throughTable ? qualified(relation.throughTable) : null,
  };
}

const answer = JSON.stringify({
  tables,
  enums: enums.map((value) => ({ name: value.enumName, schema: value.schema ?? null, values: value.enumValues })),
});
process.stdout.write(answer, () => process.exit(0)); // what the modules started must not keep Node running

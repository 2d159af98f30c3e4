// Opens pages in headless Chromium for the tests: `node browser.mjs CHROMIUM TASK FILE`; the answer is JSON.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [chromium, task, file] = process.argv.slice(2);

/** Parse and draw every text with Mermaid, and return what it has read: entities with attributes, and relationships. */
async function mermaid(page) {
  await page.goto("about:blank");
  await page.addScriptTag({ path: new URL("node_modules/mermaid/dist/mermaid.min.js", import.meta.url).pathname });
  return page.evaluate(async (texts) => {
    const decode = (text) => text.replace(/ﬂ°°(\d+)¶ß/g, (_, code) => String.fromCodePoint(code));
    window.mermaid.initialize({ startOnLoad: false });
    const answers = [];
    for (const [number, text] of texts.entries()) {
      const diagram = await window.mermaid.mermaidAPI.getDiagramFromText(text);
      const names = new Map();
      const entities = [];
      for (const entity of diagram.db.getEntities().values()) {
        names.set(entity.id, decode(entity.label));
        entities.push({
          name: decode(entity.label),
          classes: entity.cssClasses,
          columns: entity.attributes.map(({ type, name, keys, comment }) => [type, name, keys, decode(comment ?? "")]),
        });
      }
      const relations = diagram.db.getRelationships().map(({ entityA, entityB, roleA, relSpec }) =>
        [names.get(entityA), names.get(entityB), decode(roleA), relSpec.cardB, relSpec.cardA, relSpec.relType]);
      const { svg } = await window.mermaid.render(`drawn${number}`, text);
      answers.push({ entities, relations, drawn: svg.includes("<svg") });
    }
    return answers;
  }, JSON.parse(readFileSync(file, "utf8")));
}

/** What the page shows: boxes, edges, marks, what overlaps, and which text does not fit its box. */
function facts(page) {
  return page.evaluate(() => {
    const boxes = [...document.querySelectorAll(".box")];
    const frames = boxes.map((box) => box.querySelector(".frame").getBoundingClientRect());
    const overlaps = [];
    frames.forEach((one, index) => frames.slice(index + 1).forEach((other, after) => {
      if (one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom) {
        overlaps.push([index, index + 1 + after]);
      }
    }));
    const wide = boxes.flatMap((box, index) => [...box.querySelectorAll("text")].filter((text) => {
      const own = text.getBoundingClientRect();
      return own.right > frames[index].right + 0.5 || own.left < frames[index].left - 0.5;
    }).map((text) => text.textContent));
    const crowded = boxes.flatMap((box) => [...box.querySelectorAll(".field")].filter((field) => {
      const parts = [...field.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
      return parts.some((part, index) => index > 0 && parts[index - 1].right > part.left + 0.5);
    }).map((field) => field.textContent));
    return {
      boxes: boxes.map((box) => box.querySelector(".title").textContent),
      edges: [...document.querySelectorAll(".edge")].map((edge) =>
        [Number(edge.dataset.source), Number(edge.dataset.target), edge.classList[1],
          edge.getAttribute("marker-start"), edge.getAttribute("marker-end")]),
      fields: boxes.map((box) => [...box.querySelectorAll(".field .name")].map((name) => name.textContent)),
      marked: boxes.flatMap((box) => [
        ...(box.querySelector(".count")
          ? [[box.querySelector(".title").textContent, "", box.querySelector(".count").firstChild.data]] : []),
        ...[...box.querySelectorAll(".field.error, .field.warning")].map((field) =>
          [box.querySelector(".title").textContent, field.querySelector(".name").textContent, field.classList.item(
            field.classList.length - 1)]),
      ]),
      overlaps,
      wide,
      crowded,
    };
  });
}

const shown = (page) => page.evaluate(() => ({
  list: [...document.querySelectorAll("#tables li:not([hidden])")].map((item) => item.textContent),
  bright: [...document.querySelectorAll(".box:not(.dim) .title")].map((title) => title.textContent),
  edges: document.querySelectorAll(".edge:not(.dim)").length,
  status: document.querySelector("#status").textContent,
}));
const details = (page) => page.evaluate(() => {
  const section = document.querySelector("#details");
  return section.hidden ? null : section.innerText.split("\n").filter(Boolean).join("\n");
});
const view = (page) => page.$eval("#diagram", (svg) => svg.getAttribute("viewBox").split(" ").map(Number));
const middle = (page, selector) => page.$eval(selector, (element) => {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
});

/** Steps that a reader takes, each with what the page shows afterwards. */
const STEPS = {
  search: async (page, text) => {
    await page.focus("#search");
    await page.$eval("#search", (input) => input.select());
    await page.keyboard.press("Backspace");
    await page.keyboard.type(text);
    return shown(page);
  },
  pick: async (page, name, value) => { await page.select(`#${name}`, value); return shown(page); },
  clear: async (page) => { await page.click("#clear"); return shown(page); },
  click: async (page, number) => { await page.mouse.click(...await middle(page, `#box-${number} .title`));
    return details(page); },
  link: async (page, text) => {
    const buttons = await page.$$("#details button");
    for (const button of buttons) {
      if (await button.evaluate((element) => element.textContent) === text) { await button.click(); break; }
    }
    return details(page);
  },
  rule: async (page) => { await page.click("#details summary");
    return page.$eval("#details details[open] pre", (pre) => pre.innerText); },
  key: async (page, key) => { await page.keyboard.press(key);
    return page.evaluate(() => document.activeElement.id); },
  focus: async (page, number) => { await page.$eval(`#box-${number}`, (box) => box.focus()); return number; },
  details,
  near: (page) => page.$$eval(".edge.near", (edges) => edges.length),
  view,
  wheel: async (page) => { await page.mouse.move(...await middle(page, "#canvas")); await page.mouse.wheel({ deltaY: -400 });
    await page.waitForFunction((old) => document.querySelector("#diagram").getAttribute("viewBox") !== old, {},
      (await view(page)).join(" ")).catch(() => null);
    return view(page); },
  drag: async (page) => { const [x, y] = await middle(page, "#box-0 .title"); await page.mouse.move(x, y);
    await page.mouse.down(); await page.mouse.move(x + 60, y + 40, { steps: 4 }); await page.mouse.up();
    return [await view(page), await details(page)]; },
  press: async (page, id) => { await page.click(`#${id}`); return view(page); },
  color: (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor),
  scheme: (page, value) => page.emulateMediaFeatures([{ name: "prefers-color-scheme", value }]),
  print: async (page) => {
    await page.emulateMediaType("print");
    const visible = await page.evaluate(() => ["filters", "view", "tables", "canvas", "summary"].filter((id) =>
      getComputedStyle(document.getElementById(id)).display !== "none"));
    const pdf = await page.pdf();
    await page.emulateMediaType(null);
    return [visible, Buffer.from(pdf).subarray(0, 4).toString()];
  },
};

async function visit(page) {
  const { html, steps, script } = JSON.parse(readFileSync(file, "utf8"));
  const requests = [];
  const problems = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => { problems.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  await page.setJavaScriptEnabled(script ?? true);
  await page.setViewport({ width: 1500, height: 950 });
  const own = pathToFileURL(html).href;
  await page.goto(own);
  const answers = [];
  for (const [name, ...given] of steps) answers.push(await STEPS[name](page, ...given));
  return { ...(script === false ? { boxes: (await page.$$(".box")).length } : await facts(page)), answers, problems,
    requests: requests.filter((url) => url !== own) };
}

const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
try {
  const page = await browser.newPage();
  process.stdout.write(JSON.stringify(await { mermaid, visit }[task](page)));
} finally {
  await browser.close();
}

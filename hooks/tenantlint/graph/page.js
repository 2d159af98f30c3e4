"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const svg = byId("diagram");
  const canvas = byId("canvas");
  const details = byId("details");
  const boxes = data.boxes.map((_, number) => byId(`box-${number}`));
  const edges = [...svg.querySelectorAll(".edge")];
  const items = [];
  let chosen = -1;

  // Text of the project only ever becomes text.
  const make = (name, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children.filter((child) => child !== null));
    return element;
  };

  // The view

  const parse = () => svg.getAttribute("viewBox").split(" ").map(Number);
  const whole = parse();
  let view = whole;
  const show = (next) => {
    view = next;
    svg.setAttribute("viewBox", view.map((value) => Math.round(value * 100) / 100).join(" "));
  };
  const unit = () => {
    const { width, height } = svg.getBoundingClientRect();
    return Math.max(view[2] / Math.max(width, 1), view[3] / Math.max(height, 1));
  };
  const zoom = (factor, x = view[0] + view[2] / 2, y = view[1] + view[3] / 2) => {
    const bounded = Math.min(Math.max(factor, 120 / view[2]), (whole[2] * 3) / view[2]);
    show([x - (x - view[0]) * bounded, y - (y - view[1]) * bounded, view[2] * bounded, view[3] * bounded]);
  };
  const pan = (x, y) => show([view[0] + x, view[1] + y, view[2], view[3]]);
  const pointer = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [point.x, point.y];
  };
  const reveal = (number) => {
    const [x, y] = boxes[number].getAttribute("transform").match(/-?\d+/g).map(Number);
    const { width, height } = boxes[number].getBBox();
    const { width: across, height: down } = svg.getBoundingClientRect();
    const scale = Math.max(1, (width + 80) / Math.max(across, 1), (height + 80) / Math.max(down, 1));
    const size = [across * scale, down * scale];
    show([x + width / 2 - size[0] / 2, y + height / 2 - size[1] / 2, ...size]);
  };

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(event.deltaY / 500), ...pointer(event));
  }, { passive: false });

  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button === 0) drag = { x: event.clientX, y: event.clientY, moved: false };
  });
  window.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(x, y) < 4) return;
    canvas.classList.add("moving");
    pan(-x * unit(), -y * unit());
    drag = { x: event.clientX, y: event.clientY, moved: true };
  });
  window.addEventListener("pointerup", () => {
    canvas.classList.remove("moving");
    setTimeout(() => { drag = null; }, 0); // after the click that may follow
  });
  window.addEventListener("beforeprint", () => svg.setAttribute("viewBox", whole.join(" ")));
  window.addEventListener("afterprint", () => show(view));

  // Details

  const link = (number, text = data.boxes[number].label) => {
    const button = make("button", { type: "button", textContent: text });
    button.addEventListener("click", () => { choose(number); reveal(number); });
    return button;
  };
  const finding = (number) => {
    const { code, name, severity, message, path, line, column } = data.findings[number];
    const page = data.rules[code];
    return make("div", { className: `finding ${severity}-text` },
      make("div", {}, make("strong", { textContent: `${code} ${name}` }), ` ${severity}`),
      make("div", { textContent: message }),
      make("div", { className: "place", textContent: `${path}:${line}:${column}` }),
      page ? make("details", {}, make("summary", { textContent: "About this rule" }),
        make("pre", { textContent: page })) : null);
  };
  const list = (title, texts) => texts.length === 0 ? [] : [
    make("h3", { textContent: title }),
    make("ul", {}, ...texts.map((text) => make("li", {}, typeof text === "string" ? make("code", { textContent: text })
      : text))),
  ];
  const nullable = { true: "NULL", false: "NOT NULL", null: "NULL unknown" };
  const tenancies = { root: "its rows are the tenants", tenant: "each row has a tenant", none: "no tenant column",
    exempt: "exempt from the rules" };
  const row = (field) => make("tr", {},
    make("td", {}, make("code", { textContent: field.name + (field.key === field.name ? "" : ` (${field.key})`) })),
    make("td", {}, make("code", { textContent: field.type })),
    make("td", { textContent: [nullable[field.nullable], ...field.keys, field.tenant ? "tenant" : ""]
      .filter(Boolean).join(" ") }));
  const describe = (number) => {
    const box = data.boxes[number];
    const close = make("button", { type: "button", id: "close", textContent: "Close" });
    close.addEventListener("click", () => { choose(-1); boxes[number].focus(); });
    const marks = [...box.marks, ...box.fields.flatMap((field) => field.marks)];
    const beside = (own, other) => [...new Set(data.edges.filter((edge) => edge[own] === number)
      .map((edge) => edge[other]))].map((each) => link(each));
    details.replaceChildren(
      make("h2", { textContent: box.label }),
      make("p", { className: "place", textContent: `${box.path}:${box.line} ${box.symbol} (${box.orm})` }),
      make("p", { textContent: [tenancies[box.tenancy], box.security].filter(Boolean).join(", ") }),
      close,
      ...list("Findings", [...new Set(marks)].sort((one, other) => one - other).map(finding)),
      make("h3", { textContent: "Columns" }),
      make("table", {}, make("tbody", {}, ...box.fields.map(row))),
      ...list("References", [...beside("source", "target"), ...box.references]),
      ...list("Referenced by", beside("target", "source")),
      ...list("Relations", box.relations),
      ...list("Indexes and unique constraints", box.indexes),
      ...list("Policies", box.policies),
      ...list("Not all could be read of", box.unread));
  };
  const choose = (number) => {
    chosen = number;
    boxes.forEach((box, index) => box.classList.toggle("chosen", index === number));
    edges.forEach((edge) => edge.classList.toggle("near",
      number >= 0 && [edge.dataset.source, edge.dataset.target].includes(String(number))));
    details.hidden = number < 0;
    if (number >= 0) {
      describe(number);
      details.focus();
      details.parentElement.scrollTop = 0;
    }
  };
  boxes.forEach((box, number) => {
    box.addEventListener("click", () => { if (!drag || !drag.moved) choose(number); });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        choose(number);
      }
    });
    box.addEventListener("focus", () => {
      if (box.matches(":focus-visible")) {
        const [own, area] = [box.getBoundingClientRect(), canvas.getBoundingClientRect()];
        if (own.left < area.left || own.right > area.right || own.top < area.top || own.bottom > area.bottom) {
          reveal(number);
        }
      }
    });
  });

  // Search and filters

  const matches = (box, wanted) => {
    const marks = [...box.marks, ...box.fields.flatMap((field) => field.marks)].map((mark) => data.findings[mark]);
    const found = marks.some((each) => (!wanted.rule || each.code === wanted.rule)
      && (!wanted.severity || wanted.severity === "any" || each.severity === wanted.severity));
    const text = [box.label, box.symbol, box.path, ...box.fields.flatMap((field) => [field.name, field.key])]
      .join("\n").toLowerCase();
    return (!(wanted.rule || wanted.severity) || found) && (!wanted.schema || box.schema === wanted.schema)
      && (!wanted.tenancy || box.tenancy === wanted.tenancy)
      && wanted.search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
  };
  const controls = ["search", "severity", "rule", "schema", "tenancy"].map(byId);
  const filter = () => {
    const wanted = Object.fromEntries(controls.map((control) => [control.id, control.value]));
    const shown = data.boxes.map((box) => matches(box, wanted));
    shown.forEach((is, number) => {
      boxes[number].classList.toggle("dim", !is);
      boxes[number].setAttribute("tabindex", is ? "0" : "-1");
      items[number].hidden = !is;
    });
    edges.forEach((edge) => edge.classList.toggle("dim", !(shown[edge.dataset.source] && shown[edge.dataset.target])));
    byId("status").textContent = `${shown.filter(Boolean).length} of ${boxes.length} tables`;
  };
  data.boxes.forEach((box, number) => {
    const count = new Set([...box.marks, ...box.fields.flatMap((field) => field.marks)]).size;
    const item = make("li", {}, link(number, count ? `${box.label} (${count})` : box.label));
    items.push(item);
    document.querySelector("#tables ul").append(item);
  });
  controls.forEach((control) => control.addEventListener("input", filter));
  byId("filters").addEventListener("submit", (event) => {
    event.preventDefault();
    const first = items.findIndex((item) => !item.hidden);
    if (first >= 0) { choose(first); reveal(first); }
  });
  byId("clear").addEventListener("click", () => { byId("filters").reset(); filter(); });
  if (data.elsewhere.length > 0) {
    byId("elsewhere").hidden = false;
    byId("elsewhere").append(make("h2", { textContent: "Findings on no table" }), ...data.elsewhere.map(finding));
  }

  // Buttons and keys

  const fit = () => show(whole);
  const commands = {
    "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25), 0: fit,
    ArrowLeft: () => pan(-view[2] / 10, 0), ArrowRight: () => pan(view[2] / 10, 0),
    ArrowUp: () => pan(0, -view[3] / 10), ArrowDown: () => pan(0, view[3] / 10),
    "/": () => byId("search").focus(),
    Escape: () => { const last = chosen; choose(-1); if (last >= 0) boxes[last].focus(); },
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, select");
    const command = commands[event.key];
    if (!command || event.ctrlKey || event.metaKey || event.altKey || (typing && event.key !== "Escape")) return;
    if (event.key.startsWith("Arrow") && event.target.closest("aside")) return;
    event.preventDefault();
    command();
  });
  byId("zoom-in").addEventListener("click", commands["+"]);
  byId("zoom-out").addEventListener("click", commands["-"]);
  byId("fit").addEventListener("click", fit);
  byId("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark"
      : window.matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  });
  filter();
})();

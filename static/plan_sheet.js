// A floor's sheet in its editor: what is in it, how it is drawn, what part of it is seen, what pulls. The hand that
// changes it is plan_editor.js. Lengths are units of the drawing (1.5 cm).

const SVG = "http://www.w3.org/2000/svg";
const GRID = 10;
const GAP = 12; // between desks of a row
const PULL = 9; // pixels from which a line of a neighbour pulls
const SMALLEST = 8;
const ORDER = ["room", "wall", "window", "door", "furniture", "label"];

const $ = (id) => document.getElementById(id);
const editor = $("editor");
const svg = $("flaeche");
const about = JSON.parse(editor.dataset.about);
const words = about.words;

let sheet = JSON.parse($("blatt").value);
let savedSheet = JSON.stringify(sheet);
let chosen = null; // the key of what is edited: "p:<resource>" or "s:<index>"
let view = { x: 0, y: 0, width: 0, height: 0 };

const cm = (length) => Math.floor(length * 1.5);
const units = (text) => Math.round(Number(String(text).replace(",", ".")) / 1.5);
const said = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
const clamp = (value, low, high) => Math.max(low, Math.min(value, Math.max(low, high)));

// What is in the sheet.

const shapes = () => sheet.drawing.shapes;
const thing = (key) => key && (key[0] === "p" ? sheet.places[key.slice(2)] : shapes()[Number(key.slice(2))]);
const kindOf = (key) => (key[0] === "s" ? thing(key).kind
  : about.resources[key.slice(2)]?.kind === "desk" ? "desk" : "place");
const allKeys = () => [...shapes().keys()].map((at) => `s:${at}`).concat(Object.keys(sheet.places).map((id) => `p:${id}`));

function nameOf(key) {
  if (key[0] === "p") return about.resources[key.slice(2)]?.label ?? "";
  const shape = thing(key);
  const kind = shape.kind === "wall" && shape.outer ? words.outer : words[shape.kind];
  const name = shape.name ?? shape.text;
  return name ? `${name} (${kind})` : kind;
}

function boundsOf(one, kind) {
  if (kind === "wall") return around(one.points);
  if (kind === "window") return around([[one.x1, one.y1], [one.x2, one.y2]]);
  if (kind === "door") return around(jambs(one));
  if (kind === "label") return { x: one.x, y: one.y, width: 0, height: 0 };
  return one;
}

function around(points) {
  const [xs, ys] = [points.map((point) => point[0]), points.map((point) => point[1])];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

function jambs(door) {
  const far = ["up", "down"].includes(door.swing) ? [door.x + door.width, door.y] : [door.x, door.y + door.width];
  return door.hinge === "end" ? [far, [door.x, door.y]] : [[door.x, door.y], far];
}

function shift(one, kind, dx, dy) {
  if (kind === "wall") one.points = one.points.map(([x, y]) => [x + dx, y + dy]);
  else if (kind === "window") Object.assign(one, { x1: one.x1 + dx, y1: one.y1 + dy, x2: one.x2 + dx, y2: one.y2 + dy });
  else Object.assign(one, { x: one.x + dx, y: one.y + dy });
}

function shiftTo(one, kind, x, y) {
  const box = boundsOf(one, kind);
  const { width, height } = sheet.drawing;
  shift(one, kind, clamp(x, 0, width - box.width) - box.x, clamp(y, 0, height - box.height) - box.y);
}

// Drawing.

function put(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

const line = (points) => points.map(([x, y], at) => `${at ? "L" : "M"}${x} ${y}`).join("");
const slate = (box, r) => `M${box.x} ${box.y}h${box.width}v${box.height - r}a${r} ${r} 0 0 1 -${r} ${r}h-${box.width - r}z`;

function chairOf(place) {
  const [across, along] = [place.x + (place.width - 36) / 2, place.y + (place.height - 36) / 2];
  return { 0: [across, place.y + place.height + 5, 36, 14], 90: [place.x - 19, along, 14, 36],
    180: [across, place.y - 19, 36, 14], 270: [place.x + place.width + 5, along, 14, 36] }[place.rotation];
}

function partsOf(one, kind, label) {
  const middle = { x: one.x + (one.width ?? 0) / 2, y: one.y + (one.height ?? 0) / 2 };
  const named = (text, y = middle.y) => put("text", { class: "name mid", x: middle.x, y, dy: "0.35em" }, text);
  if (kind === "desk" || kind === "place") {
    const inset = kind === "desk" ? one : { x: one.x + 8, y: one.y + 8, width: Math.max(one.width - 16, 20), height: Math.max(one.height - 16, 20) };
    const parts = [put("path", { d: slate(inset, Math.min(18, inset.width, inset.height)) }),
      put("text", { ...middle, dy: "0.35em", class: kind === "place" || label.length > 3 ? "cap" : "" }, label)];
    if (kind === "desk") {
      const [x, y, width, height] = chairOf(one);
      parts.unshift(put("rect", { class: "chair", x, y, width, height, rx: 5 }));
    }
    return parts;
  }
  if (kind === "room") {
    const { x, y, width, height } = one;
    return [put("rect", { class: "zone", x, y, width, height }), named(one.name ?? "")];
  }
  if (kind === "furniture") {
    const { x, y, width, height } = one;
    return [put("rect", { class: "furn", x, y, width, height, rx: one.rounded ?? 0 }), named(one.name ?? "")];
  }
  if (kind === "wall") {
    const d = line(one.points) + (one.outer ? "z" : "");
    const floor = one.outer ? [put("path", { class: "floor", d })] : [];
    return [...floor, put("path", { class: one.outer ? "wall" : "inner", d }), put("path", { class: "grab", d })];
  }
  if (kind === "window") {
    const d = line([[one.x1, one.y1], [one.x2, one.y2]]);
    return [put("path", { class: "win", d }), put("path", { class: "win2", d }), put("path", { class: "grab", d })];
  }
  if (kind === "door") {
    const [[hx, hy], [fx, fy]] = jambs(one);
    const [dx, dy] = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] }[one.swing];
    const [tx, ty] = [hx + dx * one.width, hy + dy * one.width];
    const clockwise = (tx - hx) * (fy - hy) - (ty - hy) * (fx - hx) > 0 ? 1 : 0;
    const gap = line([[hx, hy], [fx, fy]]);
    const leaf = `M${hx} ${hy}L${tx} ${ty}A${one.width} ${one.width} 0 0 ${clockwise} ${fx} ${fy}`;
    return [put("path", { class: "gap", d: gap }), ...((one.leaf ?? true) ? [put("path", { class: "swing", d: leaf })] : []),
      put("path", { class: "grab", d: gap })];
  }
  return [put("circle", { class: "grab", cx: one.x, cy: one.y, r: 4 }), put("text", { class: "name mid", x: one.x, y: one.y, dy: "0.35em" }, one.text)];
}

function group(key) {
  const kind = kindOf(key);
  const isPlace = key[0] === "p";
  const element = put("g", { class: `part ${isPlace ? "desk free" : ""}${isPlace && key === chosen ? " yours" : ""}`, "data-key": key });
  element.append(...partsOf(thing(key), kind, isPlace ? about.resources[key.slice(2)]?.name ?? "" : ""));
  return element;
}

const layers = Object.fromEntries(["ground", "picture", "grid", "parts", "marks"].map((name) => [name, put("g", {})]));
svg.append(...Object.values(layers));
const drawn = new Map();
if (about.picture) {
  const { url, width, height } = about.picture;
  layers.picture.append(put("image", { href: url, width, height, preserveAspectRatio: "none" }));
  svg.classList.add("nw-plan--picture");
}

function draw() {
  const { width, height } = sheet.drawing;
  layers.ground.replaceChildren(put("rect", { class: "paper", width, height }));
  layers.grid.replaceChildren();
  if ($("raster").checked) {
    let d = "";
    for (let x = 0; x <= width; x += 5 * GRID) d += `M${x} 0V${height}`;
    for (let y = 0; y <= height; y += 5 * GRID) d += `M0 ${y}H${width}`;
    layers.grid.append(put("path", { class: "grid", d }));
  }
  const rank = (key) => (key[0] === "p" ? 9 : ORDER.indexOf(thing(key).kind) * 2 + (thing(key).outer ? -3 : 0));
  const keys = allKeys().sort((one, other) => rank(one) - rank(other));
  drawn.clear();
  keys.forEach((key) => drawn.set(key, group(key)));
  layers.parts.replaceChildren(...drawn.values());
  mark();
  list();
  fill();
  $("zurueck").disabled = !undone.length;
  $("vor").disabled = !redone.length;
  $("stand").textContent = isChanged() ? words.unsaved : words.saved;
}

function redraw(key) {
  const fresh = group(key);
  drawn.get(key).replaceWith(fresh);
  drawn.set(key, fresh);
  mark();
}

const isChanged = () => JSON.stringify(sheet) !== savedSheet;

function mark(...guides) {
  const marks = guides;
  if (thing(chosen)) {
    const box = boundsOf(thing(chosen), kindOf(chosen));
    marks.push(put("rect", { class: "frame", x: box.x - 4, y: box.y - 4, width: box.width + 8, height: box.height + 8 }));
    const r = 9 * perPixel();
    handles(thing(chosen), kindOf(chosen)).forEach(([x, y], at) => marks.push(put("circle", { class: "handle", cx: x, cy: y, r, "data-handle": at })));
  }
  layers.marks.replaceChildren(...marks);
}

function handles(one, kind) {
  if (kind === "wall") return one.points;
  if (kind === "window") return [[one.x1, one.y1], [one.x2, one.y2]];
  if (kind === "door") return ["up", "down"].includes(one.swing) ? [[one.x + one.width, one.y]] : [[one.x, one.y + one.width]];
  if (kind === "label") return [];
  const [right, bottom] = [one.x + one.width, one.y + one.height];
  return [[one.x, one.y], [right, one.y], [right, bottom], [one.x, bottom]];
}

function pullHandle(one, kind, at, x, y) {
  if (kind === "wall") one.points[at] = [x, y];
  else if (kind === "window") Object.assign(one, at ? { x2: x, y2: y } : { x1: x, y1: y });
  else if (kind === "door") one.width = Math.max(["up", "down"].includes(one.swing) ? x - one.x : y - one.y, SMALLEST);
  else {
    const [left, top, right, bottom] = [one.x, one.y, one.x + one.width, one.y + one.height];
    const [fromLeft, fromTop] = [at === 0 || at === 3, at < 2];
    one.x = fromLeft ? Math.min(x, right - SMALLEST) : left;
    one.y = fromTop ? Math.min(y, bottom - SMALLEST) : top;
    one.width = fromLeft ? right - one.x : Math.max(x - left, SMALLEST);
    one.height = fromTop ? bottom - one.y : Math.max(y - top, SMALLEST);
  }
}

// The view: all of the paper, or a part of it.

function look(x, y, width, height) {
  view = { x, y, width, height };
  svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
  forget();
}

const lookAtAll = () => look(-10, -10, sheet.drawing.width + 20, sheet.drawing.height + 20);
const perPixel = () => 1 / (onScreen().a || 1);

// Where the drawing is on the screen. Asking the browser makes it lay out the page, so it is asked once.
let matrix = null;
const onScreen = () => (matrix ??= svg.getScreenCTM() ?? new DOMMatrix());
const forget = () => { matrix = null; };
window.addEventListener("resize", forget);
window.addEventListener("scroll", forget, { passive: true, capture: true });

function zoom(factor, centre = { x: view.x + view.width / 2, y: view.y + view.height / 2 }) {
  const by = clamp(factor, (view.width * 0.5) / (sheet.drawing.width + 20), view.width / 150);
  look(centre.x - (centre.x - view.x) / by, centre.y - (centre.y - view.y) / by, view.width / by, view.height / by);
  mark();
}

function pointAt(event) {
  const { a, d, e, f } = onScreen();
  return { x: (event.clientX - e) / a, y: (event.clientY - f) / d };
}

// Pulling to neighbours and to the grid.

function neighbours(but) {
  const lines = { x: [0, sheet.drawing.width], y: [0, sheet.drawing.height] };
  for (const key of allKeys()) {
    if (key === but) continue;
    const box = boundsOf(thing(key), kindOf(key));
    lines.x.push(box.x, box.x + box.width / 2, box.x + box.width);
    lines.y.push(box.y, box.y + box.height / 2, box.y + box.height);
  }
  return lines;
}

function pulled(at, length, lines) {
  const reach = PULL * perPixel();
  let best = null;
  for (const own of length ? [0, length / 2, length] : [0]) {
    for (const other of lines) {
      const off = other - at - own;
      if (Math.abs(off) < reach && (!best || Math.abs(off) < Math.abs(best.off))) best = { off, line: other };
    }
  }
  if (best) return { at: Math.round(at + best.off), line: best.line };
  return { at: $("raster").checked ? Math.round(at / GRID) * GRID : Math.round(at) };
}

function snapped(x, y, box, lines) {
  const [across, along] = [pulled(x, box.width, lines.x), pulled(y, box.height, lines.y)];
  const guides = [];
  if (across.line !== undefined) guides.push(put("path", { class: "guide", d: `M${across.line} 0V${sheet.drawing.height}` }));
  if (along.line !== undefined) guides.push(put("path", { class: "guide", d: `M0 ${along.line}H${sheet.drawing.width}` }));
  return { x: across.at, y: along.at, guides };
}

const snapPoint = (point, lines) => {
  const at = snapped(point.x, point.y, { width: 0, height: 0 }, lines);
  return { ...at, x: clamp(at.x, 0, sheet.drawing.width), y: clamp(at.y, 0, sheet.drawing.height) };
};

// The editor of a floor plan: drawing, moving, measuring by pointer and keyboard. Without it every step is a form of
// the page; saved is the same sheet, as JSON in the form. Lengths are units of the drawing (1.5 cm), fields hold cm.

const SVG = "http://www.w3.org/2000/svg";
const GRID = 10;
const STEP = 5;
const BIG_STEP = 25;
const GAP = 12; // between desks of a row
const PULL = 9; // pixels from which a line of a neighbour pulls
const MOST_UNDONE = 100;
const SMALLEST = 8;
const ORDER = ["room", "wall", "window", "door", "furniture", "label"];

const $ = (id) => document.getElementById(id);
const editor = $("editor");
const svg = $("flaeche");
const form = $("zeichnung");
const about = JSON.parse(editor.dataset.about);
const words = about.words;
const version = form.elements.namedItem("version").value;
const kept = `grundriss-${about.key}`;

let sheet = JSON.parse($("blatt").value);
let savedSheet = JSON.stringify(sheet);
let undone = [];
let redone = [];
let chosen = null; // the key of what is edited: "p:<resource>" or "s:<index>"
let tool = "choose";
let view = { x: 0, y: 0, width: 0, height: 0 };
let hand = null; // what the pointer is doing
let isLeaving = false;

const cm = (units) => Math.floor(units * 1.5);
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

// Changes: each is one step back. `run` changes the sheet.

function change(run, text) {
  const before = JSON.stringify(sheet);
  run();
  note(before);
  if (text) say(text);
}

function note(before) {
  if (before !== JSON.stringify(sheet)) {
    undone.push(before);
    if (undone.length > MOST_UNDONE) undone.shift();
    redone = [];
  }
  draw();
}

function goBack(from, to, text) {
  if (!from.length) return;
  to.push(JSON.stringify(sheet));
  sheet = JSON.parse(from.pop());
  if (!thing(chosen)) chosen = null;
  draw();
  say(text);
}

function say(text) {
  $("ansage").textContent = text;
}

const whereIs = (key) => {
  const box = boundsOf(thing(key), kindOf(key));
  return said(words.where, { x: cm(box.x), y: cm(box.y) });
};

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
}

const lookAtAll = () => look(-10, -10, sheet.drawing.width + 20, sheet.drawing.height + 20);
const perPixel = () => 1 / (svg.getScreenCTM()?.a || 1);

function zoom(factor, centre = { x: view.x + view.width / 2, y: view.y + view.height / 2 }) {
  const by = clamp(factor, (view.width * 0.5) / (sheet.drawing.width + 20), view.width / 150);
  look(centre.x - (centre.x - view.x) / by, centre.y - (centre.y - view.y) / by, view.width / by, view.height / by);
  mark();
}

function pointAt(event) {
  const matrix = svg.getScreenCTM();
  return { x: (event.clientX - matrix.e) / matrix.a, y: (event.clientY - matrix.f) / matrix.d };
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

// Choosing, moving, turning, removing.

function choose(key, isSaid = true) {
  chosen = thing(key) ? key : null;
  draw();
  if (isSaid) say(chosen ? said(words.chosen, { what: nameOf(chosen), where: whereIs(chosen) }) : words.nothing);
}

function nudge(dx, dy) {
  if (!thing(chosen)) return say(words.nothing);
  change(() => {
    const [one, kind] = [thing(chosen), kindOf(chosen)];
    const box = boundsOf(one, kind);
    shiftTo(one, kind, box.x + dx, box.y + dy);
  });
  say(said(words.moved, { what: nameOf(chosen), where: whereIs(chosen) }));
}

function turn() {
  if (!thing(chosen)) return say(words.nothing);
  const [one, kind] = [thing(chosen), kindOf(chosen)];
  change(() => {
    if (kind === "door") one.swing = { up: "right", right: "down", down: "left", left: "up" }[one.swing];
    else if (one.width && one.height) {
      const [x, y] = [one.x + Math.trunc((one.width - one.height) / 2), one.y + Math.trunc((one.height - one.width) / 2)];
      [one.width, one.height] = [one.height, one.width];
      if (kind === "desk") one.rotation = (one.rotation + 90) % 360;
      shiftTo(one, kind, x, y);
    }
  }, said(words.turned, { what: nameOf(chosen) }));
}

function remove() {
  if (!thing(chosen)) return say(words.nothing);
  const [key, what] = [chosen, nameOf(chosen)];
  chosen = null;
  change(() => {
    if (key[0] === "p") delete sheet.places[key.slice(2)];
    else shapes().splice(Number(key.slice(2)), 1);
  }, said(key[0] === "p" ? words.taken_out : words.deleted, { what }));
}

// Setting what can be booked.

const missing = () => Object.keys(about.resources).filter((id) => !sheet.places[id])
  .sort((one, other) => about.resources[one].elsewhere - about.resources[other].elsewhere);

function sizeOf(id, rotation) {
  const { kind } = about.resources[id];
  const [width, height] = about.sizes[kind];
  return kind === "desk" && rotation % 180 ? { width: height, height: width } : { width, height };
}

function freeSpot({ width, height }) {
  const taken = Object.values(sheet.places).concat(shapes().filter((shape) => shape.kind === "furniture"));
  for (let y = 40; y + height <= sheet.drawing.height; y += GRID) {
    for (let x = 40; x + width <= sheet.drawing.width; x += GRID) {
      const hit = taken.find((box) => box.x - GAP < x + width && x < box.x + box.width + GAP
        && box.y - GAP < y + height && y < box.y + box.height + GAP);
      if (!hit) return { x, y };
      x = Math.max(x, Math.floor((hit.x + hit.width) / GRID) * GRID);
    }
  }
  return null;
}

function drawnRoom(point) {
  return shapes().find((shape) => shape.kind === "room" && shape.x <= point.x && point.x <= shape.x + shape.width
    && shape.y <= point.y && point.y <= shape.y + shape.height
    && !Object.values(sheet.places).some((place) => place.x === shape.x && place.y === shape.y));
}

function setNext(point) {
  const first = $("naechster").value;
  if (!first) return say(words.all_placed);
  const rotation = Number($("stuhl").value);
  const { kind } = about.resources[first];
  const ids = missing().filter((id) => about.resources[id].kind === kind);
  const row = ids.slice(ids.indexOf(first), ids.indexOf(first) + clamp(Number($("anzahl-reihe").value) || 1, 1, 20));
  let last = null;
  const size = sizeOf(first, rotation);
  const onGrid = (at, length) => Math.round((at - length / 2) / GRID) * GRID;
  let corner = point && { x: onGrid(point.x, size.width), y: onGrid(point.y, size.height) };
  change(() => {
    for (const id of row) {
      const spot = corner ?? freeSpot(size);
      if (!spot) break;
      const room = point && id === first && kind !== "desk" ? drawnRoom(point) : null;
      const box = room ? { x: room.x, y: room.y, width: room.width, height: room.height } : { ...spot, ...size };
      const place = { ...box, rotation: kind === "desk" ? rotation : 0 };
      shiftTo(place, "place", box.x, box.y);
      sheet.places[id] = place;
      chosen = last = `p:${id}`;
      if (corner) corner = rotation % 180 ? { x: place.x, y: place.y + place.height + GAP } : { x: place.x + place.width + GAP, y: place.y };
    }
  });
  say(last ? said(words.placed, { what: nameOf(last), where: whereIs(last) }) : words.no_room);
}

// Drawing new shapes: from one corner to the other, or by keyboard one of a usual size in the middle.

const USUAL = { room: [300, 200], outer: [600, 400], wall: [300, 0], window: [100, 0], door: [60, 0], furniture: [90, 45], label: [0, 0] };

function newShape(kind, from, to) {
  const box = around([[from.x, from.y], [to.x, to.y]]);
  const isUpright = box.height > box.width;
  if (kind === "room") return { kind, ...box, name: "" };
  if (kind === "furniture") return { kind, ...box, name: "", rounded: 0 };
  if (kind === "outer") {
    const [right, bottom] = [box.x + box.width, box.y + box.height];
    return { kind: "wall", points: [[box.x, box.y], [right, box.y], [right, bottom], [box.x, bottom]], outer: true };
  }
  const end = isUpright ? { x: from.x, y: to.y } : { x: to.x, y: from.y };
  if (kind === "wall") return { kind, points: [[from.x, from.y], [end.x, end.y]], outer: false };
  if (kind === "window") return { kind, x1: from.x, y1: from.y, x2: end.x, y2: end.y };
  if (kind === "door") {
    return { kind, x: Math.min(from.x, end.x), y: Math.min(from.y, end.y), width: Math.max(box.width, box.height), swing: isUpright ? "right" : "down", hinge: "start", leaf: true };
  }
  return { kind: "label", x: from.x, y: from.y, text: words.label };
}

function addShape(kind, from, to) {
  const [width, height] = USUAL[kind];
  const isTiny = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y)) < SMALLEST
    || (["room", "outer", "furniture"].includes(kind) && Math.min(Math.abs(to.x - from.x), Math.abs(to.y - from.y)) < SMALLEST);
  if (isTiny) {
    from = { x: clamp(from.x, 0, sheet.drawing.width - width), y: clamp(from.y, 0, sheet.drawing.height - height) };
    to = { x: from.x + Math.min(width, sheet.drawing.width), y: from.y + Math.min(height, sheet.drawing.height) };
  }
  change(() => {
    shapes().push(newShape(kind, from, to));
    chosen = `s:${shapes().length - 1}`;
  });
  say(said(words.drawn, { what: nameOf(chosen) }));
}

function takeTool(name, isByKeyboard) {
  if (isByKeyboard && USUAL[name]) {
    const [width, height] = USUAL[name];
    const spot = (at, length) => Math.round((at - length / 2) / GRID) * GRID;
    const from = { x: spot(sheet.drawing.width / 2, width), y: spot(sheet.drawing.height / 2, height) };
    addShape(name, from, from);
    svg.focus();
    return;
  }
  tool = name;
  for (const button of document.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", String(button.dataset.tool === name));
  svg.classList.toggle("is-drawing", name !== "choose");
  $("setzen").hidden = name !== "place";
  $("messen").hidden = name !== "measure";
  if (name !== "measure") $("strecke").value = $("meter").value = "";
}

// The pointer.

const pointers = new Map();

svg.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  pointers.set(event.pointerId, event);
  svg.setPointerCapture(event.pointerId);
  if (pointers.size === 2) {
    if (hand?.before) { sheet = JSON.parse(hand.before); draw(); }
    hand = { does: "pinch", far: apart(), middle: middle() };
    return;
  }
  const point = pointAt(event);
  const handle = event.target.closest("[data-handle]");
  const key = event.target.closest("[data-key]")?.dataset.key;
  const before = JSON.stringify(sheet);
  if (tool === "place") hand = { does: "set", point };
  else if (tool !== "choose") hand = { does: "draw", from: snapPoint(point, neighbours()), lines: neighbours() };
  else if (handle) hand = { does: "pull", at: Number(handle.dataset.handle), before, lines: neighbours(chosen) };
  else if (key) {
    if (key !== chosen) choose(key);
    const box = boundsOf(thing(key), kindOf(key));
    hand = { does: "move", before, lines: neighbours(key), off: { x: point.x - box.x, y: point.y - box.y }, start: event };
  } else hand = { does: "pan", start: event, view: { ...view } };
});

svg.addEventListener("pointermove", (event) => {
  if (!pointers.has(event.pointerId)) return;
  pointers.set(event.pointerId, event);
  if (!hand) return;
  if (hand.does === "pinch") return pinch();
  const point = pointAt(event);
  if (hand.does === "move") {
    if (!hand.moved && Math.hypot(event.clientX - hand.start.clientX, event.clientY - hand.start.clientY) < 4) return;
    hand.moved = true;
    const [one, kind] = [thing(chosen), kindOf(chosen)];
    const at = snapped(point.x - hand.off.x, point.y - hand.off.y, boundsOf(one, kind), hand.lines);
    shiftTo(one, kind, at.x, at.y);
    redraw(chosen);
    mark(...at.guides);
  } else if (hand.does === "pull") {
    const at = snapPoint(point, hand.lines);
    pullHandle(thing(chosen), kindOf(chosen), hand.at, at.x, at.y);
    redraw(chosen);
    mark(...at.guides);
  } else if (hand.does === "draw") {
    hand.to = snapPoint(point, hand.lines);
    const d = tool === "measure" ? line([[hand.from.x, hand.from.y], [point.x, point.y]]) : draftOf(hand.from, hand.to);
    mark(put("path", { class: "draft", d }), ...(tool === "measure" ? [] : hand.to.guides));
    hand.point = point;
  } else if (hand.does === "pan") {
    const by = perPixel();
    look(hand.view.x - (event.clientX - hand.start.clientX) * by, hand.view.y - (event.clientY - hand.start.clientY) * by, view.width, view.height);
    hand.moved = true;
  }
});

function draftOf(from, to) {
  const shape = newShape(tool, from, to);
  if (shape.kind === "wall") return line(shape.points) + (shape.outer ? "z" : "");
  if (shape.kind === "window") return line([[shape.x1, shape.y1], [shape.x2, shape.y2]]);
  if (shape.kind === "door") return line(jambs(shape));
  return `M${shape.x} ${shape.y}h${shape.width ?? 0}v${shape.height ?? 0}h${-(shape.width ?? 0)}z`;
}

const apart = () => {
  const [one, other] = [...pointers.values()];
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
};
const middle = () => {
  const [one, other] = [...pointers.values()];
  return pointAt({ clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 });
};

function pinch() {
  if (pointers.size < 2) return;
  zoom(apart() / hand.far, hand.middle);
  hand.far = apart();
  const now = middle();
  look(view.x + hand.middle.x - now.x, view.y + hand.middle.y - now.y, view.width, view.height);
}

function letGo(event) {
  pointers.delete(event.pointerId);
  const done = hand;
  if (!done || done.does === "pinch") { if (!pointers.size) hand = null; return; }
  hand = null;
  if (done.does === "set") setNext(done.point);
  else if (done.does === "draw" && tool === "measure") measure(done.from, done.point ?? done.from);
  else if (done.does === "draw") { addShape(tool, done.from, done.to ?? done.from); takeTool("choose"); }
  else if (done.does === "pan" && !done.moved) choose(null, false);
  else if (done.does === "move" && done.moved) { note(done.before); say(said(words.moved, { what: nameOf(chosen), where: whereIs(chosen) })); }
  else if (done.does === "pull") {
    note(done.before);
    const box = boundsOf(thing(chosen), kindOf(chosen));
    say(said(words.resized, { what: nameOf(chosen), width: cm(box.width), height: cm(box.height) }));
  }
}
svg.addEventListener("pointerup", letGo);
svg.addEventListener("pointercancel", (event) => {
  if (hand?.before) { sheet = JSON.parse(hand.before); draw(); }
  hand = null;
  pointers.delete(event.pointerId);
});
svg.addEventListener("wheel", (event) => {
  if (!event.ctrlKey) return;
  event.preventDefault();
  zoom(event.deltaY < 0 ? 1.15 : 0.87, pointAt(event));
}, { passive: false });

function measure(from, to) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length < SMALLEST) return;
  mark(put("path", { class: "draft", d: line([[from.x, from.y], [to.x, to.y]]) }));
  $("strecke").value = length.toFixed(3);
  say(said(words.measured, { cm: cm(length) }));
  $("meter").focus();
}

// The keyboard, while the plan has the focus.

svg.addEventListener("keydown", (event) => {
  const step = event.shiftKey ? BIG_STEP : STEP;
  const ways = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  const withControl = event.ctrlKey || event.metaKey;
  if (event.altKey) return;
  if (withControl && event.key.toLowerCase() === "z") goBack(...(event.shiftKey ? [redone, undone, words.redone] : [undone, redone, words.undone]));
  else if (withControl && event.key.toLowerCase() === "y") goBack(redone, undone, words.redone);
  else if (withControl) return;
  else if (ways[event.key]) nudge(...ways[event.key]);
  else if (event.key === "Delete" || event.key === "Backspace") remove();
  else if (event.key.toLowerCase() === "r") turn();
  else if (event.key === "PageDown" || event.key === "PageUp") {
    const keys = [...Object.keys(sheet.places).map((id) => `p:${id}`), ...[...shapes().keys()].map((at) => `s:${at}`)];
    const by = event.key === "PageDown" ? 1 : -1;
    const at = chosen ? keys.indexOf(chosen) + by : by > 0 ? 0 : -1;
    if (keys.length) choose(keys.at(at % keys.length));
  } else if (event.key === "Enter" && tool === "place") setNext(null);
  else if (event.key === "Escape") { takeTool("choose"); choose(null); }
  else return;
  event.preventDefault();
});

// The lists and the fields beside the plan.

const LISTS = { places: "liste-plaetze", shapes: "liste-formen", missing: "liste-fehlt" };
let listed = "";

function list() {
  const keys = allKeys();
  const now = JSON.stringify([keys.map((key) => [key, nameOf(key), whereIs(key)]), chosen]);
  if (now === listed) return;
  listed = now;
  const row = (key, label, more) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = key[0] === "s" ? `?form=${key.slice(2)}#bearbeiten` : `?platz=${key.slice(2)}#bearbeiten`;
    link.textContent = label;
    link.dataset.pick = key;
    if (key === chosen) link.setAttribute("aria-current", "true");
    const small = document.createElement("small");
    small.textContent = more;
    item.append(link, " ", small);
    return item;
  };
  const rest = missing();
  $(LISTS.places).replaceChildren(...keys.filter((key) => key[0] === "p").map((key) => row(key, nameOf(key), whereIs(key))));
  $(LISTS.shapes).replaceChildren(...keys.filter((key) => key[0] === "s").map((key) => row(key, nameOf(key), whereIs(key))));
  $(LISTS.missing).replaceChildren(...rest.map((id) => row(`m:${id}`, about.resources[id].label, about.resources[id].elsewhere ? words.elsewhere : "")));
  $("alle-da").hidden = rest.length > 0;
  const next = $("naechster");
  const wanted = rest.includes(next.value) ? next.value : rest[0];
  next.replaceChildren(...rest.map((id) => new Option(about.resources[id].label, id, false, id === wanted)));
}

editor.addEventListener("click", (event) => {
  const key = event.target.closest("[data-pick]")?.dataset.pick;
  if (!key || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (key[0] === "m") {
    takeTool("place");
    $("naechster").value = key.slice(2);
    if (!event.detail) setNext(null);
  } else choose(key);
  svg.focus();
});

const LENGTHS = new Set(["x", "y", "width", "height", "rounded", "x1", "y1", "x2", "y2"]);
const details = $("angaben");
const field = (name) => details.elements.namedItem(name);

function fill() {
  const one = thing(chosen);
  $("bearbeiten").hidden = !one;
  if (!one) return;
  const kind = kindOf(chosen);
  $("h-bearbeiten").textContent = nameOf(chosen);
  for (const part of details.querySelectorAll("[data-of]")) part.hidden = !part.dataset.of.split(" ").includes(kind);
  for (const part of details.querySelectorAll("[data-of]:not([hidden]) :is(input, select, textarea)")) {
    if (part === document.activeElement) continue;
    const value = one[part.name];
    if (part.type === "checkbox") part.checked = part.name === "leaf" ? value ?? true : Boolean(value);
    else if (part.name === "points") part.value = one.points.map(([x, y]) => `${cm(x)} ${cm(y)}`).join("\n");
    else part.value = LENGTHS.has(part.name) ? cm(value ?? 0) : value ?? "";
  }
}

details.addEventListener("change", ({ target }) => {
  const one = thing(chosen);
  if (!one) return;
  change(() => {
    if (target.type === "checkbox") one[target.name] = target.checked;
    else if (target.name === "points") {
      const points = target.value.split("\n").map((row) => row.trim().split(/[\s,]+/).map(units)).filter((point) => point.length === 2);
      if (points.length > 1 && points.flat().every(Number.isFinite)) one.points = points.map(([x, y]) => [clamp(x, 0, sheet.drawing.width), clamp(y, 0, sheet.drawing.height)]);
    } else if (target.name === "rotation") {
      const rotation = Number(target.value);
      if ((rotation - one.rotation) % 180) [one.width, one.height] = [one.height, one.width];
      one.rotation = rotation;
    } else if (LENGTHS.has(target.name)) {
      const value = units(target.value);
      if (Number.isFinite(value)) one[target.name] = clamp(value, ["width", "height"].includes(target.name) ? 1 : 0, target.name.startsWith("y") || target.name === "height" ? sheet.drawing.height : sheet.drawing.width);
    } else one[target.name] = target.value.trim();
    if (one.width !== undefined && one.height !== undefined) {
      one.width = Math.min(one.width, sheet.drawing.width);
      one.height = Math.min(one.height, sheet.drawing.height);
    }
    const box = boundsOf(one, kindOf(chosen));
    shiftTo(one, kindOf(chosen), box.x, box.y);
  });
});
details.addEventListener("submit", (event) => { event.preventDefault(); document.activeElement?.blur(); });

// Buttons, saving, leaving.

document.addEventListener("click", (event) => {
  const button = event.target.closest("#editor button");
  if (!button) return;
  const { tool: name, zoom: by, nudge: way } = button.dataset;
  if (name) takeTool(name, !event.detail);
  else if (by) by === "0" ? lookAtAll() || mark() : zoom(Number(by));
  else if (way) nudge(...way.split(" ").map((each) => Number(each) * STEP));
  else if ("turn" in button.dataset) turn();
  else if ("remove" in button.dataset) remove();
  else if (button.id === "zurueck") goBack(undone, redone, words.undone);
  else if (button.id === "vor") goBack(redone, undone, words.redone);
  else if (button.id === "freie-stelle") setNext(null);
});
$("raster").addEventListener("change", draw);

form.addEventListener("submit", ({ submitter }) => {
  $("blatt").value = JSON.stringify(sheet);
  isLeaving = !submitter || !("preview" in submitter.dataset);
});
window.addEventListener("beforeunload", (event) => { if (isChanged() && !isLeaving) event.preventDefault(); });
window.addEventListener("pagehide", () => {
  if (isChanged() && !isLeaving) sessionStorage.setItem(kept, JSON.stringify({ version, sheet, undone: undone.slice(-20) }));
  else sessionStorage.removeItem(kept);
});

function restore() {
  const found = JSON.parse(sessionStorage.getItem(kept) ?? "null");
  sessionStorage.removeItem(kept);
  if (found?.version !== version) return;
  ({ sheet, undone } = found);
  say(words.restored);
}

for (const part of editor.querySelectorAll("[data-without]")) part.hidden = true;
for (const part of editor.querySelectorAll("[data-with]")) part.hidden = false;
form.hidden = false;
svg.removeAttribute("hidden");
if (document.querySelector("#anders")) savedSheet = "";
else restore();
lookAtAll();
draw();
const asked = new URLSearchParams(location.search).get("platz");
if (asked && sheet.places[asked]) choose(`p:${asked}`);

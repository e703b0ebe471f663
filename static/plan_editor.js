// The editor of a floor plan: drawing, moving, measuring by pointer and keyboard. Without it every step is a form of
// the page; saved is the same sheet, as JSON in the form, whose fields hold centimetres.

const STEP = 5;
const BIG_STEP = 25;
const MOST_UNDONE = 100;

const form = $("zeichnung");
const version = form.elements.namedItem("version").value;
const kept = `grundriss-${about.key}`;

let undone = [];
let redone = [];
let tool = "choose";
let hand = null; // what the pointer is doing
let isLeaving = false;

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

// Choosing, moving, turning, removing.

function choose(key, isSaid = true) {
  drawn.get(chosen)?.classList.remove("yours");
  chosen = thing(key) ? key : null;
  if (chosen?.[0] === "p") drawn.get(chosen)?.classList.add("yours");
  mark();
  highlight();
  fill();
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
  forget();
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

// The lists and the fields beside a floor plan that is edited; fields hold centimetres.

const LISTS = { places: "liste-plaetze", shapes: "liste-formen", missing: "liste-fehlt" };
let listed = "";

function list() {
  const keys = allKeys();
  const now = JSON.stringify(keys.map((key) => [key, nameOf(key), whereIs(key)]));
  if (now === listed) return highlight();
  listed = now;
  const row = (key, label, more) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = key[0] === "s" ? `?form=${key.slice(2)}#bearbeiten` : `?platz=${key.slice(2)}#bearbeiten`;
    link.textContent = label;
    link.dataset.pick = key;
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
  highlight();
}

function highlight() {
  editor.querySelector("[data-pick][aria-current]")?.removeAttribute("aria-current");
  if (chosen) editor.querySelector(`[data-pick="${chosen}"]`)?.setAttribute("aria-current", "true");
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

function fill(isAlsoFocused = false) {
  const one = thing(chosen);
  $("bearbeiten").hidden = !one;
  if (!one) return;
  const kind = kindOf(chosen);
  $("h-bearbeiten").textContent = nameOf(chosen);
  for (const part of details.querySelectorAll("[data-of]")) part.hidden = !part.dataset.of.split(" ").includes(kind);
  for (const part of details.querySelectorAll("[data-of]:not([hidden]) :is(input, select, textarea)")) {
    if (part === document.activeElement && !isAlsoFocused) continue;
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
  fill(true);
});
details.addEventListener("submit", (event) => { event.preventDefault(); document.activeElement?.blur(); });

// The size of the paper, which leaves nothing outside, and how wide all of it really is.

$("papier").addEventListener("submit", (event) => {
  event.preventDefault();
  const boxes = allKeys().map((key) => boundsOf(thing(key), kindOf(key)));
  const [width, height] = ["breite", "tiefe"].map((name) => units(metres(event.target, name) * 100));
  if (!(width > 0 && height > 0)) return;
  change(() => {
    sheet.drawing.width = Math.max(width, ...boxes.map((box) => box.x + box.width));
    sheet.drawing.height = Math.max(height, ...boxes.map((box) => box.y + box.height));
  });
  lookAtAll();
  mark();
});

$("ganz").addEventListener("submit", (event) => {
  event.preventDefault();
  $("strecke").value = sheet.drawing.width;
  $("meter").value = event.target.elements.namedItem("meter").value;
  form.requestSubmit();
});

const metres = (from, name) => Number(from.elements.namedItem(name).value.replace(",", "."));

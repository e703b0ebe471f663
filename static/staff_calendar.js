// The calendar of a space by hand; staff_calendar_keys.js does the same by key. Every free time and every booking is a
// link without this; here they are also picked up, put down elsewhere, and marked. What is put down becomes a form that
// somebody confirms; the server decides, and says why not.

const LONG_PRESS = 400; // milliseconds that a finger rests before it lifts a booking; until then it scrolls
const MOVED = 6; // pixels from which a press is a drag
const EDGE = 48; // pixels at the window's edge where carrying scrolls
const GRIP = 14; // pixels at the end of a bar by which its end is changed

const STEP = 30; // minutes by which a press on the form's buttons changes the time

let table, columns, halves; // live.js exchanges the table when something has changed

function read() {
  table = document.querySelector(".nw-grid[data-columns]");
  columns = table ? JSON.parse(table.dataset.columns) : [];
  halves = table?.dataset.halves === "ja";
}

const form = document.getElementById("ablegen");
const bin = document.getElementById("absagen-hier");
const preview = document.getElementById("vorschau");
const shifts = document.getElementById("zeiten");
const live = document.getElementById("ansage");

// Words.

function clock(minutes) {
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60];
  if (document.documentElement.lang === "de" && !minute) return `${hour}`;
  return `${hour}:${String(minute).padStart(2, "0")}`;
}

function field(minutes) {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function times({ from, to }) {
  return `${clock(from)}–${clock(to)}${document.documentElement.lang === "de" ? " Uhr" : ""}`;
}

function dayWords(day) {
  const options = { weekday: "short", day: "numeric", month: "long", timeZone: "UTC" };
  const language = document.documentElement.lang === "de" ? "de-DE" : "en-GB";
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(language, options);
}

function say(name, words = {}) {
  return table.dataset[name].replace(/\{(\w+)\}/g, (_, word) => words[word]);
}

function told(wish) {
  return say("at", { place: wish.row.dataset.said, day: dayWords(wish.day), times: times(wish) });
}

// Where things are: rows with a place, cells with their first column.

function tableRow(row) {
  return document.getElementById(`r-${row.dataset.place}`); // a phone's list says the same of the same place
}

function cellAt(row, column) {
  return [...row.querySelectorAll("td")].find((cell) => {
    const first = Number(cell.dataset.c);
    return first <= column && column < first + cell.colSpan;
  });
}

function columnAt(cell, x) {
  const box = cell.getBoundingClientRect();
  const part = Math.floor(((x - box.left) / box.width) * cell.colSpan);
  return Number(cell.dataset.c) + Math.min(Math.max(part, 0), cell.colSpan - 1);
}

function pointedAt(event) {
  const found = document.elementFromPoint(event.clientX, event.clientY);
  const row = found?.closest("[data-place]");
  if (!row) return null;
  const cell = found.closest("td[data-c]");
  return { row, column: cell ? columnAt(cell, event.clientX) : null };
}

function show(wish) {
  document.querySelectorAll(".nw-cal-target").forEach((cell) => cell.classList.remove("nw-cal-target"));
  if (!wish) return;
  if (wish.row.tagName !== "TR") wish.row.classList.add("nw-cal-target");
  columns.forEach(([day, from, to], column) => {
    if (day === wish.day && from < wish.to && wish.from < to && wish.row.tagName === "TR") {
      cellAt(wish.row, column)?.classList.add("nw-cal-target");
    }
  });
}

// A booking that was picked up: what it was, and what it would become.

let held = null;

function inUse() {
  const region = document.getElementById("tafel");
  if (held || marked || press) region.dataset.inUse = "ja";
  else if (region.dataset.inUse) {
    delete region.dataset.inUse;
    document.dispatchEvent(new Event("board:idle"));
  }
}

function bookingOf(bar) {
  const row = bar.closest("[data-place]");
  const { booking, who, day, from, to } = bar.dataset;
  const was = { row, day, from: Number(from), to: Number(to) };
  return { bar, booking, who, was, wish: { ...was } };
}

function sameWish(one, other) {
  return one.row === other.row && one.day === other.day && one.from === other.from && one.to === other.to;
}

function isTaken({ wish, booking }) {
  const row = tableRow(wish.row);
  return columns.some(([day, from, to], column) => {
    if (day !== wish.day || from >= wish.to || wish.from >= to) return false;
    return Boolean(cellAt(row, column)?.querySelector(`.nw-bar:not([data-booking="${booking}"])`));
  });
}

function toldOfWish() {
  return told(held.wish) + (isTaken(held) ? `, ${say("taken")}` : "");
}

function lift(bar) {
  held = bookingOf(bar);
  form.hidden = true;
  bar.classList.add("nw-cal-lifted");
  become(held.wish);
  inUse();
}

function become(wish) {
  if (wish.from < 0 || wish.to > 24 * 60 || wish.to <= wish.from || !wish.day) return;
  held.wish = wish;
  show(wish);
  preview.textContent = toldOfWish();
  preview.hidden = false;
}

function letGo(words) {
  if (!held) return;
  held.bar.classList.remove("nw-cal-lifted");
  show(null);
  bin.hidden = true;
  form.hidden = true;
  preview.hidden = true;
  held = null;
  live.textContent = words;
  inUse();
}

// Where it was, a finger keeps it: the next tap on free time, or the form's buttons, say where it goes.

function putDown(byFinger = false) {
  if (sameWish(held.was, held.wish) && !byFinger) {
    letGo(say("returned"));
    return;
  }
  ask();
  form.querySelector(form.elements.ablegen.hidden ? "[data-shift]" : "[type=submit]").focus({ preventScroll: true });
  held.bar.scrollIntoView({ block: "nearest" }); // the form may lie over it
  live.textContent = sameWish(held.was, held.wish) ? "" : say("dropped");
}

function ask() {
  const { was, wish, who, booking } = held;
  const isSame = sameWish(was, wish);
  form.action = `${table.dataset.move}${booking}/verschieben?${table.dataset.back}`;
  form.elements.tag.value = wish.day;
  form.elements.von.value = field(wish.from);
  form.elements.bis.value = field(wish.to);
  form.elements.was.value = wish.row.dataset.place;
  const after = toldOfWish();
  const question = isSame ? say("where", { who, before: told(was) }) : say("question", { who, before: told(was), after });
  document.getElementById("frage").textContent = question;
  form.elements.ablegen.hidden = isSame;
  bin.hidden = true;
  preview.hidden = true;
  form.hidden = false;
}

shifts.addEventListener("click", (event) => {
  const { shift, stretch } = event.target.closest("button")?.dataset ?? {};
  if (!shift && !stretch) return;
  const { wish } = held;
  const [begin, end] = [Number(shift ?? 0) * STEP, Number(shift ?? stretch) * STEP];
  become({ ...wish, from: wish.from + begin, to: wish.to + end });
  ask();
  live.textContent = toldOfWish();
});

function toFree(free) {
  const { was } = held;
  const [row, first] = [free.closest("[data-place]"), Number((free.closest("td") ?? free).dataset.c)];
  if (free.closest("td")) {
    become({ row, ...moved(Number(tableCell().dataset.c), first) });
  } else {
    const [from, to] = [columns[first][1], columns[first + Number(free.dataset.span) - 1][2]];
    const fits = from <= was.from && was.to <= to;
    become({ row, day: was.day, from: fits ? was.from : from, to: fits ? was.to : from + was.to - was.from });
  }
  putDown(true);
}

form.elements.zurueck.addEventListener("click", () => {
  const { bar } = held;
  letGo(say("returned"));
  bar.focus();
});

// By how much the column under the pointer or the key changes the time.

function moved(start, column) {
  const { was } = held;
  if (!halves) {
    const shift = columns[column][1] - columns[start][1];
    return { day: was.day, from: was.from + shift, to: was.to + shift };
  }
  const [day, from, to] = columns[column];
  const spans = tableCell().colSpan > 1;
  return spans || column % 2 === start % 2 ? { day, from: was.from, to: was.to } : { day, from, to };
}

function tableCell() {
  return tableRow(held.was.row).querySelector(`[data-booking="${held.booking}"]`).closest("td");
}

// In a phone's list a finger that goes to the right makes it later, one that goes down takes another place.

function carried(row, x) {
  const { was } = held;
  const [first, last, slot] = [columns[0][1], columns.at(-1)[2], columns[0][2] - columns[0][1]];
  const wide = was.row.getBoundingClientRect().width / columns.length;
  const shift = Math.round((x - press.event.clientX) / wide) * slot;
  const from = Math.max(first, Math.min(was.from + shift, last - (was.to - was.from)));
  return { row, day: was.day, from, to: from + was.to - was.from };
}

function ended(start, column) {
  const { was } = held;
  return { day: was.day, from: was.from, to: was.to + columns[column][1] - columns[start][1] };
}

// Free time that was marked: from one cell on, as far as it is free.

let marked = null;

function mark(row, start, column) {
  const [low, high] = [Math.min(start, column), Math.max(start, column)];
  let [first, last] = [start, start];
  const isFree = (at) => columns[at][0] === columns[start][0] && cellAt(row, at)?.querySelector(".nw-free");
  while (first > low && isFree(first - 1)) first -= 1;
  while (last < high && isFree(last + 1)) last += 1;
  const wish = { row, day: columns[first][0], from: columns[first][1], to: columns[last][2] };
  marked = { row, start, column: column < start ? first : last, wish };
  show(wish);
  inUse();
}

function openMarked() {
  const { row, wish } = marked;
  const asked = new URLSearchParams(table.dataset.back);
  const found = { platz: row.dataset.place, am: wish.day, von: field(wish.from), bis: field(wish.to) };
  window.location.assign(`${table.dataset.new}?${new URLSearchParams(found)}&${asked}`);
}

function unmark(words) {
  marked = null;
  show(null);
  live.textContent = words;
  inUse();
}

// With a mouse, a pen or a finger.

let press = null;

function hold(pressed) {
  press = pressed;
  inUse();
}

function isAsked() {
  return Boolean(held) && !form.hidden;
}

function begin() {
  const { target, event } = press;
  press.dragging = true;
  press.start = pointedAt(event)?.column ?? null;
  if (target.dataset.moves !== undefined) {
    const box = target.getBoundingClientRect();
    press.resizing = !halves && target.closest("td") && box.right - event.clientX < GRIP;
    lift(target);
    bin.hidden = press.resizing;
  }
}

document.addEventListener("pointerdown", (event) => {
  const target = event.target.closest(".nw-bar[data-moves], .nw-grid .nw-free");
  if (!target || event.button || !event.isPrimary) return;
  if (isAsked() && target.matches(".nw-free")) return; // the click puts down there
  if (held) letGo("");
  hold({ target, event, dragging: false });
  if (event.pointerType !== "touch") return;
  const mine = press;
  setTimeout(() => { if (press === mine && !mine.dragging && target.dataset.moves !== undefined) begin(); }, LONG_PRESS);
});

function scrollAtTheEdge(y) {
  const end = window.innerHeight - bin.offsetHeight;
  if (y < EDGE) window.scrollBy(0, -EDGE / 4);
  else if (y > end - EDGE && y < end) window.scrollBy(0, EDGE / 4);
}

document.addEventListener("pointermove", (event) => {
  if (!press) return;
  const far = Math.hypot(event.clientX - press.event.clientX, event.clientY - press.event.clientY) > MOVED;
  if (!press.dragging && far) {
    if (event.pointerType === "touch") hold(null); // the finger scrolls
    else begin();
  }
  if (!press?.dragging) return;
  scrollAtTheEdge(event.clientY);
  const at = pointedAt(event);
  if (!at) return;
  if (!held) {
    if (press.start !== null && at.column !== null) mark(press.target.closest("tr"), press.start, at.column);
  } else if (press.start === null) {
    become(carried(at.row, event.clientX));
  } else if (at.column === null) {
    become({ ...held.was, row: at.row });
  } else if (press.resizing) {
    become({ row: held.was.row, ...ended(press.start, at.column) });
  } else {
    become({ row: at.row, ...moved(press.start, at.column) });
  }
});

// While a finger carries a booking the page stays where it is.
document.addEventListener("touchmove", (event) => { if (press?.dragging) event.preventDefault(); }, { passive: false });
document.addEventListener("contextmenu", (event) => { if (press?.dragging) event.preventDefault(); });

let swallow = false; // the click that ends a drag opens nothing

document.addEventListener("pointerup", (event) => {
  const { dragging } = press ?? {};
  hold(null);
  if (!dragging) return;
  swallow = true;
  setTimeout(() => { swallow = false; }, 0);
  if (marked) {
    openMarked();
    return;
  }
  if (!held) return;
  const found = document.elementFromPoint(event.clientX, event.clientY);
  if (found === bin) toCancel(held.bar);
  else putDown(event.pointerType === "touch");
});

document.addEventListener("pointercancel", () => {
  const { dragging } = press ?? {};
  hold(null);
  if (!dragging) return; // the page was scrolled
  if (marked) unmark(say("letGo"));
  letGo(say("returned"));
});

document.addEventListener("click", (event) => {
  const free = isAsked() && event.target.closest("[data-place] .nw-free");
  if (!swallow && !free) return;
  event.preventDefault();
  event.stopPropagation();
  if (!swallow) toFree(free);
}, true);

function toCancel(bar) {
  window.location.assign(`${bar.href.split("#")[0]}#absagen`);
}

read();
document.addEventListener("board:fresh", read);

// The calendar of a space by drag and by key. Every free time and every booking is a link without this; here they are
// also picked up, put down elsewhere, and marked. What is put down becomes a form that somebody confirms; the server
// decides, and says why not.

const LONG_PRESS = 400; // milliseconds that a finger rests before it lifts a booking; until then it scrolls
const MOVED = 6; // pixels from which a press is a drag
const EDGE = 48; // pixels at the window's edge where carrying scrolls
const GRIP = 14; // pixels at the end of a bar by which its end is changed

const table = document.querySelector(".nw-grid[data-columns]");
const columns = JSON.parse(table.dataset.columns);
const halves = table.dataset.halves === "ja";
const form = document.getElementById("ablegen");
const bin = document.getElementById("absagen-hier");
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

function rowsOf(list) {
  return [...list.querySelectorAll("[data-place]")];
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
  if (cell) return { row, column: columnAt(cell, event.clientX) };
  const free = found.closest(".nw-free[data-c]");
  return { row, column: free ? Number(free.dataset.c) : null };
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

function bookingOf(bar) {
  const row = bar.closest("[data-place]");
  const { booking, who, day, from, to } = bar.dataset;
  const was = { row, day, from: Number(from), to: Number(to) };
  return { bar, booking, who, was, wish: { ...was } };
}

function sameWish(one, other) {
  return one.row === other.row && one.day === other.day && one.from === other.from && one.to === other.to;
}

function isTaken({ wish, bar }) {
  return columns.some(([day, from, to], column) => {
    if (wish.row.tagName !== "TR" || day !== wish.day || from >= wish.to || wish.from >= to) return false;
    const cell = cellAt(wish.row, column);
    return Boolean(cell?.querySelector(".nw-bar")) && !cell.contains(bar);
  });
}

function lift(bar) {
  held = bookingOf(bar);
  form.hidden = true;
  bar.classList.add("nw-cal-lifted");
  show(held.wish);
}

function become(wish) {
  if (wish.from < 0 || wish.to > 24 * 60 || wish.to <= wish.from || !wish.day) return;
  held.wish = wish;
  show(wish);
}

function letGo(words) {
  if (!held) return;
  held.bar.classList.remove("nw-cal-lifted");
  show(null);
  bin.hidden = true;
  form.hidden = true;
  held = null;
  live.textContent = words;
}

function putDown() {
  if (sameWish(held.was, held.wish)) {
    letGo(say("returned"));
    return;
  }
  const { was, wish, who, booking } = held;
  form.action = `${table.dataset.move}${booking}/verschieben?${table.dataset.back}`;
  form.elements.tag.value = wish.day;
  form.elements.von.value = field(wish.from);
  form.elements.bis.value = field(wish.to);
  form.elements.was.value = wish.row.dataset.place;
  document.getElementById("frage").textContent = say("question", { who, before: told(was), after: told(wish) });
  bin.hidden = true;
  form.hidden = false;
  form.querySelector("[type=submit]").focus();
  live.textContent = say("dropped");
}

form.querySelector("[type=button]").addEventListener("click", () => {
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
  const spans = Number(held.bar.closest("td").colSpan) > 1;
  return spans || column % 2 === start % 2 ? { day, from: was.from, to: was.to } : { day, from, to };
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
}

// With a mouse, a pen or a finger.

let press = null;

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
  if (held) letGo("");
  press = { target, event, dragging: false };
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
    if (event.pointerType === "touch") press = null; // the finger scrolls
    else begin();
  }
  if (!press?.dragging) return;
  scrollAtTheEdge(event.clientY);
  const at = pointedAt(event);
  if (!at) return;
  if (!held) {
    if (press.start !== null && at.column !== null) mark(press.target.closest("tr"), press.start, at.column);
  } else if (at.column === null || press.start === null) {
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
  press = null;
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
  else putDown();
});

document.addEventListener("pointercancel", () => {
  press = null;
  if (marked) unmark(say("letGo"));
  letGo(say("returned"));
});

document.addEventListener("click", (event) => {
  if (!swallow) return;
  event.preventDefault();
  event.stopPropagation();
}, true);

function toCancel(bar) {
  window.location.assign(`${bar.href.split("#")[0]}#absagen`);
}

// By key: one cell of the table is in the tab order, the arrows go to the others.

const grid = rowsOf(table);
table.setAttribute("role", "grid");

function links(row) {
  return [...row.querySelectorAll("td a")];
}

function firstColumn(link) {
  return Number(link.closest("td").dataset.c);
}

function goTo(link) {
  if (!link) return;
  table.querySelectorAll('td a[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
  link.tabIndex = 0;
  link.focus();
}

table.querySelectorAll("td a").forEach((link) => { link.tabIndex = -1; });
const entry = table.querySelector("td a");
if (entry) entry.tabIndex = 0;

function walk(link, key) {
  const row = link.closest("tr");
  const here = links(row);
  const at = here.indexOf(link);
  if (key === "ArrowRight") goTo(here[at + 1]);
  else if (key === "ArrowLeft") goTo(here[at - 1]);
  else if (key === "Home") goTo(here[0]);
  else if (key === "End") goTo(here.at(-1));
  else {
    const step = key === "ArrowDown" ? 1 : -1;
    for (let next = grid.indexOf(row) + step; grid[next]; next += step) {
      const column = firstColumn(link);
      const nearest = links(grid[next]).sort(
        (one, other) => Math.abs(firstColumn(one) - column) - Math.abs(firstColumn(other) - column),
      )[0];
      if (nearest) {
        goTo(nearest);
        return;
      }
    }
  }
}

function carry(key, shift) {
  const { wish } = held;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step && halves) {
    const days = [...new Set(columns.map(([day]) => day))];
    become({ ...wish, day: days[days.indexOf(wish.day) + step] });
  } else if (step) {
    const slot = columns[0][2] - columns[0][1];
    become({ ...wish, from: wish.from + (shift ? 0 : step * slot), to: wish.to + step * slot });
  } else {
    const row = grid[grid.indexOf(wish.row) + (key === "ArrowDown" ? 1 : -1)];
    if (row) become({ ...wish, row });
  }
  live.textContent = told(held.wish) + (isTaken(held) ? `, ${say("taken")}` : "");
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !(held || marked)) return;
  press = null;
  const back = held?.bar ?? document.activeElement;
  if (held) letGo(say("returned"));
  else unmark(say("letGo"));
  back.focus();
});

table.addEventListener("keydown", (event) => {
  const link = event.target.closest("td a");
  const { key } = event;
  if (!link || event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].includes(key);
  if (held) {
    if (arrow) carry(key, event.shiftKey);
    else if (key === " " || key === "Enter") putDown();
    else return;
  } else if (marked) {
    if (key === "ArrowRight" || key === "ArrowLeft") {
      const column = marked.column + (key === "ArrowRight" ? 1 : -1);
      if (columns[column]) mark(marked.row, marked.start, column);
      live.textContent = told(marked.wish);
    } else if (key === " " || key === "Enter") openMarked();
    else if (!arrow) return;
  } else if (key === " " && link.dataset.moves !== undefined) {
    lift(link);
    live.textContent = say("picked", { who: held.who });
  } else if (key === " " && link.classList.contains("nw-free")) {
    const row = link.closest("tr");
    mark(row, firstColumn(link), firstColumn(link));
    live.textContent = say("marking", { place: row.dataset.said, times: field(marked.wish.from) });
  } else if (key === "Delete" && link.dataset.moves !== undefined) toCancel(link);
  else if (arrow || key === "Home" || key === "End") walk(link, key);
  else return;
  event.preventDefault();
});

table.addEventListener("focusout", () => { if (marked && !press) unmark(""); });

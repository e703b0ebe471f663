// The calendar of a space by key: one cell of the table is in the tab order, the arrows go to the others. What is held
// and marked, and what becomes of it, is in staff_calendar.js.

function arm() {
  if (!table) return;
  table.setAttribute("role", "grid");
  table.querySelectorAll("td a").forEach((link) => { link.tabIndex = -1; });
  const entry = table.querySelector("td a");
  if (entry) entry.tabIndex = 0;
}

arm();
document.addEventListener("board:fresh", arm);

document.addEventListener("focusin", ({ target }) => {
  if (!target.matches(".nw-grid[data-columns] td a")) return;
  table.querySelectorAll('td a[tabindex="0"]').forEach((other) => { other.tabIndex = -1; });
  target.tabIndex = 0;
});

function rows() {
  return [...table.querySelectorAll("[data-place]")];
}

function links(row) {
  return [...row.querySelectorAll("td a")];
}

function firstColumn(link) {
  return Number(link.closest("td").dataset.c);
}

function walk(link, key) {
  const row = link.closest("tr");
  const here = links(row);
  const at = here.indexOf(link);
  if (key === "ArrowRight") here[at + 1]?.focus();
  else if (key === "ArrowLeft") here[at - 1]?.focus();
  else if (key === "Home") here[0].focus();
  else if (key === "End") here.at(-1).focus();
  else {
    const [grid, step] = [rows(), key === "ArrowDown" ? 1 : -1];
    for (let next = grid.indexOf(row) + step; grid[next]; next += step) {
      const column = firstColumn(link);
      const nearest = links(grid[next]).sort(
        (one, other) => Math.abs(firstColumn(one) - column) - Math.abs(firstColumn(other) - column),
      )[0];
      if (nearest) {
        nearest.focus();
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
    const grid = rows();
    const row = grid[grid.indexOf(wish.row) + (key === "ArrowDown" ? 1 : -1)];
    if (row) become({ ...wish, row });
  }
  live.textContent = toldOfWish();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !(held || marked)) return;
  hold(null);
  const back = held?.bar ?? document.activeElement;
  if (held) letGo(say("returned"));
  else unmark(say("letGo"));
  back.focus();
});

document.addEventListener("keydown", (event) => {
  const link = event.target.closest(".nw-grid[data-columns] td a");
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

document.addEventListener("focusout", ({ target }) => {
  if (marked && !press && target.closest(".nw-grid[data-columns]")) unmark("");
});

// Keeps a staff page up to date: a stream says that something has changed, and the page is fetched anew. Only its
// region is exchanged; focus, scroll and what is folded open stay. Without this script the page has a link to reload.

const REGION = "tafel";
const JITTER = 300; // milliseconds, so that many open pages do not ask all at once
const AGED = 5 * 60 * 1000; // a page is fetched anew after so long, whatever it hears: the line of now moves
const AGAIN = 5000; // milliseconds until a lost stream is asked for once more

const region = () => document.getElementById(REGION);
let stream, asked, aging, isFetching, isBehind;

function listen() {
  stream?.close();
  const { live, event } = region().dataset;
  stream = new EventSource(`${live}?ab=${event}`);
  stream.addEventListener("changed", soon);
  // While it is lost for a moment the browser tries by itself. Refused, the page says whether it may still be seen.
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(renew, AGAIN);
  });
}

function soon() {
  asked ??= setTimeout(renew, Math.random() * JITTER);
}

async function renew() {
  clearTimeout(asked);
  asked = undefined;
  if (document.hidden) return; // it is fetched when somebody looks again
  if (isFetching || isInUse()) {
    isBehind = true;
    return;
  }
  isFetching = true;
  isBehind = false;
  try {
    const answer = await fetch(region().dataset.here, { headers: { Accept: "text/html" } });
    const page = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page && page.getElementById(REGION);
    if (fresh && isInUse()) isBehind = true; // somebody has begun meanwhile
    else if (fresh) {
      show(fresh);
      showSections(page);
    } else if (answer.status < 500) stop();
  } catch {
    // No line just now: the stream, or the page's age, asks again.
  } finally {
    isFetching = false;
    age();
  }
  if (isBehind) soon();
  if (stream?.readyState === EventSource.CLOSED && !region().dataset.over) listen();
}

function age() {
  clearTimeout(aging);
  aging = setTimeout(renew, AGED);
}

function stop() {
  stream?.close();
  clearTimeout(aging);
  region().dataset.over = "ja";
  document.getElementById("abgerissen").hidden = false;
}

// Nothing is exchanged under somebody's fingers.

function isInUse() {
  const active = document.activeElement;
  const isTyping = region().contains(active) && active.matches("input:not([type=hidden]), select, textarea");
  return isTyping || Boolean(region().dataset.inUse || region().querySelector('[aria-busy="true"]'));
}

for (const released of ["focusout", "board:idle"]) {
  document.addEventListener(released, () => {
    if (isBehind) soon();
  });
}

function show(fresh) {
  const old = region();
  const news = newsIn(old, fresh);
  const focused = old.contains(document.activeElement) ? nameOf(document.activeElement) : undefined;
  const anchor = inView(old);
  const top = anchor?.getBoundingClientRect().top;
  const sideways = [...old.querySelectorAll(".nw-scroll[id]")].map((part) => [part.id, part.scrollLeft]);
  const open = [...old.querySelectorAll("details[open][id]")].map((part) => part.id);
  old.replaceWith(fresh);
  document.dispatchEvent(new Event("board:fresh"));
  open.forEach((id) => { document.getElementById(id)?.setAttribute("open", ""); });
  sideways.forEach(([id, left]) => { const part = document.getElementById(id); if (part) part.scrollLeft = left; });
  const again = anchor && document.getElementById(anchor.id);
  if (again) scrollBy({ top: again.getBoundingClientRect().top - top, behavior: "instant" });
  if (focused) find(fresh, focused)?.focus({ preventScroll: true });
  if (news) document.getElementById("neues").textContent = news;
}

// The ways to the other pages say how much is to be done there.

function showSections(page) {
  const old = document.querySelector(".nw-sections"), fresh = page.querySelector(".nw-sections");
  if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
}

// What had the focus is found again by its id, else by what it is called, else by its line: who has just arrived
// has another button, or none.

function nameOf(element) {
  const within = element.closest("li[id], tr[id], section, ul");
  return { tag: element.localName, id: element.id, label: element.getAttribute("aria-label"), line: within?.id };
}

function find(root, { tag, id, label, line }) {
  if (id && document.getElementById(id)) return document.getElementById(id);
  const same = label && root.querySelector(`${tag}[aria-label="${CSS.escape(label)}"]`);
  return same || (line && document.getElementById(line)?.querySelector("button, a, summary")) || root.querySelector("a, button");
}

function inView(root) {
  return [...root.querySelectorAll("li[id], tr[id], h3[id]")].find((line) => line.getBoundingClientRect().bottom > 0);
}

// Read out is what somebody has to do something about, and who was not in the list before; not every arrival.

function newsIn(old, fresh) {
  const isNew = (line) => !old.querySelector(`#${CSS.escape(line.id)}`);
  const notes = [...fresh.querySelectorAll(".nw-notes > li")].filter(isNew).map((line) => said(line.querySelector("p")));
  const rows = [...fresh.querySelectorAll('.nw-arr li[id^="b-"]')].filter(isNew)
    .map((line) => `${fresh.dataset.new}: ${said(line.querySelector("time"))} ${said(line.querySelector(".who > a"))}`);
  return [...notes, ...rows].slice(0, 3).join(" ");
}

function said(element) {
  return element?.textContent.replace(/\s+/g, " ").trim() ?? "";
}

if (region() && window.EventSource) {
  listen();
  age();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stream.close(); // browsers have few lines to one host, and nobody looks
    else if (!region().dataset.over) renew();
  });
  window.addEventListener("pagehide", () => stream.close());
}

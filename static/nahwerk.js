// Makes pages that already work a little quicker to use: the state of a running request, copying an
// address, the device's position, keeping what is read without a connection. Nothing here is needed to find or book a desk.

const SLOW = 400; // milliseconds until a region shows that it is waiting

// A request is under way: the pressed button says so at once, the region after a while.

const waiting = new WeakMap();

function wait(region) {
  if (region && !waiting.has(region)) {
    waiting.set(region, setTimeout(() => region.classList.add("nw-waits"), SLOW));
  }
}

function stopWaiting(region) {
  if (region) {
    clearTimeout(waiting.get(region));
    waiting.delete(region);
    region.classList.remove("nw-waits");
  }
}

function setBusy(button) {
  const label = button.querySelector(".kern-label") ?? button;
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busy) {
    button.dataset.idle = label.textContent;
    label.textContent = button.dataset.busy;
  }
}

function setIdle(button) {
  const label = button.querySelector(".kern-label") ?? button;
  button.removeAttribute("aria-busy");
  if (button.dataset.idle !== undefined) {
    label.textContent = button.dataset.idle;
    delete button.dataset.idle;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.querySelector('[aria-busy="true"]')) {
    event.preventDefault(); // the second press of an impatient finger
    return;
  }
  if (event.defaultPrevented) return; // htmx sends it and tells us below
  if (event.submitter) setBusy(event.submitter);
  wait(document.getElementById("inhalt"));
});

// A page that comes back from the browser's memory is not waiting for anything.
window.addEventListener("pageshow", () => {
  document.querySelectorAll('[aria-busy="true"]').forEach(setIdle);
  stopWaiting(document.getElementById("inhalt"));
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.sourceEvent?.submitter) setBusy(ctx.sourceEvent.submitter);
  wait(ctx.target);
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.sourceEvent?.submitter) setIdle(ctx.sourceEvent.submitter);
  stopWaiting(ctx.target);
});

// A desk pressed in the plan is chosen in the list, which is the form's truth; without a script the link asks the server.

document.addEventListener("click", (event) => {
  const desk = event.target.closest("a.desk[data-n]");
  const choice = desk && document.getElementById(`p${desk.dataset.n}`);
  if (!choice || !event.detail || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  choice.checked = true;
});

// Buttons that only make sense with a script stay hidden until here.

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  await navigator.clipboard.writeText(field.value);
  button.querySelector(".kern-label").textContent = button.dataset.copied;
});

document.addEventListener("click", ({ target }) => {
  const near = target.closest("[data-locate]");
  if (!near || !target.closest("button")) return;
  const form = near.closest("form");
  const status = near.querySelector("[role=status]");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      // Three decimals are about 100 metres: enough to sort by distance, and no more than that is sent.
      for (const [name, value] of [["lat", coords.latitude], ["lng", coords.longitude]]) {
        const field = form.elements.namedItem(name);
        field.value = value.toFixed(3);
        field.disabled = false;
      }
      form.elements.namedItem("ort").value = "";
      form.elements.namedItem("ort").required = false;
      form.requestSubmit();
    },
    () => { status.textContent = status.dataset.failed; },
    { timeout: 10000, maximumAge: 600000 },
  );
});

function prepare(root) {
  if (navigator.clipboard) root.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  if (navigator.geolocation) root.querySelectorAll("[data-locate]").forEach((near) => { near.hidden = false; });
  // Browsers that cannot open a fold by style alone: open it where there is room.
  if (!CSS.supports("selector(::details-content)") && matchMedia("(min-width: 62rem)").matches) {
    root.querySelectorAll(".nw-fold").forEach((fold) => { fold.open = true; });
  }
}

// The current section of a workbench, where a phone shows only some of them.
const sections = document.querySelector(".nw-sections ul");
const current = sections?.querySelector("[aria-current]");
if (current) sections.scrollLeft += current.getBoundingClientRect().left - sections.getBoundingClientRect().left;

prepare(document);
document.addEventListener("htmx:after:swap", () => prepare(document));

// Whoever is signed in finds the week and the next booking without a connection, too; for nobody nothing is kept.

window.addEventListener("load", () => {
  const worker = document.querySelector('meta[name="nahwerk-worker"]');
  if (worker) navigator.serviceWorker?.register(worker.content);
  else window.caches?.keys().then((names) => names.forEach((name) => caches.delete(name)));
});

// An exchange that found no line becomes an ordinary request, so that somebody answers it.

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx?.request?.method === "GET" && !ctx.response) window.location.assign(ctx.request.action);
});

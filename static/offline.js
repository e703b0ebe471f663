// The worker that keeps one person's week and next booking readable without a connection: decision 17.
// app/web/offline.py sends it, with FILES before it: the addresses of the static files that those pages need.

const KEPT = "kept-"; // and the sign of the person whose pages they are
const STATIC = "files"; // the same for everybody
const WEEK = "/woche";
const NEWS = /^\/(woche\/serien|absagen)\//; // what stands there has changed the week
const OFFLINE = "/offline";
const PATIENCE = 3000; // milliseconds until a line counts as a bad one
const LONGEST = 7 * 24 * 60 * 60 * 1000; // milliseconds that a page is kept
const NOBODY = "nobody";

addEventListener("install", (event) => event.waitUntil(keepFiles().then(() => skipWaiting())));

addEventListener("activate", (event) => event.waitUntil(begin()));

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (FILES.includes(url.pathname)) event.respondWith(fileOf(event.request));
  else if (event.request.mode === "navigate") event.respondWith(pageOf(event, url));
});

async function begin() {
  await registration.navigationPreload?.enable();
  await clients.claim();
  await renew();
}

// A hashed name never changes its bytes, so only what is new is fetched.

async function keepFiles() {
  const cache = await caches.open(STATIC);
  const present = (await cache.keys()).map(pathOf);
  await Promise.all(present.filter((path) => !FILES.includes(path)).map((path) => cache.delete(path)));
  await cache.addAll(FILES.filter((path) => !present.includes(path)));
}

async function fileOf(request) {
  return (await caches.match(request, { cacheName: STATIC })) ?? fetch(request);
}

// A page comes from the network. Only where a copy is kept does the wait have an end.

async function pageOf(event, url) {
  const answer = ask(event, url);
  answer.catch(() => {}); // it may fail while the copy is shown
  const copy = await copyOf(url);
  try {
    const shown = copy ? await Promise.race([answer, later(PATIENCE)]) : await answer;
    return copy && (!shown || shown.status >= 500) ? copy : shown;
  } catch {
    return copy ?? (await copyOf(new URL(OFFLINE, location))) ?? Response.error();
  }
}

async function ask(event, url) {
  const answer = (await event.preloadResponse) ?? (await fetch(event.request));
  const isWeek = answer.ok && url.pathname === WEEK && !url.search;
  event.waitUntil(learn(url, answer.headers, isWeek ? answer.clone() : null));
  return answer;
}

// Whose answer is it, and does it change what is kept? Answers of others (a proxy, a hotel's sign-in) say nothing.

async function learn(url, headers, week) {
  const person = headers.get("Nahwerk-Person");
  if (!person) return;
  if (person === NOBODY) {
    await forgetAllBut(null);
    await registration.unregister();
    return;
  }
  await forgetAllBut(person);
  const hasNews = NEWS.test(url.pathname) || (url.pathname.startsWith("/buchungen/") && url.search);
  if (week) await keepWeek(week);
  else if (hasNews || !(await caches.has(KEPT + person))) await renew();
}

async function renew() {
  const week = await fetch(WEEK);
  if (week.ok && !week.redirected) await keepWeek(week);
}

// The week says what else is kept with it; what was kept before and is not in it is deleted.

async function keepWeek(week) {
  const person = week.headers.get("Nahwerk-Person");
  if (!person || person === NOBODY) return;
  const cache = await caches.open(KEPT + person);
  const paths = [...(week.headers.get("Nahwerk-Keep") ?? "").split(" ").filter(Boolean), OFFLINE];
  const gone = (await cache.keys()).map(pathOf).filter((path) => path !== WEEK && !paths.includes(path));
  await Promise.all(gone.map((path) => cache.delete(path)));
  await keep(cache, WEEK, week);
  for (const path of paths) {
    const page = await fetch(path);
    if (page.ok && !page.redirected && page.headers.get("Nahwerk-Person") === person) await keep(cache, path, page);
  }
}

async function keep(cache, path, page) {
  const text = (await page.text()).replace('id="ohne-verbindung" hidden', 'id="ohne-verbindung"');
  const headers = new Headers(page.headers);
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  headers.set("Nahwerk-Kept-At", String(Date.now()));
  await cache.put(path, new Response(text, { headers }));
}

// The news in a booking's address ("?neu=1") is no longer news in a copy; another week is another page.

async function copyOf(url) {
  const path = url.pathname.startsWith("/buchungen/") ? url.pathname : url.pathname + url.search;
  for (const name of await keptNames()) {
    const copy = await caches.match(path, { cacheName: name });
    if (!copy) continue;
    if (Date.now() - Number(copy.headers.get("Nahwerk-Kept-At")) < LONGEST) return copy;
    await caches.delete(name);
  }
  return null;
}

async function forgetAllBut(person) {
  const others = (await keptNames()).filter((name) => name !== KEPT + person);
  await Promise.all(others.map((name) => caches.delete(name)));
}

async function keptNames() {
  return (await caches.keys()).filter((name) => name.startsWith(KEPT));
}

function pathOf(request) {
  return new URL(request.url).pathname;
}

function later(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

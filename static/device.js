// Lets a device's page ask anew as soon as something has changed at its space; without it the page asks now and then.

const JITTER = 300; // milliseconds, so that many devices do not ask all at once
const AGAIN = 30_000; // milliseconds until a stream that was refused is asked for once more

let stream, asked;

function listen() {
  const { event } = document.getElementById("geraet").dataset;
  if (!event) return; // no start page any more: the next one brings this script along
  stream = new EventSource(`/geraet/aenderungen?ab=${event}`);
  stream.addEventListener("changed", () => { asked ??= setTimeout(renew, Math.random() * JITTER); });
  // While it is lost for a moment the browser tries by itself.
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN);
  });
}

function renew() {
  asked = undefined;
  document.getElementById("geraet").dispatchEvent(new Event("news"));
}

if (window.EventSource) {
  listen();
  window.addEventListener("pagehide", () => stream?.close());
}

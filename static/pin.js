// The pin on the map of a space: a press sets it, arrow keys move it, the device can say where it is. The two figures
// beside the map are what is saved; without a script a press asks the server for them.

const box = document.querySelector("[data-pin]");
const { lat: north, lng: west, east, south, step } = Object.fromEntries(
  ["lat", "lng", "east", "south", "step"].map((name) => [name, Number(box.dataset[name])]),
);
const map = box.querySelector("svg");
const target = box.querySelector("input[type=image]");
const needle = box.querySelector("[data-needle]");
const news = box.querySelector("[data-news]");
const { lat, lng } = target.form.elements;
const size = map.viewBox.baseVal.width;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const degrees = (field) => Number.parseFloat(field.value.replace(",", "."));

function spot() {
  return [size / 2 + (degrees(lng) - west) / east, size / 2 + (north - degrees(lat)) / south];
}

function draw() {
  const [x, y] = spot();
  if (Number.isFinite(x) && Number.isFinite(y)) needle.setAttribute("transform", `translate(${x} ${y})`);
}

function put(newLat, newLng) {
  lat.value = newLat.toFixed(6);
  lng.value = newLng.toFixed(6);
  news.textContent = box.dataset.said.replace("{lat}", lat.value).replace("{lng}", lng.value);
  draw();
}

function putAt(x, y) {
  put(north - (y - size / 2) * south, west + (x - size / 2) * east);
}

target.addEventListener("click", (event) => {
  event.preventDefault();
  if (!event.detail) return; // the Enter key presses nowhere
  const { left, top, width } = map.getBoundingClientRect();
  putAt(((event.clientX - left) / width) * size, ((event.clientY - top) / width) * size);
});

target.addEventListener("keydown", (event) => {
  const way = ARROWS[event.key];
  if (!way) return;
  event.preventDefault();
  const [x, y] = spot();
  const far = event.shiftKey ? 10 * step : step;
  if (Number.isFinite(x) && Number.isFinite(y)) putAt(x + way[0] * far, y + way[1] * far);
  else putAt(size / 2, size / 2);
});

for (const field of [lat, lng]) field.addEventListener("change", draw);
const help = box.querySelector("[data-with]");
help.hidden = false;
target.setAttribute("aria-describedby", help.id);

const here = document.querySelector("[data-here]");
if (navigator.geolocation) {
  here.hidden = false;
  here.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => put(coords.latitude, coords.longitude),
      () => { news.textContent = news.dataset.failed; },
      { enableHighAccuracy: true, timeout: 10000 },
    );
  });
}

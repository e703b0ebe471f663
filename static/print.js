// A button that prints the page; without a script the browser's own menu does it, as the text beside it says.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

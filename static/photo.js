// A picture from a telephone is made smaller before it is sent: no more than `data-longest` pixels are kept anyway, and
// a slow line would need minutes for the rest. What cannot be read here goes as it is, and the server judges it.

const WORTH_IT = 300_000; // bytes
const QUALITY = 0.85;

async function smaller(file, longest) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const drawn = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
  return drawn && drawn.size < file.size ? new File([drawn], "bild.jpg", { type: "image/jpeg" }) : file;
}

async function shrink(field) {
  const [file] = field.files;
  if (!file || file.size < WORTH_IT) return;
  const kept = await smaller(file, Number(field.dataset.longest)).catch(() => file);
  if (kept === file || field.files[0] !== file) return;
  const chosen = new DataTransfer();
  chosen.items.add(kept);
  field.files = chosen.files;
}

for (const field of document.querySelectorAll("input[type=file][data-longest]")) {
  field.addEventListener("change", () => shrink(field));
  shrink(field); // it may have been chosen before this came
}

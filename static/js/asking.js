// Searching with a picture of one's own: a chosen or dropped one is sent at once.
//
// <div data-picture-drop> <form data-picture-form> <input type="file" data-sends-form> <button data-without-script> </form> </div>

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-sends-form]")) event.target.form.requestSubmit();
});
for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;

// Elsewhere on the page a dropped file is an upload; here it is a question, so the event goes no further.
const zone = document.querySelector("[data-picture-drop]");
const isFile = (event) => event.dataTransfer?.types.includes("Files");

function onDrag(event) {
  if (!isFile(event)) return;
  event.preventDefault();
  event.stopPropagation();
  zone.classList.toggle("is-over", event.type === "dragover");
}

function onDrop(event) {
  onDrag(event);
  const field = zone.querySelector("input[type=file]");
  field.files = event.dataTransfer.files;
  if (field.files.length > 0) field.form.requestSubmit();
}

if (zone) {
  for (const type of ["dragenter", "dragover", "dragleave"]) zone.addEventListener(type, onDrag);
  zone.addEventListener("drop", onDrop);
}

// The frames of a video: choosing one shows it in the viewer, takes the player there and is what a mark is drawn on.
//
// <figure data-viewer> <svg data-picture><image data-base="…" data-sharp-base="…"/></svg> <video>…</video> </figure>
// <div data-filmstrip> <button data-frame="12000" aria-pressed="false">…</button> </div>

import { replace } from "./pictures.js";

function choose(button) {
  const viewer = document.querySelector("[data-viewer]");
  const image = viewer?.querySelector("image[data-base]");
  if (!image) return;
  const place = `?at_ms=${button.dataset.frame}`;
  replace(image, image.dataset.base + place, image.dataset.sharpBase + place);
  for (const each of button.closest("[data-filmstrip]").querySelectorAll("[data-frame]")) {
    each.setAttribute("aria-pressed", String(each === button));
  }
  const marked = viewer.querySelector("[data-crop-frame]");
  if (marked) marked.value = button.dataset.frame;
  const player = viewer.querySelector("video");
  if (player) seek(player, Number(button.dataset.frame) / 1000);
}

function seek(player, seconds) {
  // Before anything is loaded the player has nowhere to go: it is told once it knows the length.
  if (player.readyState > 0) player.currentTime = seconds;
  else player.addEventListener("loadedmetadata", () => (player.currentTime = seconds), { once: true });
}

// A link that leads to a passage names where the player is to begin.
for (const player of document.querySelectorAll("video[data-begin-ms]")) {
  seek(player, Number(player.dataset.beginMs) / 1000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-frame]");
  if (button) choose(button);
});

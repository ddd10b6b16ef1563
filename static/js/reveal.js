// The eyes: pictures arrive blurred and are shown only on request — while space is held, or by a button.
//
// <figure data-reveal tabindex="0">
//   <img src="…blurred…" data-sharp="…thumbnail or preview…" alt="…">
//   <button data-reveal-toggle>…</button>            optional
//   <video class="when-open">…</video>               optional: hidden and paused while shut
// </figure>
// `data-reveal="main"` marks the one that space opens when none has the focus.

import { bind, scope } from "./keys.js";

let heldTile = null;

function tileInReach() {
  return document.activeElement?.closest("[data-reveal]") ?? document.querySelector('[data-reveal="main"]');
}

async function open(tile) {
  tile.dataset.open = "";
  await Promise.all([...tile.querySelectorAll("img[data-sharp]")].map((image) => sharpen(tile, image)));
}

async function sharpen(tile, image) {
  image.dataset.blurred ??= image.getAttribute("src");
  const loader = new Image();
  loader.src = image.dataset.sharp;
  try {
    await loader.decode();
  } catch {
    return; // no such derivative yet: the blurred one stays
  }
  if ("open" in tile.dataset) image.src = image.dataset.sharp;
}

/** Cover a picture until the next one that it shows is there: a browser keeps the old one meanwhile. */
export function shutAtOnce(image) {
  image.dataset.shutting = "";
  image.addEventListener("load", () => delete image.dataset.shutting, { once: true });
}

function shut(tile) {
  delete tile.dataset.open;
  for (const image of tile.querySelectorAll("img[data-blurred]")) {
    shutAtOnce(image);
    image.src = image.dataset.blurred;
  }
  for (const player of tile.querySelectorAll("video, audio")) player.pause();
}

function setOpen(tile, isOpen) {
  if (isOpen) open(tile);
  else shut(tile);
  for (const toggle of tile.querySelectorAll("[data-reveal-toggle]")) toggle.setAttribute("aria-pressed", String(isOpen));
  showEyes();
}

function openTiles() {
  return [...document.querySelectorAll("[data-reveal][data-open]")];
}

function showEyes() {
  const count = openTiles().length;
  for (const eyes of document.querySelectorAll("[data-eyes]")) {
    eyes.setAttribute("aria-pressed", String(count > 0));
    eyes.querySelector("[data-eyes-word]").textContent = count > 0 ? "Eyes open" : "Eyes shut";
  }
}

function toggleAll() {
  const opened = openTiles();
  const tiles = opened.length > 0 ? opened : [...document.querySelectorAll("[data-reveal]")];
  for (const tile of tiles) setOpen(tile, opened.length === 0);
}

function hold() {
  heldTile = tileInReach();
  if (heldTile && "open" in heldTile.dataset) heldTile = null; // opened by its button: leave it open
  if (heldTile) setOpen(heldTile, true);
}

function letGo() {
  if (heldTile) setOpen(heldTile, false);
  heldTile = null;
}

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-reveal-toggle]");
  if (toggle) {
    event.preventDefault();
    const tile = toggle.closest("[data-reveal]");
    setOpen(tile, !("open" in tile.dataset));
  } else if (event.target.closest("[data-eyes]")) {
    toggleAll();
  }
});

// Coming back to a page must not find it as open as it was left.
window.addEventListener("pagehide", () => openTiles().forEach((tile) => setOpen(tile, false)));

scope("reveal", "Pictures", () => Boolean(tileInReach()));
bind("reveal", ["Space"], "Hold to reveal", hold, { release: letGo });

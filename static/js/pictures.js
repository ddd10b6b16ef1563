// Pictures inside drawings open and shut with the tile they stand in: reveal.js marks it, this follows.
//
// <figure data-reveal> <svg> <image href="…blurred…" data-sharp="…preview…"/> </svg> </figure>

import { shutAtOnce } from "./reveal.js";

const openTile = (image) => image.closest("[data-reveal][data-open]");

function shut(image) {
  if (!image.dataset.blurred || image.getAttribute("href") === image.dataset.blurred) return;
  shutAtOnce(image);
  image.setAttribute("href", image.dataset.blurred);
}

async function sharpen(image) {
  image.dataset.blurred ??= image.getAttribute("href");
  const wanted = image.dataset.sharp;
  const loader = new Image();
  loader.src = wanted;
  try {
    await loader.decode();
  } catch {
    return; // no such derivative: the blurred one stays
  }
  if (openTile(image) && image.dataset.sharp === wanted) image.setAttribute("href", wanted);
}

/** Show a drawing's picture as its tile stands: sharp where it is open, blurred otherwise. */
export function show(image) {
  if (openTile(image)) sharpen(image);
  else shut(image);
}

/** Put another frame into a drawing. */
export function replace(image, blurred, sharp) {
  image.dataset.blurred = blurred;
  image.dataset.sharp = sharp;
  image.setAttribute("href", blurred);
  show(image);
}

function showPoster(player) {
  if (player.closest("[data-reveal][data-open]")) player.poster = player.dataset.poster;
  else player.removeAttribute("poster");
}

new MutationObserver((changes) => {
  for (const { target } of changes) {
    for (const player of target.querySelectorAll("video[data-poster]")) showPoster(player);
    for (const image of target.querySelectorAll("svg image[data-sharp]")) show(image);
  }
}).observe(document.body, { subtree: true, attributes: true, attributeFilter: ["data-open"] });

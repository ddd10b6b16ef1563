// Zoom and pan: every picture inside a host shows the same part of itself, so that two sides move together.
//
// <section data-stage> <svg data-picture viewBox="0 0 640 480" data-width="640" data-height="480">…</svg> </section>
// A host sends "stagechange" whenever what it shows has changed. Lengths are relative to the picture.

import { bind, scope } from "./keys.js";

const MOST = 16;
const STEP = 1.4;
const NUDGE = 0.12;
const WHOLE = { scale: 1, x: 0.5, y: 0.5 };

const states = new WeakMap();
let drag = null;

const hostOf = (element) => element?.closest?.("[data-stage]");
const pictures = (host) => [...host.querySelectorAll("svg[data-picture]")];
const stateOf = (host) => states.get(host) ?? WHOLE;

/** Return a place on the screen in pixels of a picture. */
export function placeIn(picture, clientX, clientY) {
  return new DOMPoint(clientX, clientY).matrixTransform(picture.getScreenCTM().inverse());
}

function clamp(value, least, most) {
  return Math.min(Math.max(value, least), most);
}

function set(host, { scale, x, y }) {
  const kept = clamp(scale, 1, MOST);
  const margin = 0.5 / kept;
  const state = { scale: kept, x: clamp(x, margin, 1 - margin), y: clamp(y, margin, 1 - margin) };
  states.set(host, state);
  host.toggleAttribute("data-zoomed", kept > 1);
  for (const picture of pictures(host)) show(picture, state);
  host.dispatchEvent(new CustomEvent("stagechange"));
}

function show(picture, { scale, x, y }) {
  const [width, height] = [Number(picture.dataset.width), Number(picture.dataset.height)];
  const [shownWidth, shownHeight] = [width / scale, height / scale];
  const left = x * width - shownWidth / 2;
  const top = y * height - shownHeight / 2;
  picture.setAttribute("viewBox", `${left} ${top} ${shownWidth} ${shownHeight}`);
}

function zoom(host, factor, around = null) {
  const state = stateOf(host);
  const scale = clamp(state.scale * factor, 1, MOST);
  const kept = 1 - state.scale / scale;
  const towards = around ?? { x: state.x, y: state.y };
  set(host, { scale, x: state.x + (towards.x - state.x) * kept, y: state.y + (towards.y - state.y) * kept });
}

function move(host, byX, byY) {
  const state = stateOf(host);
  set(host, { ...state, x: state.x + byX, y: state.y + byY });
}

function relative(picture, event) {
  const place = placeIn(picture, event.clientX, event.clientY);
  return { x: place.x / Number(picture.dataset.width), y: place.y / Number(picture.dataset.height) };
}

const actions = {
  in: (host) => zoom(host, STEP),
  out: (host) => zoom(host, 1 / STEP),
  reset: (host) => set(host, WHOLE),
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-zoom]");
  if (button) actions[button.dataset.zoom](hostOf(button));
});

// The wheel zooms only where the officer is at work; elsewhere it scrolls the page.
document.addEventListener(
  "wheel",
  (event) => {
    const picture = event.target.closest?.("svg[data-picture]");
    const host = hostOf(picture);
    if (!host || !(host.contains(document.activeElement) || event.ctrlKey)) return;
    event.preventDefault();
    zoom(host, event.deltaY < 0 ? STEP : 1 / STEP, relative(picture, event));
  },
  { passive: false },
);

document.addEventListener("pointerdown", (event) => {
  const picture = event.target.closest?.("svg[data-picture]");
  const host = hostOf(picture);
  if (!host || host.hasAttribute("data-cropping") || event.button !== 0) return;
  drag = { host, picture, from: relative(picture, event), moved: false };
});

document.addEventListener("pointermove", (event) => {
  if (!drag || stateOf(drag.host).scale === 1) return;
  const to = relative(drag.picture, event);
  drag.moved = true;
  move(drag.host, drag.from.x - to.x, drag.from.y - to.y);
});

// Letting go after a drag is no click on the face under the pointer.
document.addEventListener(
  "click",
  (event) => {
    if (drag?.moved && event.target.closest("svg[data-picture]")) event.preventDefault();
    drag = null;
  },
  true,
);
document.addEventListener("pointercancel", () => (drag = null));
document.addEventListener("pointerup", () => setTimeout(() => (drag = null), 0));
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.("svg[data-picture]")) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggle-drawn]");
  if (!button) return;
  const isHidden = hostOf(button).toggleAttribute("data-undrawn");
  button.setAttribute("aria-pressed", String(!isHidden));
});

const atWork = () => document.querySelector("[data-stage]");
scope("zoom", "Pictures", () => Boolean(atWork()));
bind("zoom", ["+", "="], "Zoom in", () => zoom(atWork(), STEP), { inFoot: false });
bind("zoom", ["-"], "Zoom out", () => zoom(atWork(), 1 / STEP), { inFoot: false });
bind("zoom", ["0"], "Whole picture", () => set(atWork(), WHOLE), { inFoot: false });

const focused = () => hostOf(document.activeElement);
scope("stage", "In an enlarged picture", () => Boolean(focused()?.hasAttribute("data-zoomed")));
bind("stage", ["ArrowLeft"], "Move the picture", () => move(focused(), -NUDGE / stateOf(focused()).scale, 0), { inFoot: false });
bind("stage", ["ArrowRight"], "Move the picture", () => move(focused(), NUDGE / stateOf(focused()).scale, 0), { inFoot: false });
bind("stage", ["ArrowUp"], "Move the picture", () => move(focused(), 0, -NUDGE / stateOf(focused()).scale), { inFoot: false });
bind("stage", ["ArrowDown"], "Move the picture", () => move(focused(), 0, NUDGE / stateOf(focused()).scale), { inFoot: false });

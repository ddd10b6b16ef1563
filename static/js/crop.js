// Marking a part of a picture to search with: by pointer, or by keys.
//
// <form data-crop-form> <input type="hidden" name="box" data-crop-value> <button type="button" data-crop-start>
//   <button data-crop-submit><span data-crop-word>…</span></button> </form>      inside [data-stage]
// The box is kept as "x y width height", relative to the picture.

import { bind, refreshFoot, scope } from "./keys.js";
import { placeIn } from "./stage.js";

const LEAST = 0.02;
const STEP = 0.02;
let box = null;
let origin = null;

const host = () => document.querySelector("[data-stage]:has([data-crop-form])");
const isMarking = () => Boolean(host()?.hasAttribute("data-cropping"));
const clamp = (value) => Math.min(Math.max(value, 0), 1);

function setMarking(isOn) {
  host().toggleAttribute("data-cropping", isOn);
  host().querySelector("[data-crop-start]").setAttribute("aria-pressed", String(isOn));
  if (isOn) {
    host().focus({ preventScroll: true });
    set(box ?? { x: 0.25, y: 0.25, width: 0.5, height: 0.5 });
  } else {
    set(null);
  }
  refreshFoot();
}

function set(next) {
  box = next;
  const marker = host().querySelector("[data-crop-box]");
  marker.toggleAttribute("hidden", !box);
  host().querySelector("[data-crop-value]").value = box ? [box.x, box.y, box.width, box.height].map((side) => side.toFixed(4)).join(" ") : "";
  host().querySelector("[data-crop-word]").textContent = box ? "Search with this part" : "Search with it";
  if (box) draw(marker);
}

function draw(marker) {
  const picture = marker.closest("svg");
  const [width, height] = [Number(picture.dataset.width), Number(picture.dataset.height)];
  marker.setAttribute("x", box.x * width);
  marker.setAttribute("y", box.y * height);
  marker.setAttribute("width", box.width * width);
  marker.setAttribute("height", box.height * height);
}

function relative(picture, event) {
  const place = placeIn(picture, event.clientX, event.clientY);
  return { x: clamp(place.x / Number(picture.dataset.width)), y: clamp(place.y / Number(picture.dataset.height)) };
}

function between(one, other) {
  return {
    x: Math.min(one.x, other.x),
    y: Math.min(one.y, other.y),
    width: Math.max(LEAST, Math.abs(one.x - other.x)),
    height: Math.max(LEAST, Math.abs(one.y - other.y)),
  };
}

function nudge(byX, byY) {
  set({ ...box, x: clamp(Math.min(box.x + byX, 1 - box.width)), y: clamp(Math.min(box.y + byY, 1 - box.height)) });
}

function grow(byWidth, byHeight) {
  const width = Math.min(Math.max(box.width + byWidth, LEAST), 1 - box.x);
  const height = Math.min(Math.max(box.height + byHeight, LEAST), 1 - box.y);
  set({ ...box, width, height });
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-crop-start]")) setMarking(!isMarking());
});

document.addEventListener("pointerdown", (event) => {
  const picture = event.target.closest?.("svg[data-picture]");
  if (!picture || !isMarking() || event.button !== 0) return;
  event.preventDefault();
  picture.setPointerCapture(event.pointerId);
  origin = { picture, at: relative(picture, event) };
});

document.addEventListener("pointermove", (event) => {
  if (origin) set(between(origin.at, relative(origin.picture, event)));
});

document.addEventListener("pointerup", () => (origin = null));
document.addEventListener("click", (event) => {
  if (isMarking() && event.target.closest("svg[data-picture]")) event.preventDefault();
});

scope("crop", "Marking a part", isMarking);
bind("crop", ["ArrowLeft"], "Move the mark", () => nudge(-STEP, 0));
bind("crop", ["ArrowRight"], "Move the mark", () => nudge(STEP, 0));
bind("crop", ["ArrowUp"], "Move the mark", () => nudge(0, -STEP));
bind("crop", ["ArrowDown"], "Move the mark", () => nudge(0, STEP));
bind("crop", ["Shift+ArrowRight"], "Widen the mark", () => grow(STEP, 0));
bind("crop", ["Shift+ArrowLeft"], "Narrow the mark", () => grow(-STEP, 0), { inFoot: false });
bind("crop", ["Shift+ArrowDown"], "Lengthen the mark", () => grow(0, STEP), { inFoot: false });
bind("crop", ["Shift+ArrowUp"], "Shorten the mark", () => grow(0, -STEP), { inFoot: false });
bind("crop", ["Enter"], "Search with it", () => host().querySelector("[data-crop-form]").requestSubmit());
bind("crop", ["Escape"], "Stop marking", () => setMarking(false));

// Faces that are picked to search with several at once: the bar's form takes them into the address.
//
// <div data-grid> <div data-tile> <input type="checkbox" form="face-search" name="face" value="…id…" data-face-pick> </div> </div>
// <form id="face-search" data-face-bar hidden> <output data-face-count></output> <button>…</button> </form>

import { bind, refreshFoot, scope } from "./keys.js";

const bar = () => document.querySelector("[data-face-bar]");
const picks = () => [...document.querySelectorAll("[data-face-pick]")];
const picked = () => picks().filter((box) => box.checked);
const inHand = () =>
  document.activeElement?.closest("[data-tile]")?.querySelector("[data-face-pick]") ??
  document.querySelector("[data-grid] [data-tile][tabindex='0'] [data-face-pick]");

function show() {
  const count = picked().length;
  document.body.classList.toggle("has-picks", Boolean(bar()) && count > 0);
  for (const box of picks()) box.closest("[data-tile]")?.toggleAttribute("data-picked", box.checked);
  if (!bar()) return;
  bar().hidden = count === 0;
  bar().querySelector("[data-face-count]").textContent = count === 1 ? "1 face" : `${count} faces`;
  refreshFoot();
}

function toggle() {
  const box = inHand();
  if (!box) return;
  box.checked = !box.checked;
  show();
}

function clear() {
  for (const box of picked()) box.checked = false;
  show();
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-face-pick]")) show();
});

scope("faces", "Faces", () => Boolean(bar()) && picks().length > 0);
bind("faces", ["f"], "Pick the face", toggle);
scope("picked", "With faces picked", () => Boolean(bar()) && picked().length > 0);
bind("picked", ["Escape"], "Put the faces back", clear);

document.addEventListener("htmx:afterSettle", show);
show();

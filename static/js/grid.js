// A grid or list that is worked by keys: move, select, select a range, open.
//
// <form id="selection" method="post" data-selection-bar hidden> … <output data-selection-count></output> … </form>
// <div data-grid>
//   <article data-tile="…id…" tabindex="-1"> <input type="checkbox" form="selection" name="material" value="…id…">
//     <a data-open href="…">…</a> </article>
// </div>
// Where the officer was and what was selected lives in the history entry, so that going back finds it again.

import { bind, refreshFoot, scope } from "./keys.js";

let anchor = null;

const grid = () => document.querySelector("[data-grid]");
const tiles = () => [...(grid()?.querySelectorAll("[data-tile]") ?? [])];
const current = () => document.activeElement?.closest("[data-grid] [data-tile]") ?? grid()?.querySelector("[data-tile][tabindex='0']");
const checkboxOf = (tile) => tile?.querySelector("input[type=checkbox]:not([data-face-pick])");

function focus(tile) {
  if (!tile) return;
  for (const each of tiles()) each.tabIndex = each === tile ? 0 : -1;
  tile.focus();
  tile.scrollIntoView({ block: "nearest" });
}

function columns() {
  const all = tiles();
  const top = all[0]?.offsetTop;
  const inFirstRow = all.findIndex((tile) => tile.offsetTop !== top);
  return inFirstRow === -1 ? all.length : inFirstRow;
}

function neighbour(step) {
  const all = tiles();
  if (!all.some((tile) => tile === document.activeElement?.closest("[data-tile]"))) return current() ?? all[0];
  const target = all.indexOf(current()) + step;
  return all[Math.max(0, Math.min(all.length - 1, target))];
}

function move(step) {
  anchor = null;
  focus(neighbour(step));
}

function extend(step) {
  anchor ??= current();
  focus(neighbour(step));
  selectRange(anchor, current());
}

function selectRange(from, to) {
  const all = tiles();
  const [first, last] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  for (const tile of all.slice(Math.max(0, first), last + 1)) setSelected(tile, true);
}

function setSelected(tile, isSelected) {
  const box = checkboxOf(tile);
  if (!box) return;
  box.checked = isSelected;
  tile.toggleAttribute("data-selected", isSelected);
  showSelection();
}

function toggleSelected() {
  const tile = current();
  anchor = tile;
  if (tile) setSelected(tile, !checkboxOf(tile)?.checked);
}

function clearSelection() {
  for (const tile of tiles()) setSelected(tile, false);
}

const selected = () => tiles().filter((tile) => checkboxOf(tile)?.checked);

function showSelection() {
  const bar = document.querySelector("[data-selection-bar]");
  if (!bar) return;
  const count = selected().length;
  bar.hidden = count === 0;
  document.body.classList.toggle("has-selection", count > 0);
  for (const output of bar.querySelectorAll("[data-selection-count]")) output.textContent = String(count);
  showCopies(bar.querySelector("[data-selection-copies]"));
}

/** Say how many copies go along, as each tile counts its own in data-copies. */
function showCopies(place) {
  if (!place) return;
  const copies = selected().reduce((sum, tile) => sum + Number(tile.dataset.copies ?? 0), 0);
  place.hidden = copies === 0;
  place.querySelector("output").textContent = copies === 1 ? "1 copy" : `${copies} copies`;
}

function remember() {
  if (!grid()) return;
  const kept = { tile: current()?.dataset.tile, selected: selected().map((tile) => tile.dataset.tile) };
  history.replaceState({ ...history.state, grid: kept }, "");
}

function settle() {
  for (const tile of tiles()) tile.toggleAttribute("data-selected", Boolean(checkboxOf(tile)?.checked));
  const reachable = grid()?.querySelector("[data-tile][tabindex='0']") ?? tiles()[0];
  if (reachable) reachable.tabIndex = 0;
  showSelection();
  refreshFoot();
}

function restore() {
  const kept = history.state?.grid;
  for (const tile of tiles()) {
    const box = checkboxOf(tile);
    if (box && kept?.selected.includes(tile.dataset.tile)) box.checked = true;
    if (tile.dataset.tile === kept?.tile) tile.tabIndex = 0;
  }
  settle();
  if (kept?.tile) grid()?.querySelector("[data-tile][tabindex='0']")?.focus({ preventScroll: true });
}

document.addEventListener("change", (event) => {
  const tile = event.target.closest("[data-grid] [data-tile]");
  if (tile && event.target === checkboxOf(tile)) setSelected(tile, event.target.checked);
});

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-grid] [data-tile] input[type=checkbox]:not([data-face-pick])");
  if (!box) return;
  const tile = box.closest("[data-tile]");
  if (event.shiftKey && anchor) selectRange(anchor, tile);
  anchor = tile;
});

document.addEventListener("focusin", (event) => {
  const tile = event.target.closest("[data-grid] [data-tile]");
  if (tile) for (const each of tiles()) each.tabIndex = each === tile ? 0 : -1;
});

scope("grid", "In the grid", () => tiles().length > 0);
scope("selecting", "Selecting", () => tiles().some(checkboxOf));
bind("grid", ["j", "ArrowRight"], "Move", () => move(1));
bind("grid", ["k", "ArrowLeft"], "Move", () => move(-1));
bind("grid", ["ArrowDown"], "Move a row", () => move(columns()), { inFoot: false });
bind("grid", ["ArrowUp"], "Move a row", () => move(-columns()), { inFoot: false });
bind("selecting", ["x"], "Select", toggleSelected);
bind("selecting", ["Shift+ArrowRight", "Shift+j"], "Select a range", () => extend(1), { inFoot: false });
bind("selecting", ["Shift+ArrowLeft", "Shift+k"], "Select a range", () => extend(-1), { inFoot: false });
bind("selecting", ["Shift+ArrowDown"], "Select rows", () => extend(columns()), { inFoot: false });
bind("selecting", ["Shift+ArrowUp"], "Select rows", () => extend(-columns()), { inFoot: false });
bind("grid", ["Enter"], "Open", () => current()?.querySelector("a[data-open]")?.click());

scope("selection", "With a selection", () => selected().length > 0);
bind("selection", ["Escape"], "Clear the selection", clearSelection);

window.addEventListener("pagehide", remember);
document.addEventListener("htmx:afterSettle", settle);
restore();

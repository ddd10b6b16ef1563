// Lists of lines: a key that acts on the line in hand, and a field that narrows a table while typing.
//
// <li data-tile> … <button data-line-key="a">Add</button> </li>      inside [data-grid]
// <input type="search" data-filters="#tags">  <table id="tags"> … </table>

import { bind, scope } from "./keys.js";

const inHand = (key) => {
  const line = document.activeElement?.closest("[data-tile]") ?? document.querySelector("[data-grid] [data-tile][tabindex='0']");
  return line?.querySelector(`[data-line-key="${key}"]`);
};

scope("line", "On the line in hand", () => Boolean(inHand("a")));
bind("line", ["a"], "Add it", () => inHand("a").click());

document.addEventListener("input", (event) => {
  const table = event.target.dataset?.filters && document.querySelector(event.target.dataset.filters);
  if (!table) return;
  const wanted = event.target.value.toLowerCase();
  for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
});

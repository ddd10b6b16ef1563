// Dialogs and menus without a line of script in the page.
//
// <button data-opens="#id">   opens the <dialog>;  <button data-closes> closes the one it stands in.
// <details data-menu>         shuts when the officer clicks or tabs elsewhere, or presses Escape.

import { refreshFoot } from "./keys.js";

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.querySelector(opener.dataset.opens)?.showModal();
  event.target.closest("[data-closes]")?.closest("dialog").close();
  if (event.target.matches("dialog[data-light]")) event.target.close(); // the backdrop
  refreshFoot();
});

function shutMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

document.addEventListener("click", (event) => shutMenus(event.target));
document.addEventListener("focusin", (event) => shutMenus(event.target));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") shutMenus(null);
});
document.addEventListener("close", refreshFoot, true);

// Short messages at the edge of the page, read out by screen readers.

const area = () => document.querySelector("#notices");

/** Show a message until it is closed. */
export function notice(text) {
  const item = document.createElement("div");
  item.className = "notice";
  item.append(text, closeButton());
  area().append(item);
}

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn-close btn-sm";
  button.setAttribute("aria-label", "Close");
  button.dataset.closeNotice = "";
  return button;
}

document.addEventListener("click", (event) => {
  event.target.closest("[data-close-notice]")?.parentElement.remove();
});

// An answer that is no fragment of ours (a proxy's error page) never replaces part of the page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || xhr.getResponseHeader("HX-Retarget")) return;
  event.detail.shouldSwap = false;
  if (event.detail.requestConfig.verb !== "get") notice("That was not done. Try again; if it goes on, tell your administrator.");
});
document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.requestConfig.verb !== "get") notice("The platform cannot be reached. Nothing was changed.");
});

// The session has ended: what a page showed must not stay on the screen. Most pages are loaded again, which leads
// to the sign-in; one that holds what would have to be chosen again, as the files of an upload, clears itself.

export function leave() {
  if (!isKept()) location.reload();
}

function isKept() {
  return !dispatchEvent(new CustomEvent("session:ended", { cancelable: true }));
}

// A fragment that asks again by itself may learn of the end first; htmx would go to the sign-in.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.detail.xhr.status === 401 && isKept()) event.preventDefault();
});

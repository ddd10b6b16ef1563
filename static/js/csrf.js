// The token against forged requests. Who signs in anew in another tab has another one.

const meta = () => document.querySelector("meta[name=csrf-token]");

export const csrfToken = () => meta().content;

/** Use another token from now on, also for what htmx sends. */
export function renewCsrfToken(token) {
  meta().content = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
}

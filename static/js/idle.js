// A session that nobody uses ends. What a page asks by itself says so and keeps nothing alive; shortly before
// the end the page tells, and asks the server first, for another window may have been used meanwhile.

import { csrfToken } from "./csrf.js";
import { leave } from "./session_end.js";

const QUIET_MS = 30_000;
const ASK_EVERY_MS = 15_000;
const ADDRESS = document.body.dataset.session;
const WARN_SECONDS = Number(document.body.dataset.warnSeconds);

let touchedAt = Date.now();
let band = null;

for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) {
  addEventListener(kind, () => (touchedAt = Date.now()), { passive: true, capture: true });
}

const isUnattended = () => Date.now() - touchedAt > QUIET_MS;

document.addEventListener("htmx:configRequest", (event) => {
  if (isUnattended()) event.detail.headers["X-Unattended"] = "1";
});

async function ask(method) {
  const headers = method === "GET" ? { "X-Unattended": "1" } : { "X-CSRFToken": csrfToken() };
  const answer = await fetch(ADDRESS, { method, headers, redirect: "manual" });
  if (answer.ok) return (await answer.json()).seconds;
  return answer.type === "opaqueredirect" ? 0 : Infinity;
}

async function look() {
  const seconds = await ask("GET").catch(() => Infinity);
  if (seconds <= 0) leave();
  else if (seconds <= WARN_SECONDS) warn(seconds);
  else band?.remove();
}

function warn(seconds) {
  band?.remove();
  band = document.createElement("div");
  band.className = "band band-decide idle-band";
  band.setAttribute("role", "alert");
  const minutes = Math.max(1, Math.round(seconds / 60));
  const stay = document.createElement("button");
  stay.type = "button";
  stay.className = "btn btn-primary btn-sm";
  stay.textContent = "Stay signed in";
  stay.addEventListener("click", () => ask("POST").then(() => band.remove()));
  band.append(`You are signed out in about ${minutes} minute${minutes === 1 ? "" : "s"}, because nothing was done here. `, stay);
  document.querySelector("#main").prepend(band);
}

if (ADDRESS) {
  setInterval(() => {
    if (isUnattended()) look();
  }, ASK_EVERY_MS);
}

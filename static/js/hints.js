// The officer's one stream of hints. A hint says that something has changed, never what: fragments that
// listen fetch themselves by the ordinary way. Without the stream they ask from time to time all the same.

import { leave } from "./session_end.js";

const LONGEST_PAUSE_MS = 60_000;
const NOT_SIGNED_IN = 4401; // accounts/consumers.py
const ANSWERED_WITHIN_MS = 2_000;
let pause = 1_000;
let submittedAt = -ANSWERED_WITHIN_MS;

addEventListener("submit", () => (submittedAt = performance.now()), { capture: true });

function leaveSoon() {
  // A form that is on its way may itself have renewed the session, as confirming who one is does: to reload
  // now would throw its answer away. If none comes, the page is left all the same.
  const isOnItsWay = performance.now() - submittedAt < ANSWERED_WITHIN_MS;
  setTimeout(leave, isOnItsWay ? ANSWERED_WITHIN_MS : 0);
}

function open() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const stream = new WebSocket(`${scheme}://${location.host}/ws/hints/`);
  stream.addEventListener("open", () => {
    pause = 1_000;
  });
  stream.addEventListener("message", () => {
    document.body.dispatchEvent(new CustomEvent("hint"));
  });
  stream.addEventListener("close", (event) => {
    if (event.code === NOT_SIGNED_IN) {
      leaveSoon();
      return;
    }
    // Spread out, so that after a restart not every page comes back in the same moment.
    setTimeout(open, pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  });
}

// Not before a password of one's own and a second factor: until then the stream is closed.
if (document.body.dataset.hints !== undefined) {
  open();
}

// The officer's one stream of hints. A hint says that something has changed, never what: fragments that
// listen fetch themselves by the ordinary way. Without the stream they ask from time to time all the same.

const LONGEST_PAUSE_MS = 60_000;
const NOT_SIGNED_IN = 4401; // accounts/consumers.py
let pause = 1_000;

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
      // The session has ended: what it showed must not stay on the screen.
      location.reload();
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

// The officer's one stream of hints. A hint says that something has changed, never what: fragments that
// listen fetch themselves by the ordinary way. Without the stream they ask from time to time all the same.

const LONGEST_PAUSE_MS = 60_000;
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
  stream.addEventListener("close", () => {
    // Spread out, so that after a restart not every page comes back in the same moment.
    setTimeout(open, pause * (0.5 + Math.random()));
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  });
}

if (document.body.dataset.signedIn !== undefined) {
  open();
}

// Sends files one request each, three at a time. A refusal of one never holds up the rest.

const PARALLEL = 3;
export const VERDICTS = ["new", "known_to_your_country", "known"];

/** States: waiting, sending, one of VERDICTS, refused (final), failed (may be tried again). */
export class Sender {
  constructor({ address, token, fields, onChange }) {
    Object.assign(this, { address, token, fields, onChange });
    this.items = [];
    this.running = new Set();
    this.next = 0;
    this.startedAt = 0;
    this.sentBefore = 0;
  }

  start(files) {
    this.items = files.map(({ file, path }) => ({ file, path, state: "waiting", sent: 0, message: "", answer: null }));
    this.begin();
  }

  retryFailed() {
    for (const item of this.items.filter((each) => each.state === "failed")) {
      Object.assign(item, { state: "waiting", sent: 0, message: "" });
    }
    this.begin();
  }

  stop() {
    for (const item of this.items.filter((each) => each.state === "waiting")) {
      Object.assign(item, { state: "failed", message: "You stopped the upload" });
    }
    for (const request of this.running) request.abort();
    this.onChange();
  }

  get isActive() {
    return this.running.size > 0;
  }

  get bytes() {
    const total = this.items.reduce((sum, item) => sum + item.file.size, 0);
    const sent = this.items.reduce((sum, item) => sum + item.sent, 0);
    const seconds = (performance.now() - this.startedAt) / 1000;
    const rate = seconds > 1 ? (sent - this.sentBefore) / seconds : 0;
    return { total, sent, secondsLeft: rate > 0 ? (total - sent) / rate : null };
  }

  count(state) {
    return this.items.reduce((sum, item) => sum + (item.state === state ? 1 : 0), 0);
  }

  begin() {
    this.next = 0;
    this.startedAt = performance.now();
    this.sentBefore = this.items.reduce((sum, item) => sum + item.sent, 0);
    for (let lane = 0; lane < PARALLEL; lane += 1) this.sendNext();
  }

  sendNext() {
    while (this.next < this.items.length && this.items[this.next].state !== "waiting") this.next += 1;
    const item = this.items[this.next];
    if (item) this.send(item);
    this.onChange();
  }

  send(item) {
    const request = new XMLHttpRequest();
    const over = () => {
      this.running.delete(request);
      conclude(item, request);
      this.sendNext();
    };
    item.state = "sending";
    this.running.add(request);
    request.upload.addEventListener("progress", (event) => {
      item.sent = Math.min(event.loaded, item.file.size);
      this.onChange();
    });
    request.addEventListener("loadend", over);
    request.open("POST", this.address);
    request.setRequestHeader("X-CSRFToken", this.token);
    request.setRequestHeader("Accept", "application/json");
    request.send(this.body(item));
  }

  body(item) {
    const body = new FormData();
    for (const [name, value] of this.fields) body.append(name, value);
    body.append("source_path", item.path);
    body.append("file", item.file, item.file.name); // last: whatever is told is read before the bytes
    return body;
  }
}

function conclude(item, request) {
  const answer = answerOf(request);
  item.sent = item.file.size;
  if (request.status === 201 && VERDICTS.includes(answer?.verdict)) {
    Object.assign(item, { state: answer.verdict, answer });
  } else if (isFinal(request.status) && answer?.error) {
    Object.assign(item, { state: "refused", message: answer.error.message });
  } else {
    Object.assign(item, { state: "failed", sent: 0, message: failure(request.status) });
  }
}

// Signed out, forbidden, too many, no room: the file itself is not at fault and may be sent again.
function isFinal(status) {
  return status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
}

function failure(status) {
  if (status === 401 || status === 403) return "Sign in again in another tab, then try again here";
  if (status === 507) return "There is no room for it at present";
  return status === 0 ? "The connection broke" : "The platform could not take it";
}

function answerOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}

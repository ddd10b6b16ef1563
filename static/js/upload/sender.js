// Sends files by tus 1.0.0, three at a time, in pieces that need not be sent twice. A refusal of one never
// holds up the rest. Nothing about files is kept in the browser: the server knows what has arrived.

import { csrfToken, renewCsrfToken } from "../csrf.js";
import { Hasher } from "./hasher.js";
import { PieceSize } from "./piece_size.js";
import { denial, isDenied, isReadable, lineTrouble, maySpeakOfLine, roomTrouble, SIGNED_OUT, strangeness } from "./trouble.js";

const PARALLEL = 3;
const RETRY_AFTER_MS = [0, 1000, 3000, 5000, 10000, 20000, 30000];
export const VERDICTS = ["new", "known_to_your_country", "known"];

/** States: waiting, sending, one of VERDICTS, unpacking (an archive that arrived), refused (final), failed (may be tried again). */
export class Sender {
  constructor({ address, tokenAddress, officer, batch, onChange }) {
    Object.assign(this, { address, tokenAddress, officer, batch, onChange });
    this.items = [];
    this.running = new Map();
    this.hasher = new Hasher();
    this.piece = new PieceSize();
    this.next = 0;
    this.isPaused = false;
    this.held = null; // what keeps every file back, with when it is tried again
    this.timer = 0;
    this.startedAt = 0;
    this.sentBefore = 0;
    window.addEventListener("online", () => this.timer && this.tryAgain());
  }

  /** Begin with [{file, path}]; `known` are the server's rows of the same batch, which need not be sent again. */
  async start(files, known = []) {
    const rows = new Map(known.map((row) => [keyOfRow(row), row]));
    this.items = files.map(({ file, path }) => itemOf(file, path, rows.get(keyOf(file, path))));
    await import("../../vendor/tus.min.js");
    this.begin();
  }

  retryFailed() {
    for (const item of this.items.filter((each) => each.state === "failed")) {
      Object.assign(item, { state: "waiting", message: "" });
    }
    return this.goOn();
  }

  pause() {
    this.halt();
    this.isPaused = true;
    this.onChange();
  }

  goOn() {
    this.isPaused = false;
    return this.tryAgain();
  }

  /** Stop for what is not one file's trouble; what was on its way waits, and goes on where it is. */
  hold(trouble) {
    this.halt();
    this.held = trouble;
    if (trouble.triesAfterMs === null) this.isPaused = true;
    else this.timer = setTimeout(() => this.tryAgain(), trouble.triesAfterMs);
    this.onChange();
  }

  /** The session has ended: nothing goes on before its officer is known to be signed in anew. */
  doubtSession() {
    this.hold(SIGNED_OUT);
    this.tryAgain();
  }

  async tryAgain() {
    const held = this.held;
    const trouble = await this.findLineTrouble();
    if (this.held !== held) return; // paused meanwhile
    if (trouble) this.hold(trouble);
    else if (this.isPaused) this.pause();
    else this.begin();
  }

  halt() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.held = null;
    for (const [item, upload] of this.running) {
      item.state = "waiting";
      upload.abort?.();
    }
    this.running.clear();
  }

  get isActive() {
    return this.running.size > 0 || this.timer > 0;
  }

  get bytes() {
    const total = this.items.reduce((sum, item) => sum + item.file.size, 0);
    const sent = this.items.reduce((sum, item) => sum + item.sent, 0);
    const seconds = (performance.now() - this.startedAt) / 1000;
    const rate = seconds > 1 && !this.held ? (sent - this.sentBefore) / seconds : 0;
    return { total, sent, secondsLeft: rate > 0 ? (total - sent) / rate : null };
  }

  count(state) {
    return this.items.reduce((sum, item) => sum + (item.state === state ? 1 : 0), 0);
  }

  begin() {
    clearTimeout(this.timer);
    Object.assign(this, { timer: 0, held: null, isPaused: false, next: 0 });
    this.startedAt = performance.now();
    this.sentBefore = this.items.reduce((sum, item) => sum + item.sent, 0);
    for (let lane = this.running.size; lane < PARALLEL; lane += 1) this.sendNext();
    this.onChange();
  }

  sendNext() {
    if (this.isPaused || this.held) return;
    while (this.next < this.items.length && this.items[this.next].state !== "waiting") this.next += 1;
    const item = this.items[this.next];
    if (item) this.send(item);
    this.onChange();
  }

  async send(item) {
    item.state = "sending";
    const attempt = {};
    this.running.set(item, attempt);
    item.hashing ??= this.hash(item.file);
    item.sha256 = await item.hashing;
    const isLost = !item.sha256 && !(await isReadable(item.file));
    if (this.running.get(item) !== attempt) return; // paused or held meanwhile, and perhaps begun again
    if (isLost) {
      this.conclude(item, () => loseFile(item));
      return;
    }
    const upload = new window.tus.Upload(item.file, this.options(item));
    this.running.set(item, upload);
    upload.start();
  }

  /** Return the SHA-256 of a file in hex, or nothing where it cannot be read. */
  hash(file) {
    return isReadable(file).then((is) => (is ? this.hasher.digest(file) : "")).catch(() => "");
  }

  options(item) {
    return {
      endpoint: this.address,
      uploadUrl: item.place,
      chunkSize: this.piece.bytes,
      retryDelays: RETRY_AFTER_MS,
      onShouldRetry: (error, _, options) => this.isWorthAnother(error, options),
      onChunkComplete: () => this.onPiece(item),
      storeFingerprintForResuming: false,
      metadata: metadataOf(item, this.batch),
      onBeforeRequest: (request) => request.setHeader("X-CSRFToken", csrfToken()),
      onAfterResponse: (_, response) => note(item, response),
      onUploadUrlAvailable: () => this.onPlace(item),
      onProgress: (sent) => this.onProgress(item, sent),
      onSuccess: () => this.onWhole(item),
      onError: (error) => this.onError(item, error),
    };
  }

  onPlace(item) {
    const upload = this.running.get(item);
    if (!upload) return; // paused meanwhile
    item.place = upload.url;
    if (!item.ranges) return;
    upload.abort(); // before its first piece: what the own country holds is declared, not sent
    this.declare(item, upload);
  }

  onProgress(item, sent) {
    if (item.state !== "sending") return;
    Object.assign(item, { sent, wasDenied: false });
    this.onChange();
  }

  onPiece(item) {
    this.piece.grow();
    const upload = this.running.get(item);
    if (upload) upload.options.chunkSize = this.piece.bytes;
  }

  /** What the library itself would say; a piece that broke off is sent again as a smaller one. */
  isWorthAnother(error, options) {
    if (!error.originalResponse && error.originalRequest?.getMethod() === "PATCH") {
      this.piece.shrink(options.chunkSize);
      options.chunkSize = this.piece.bytes;
    }
    return window.tus.defaultOptions.onShouldRetry(error);
  }

  async declare(item, upload) {
    const parts = item.ranges.map(([first, last]) => this.hasher.digest(item.file.slice(first, last + 1)));
    const digests = await Promise.all(parts).catch(() => null);
    const answer = digests && (await this.post(`${item.place}declaration/`, { digests }));
    item.ranges = null;
    if (this.running.get(item) !== upload) return;
    if (answer?.ok) this.conclude(item, async () => become(item, await answer.json()));
    else upload.start();
  }

  /** Every byte is there. Where the answer to the last piece was lost, the verdict is asked for. */
  async onWhole(item) {
    if (item.answer) {
      this.conclude(item, () => become(item, item.answer));
      return;
    }
    const upload = this.running.get(item);
    const answer = await this.post(`${item.place}finish/`, {});
    if (this.running.get(item) !== upload) return;
    if (answer?.ok) this.conclude(item, async () => become(item, await answer.json()));
    else this.fail(item, answer?.status ?? 0, await answer?.json().catch(() => null));
  }

  onError(item, error) {
    const response = error.originalResponse;
    this.fail(item, response?.getStatus() ?? 0, parsed(response?.getBody()));
  }

  /** Hold everything where the trouble is not this file's, so that no others fail in their turn. */
  async fail(item, status, answer) {
    const upload = this.running.get(item);
    const message = answer?.error?.message;
    const isLost = status === 0 && !(await isReadable(item.file));
    const trouble = isLost ? null : await this.commonTrouble(item, status, message);
    if (!upload || this.running.get(item) !== upload) return; // paused or held meanwhile
    if (trouble) this.hold(trouble);
    else this.conclude(item, () => (isLost ? loseFile(item) : refuseOrFail(item, status, message)));
  }

  /** Return what keeps back every file, or null where the trouble is of one alone. */
  async commonTrouble(item, status, message) {
    if (!isDenied(status) && !maySpeakOfLine(status)) return roomTrouble(status, message);
    const trouble = await this.findLineTrouble();
    if (trouble || !isDenied(status)) return trouble;
    const isAgain = item.wasDenied;
    item.wasDenied = true;
    return denial(message, isAgain);
  }

  async conclude(item, settle) {
    if (!this.running.delete(item)) return;
    await settle();
    if (item.state !== "failed") item.sent = item.file.size;
    this.sendNext();
  }

  post(address, told) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() };
    return fetch(address, { method: "POST", body: JSON.stringify(told), headers }).catch(() => null);
  }

  /** Ask for a page to see whether anything gets through; whoever signed in anew has another token, which it holds. */
  async findLineTrouble() {
    const answer = await fetch(this.tokenAddress, { headers: { "X-Unattended": "1" } }).catch(() => null);
    const text = answer?.ok && !answer.redirected ? await answer.text().catch(() => "") : "";
    const page = new DOMParser().parseFromString(text, "text/html");
    const officer = page.querySelector("[data-officer]")?.dataset.officer;
    const known = lineTrouble(answer) ?? strangeness(officer, this.officer);
    // Whose session it is, only a page of the officer's own tells; a line that breaks meanwhile proves nothing.
    const isNobodys = Boolean(this.held?.isNobodys) && officer !== this.officer;
    const trouble = isNobodys ? { ...(known ?? this.held), isNobodys } : known;
    const token = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (token && !trouble) renewCsrfToken(token);
    return trouble;
  }
}

// A file is known again by its path, its length and its own time to the millisecond.
function keyOf(file, path) {
  return JSON.stringify([path, file.size, file.lastModified]);
}

function keyOfRow(row) {
  return JSON.stringify([row.source_path, row.length, row.modified_at ? Date.parse(row.modified_at) : null]);
}

function itemOf(file, path, row) {
  const item = { file, path, state: "waiting", sent: 0, message: "", answer: null, place: null, ranges: null, hashing: null, sha256: "", wasDenied: false };
  if (["received", "unpacking", "unpacked"].includes(row?.state)) become(item, row);
  if (row?.state === "refused") Object.assign(item, { state: "refused", message: row.message });
  if (row?.state === "open") Object.assign(item, { place: `/api/v1/uploads/${row.id}/`, sent: row.offset });
  if (item.state !== "waiting") item.sent = file.size;
  return item;
}

function metadataOf(item, batch) {
  const told = { batch, filename: item.file.name, path: item.path, modified: String(item.file.lastModified) };
  return item.sha256 ? { ...told, sha256: item.sha256 } : told;
}

function note(item, response) {
  const verdict = response.getHeader("Icse-Verdict");
  if (response.getHeader("Icse-State") === "unpacking") item.answer = { verdict: null };
  if (verdict) {
    item.answer = { verdict, submission: response.getHeader("Icse-Submission"), sha256: response.getHeader("Icse-Sha256") };
  }
  const ranges = response.getHeader("Icse-Ranges");
  if (ranges) item.ranges = ranges.split(",").map((range) => range.split("-").map(Number));
}

function become(item, answer) {
  Object.assign(item, { state: answer.verdict ?? "unpacking", answer });
}

function loseFile(item) {
  Object.assign(item, { state: "failed", message: "It cannot be read here: is its disk still there, and may you open it?" });
}

function refuseOrFail(item, status, message) {
  if (isFinal(status) && message) Object.assign(item, { state: "refused", message });
  else Object.assign(item, { state: "failed", message: failure(status, message) });
}

// Locked, or a fault of the platform's: the file itself may be sent again.
function isFinal(status) {
  return [410, 413, 415, 422].includes(status);
}

function failure(status, message) {
  if (status === 0) return "The connection broke";
  return (status < 500 && message) || "The platform could not take it";
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

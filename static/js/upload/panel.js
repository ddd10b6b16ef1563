// One upload form with its progress: chooses, opens the batch, sends, shows. Few rows, however many files.

import { csrfToken } from "../csrf.js";
import { filesOfInput } from "./entries.js";
import { Sender } from "./sender.js";
import { bytesText, countText, filesText, reportText, secondsText, sentence, stateText } from "./words.js";

const REDRAW_MS = 200;
const TROUBLED_ROWS = 100;
const FINISHED_ROWS = 40;
const COMING_ROWS = 10;

export class UploadPanel {
  constructor(root) {
    this.root = root;
    this.chosen = [];
    this.sender = null;
    this.redraw = 0;
    this.rows = new WeakMap();
    this.isAlone = false;
    for (const name of ["files", "folder"]) {
      const input = this.part(name);
      input.addEventListener("change", () => this.choose(filesOfInput(input)));
    }
    this.part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.open();
    });
    this.part("retry").addEventListener("click", () => this.sender.retryFailed());
    this.part("pause").addEventListener("click", () => (this.sender.isPaused ? this.sender.goOn() : this.sender.pause()));
  }

  part(name) {
    return this.root.querySelector(`[data-upload-${name}]`);
  }

  get isActive() {
    return Boolean(this.sender?.isActive || this.sender?.isPaused);
  }

  /** Whether files may still be chosen here: not while others go up, nor once they are through. */
  get takesFiles() {
    return !this.part("form").hidden;
  }

  choose(files) {
    if (!this.takesFiles || files.length === 0) return;
    this.chosen = files;
    const size = sizeOf(files);
    this.part("chosen").textContent = `${filesText(files.length)}, ${bytesText(size)}`;
    this.part("start-word").textContent = `${this.part("start-word").dataset.verb} ${filesText(files.length)}`;
    this.part("start").disabled = false;
    this.part("start").focus();
  }

  async open() {
    this.part("start").disabled = true;
    if (this.root.dataset.batch) {
      await this.goOn();
      return;
    }
    const told = new FormData(this.part("form"));
    told.append("announced_files", this.chosen.length);
    told.append("announced_bytes", sizeOf(this.chosen));
    const answer = await fetch(this.root.dataset.openAddress, {
      method: "POST",
      body: told,
      headers: { "X-CSRFToken": csrfToken() },
    }).catch(() => null);
    if (answer?.status === 201) this.send(await answer.json());
    else this.refuse(answer?.status === 422 ? (await answer.json()).errors : null);
  }

  /** Go on with a batch that was left: what the server has of it need not be sent again. */
  async goOn() {
    const { batch, batchAddress, filesAddress } = this.root.dataset;
    const known = await allRows(filesAddress);
    if (known) this.send({ batch, address: batchAddress }, known);
    else this.refuse(null);
  }

  refuse(errors) {
    const messages = errors ? Object.values(errors).flat() : ["The upload could not be opened. Reload the page and try again."];
    this.part("errors").replaceChildren(...messages.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
    this.part("start").disabled = false;
  }

  send({ batch, address }, known = []) {
    this.part("form").hidden = true;
    this.part("head")?.remove();
    this.part("progress").hidden = false;
    this.part("batch").href = address;
    // Coming back to this page, or reloading it, shows what has become of the upload.
    if (!this.root.closest("dialog")) history.replaceState(null, "", address);
    this.sender = new Sender({
      address: this.root.dataset.sendAddress,
      tokenAddress: this.root.dataset.tokenAddress,
      officer: this.root.dataset.officer,
      batch,
      onChange: () => this.showSoon(),
    });
    this.sender.start(this.chosen, known);
    this.root.dispatchEvent(new CustomEvent("upload:started", { bubbles: true }));
  }

  /** The session has ended: of the page only the progress stays, and nothing of what was looked at. */
  outliveSession() {
    if (!this.isAlone) {
      this.isAlone = true;
      leaveAlone(this.root);
    }
    this.sender.doubtSession();
  }

  showSoon() {
    this.redraw ||= setTimeout(() => {
      this.redraw = 0;
      this.show();
    }, REDRAW_MS);
  }

  show() {
    const { total, sent, secondsLeft } = this.sender.bytes;
    const { isActive, isPaused } = this.sender;
    const isNobodys = Boolean(this.sender.held?.isNobodys);
    this.part("sentence").textContent = sentence(this.sender);
    this.part("figures").textContent = figures({ total, sent, secondsLeft: isActive ? secondsLeft : null });
    Object.assign(this.part("bar"), { max: Math.max(total, 1), value: sent });
    for (const tag of this.root.querySelectorAll("[data-upload-count]")) {
      const count = this.sender.count(tag.dataset.uploadCount);
      tag.hidden = count === 0;
      tag.textContent = countText(tag.dataset.uploadCount, count);
    }
    this.part("pause").hidden = isNobodys || (!isActive && !isPaused);
    this.part("pause").textContent = isPaused ? "Go on" : "Pause";
    this.part("batch").hidden = isActive;
    this.part("sign-in").hidden = !isNobodys;
    this.part("retry").hidden = isActive || this.sender.count("failed") === 0;
    this.showRows(isNobodys ? [] : this.sender.items);
    this.part("report").hidden = isActive;
    if (!isActive) this.offerReport();
  }

  showRows(items) {
    const pick = (states, limit) => items.filter((item) => states.includes(item.state)).slice(0, limit);
    const finished = items.filter((item) => ["new", "known", "known_to_your_country", "unpacking"].includes(item.state)).slice(-FINISHED_ROWS);
    const shown = [
      ...pick(["sending"], 3),
      ...pick(["refused", "failed"], TROUBLED_ROWS),
      ...pick(["waiting"], COMING_ROWS),
      ...finished.reverse(),
    ];
    this.part("rows").replaceChildren(...shown.map((item) => this.row(item)));
  }

  row(item) {
    const row = this.rows.get(item) ?? newRow(item);
    this.rows.set(item, row);
    if (row.dataset.state !== item.state) showState(row, item);
    if (item.state === "sending") row.querySelector("progress").value = item.sent;
    return row;
  }

  offerReport() {
    const link = this.part("report");
    if (link.href) URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([reportText(this.sender.items)], { type: "text/csv" }));
  }
}

/** Take everything out of the page but an element, and what stays for the next dialog or notice. */
function leaveAlone(element) {
  element.querySelector("[data-closes]")?.remove();
  element.classList.toggle("panel", !element.querySelector(".panel"));
  document.querySelector("#main").replaceChildren(element);
  document.querySelector("#notices").replaceChildren();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  for (const each of [...document.body.children]) {
    if (!each.matches("#main, #notices, [data-drop-veil], [data-upload-sheet], [data-keys-overlay]")) each.remove();
  }
  document.body.classList.add("signed-out");
  document.title = "Upload · ICSE";
}

function sizeOf(files) {
  return files.reduce((sum, each) => sum + each.file.size, 0);
}

/** Return every row of a paged list of the API, or null where it cannot be read. */
async function allRows(address) {
  const rows = [];
  for (let next = `${address}?page_size=200`; next; ) {
    const answer = await fetch(next).catch(() => null);
    if (!answer?.ok) return null;
    const page = await answer.json();
    rows.push(...page.results);
    next = page.next;
  }
  return rows;
}

function figures({ total, sent, secondsLeft }) {
  const parts = [`${bytesText(sent)} of ${bytesText(total)}`];
  if (secondsLeft !== null) parts.push(secondsText(secondsLeft));
  return parts.join(" · ");
}

function newRow(item) {
  const row = document.createElement("li");
  const name = Object.assign(document.createElement("span"), { className: "upload-name", textContent: item.path, title: item.path });
  const size = Object.assign(document.createElement("span"), { className: "upload-size", textContent: bytesText(item.file.size) });
  row.append(name, size, document.createElement("span"));
  return row;
}

function showState(row, item) {
  row.dataset.state = item.state;
  const place = row.lastElementChild;
  if (item.state === "sending") {
    const bar = Object.assign(document.createElement("progress"), { max: Math.max(item.file.size, 1), value: item.sent });
    bar.setAttribute("aria-label", `Sending ${item.path}`);
    place.replaceChildren(bar);
    return;
  }
  place.className = "quiet";
  place.replaceChildren(...stateNodes(item));
}

function stateNodes(item) {
  if (item.state !== "refused" && item.state !== "failed") return [stateText(item)];
  const word = item.state === "refused" ? "Refused" : "Not sent";
  return [Object.assign(document.createElement("span"), { className: "tag tag-decide", textContent: word }), item.message];
}

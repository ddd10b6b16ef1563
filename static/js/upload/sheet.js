// Dropping anywhere: on the upload page into its form, on any other page into a sheet that opens over it.

import { bind } from "../keys.js";
import { notice } from "../notices.js";
import { filesOfDrop } from "./entries.js";
import { UploadPanel } from "./panel.js";

const veil = document.querySelector("[data-drop-veil]");
const sheet = document.querySelector("[data-upload-sheet]");
let panel = newPanel(document);

function newPanel(place) {
  const root = place.querySelector("[data-upload]");
  return root ? new UploadPanel(root) : null;
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

async function panelForDrop() {
  const isHere = panel?.root.isConnected && !panel.root.closest("dialog");
  if (panel?.root.isConnected && (panel.isActive || !sheet || (isHere && panel.takesFiles))) return panel;
  const body = sheet.querySelector("[data-upload-sheet-body]");
  const answer = await fetch(body.dataset.address).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    notice("The upload could not be opened. Reload the page and try again.");
    return null;
  }
  const fragment = new DOMParser().parseFromString(await answer.text(), "text/html");
  body.replaceChildren(...fragment.body.childNodes);
  panel = newPanel(body);
  return panel;
}

async function onDrop(event) {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  veil.hidden = true;
  const reading = filesOfDrop(event.dataTransfer);
  const chosen = await panelForDrop();
  if (!chosen) return;
  if (sheet && !sheet.open && sheet.contains(chosen.root)) sheet.showModal();
  if (chosen.isActive) notice("An upload is under way. Drop these files again when it is through.");
  chosen.choose(await reading);
}

if (veil) {
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  document.addEventListener("drop", onDrop);
  window.addEventListener("beforeunload", (event) => {
    if (panel?.sender?.isActive) event.preventDefault();
  });
  window.addEventListener("session:ended", (event) => {
    if (!panel?.isActive) return;
    event.preventDefault();
    panel.outliveSession();
  });
  bind("everywhere", ["u"], "Choose files to upload", () => {
    const input = document.querySelector("[data-upload-files]");
    if (input) input.click();
    else document.querySelector('a[data-key="g u"]').click();
  }, { inFoot: false });
}

// What an upload says of itself, in words and figures.

const STATES = {
  waiting: "Waiting",
  sending: "Sending",
  new: "New",
  known_to_your_country: "Known to your country",
  known: "Known",
  unpacking: "Arrived; what is inside appears in the analysis",
};

export function bytesText(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const step = bytes > 0 ? Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1024))) : 0;
  const value = bytes / 1024 ** step;
  return `${step > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${units[step]}`;
}

export function secondsText(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s left`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min left`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min left`;
}

export function filesText(count) {
  return count === 1 ? "1 file" : `${count} files`;
}

export function stateText(item) {
  return STATES[item.state];
}

export function countText(state, count) {
  const words = {
    new: "new",
    known_to_your_country: "known to your country",
    known: "known",
    unpacking: "to unpack",
    refused: "refused",
    failed: "not sent",
  };
  return `${count} ${words[state]}`;
}

export function sentence(sender) {
  const refused = sender.count("refused");
  const failed = sender.count("failed");
  const arrived = sender.items.length - refused - failed - sender.count("waiting") - sender.count("sending");
  const progress = `${arrived + refused + failed} of ${filesText(sender.items.length)} sent`;
  if (sender.held) return `${sender.held.words} ${progress}.`;
  if (sender.isPaused) return `Paused: ${progress}. You may leave; it goes on from the upload page.`;
  if (sender.isActive) return progress;
  const parts = [`${filesText(arrived)} arrived.`];
  if (refused > 0) parts.push(`${filesText(refused)} ${refused === 1 ? "was" : "were"} refused; the reason stands beside each.`);
  if (failed > 0) parts.push(`${filesText(failed)} could not be sent.`);
  return parts.join(" ");
}

/** Return the report as CSV; a cell that a spreadsheet would take for a formula is made text. */
export function reportText(items) {
  const rows = items.map((item) => [
    item.path, item.file.size, item.state, item.message, item.answer?.submission ?? "", item.answer?.sha256 ?? "",
  ]);
  return [["path", "bytes", "verdict", "reason", "submission", "sha256"], ...rows].map((row) => row.map(cell).join(",")).join("\r\n");
}

function cell(value) {
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

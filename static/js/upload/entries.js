// From a drop or a picker to a flat list of files with the paths they had at their source.

/** Return [{file, path}] of everything that was dropped, folders included. Call it inside the drop event. */
export async function filesOfDrop(dataTransfer) {
  // The list of items is emptied when the event ends: the entries are taken before the first await.
  const entries = [...dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return [...dataTransfer.files].map((file) => ({ file, path: file.name }));
  const found = [];
  for (const entry of entries) await collect(entry, found);
  return found;
}

/** Return [{file, path}] of what was chosen in a file input. */
export function filesOfInput(input) {
  return [...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

async function collect(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) found.push({ file, path: entry.fullPath.replace(/^\//, "") });
    return;
  }
  const reader = entry.createReader();
  // One call returns a hundred entries at most; an empty answer is the end.
  for (let some = await readSome(reader); some.length > 0; some = await readSome(reader)) {
    for (const each of some) await collect(each, found);
  }
}

function readSome(reader) {
  return new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
}

// From a drop or a picker to a flat list of files with the paths they had at their source, in the order of those.

const ORDER = new Intl.Collator("en", { numeric: true });

/** Return [{file, path}] of everything that was dropped, folders included. Call it inside the drop event. */
export async function filesOfDrop(dataTransfer) {
  // The list of items is emptied when the event ends: the entries are taken before the first await.
  const entries = [...dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return inOrder([...dataTransfer.files].map((file) => ({ file, path: file.name })));
  const found = [];
  for (const entry of entries) await collect(entry, found);
  return inOrder(found);
}

/** Return [{file, path}] of what was chosen in a file input. */
export function filesOfInput(input) {
  return inOrder([...input.files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
}

async function collect(entry, found) {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(lost(entry.name))));
    found.push({ file, path });
    return;
  }
  const reader = entry.createReader();
  // One call returns a hundred entries at most; an empty answer is the end.
  for (let some = await readSome(reader); some?.length !== 0; some = await readSome(reader)) {
    if (!some) {
      found.push({ file: lost(entry.name), path: `${path}/` });
      return;
    }
    for (const each of some) await collect(each, found);
  }
}

/** Return the next entries of a folder, or null where it cannot be read. */
function readSome(reader) {
  return new Promise((resolve) => reader.readEntries(resolve, () => resolve(null)));
}

/** What cannot be read is not left out: it stands among the files and is told to be missing. */
function lost(name) {
  return Object.assign(new File([], name), { isLost: true });
}

function inOrder(found) {
  return found.sort((one, other) => ORDER.compare(one.path, other.path));
}

// The one registry that binds keys and lists them: what is not in it does nothing, what is in it is shown.
//
// From a module:  scope("grid", "In the grid", () => …is it in use now…);
//                 bind("grid", ["j", "ArrowRight"], "Move", () => …);
// From markup:    <a data-key="n" data-key-label="Next undecided" href="…">   (pressed = clicked; a field is focused)
// Names: the character ("j", "?", "/"), "Shift+j", "Alt+1", "Space", "Enter", "ArrowDown", or two in a row: "g q".

const GLOBAL = "everywhere";
const DIALOG = "dialog";
const SEQUENCE_MS = 1200;

const scopes = new Map();
const bindings = [];
let held = null;
let begun = { key: "", at: 0 };

/** Name a set of bindings and say when it is in use. Later ones go before earlier ones. */
export function scope(name, title, isActive) {
  scopes.set(name, { title, isActive });
}

/** Bind keys to an effect; with `release` the effect lasts while the key is held. */
export function bind(scopeName, keys, label, run, { release = null, inFoot = true } = {}) {
  bindings.push({ scopeName, keys, label, run, release, inFoot });
  refreshFoot();
}

/** Return the active bindings as [{title, entries: [{label, keys, first, inFoot}]}], most specific first. */
export function listActive() {
  const marked = markedElements();
  const inFrame = (element) => Boolean(element.closest(".rail, .bar"));
  const onPage = { title: "On this page", bound: marked.filter((element) => !inFrame(element)).map(bindingOf) };
  const groups = activeScopes().map((name) => ({
    title: scopes.get(name).title,
    bound: bindings.filter((each) => each.scopeName === name),
  }));
  groups.at(-1)?.bound.push(...marked.filter(inFrame).map(bindingOf));
  return [onPage, ...groups]
    .map(({ title, bound }) => ({ title, entries: merged(bound) }))
    .filter((group) => group.entries.length > 0);
}

/** Draw the foot anew; called after whatever may have changed the scopes in use. */
export function refreshFoot() {
  const foot = document.querySelector("[data-keys-foot]");
  if (!foot) return;
  const shown = listActive().flatMap((group) => group.entries).filter((entry) => entry.inFoot);
  foot.replaceChildren(...shown.slice(0, 8).map((entry) => footItem(entry)));
}

function merged(list) {
  const byLabel = new Map();
  for (const { label, keys, inFoot } of list) {
    const entry = byLabel.get(label) ?? { label, keys: [], first: [], inFoot: false };
    entry.keys.push(...keys);
    entry.first.push(keys[0]);
    entry.inFoot ||= inFoot;
    byLabel.set(label, entry);
  }
  return [...byLabel.values()];
}

function activeScopes() {
  if (openDialog()) return scopes.has(DIALOG) ? [DIALOG] : [];
  const others = [...scopes.keys()].filter((name) => name !== GLOBAL && name !== DIALOG);
  return [...others.reverse().filter((name) => scopes.get(name).isActive()), GLOBAL];
}

function openDialog() {
  return document.querySelector("dialog[open]");
}

function markedElements() {
  const root = openDialog() ?? document;
  return [...root.querySelectorAll("[data-key]")].filter((element) => element.checkVisibility());
}

function bindingOf(element) {
  return {
    keys: [element.dataset.key],
    label: element.dataset.keyLabel ?? element.textContent.trim(),
    inFoot: !element.dataset.key.startsWith("g "),
    run: () => (element.matches("input:not([type=button], [type=submit]), textarea, select") ? element.focus() : element.click()),
    release: null,
  };
}

function nameOf(event) {
  if (event.key === " ") return "Space";
  const isCharacter = event.key.length === 1;
  const key = isCharacter ? event.key.toLowerCase() : event.key;
  const isLetter = isCharacter && event.key.toLowerCase() !== event.key.toUpperCase();
  const shift = event.shiftKey && (isLetter || !isCharacter) ? "Shift+" : "";
  return `${event.altKey ? "Alt+" : ""}${shift}${key}`;
}

function isTyping(target) {
  const field = target.closest?.("input, textarea, select, [contenteditable]");
  return Boolean(field) && !["checkbox", "radio", "button", "submit", "range"].includes(field.type);
}

function belongsToControl(event, name) {
  const control = event.target.closest?.("a[href], button, summary, input, video, audio");
  return Boolean(control) && (name === "Enter" || name === "Space");
}

function find(name) {
  for (const scopeName of activeScopes().filter((each) => each !== GLOBAL)) {
    const bound = bindings.find((each) => each.scopeName === scopeName && each.keys.includes(name));
    if (bound) return bound;
  }
  const marked = markedElements().find((element) => element.dataset.key === name);
  if (marked) return bindingOf(marked);
  if (openDialog()) return undefined;
  return bindings.find((each) => each.scopeName === GLOBAL && each.keys.includes(name));
}

function startsSequence(name) {
  const first = `${name} `;
  const isStart = (keys) => keys.some((key) => key.startsWith(first));
  return bindings.some((each) => isStart(each.keys)) || markedElements().some((each) => isStart([each.dataset.key]));
}

function onKeyDown(event) {
  if (event.ctrlKey || event.metaKey || event.isComposing) return;
  const name = nameOf(event);
  if (isTyping(event.target)) {
    if (name === "Escape" && !openDialog()) event.target.blur();
    return;
  }
  if (belongsToControl(event, name)) return;
  const sequence = Date.now() - begun.at < SEQUENCE_MS ? find(`${begun.key} ${name}`) : undefined;
  const binding = sequence ?? find(name);
  begun = !binding && startsSequence(name) ? { key: name, at: Date.now() } : { key: "", at: 0 };
  if (!binding) return;
  event.preventDefault();
  if (event.repeat && binding.release) return;
  binding.run(event);
  if (binding.release) held = { code: event.code, binding };
}

function letGo() {
  held?.binding.release();
  held = null;
}

function keyboardText(key) {
  const signs = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
  return (key === "+" ? [key] : key.split("+")).map((part) => signs[part] ?? part).join(" ");
}

function keyElement(key) {
  const element = document.createElement("kbd");
  element.textContent = keyboardText(key);
  return element;
}

function footItem(entry) {
  const item = document.createElement("li");
  item.append(...entry.first.slice(0, 3).map(keyElement), ` ${entry.label.toLowerCase()}`);
  return item;
}

function showOverlay() {
  const overlay = document.querySelector("[data-keys-overlay]");
  const body = overlay.querySelector("[data-keys-list]");
  body.replaceChildren(...listActive().map(overlayGroup));
  overlay.showModal();
}

function overlayGroup(group) {
  const section = document.createElement("section");
  const title = document.createElement("h3");
  title.textContent = group.title;
  const list = document.createElement("dl");
  for (const entry of group.entries) {
    const keys = document.createElement("dt");
    keys.append(...entry.keys.map(keyElement));
    const label = document.createElement("dd");
    label.textContent = entry.label;
    list.append(keys, label);
  }
  section.append(title, list);
  return section;
}

scope(GLOBAL, "Everywhere", () => true);
scope(DIALOG, "Here", () => true);
bind(GLOBAL, ["?"], "All keys", showOverlay);

document.addEventListener("keydown", onKeyDown);
document.addEventListener("keyup", (event) => {
  if (held && event.code === held.code) letGo();
});
window.addEventListener("blur", letGo);
document.addEventListener("visibilitychange", letGo);
document.addEventListener("focusin", refreshFoot);
document.addEventListener("htmx:afterSettle", refreshFoot);

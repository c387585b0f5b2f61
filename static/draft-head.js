// What the head of a flow's page tells of the draft and does to it: whether it
// is saved, undo and redo, the name. Plain ES module, checked by tsc.
import { part } from "./dom.js";
import { edit, redo, undo } from "./draft.js";

/** @typedef {import("./edit-queue.js").Saving} Saving */

// Whether it is saved.

const saved = part("#draft-saved");
/** What takes less is not worth a word. */
const patience = 400;
let slow = 0;

/** @type {Record<Saving, string>} */
const words = {
  saved: "Saved",
  saving: "Saving…",
  away: "Not saved: the server does not answer. Trying again",
  "signed-out": "Not saved: you are signed out. Sign in again in another tab",
};

/** @param {Saving} saving */
function show(saving) {
  clearTimeout(slow);
  saved.dataset.saving = saving;
  saved.textContent = words[saving];
}

document.addEventListener("draft-saving", (event) => {
  if (!(event instanceof CustomEvent)) return;
  const saving = /** @type {Saving} */ (event.detail.saving);
  clearTimeout(slow);
  saved.dataset.saving = saving;
  if (saving === "saving") slow = setTimeout(show, patience, saving);
  else show(saving);
});

// Undo and redo.

const canvas = /** @type {import("./canvas.js").FlowCanvas} */ (part("flow-canvas"));
const { undo: undone = null, redo: redone = null } = part("#flow-page").dataset;
customElements.whenDefined("flow-canvas").then(() => canvas.setHistory({ undo: undone, redo: redone }), () => undefined);

canvas.addEventListener("canvas-command", (event) => {
  if (!(event instanceof CustomEvent)) return;
  if (event.detail.name === "undo") void undo();
  if (event.detail.name === "redo") void redo();
});

/**
 * Whether keys belong to what is being typed.
 * @param {EventTarget | null} target
 */
export function typing(target) {
  return target instanceof Element && target.closest('textarea, select, [contenteditable], input:not([type="checkbox"], [type="radio"], [type="button"], [type="range"])') !== null;
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || typing(event.target) || document.querySelector("dialog:modal")) return;
  const key = event.key.toLowerCase();
  const back = key === "z" && !event.shiftKey, again = (key === "z" && event.shiftKey) || (key === "y" && !event.shiftKey);
  if (!back && !again) return;
  event.preventDefault();
  void (back ? undo() : redo());
});

// The command search and the sheet of keys are loaded when they are wanted.

const commands = () => import("./commands.js");

document.addEventListener("keydown", (event) => {
  const over = document.querySelector("dialog:modal");
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (!over || over.id === "command-search") void commands().then(({ searchCommands }) => searchCommands());
  } else if (event.key === "?" && !over && !typing(event.target)) {
    event.preventDefault();
    void commands().then(({ showShortcuts }) => showShortcuts());
  }
});
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest('[data-action="search-commands"]')) void commands().then(({ searchCommands }) => searchCommands());
});

// The name.

const naming = part("#flow-name");
const longest = 200;

naming.addEventListener("click", () => {
  const before = naming.textContent ?? "";
  const input = document.createElement("input");
  input.className = "flow-name-input";
  input.value = before;
  input.maxLength = longest;
  input.setAttribute("aria-label", "Name of the flow");
  naming.hidden = true;
  naming.after(input);
  input.select();
  input.focus();
  let over = false;
  /** @param {boolean} keep */
  const end = (keep) => {
    if (over) return;
    over = true;
    const name = input.value.trim();
    const focused = input === document.activeElement;
    input.remove();
    naming.hidden = false;
    if (focused) naming.focus();
    if (!keep || !name || name === before) return;
    part("bdi", naming).textContent = name;
    edit([{ op: "set", path: "name", value: name }]).catch(() => { part("bdi", naming).textContent = before; });
  };
  input.addEventListener("blur", () => end(true));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") end(true);
    else if (event.key === "Escape") end(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
});

document.addEventListener("draft-changed", (event) => {
  if (!(event instanceof CustomEvent)) return;
  /** @type {import("./draft.js").DraftChange} */
  const change = event.detail;
  canvas.setHistory(change);
  for (const named of document.querySelectorAll("[data-flow-name]")) named.textContent = change.name;
  canvas.ariaLabel = change.name;
  const code = part("#flow-slug");
  code.hidden = change.name === code.textContent;
  document.title = `${change.name} · Redial`;
  part("#main").toggleAttribute("data-empty", change.steps === 0);
});

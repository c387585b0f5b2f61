// Copying, cutting and pasting steps as flow-file text, and flow files that are
// dropped on the canvas. Plain ES module, checked by tsc.
import { part } from "./dom.js";
import { choose, edit, revision, settled } from "./draft.js";
import { typing } from "./draft-head.js";
import { commandKey } from "./key-names.js";
import { toast } from "./page.js";

/** @typedef {import("./canvas.js").FlowCanvas} FlowCanvas */

const canvas = /** @type {FlowCanvas} */ (part("flow-canvas"));
const base = `/flows/${encodeURIComponent(part("#flow-page").dataset.slug ?? "")}`;
const longest = 1 << 20; // of a flow file, in bytes; the contract says so

// What would be copied is read ahead: a browser lets a page write to the
// clipboard only at once.

const pause = 150;
let timer = 0;
let ahead = { key: "", text: "" };

/** What is selected, without the trigger: a flow has only one. */
const chosen = () => canvas.selection.filter((step) => step !== "trigger");

/** @param {string[]} steps */
const keyOf = (steps) => `${revision()} ${steps.join()}`;

/** @param {string[]} steps @param {AbortSignal} [signal] */
async function read(steps, signal) {
  await settled();
  const key = keyOf(steps);
  if (ahead.key === key) return ahead.text;
  const response = await fetch(`${base}/copy?steps=${steps.map(encodeURIComponent).join()}`, signal ? { signal } : {});
  const text = await response.text();
  if (!response.ok) throw new Error(detail(text) ?? `The server answered ${response.status}.`);
  ahead = { key, text };
  return text;
}

/** What a problem says. @param {string} text */
function detail(text) {
  try {
    return /** @type {string | undefined} */ (JSON.parse(text).detail);
  } catch {
    return undefined;
  }
}

let reading = new AbortController();
// What is read is not what is there once an edit is on its way.
document.addEventListener("draft-saving", () => reading.abort());

function readAhead() {
  clearTimeout(timer);
  reading.abort();
  timer = setTimeout(async () => {
    await settled(); // which may give them other IDs
    const steps = chosen();
    reading = new AbortController();
    if (steps.length > 0) read(steps, reading.signal).catch(() => undefined);
  }, pause);
}
canvas.addEventListener("canvas-select", readAhead);
document.addEventListener("draft-changed", readAhead);

/** @param {Event} event whether it is about steps, not about text */
const ofSteps = (event) => !typing(event.target) && !document.querySelector("dialog:modal") && (document.getSelection()?.isCollapsed ?? true) && canvas.selection.length > 0;

/** @param {number} n */
const counted = (n) => (n === 1 ? "1 step" : `${n} steps`);

/**
 * Puts steps on the clipboard.
 * @param {string[]} steps
 * @param {DataTransfer | null} [data] of a copy event
 */
async function copy(steps, data) {
  if (data && ahead.key === keyOf(steps)) {
    data.setData("text/plain", ahead.text);
  } else {
    // The clipboard takes a promise, so the press of the key still counts.
    const text = read(steps);
    const blob = text.then((it) => new Blob([it], { type: "text/plain" }));
    await Promise.all([text, navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })])]);
  }
}

/**
 * @param {boolean} cut
 * @param {DataTransfer | null} [data]
 */
async function take(cut, data) {
  const taken = chosen(), more = canvas.selection.length > taken.length;
  if (taken.length === 0) {
    toast(more ? "The trigger stays: a flow has only one." : "No step is selected.");
    return;
  }
  try {
    await copy(taken, data);
  } catch (error) {
    toast(navigator.clipboard ? `Nothing was copied. ${error instanceof Error ? error.message : ""}`.trim() : `The browser allows no copying from here. Press ${commandKey}C.`);
    return;
  }
  if (cut) edit([{ op: "remove", steps: taken, heal: true }]).catch(() => undefined);
  else toast(`${counted(taken.length)} copied${more ? ", without the trigger" : ""}`);
}

for (const kind of /** @type {const} */ (["copy", "cut"])) {
  document.addEventListener(kind, (event) => {
    if (!ofSteps(event)) return;
    event.preventDefault();
    void take(kind === "cut", event.clipboardData);
  });
}

// Pasting: where the pointer is, or after the selected step, or in the middle
// of what is in sight.

/** @type {{clientX: number, clientY: number} | null} */
let pointer = null;
canvas.addEventListener("pointermove", ({ clientX, clientY }) => { pointer = { clientX, clientY }; });
canvas.addEventListener("pointerleave", () => { pointer = null; });

/**
 * @param {string} text
 * @param {{clientX: number, clientY: number} | null} [where] in the window
 */
async function paste(text, where = pointer) {
  if (!text.trim()) return;
  if (text.length > longest) {
    toast("That is no flow file: it is larger than 1 MiB.");
    return;
  }
  const box = canvas.getBoundingClientRect(), after = canvas.selected;
  const { x, y, in: frame } = canvas.place(where?.clientX ?? box.left + box.width / 2, where?.clientY ?? box.top + box.height / 2);
  try {
    const { created } = await edit([{ op: "paste", text, at: where || !after ? [x, y] : undefined, in: frame || undefined, after: after || undefined }]);
    if (created.length > 0) choose(created);
  } catch { /* the draft has told */ }
}

document.addEventListener("paste", (event) => {
  if (typing(event.target) || document.querySelector("dialog:modal")) return;
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!text) return;
  event.preventDefault();
  void paste(text);
});

canvas.addEventListener("canvas-command", (event) => {
  if (!(event instanceof CustomEvent)) return;
  const { name, clientX, clientY } = event.detail;
  if (name === "copy" || name === "cut") void take(name === "cut");
  if (name !== "paste") return;
  const text = navigator.clipboard?.readText?.() ?? Promise.reject(new Error("no clipboard"));
  text.then((it) => paste(it, clientX === undefined ? pointer : { clientX, clientY }), () => toast(`The browser does not show the clipboard to pages. Press ${commandKey}V.`));
});

// Flow files from outside.

const stage = part("#main");
const asking = /** @type {HTMLDialogElement} */ (part("#drop-file"));
let dropped = { text: "", at: { clientX: 0, clientY: 0 } };

/** @param {DragEvent} event */
const holdsFile = (event) => event.dataTransfer?.types.includes("Files") ?? false;

stage.addEventListener("dragover", (event) => {
  if (!holdsFile(event)) return;
  event.preventDefault();
  stage.setAttribute("data-dropping", "");
});
stage.addEventListener("dragleave", (event) => {
  if (!(event.relatedTarget instanceof Node) || !stage.contains(event.relatedTarget)) stage.removeAttribute("data-dropping");
});
stage.addEventListener("drop", async (event) => {
  stage.removeAttribute("data-dropping");
  if (!holdsFile(event)) return;
  event.preventDefault();
  const [file, ...more] = event.dataTransfer?.files ?? [];
  if (!file) return;
  if (more.length > 0) { toast("Drop one flow file at a time."); return; }
  if (file.size > longest) { toast(`${file.name} is no flow file: it is larger than 1 MiB.`); return; }
  const at = { clientX: event.clientX, clientY: event.clientY };
  const text = await file.text();
  if (!/^\s*["']?redial["']?\s*:/m.test(text)) { void paste(text, at); return; }
  dropped = { text, at };
  if (stage.hasAttribute("data-empty")) { load(); return; }
  part("bdi", asking).textContent = file.name;
  asking.showModal();
});

/** Takes the dropped file instead of what is there. */
function load() {
  edit([{ op: "load", text: dropped.text }]).then(() => {
    canvas.fit();
    toast("The flow file is loaded.");
  }, () => undefined);
}

asking.addEventListener("close", () => {
  if (asking.returnValue === "replace") load();
  if (asking.returnValue === "add") void paste(dropped.text, dropped.at);
  asking.returnValue = "";
});

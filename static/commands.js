// The command search, Ctrl+K, and the sheet of keyboard shortcuts. Loaded when
// either is first asked for. Plain ES module, checked by tsc.
import { ChoiceList } from "./choice-list.js";
import { element, icon, part, request } from "./dom.js";
import { choose, edit, redo, undo } from "./draft.js";
import { commandKey, deleteKey, redoKeys, shiftKey } from "./key-names.js";
import { addStep, stepKinds, togglePalette } from "./palette.js";
import { recent } from "./recent.js";

/** @typedef {import("./canvas.js").FlowCanvas} FlowCanvas */
/** @typedef {import("./choice-list.js").Choice} Choice */
/** @typedef {{id: string, title: string, icon: string, keys?: string, also?: string, run: () => void}} Command */

const canvas = /** @type {FlowCanvas} */ (part("flow-canvas"));
const slug = part("#flow-page").dataset.slug ?? "";
const dialog = /** @type {HTMLDialogElement} */ (part("#command-search"));
const used = recent("commands");

/** @param {string} selector of what does the same by a click */
const click = (selector) => () => document.querySelector(selector)?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
/** @param {string} id of what opens */
const open = (id) => () => {
  const opens = document.getElementById(id);
  if (opens instanceof HTMLDialogElement) opens.showModal();
  else opens?.showPopover();
};

/** @type {Command[]} */
const commands = [
  { id: "publish", title: "Publish", icon: "upload", run: click("#publish-button") },
  { id: "test", title: "Test", icon: "flask-conical", also: "run payload", run: click("#test-button") },
  { id: "undo", title: "Undo", icon: "undo-2", keys: `${commandKey}Z`, run: () => void undo() },
  { id: "redo", title: "Redo", icon: "redo-2", keys: redoKeys, run: () => void redo() },
  { id: "sync", title: "Sync: callers wait for the answer", icon: "phone-call", also: "mode", run: click('#mode [data-mode="sync"]') },
  { id: "async", title: "Async: callers are redialed", icon: "phone-forwarded", also: "mode callback", run: click('#mode [data-mode="async"]') },
  { id: "tidy", title: "Tidy up", icon: "wand-sparkles", also: "layout arrange", run: () => void edit([{ op: "tidy" }]).then(() => canvas.fit(), () => undefined) },
  { id: "fit", title: "Show all", icon: "maximize", keys: "1", also: "fit zoom", run: () => canvas.fit() },
  { id: "outline", title: "Outline", icon: "list-tree", also: "list", run: () => canvas.outline(canvas.dataset.view !== "outline") },
  { id: "palette", title: "Show or hide the palette", icon: "panel-left", run: () => togglePalette() },
  { id: "copy-url", title: "Copy webhook URL", icon: "copy", also: "link address hook", run: click("#calling [data-copy]") },
  { id: "calling", title: "URL and code", icon: "code", also: "curl openapi call", run: open("calling") },
  { id: "problems", title: "Problems", icon: "triangle-alert", also: "errors warnings", run: open("problems") },
  { id: "history", title: "History", icon: "history", also: "versions changes", run: open("history") },
  { id: "settings", title: "Settings", icon: "settings", also: "deadline concurrency config description schema", run: open("settings") },
  { id: "rename", title: "Rename the flow", icon: "pencil", also: "name", run: click("#flow-name") },
  { id: "export", title: "Export the flow file", icon: "download", also: "yaml json save", run: () => location.assign(`/flows/${encodeURIComponent(slug)}/export`) },
  { id: "shortcuts", title: "Keyboard shortcuts", icon: "keyboard", keys: "?", also: "keys help", run: () => showShortcuts() },
  { id: "executions", title: "Executions", icon: "activity", also: "runs log", run: () => location.assign(`/executions?flow=${encodeURIComponent(slug)}`) },
];

/** @type {Map<string, () => void>} */
const runs = new Map();
/** @type {Choice[]} */
let flows = [];

const list = new ChoiceList(dialog, ({ id }) => {
  used.use(id);
  dialog.close();
  runs.get(id)?.();
});

/** @param {string} symbol */
const drawn = (symbol) => () => element("div", {}, icon(symbol));

/** @returns {Choice[]} */
function steps() {
  return [...canvas.querySelectorAll("li.step")].map((card) => {
    const step = card instanceof HTMLElement ? card.dataset.step ?? "" : "";
    const id = `step ${step}`;
    runs.set(id, () => choose([step]));
    return { id, title: card.querySelector(".card-title")?.textContent ?? step, of: "Step", also: step, draw: drawn("square-arrow-right") };
  });
}

/** All that can be chosen now. @returns {Choice[]} */
function choices() {
  runs.clear();
  const known = commands.filter(({ id }) => id !== "settings" || document.getElementById("settings"));
  for (const { id, run } of known) runs.set(`command ${id}`, run);
  for (const { id } of stepKinds()) runs.set(`add ${id}`, () => void addStep(id));
  for (const { id } of flows) runs.set(id, () => location.assign(`/flows/${encodeURIComponent(id.slice("flow ".length))}`));
  return [
    ...known.map((command) => ({ ...command, id: `command ${command.id}`, group: "Commands", draw: drawn(command.icon) })),
    ...steps(),
    ...stepKinds().map((kind) => ({ ...kind, id: `add ${kind.id}`, group: undefined, of: kind.of ? `Add, ${kind.of}` : "Add" })),
    ...flows,
  ];
}

/** Reads which other flows there are, and shows them as they come. */
async function readFlows() {
  const most = 500;
  /** @type {Choice[]} */
  const found = [];
  let after = "";
  do {
    const page = await request(`/api/flows?limit=200&after=${encodeURIComponent(after)}`);
    for (const flow of page.items) {
      if (flow.slug !== slug) found.push({ id: `flow ${flow.slug}`, title: flow.name || flow.slug, of: "Flow", also: flow.slug, draw: drawn("workflow") });
    }
    after = page.next ?? "";
  } while (after && found.length < most);
  flows = found;
  if (dialog.open) list.offer(choices(), used.list());
}

/** Opens the command search, or closes it. */
export function searchCommands() {
  if (dialog.open) { dialog.close(); return; }
  list.filter.value = "";
  dialog.showModal();
  list.offer(choices(), used.list());
  list.filter.focus();
  readFlows().catch(() => undefined); // without them, the rest can be found
}

// A click beside a dialog closes it.
for (const id of ["command-search", "shortcuts"]) {
  part(`#${id}`).addEventListener("pointerdown", (event) => {
    const { currentTarget: over, target } = event;
    if (!(over instanceof HTMLDialogElement) || target !== over) return;
    const box = over.getBoundingClientRect();
    if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) over.close();
  });
}

// The keys.

const sheet = /** @type {HTMLDialogElement} */ (part("#shortcuts"));

/** @type {[string, [string, string][]][]} */
const keys = [
  ["Everywhere", [
    ["Search steps, commands and flows", `${commandKey}K`], ["Undo", `${commandKey}Z`], ["Redo", redoKeys], ["Go to the next part of the page, and back", "F6 Shift+F6"], ["Keyboard shortcuts", "?"],
  ]],
  ["Canvas", [
    ["Go along the edges", "← →"], ["Go to the card above or below", "↑ ↓"], ["Open a step", "Enter"], ["Leave it", "Esc"],
    ["Zoom in, zoom out", "+ −"], ["Actual size, show all", "0 1"], ["Select all", `${commandKey}A`],
  ]],
  ["Steps", [
    ["Add a step after the selected one", "A"], ["Connect to another step", "C"], ["Rename", "F2"], ["Switch off or on", "D"], ["Duplicate", `${commandKey}D`],
    ["Delete", deleteKey], ["Delete and leave the gap", shiftKey + deleteKey], ["Menu of the step", `${shiftKey}F10`],
  ]],
  ["Clipboard", [["Copy as flow file", `${commandKey}C`], ["Cut", `${commandKey}X`], ["Paste", `${commandKey}V`]]],
];

/** Shows the sheet of keyboard shortcuts. */
export function showShortcuts() {
  part('[data-part="content"]', sheet).replaceChildren(...keys.map(([title, rows]) => element("section", {},
    element("h3", {}, title),
    element("dl", {}, ...rows.map(([what, key]) => element("div", {}, element("dt", {}, what), element("dd", {}, element("kbd", { class: "key" }, key))))))));
  sheet.showModal();
}
part('[data-action="close-shortcuts"]', sheet).addEventListener("click", () => sheet.close());

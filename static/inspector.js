// The inspector as a form: what is filled in becomes edits of the draft, and what
// came of them is shown. Plain ES module, checked by tsc.
import { RequestError, part, request } from "./dom.js";
import { choose, edit, recheck } from "./draft.js";
import { offerChoices } from "./inspector-choices.js";
import { askConnection } from "./inspector-connection.js";
import { dragItems, named } from "./inspector-list.js";
import { inUse, merge } from "./inspector-merge.js";
import { RowEditor } from "./inspector-rows.js";
import { controlOf, fileOutcome, outcome, pathOf, showFault } from "./inspector-value.js";
import { chooseView, fold, keepFold, prepare, writeAs } from "./inspector-views.js";
import { askReplacement } from "./palette.js";
import { toast } from "./page.js";
import { released } from "./press.js";
import { openBody } from "./run-drawer.js";
import { payloadKept } from "./run-payload.js";
import { begun, forget, keep } from "./unsent.js";

/** @typedef {import("./edit-queue.js").Operation} Operation */
/** @typedef {import("./inspector-value.js").Control} Control */

/** How long typing pauses before it is sent, in milliseconds. */
const pause = 400;

const inspector = part("#inspector");
const flow = `/flows/${encodeURIComponent(part("#flow-page").dataset.slug ?? "")}`;
const base = `${flow}/steps/`;

/** The step that is shown; empty: none. */
const shown = () => (inspector.hidden ? "" : inspector.querySelector("#inspector-step")?.getAttribute("data-step") ?? "");

// Typing.

/** @type {Map<Control, number>} controls whose text is not sent yet, with their timers */
const typing = new Map();
/** Edits that are on their way. */
let underWay = 0;
/** Typing into a control from focus to blur is one step of undo. */
let visit = 0;

/** Controls that are sent when they are left, not while they are typed into. */
const whole = new Set(["rename", "key", "new-key", "path-name", "file", "secret"]);

inspector.addEventListener("focusin", () => { visit++; });
inspector.addEventListener("input", (event) => {
  const control = controlOf(event.target);
  if (!control || whole.has(control.dataset.as ?? "")) return;
  clearTimeout(typing.get(control));
  if (control instanceof HTMLSelectElement || control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type)) void send(control);
  else typing.set(control, setTimeout(() => void send(control), pause));
  tell();
});
inspector.addEventListener("change", (event) => {
  const control = controlOf(event.target);
  if (!control) return;
  if (whole.has(control.dataset.as ?? "")) void changed(control);
  else if (typing.has(control)) void send(control);
});
inspector.addEventListener("focusout", (event) => {
  const control = controlOf(event.target);
  if (control && typing.has(control)) void send(control);
  if (skipped) reload();
});

/** Sends what is not sent yet. */
export async function flush() {
  await Promise.all([...typing.keys()].map(send));
  await rows.flush();
}

/** All that was done here is with the server. */
const idle = () => underWay === 0 && typing.size === 0 && !rows.waiting;

/** @param {Control} control */
async function send(control) {
  clearTimeout(typing.get(control));
  typing.delete(control);
  if (control.value === newConnection) { await connect(control, {}); return; }
  const { operation, fault } = outcome(control, shown());
  showFault(control, fault);
  if (fault && control instanceof HTMLTextAreaElement) keep(shown(), pathOf(control), { text: control.value, instead: control.defaultValue });
  else forget(shown(), pathOf(control));
  if (!operation) { tell(); return; }
  await submit([operation], `field ${shown()} ${pathOf(control)} ${visit}`);
}

/** Takes in a control that is sent when it is left. @param {Control} control */
async function changed(control) {
  const step = shown();
  switch (control.dataset.as) {
    case "rename": {
      const result = control.value === step ? null : await submit([{ op: "rename", step, id: control.value }], "", "#id-fault");
      if (!result) control.value = step;
      return;
    }
    case "path-name":
      await submit([{ op: "rename_path", step, path: control.dataset.pathOf, name: control.value }]);
      return;
    case "file": {
      const { operation, fault } = await fileOutcome(control, step);
      showFault(control, fault);
      if (operation) await submit([operation]);
      return;
    }
    case "key": case "new-key":
      await rename(/** @type {HTMLInputElement} */ (control));
      return;
    default:
      await send(control);
  }
}

// Data that are dropped where a name is written become a value that is called like them.
inspector.addEventListener("drop", (event) => {
  const text = event.dataTransfer?.getData("text/x-redial-expression"), control = controlOf(event.target);
  if (!text || control?.dataset.as !== "new-key") return;
  event.preventDefault();
  const name = /(?:([\p{L}_$][\p{L}\p{N}_$]*)|\["([^"\\]+)"\])(?:\[\d+\])*$/u.exec(text);
  control.value = name?.[1] ?? name?.[2] ?? "value";
  void rename(/** @type {HTMLInputElement} */ (control), `{{ ${text} }}`);
});

/** @param {HTMLInputElement} control of a name in a map @param {string} [value] of a new one */
async function rename(control, value = "") {
  const { operation, focus, fault } = named(control, value);
  const line = control.closest("[data-map]")?.querySelector("[data-part=key-fault]");
  if (line instanceof HTMLElement) {
    line.hidden = !fault;
    line.textContent = fault ?? "";
  }
  control.toggleAttribute("aria-invalid", Boolean(fault));
  if (!operation) return;
  control.blur(); // its place is shown anew
  if (focus) goOn(focus);
  await submit([{ step: shown(), ...operation }]);
}

/** What is chosen to make a connection. */
const newConnection = "+";

/**
 * Asks for a connection and takes it.
 * @param {Element} control
 * @param {{name?: string}} which an existing one to be changed
 */
async function connect(control, which) {
  const option = control.parentElement?.querySelector("[data-new-connection]");
  const step = shown(), path = pathOf(control);
  const component = option instanceof HTMLElement ? option.dataset.newConnection ?? "" : "";
  const name = await askConnection({ ...which, component });
  goOn(path);
  if (name && name !== which.name) await submit([{ op: "set", step, path, value: name }]);
  else {
    if (name) await recheck();
    reload();
  }
}

/**
 * Edits the draft.
 * @param {Operation[]} operations
 * @param {string} [merged] edits with the same text are one step of undo
 * @param {string} [place] where to say what was refused; else in passing
 * @returns {Promise<import("./draft.js").EditResult | null>} null: it was refused
 */
export async function submit(operations, merged = "", place = "") {
  underWay++;
  if (loading) { wanted = true; reading.abort(); } // the form is behind before it is there
  tell();
  const line = place ? inspector.querySelector(place) : null;
  if (line instanceof HTMLElement) line.hidden = true;
  try {
    return await edit(operations, { merge: merged, quiet: line !== null });
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    next = null;
    if (line instanceof HTMLElement) {
      line.hidden = false;
      line.textContent = error.message;
      return null;
    }
    wanted = true; // the form shows what the draft does not have
    return null;
  } finally {
    underWay--;
    if (wanted) reload();
    tell();
  }
}

// Showing what is.

/** The form is behind the draft. */
let wanted = false;
/** A control with the focus kept what the server knows otherwise. */
let skipped = false;
let loading = false;
let reading = new AbortController();
/** Where the focus goes when the form is up to date, and where it is until then. @type {{path: string, button: string | undefined, from: Element | null} | null} */
let next = null;

/**
 * Puts the focus into a field as soon as the form is up to date, unless the
 * person has gone on to another one by then.
 * @param {string} path
 * @param {string} [button] rather on this button of it
 */
function goOn(path, button) { next = { path, button, from: document.activeElement }; }

/** Shows the form anew as soon as all that was typed is sent. */
export function reload() {
  wanted = true;
  if (!loading && idle() && shown()) void load().then(tell);
  tell();
}

/** Says on the inspector whether its form is going to be shown anew. */
function tell() { inspector.toggleAttribute("data-behind", wanted || loading || !idle()); }

async function load() {
  const step = shown();
  loading = true;
  wanted = skipped = false;
  reading = new AbortController();
  const response = await fetch(base + encodeURIComponent(step), { headers: { "HX-Request-Type": "partial" }, signal: reading.signal }).catch(() => null);
  const text = await response?.text().catch(() => undefined);
  await released();
  loading = false;
  if (shown() !== step) {
    if (wanted) reload(); // it has got another ID meanwhile
    return;
  }
  if (wanted || !idle()) { reload(); return; }
  if (response?.status === 404) { part('[data-action="close-inspector"]', inspector).click(); return; }
  if (!response?.ok || text === undefined) return; // the draft tells that the server is away
  show(text);
  const going = next, here = document.activeElement;
  next = null;
  if (going && (here === document.body || here === going.from || here?.closest(".map-row.new"))) focusOn(going.path, going.button);
}

/** @param {string} text the inspector as the server sees it */
function show(text) {
  const fresh = document.createElement("div");
  fresh.innerHTML = text;
  prepare(fresh, shown());
  for (const field of inspector.querySelectorAll("[data-unsent]")) {
    const twin = fresh.querySelector(`.field[data-path="${CSS.escape(pathOf(field))}"]`);
    if (twin && !field.contains(document.activeElement)) twin.replaceWith(field);
  }
  for (const open of inspector.querySelectorAll("[data-part=choices]")) { // they are no part of what the server knows
    const notes = fresh.querySelector(`.field[data-path="${CSS.escape(pathOf(open))}"] > .field-notes`);
    notes?.before(open.contains(document.activeElement) ? open.cloneNode(false) : open);
  }
  const body = part("#inspector-step", inspector);
  const top = body.scrollTop;
  for (const selector of [".inspector-head", ".inspector-form"]) {
    const old = inspector.querySelector(selector), now = fresh.querySelector(selector);
    if (old && now) merge(old, now);
  }
  const focused = inUse();
  skipped = focused !== null && inspector.contains(focused) && (controlOf(focused) ?? focused.closest("expression-field")) !== null;
  body.scrollTop = top;
}

/**
 * Puts the focus into a field.
 * @param {string} path
 * @param {string} [button] rather on this button of it
 */
function focusOn(path, button) {
  const own = CSS.escape(path);
  for (const field of [...inspector.querySelectorAll(`[data-path="${own}"]`), ...inspector.querySelectorAll(`[data-key="${own}"]`)]) {
    const pressed = button && field.closest("li")?.querySelector(`[data-button="${button}"]:not(:disabled)`);
    for (let section = pressed ? null : field.closest("[data-fold]"); section; section = section.parentElement?.closest("[data-fold]") ?? null) fold(section, true);
    const target = pressed || field.querySelector("[data-as]:not([hidden] *)") || field.querySelector("button:not(:disabled)");
    if (!(target instanceof HTMLElement)) continue;
    target.focus();
    return;
  }
}

/** Steps that something is being done to, by what they are called now. @type {Set<{step: string}>} */
const held = new Set();

document.addEventListener("draft-changed", (event) => {
  if (!(event instanceof CustomEvent)) return;
  for (const own of held) own.step = event.detail.renamed?.[own.step] ?? own.step;
  if (!shown()) return;
  const renamed = event.detail.renamed?.[shown()];
  if (renamed) follow(renamed);
  reload();
});
/** The step that is shown has another ID: its form stays, with what has the focus. @param {string} step */
function follow(step) {
  for (const named of inspector.querySelectorAll("[data-step]")) named.setAttribute("data-step", step);
  document.dispatchEvent(new CustomEvent("flow-renamed", { detail: { step } }));
}
document.addEventListener("flow-step", () => {
  next = null;
  void flush();
});
/** JSON that could not be sent is there again, if the draft still has what it was written instead of. */
function restore() {
  for (const control of inspector.querySelectorAll("[data-as=json]")) {
    const left = begun(shown(), pathOf(control));
    if (!left || !(control instanceof HTMLTextAreaElement)) continue;
    if (control.defaultValue !== left.instead) { forget(shown(), pathOf(control)); continue; }
    control.value = left.text;
    void send(control);
  }
}
addEventListener("beforeunload", (event) => {
  void flush(); // before the draft says whether something is unsent
  if (rows.waiting) event.preventDefault();
}, { capture: true });
document.addEventListener("flow-inspected", () => {
  prepare(inspector, shown());
  restore();
  arrive();
});

/** The fields that commands of the canvas lead to. @type {Record<string, string>} */
const fieldOf = { rename: "name", note: "note" };
/** Where such a command leads, until the form is there. */
let toward = { step: "", path: "" };

document.addEventListener("canvas-command", (event) => {
  const { name, steps: [step] } = /** @type {CustomEvent<{name: string, steps: string[]}>} */ (event).detail;
  const path = fieldOf[name];
  if (!step || !path) return;
  toward = { step, path };
  if (shown() === step) arrive();
  else choose([step]);
});

function arrive() {
  const { step, path } = toward;
  if (!step || shown() !== step) return;
  toward = { step: "", path: "" };
  focusOn(path);
  const field = document.activeElement;
  if (field instanceof HTMLInputElement) field.select();
}

// Buttons.

inspector.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const section = target?.closest("summary, .fold")?.closest("[data-fold]");
  const button = target?.closest("button");
  if (section) {
    const open = section instanceof HTMLDetailsElement ? !section.open : button?.ariaExpanded !== "true";
    keepFold(section, open, shown());
    if (button) fold(section, open);
  } else if (button instanceof HTMLButtonElement) void press(button);
});

/** @param {HTMLButtonElement} button */
async function press(button) {
  const { edit: operations, focus, action, button: name } = button.dataset;
  if (action === "as-text" || action === "as-json") writeAs(button, action === "as-json", shown());
  if (action === "replace") {
    closeMenu(button);
    await flush();
    askReplacement(shown(), part(".inspector-body", inspector).getBoundingClientRect());
  }
  if (action === "choices") {
    await offerChoices(button, base + encodeURIComponent(shown()), (path, value) => {
      goOn(path);
      void submit([{ op: "set", step: shown(), path, value }]);
    });
  }
  if (action === "add-key") await changed(/** @type {Control} */ (part("input", part(".map-row.new", button.closest("[data-map]") ?? inspector))));
  if (action === "sample" && focus) await fromSample(focus);
  const { connection, newConnection: made } = button.dataset;
  if (connection || made) await connect(button, connection ? { name: connection } : {});
  const host = button.closest("[data-views]");
  if (button.dataset.view && host) {
    await flush();
    chooseView(host, button.dataset.view, shown());
  }
  if (!operations) return;
  closeMenu(button);
  const own = { step: shown() }; // which may have got another ID since the form was drawn, and may get one now
  held.add(own);
  await flush().finally(() => held.delete(own));
  const closes = button.hasAttribute("data-closes-inspector"), chooses = button.hasAttribute("data-select-created");
  if (focus && !closes && !chooses && shown() === own.step) goOn(focus, name);
  const result = await submit(JSON.parse(operations).map((/** @type {Operation} */ operation) => ({
    ...operation, ...(operation["step"] ? { step: own.step } : {}), ...(operation["steps"] ? { steps: [own.step] } : {}),
  })));
  if (result && closes && shown() === own.step) part('[data-action="close-inspector"]', inspector).click();
  else if (result && chooses && result.created.length > 0) choose(result.created);
}

/**
 * Makes a schema of the test payload as it is now, or leads to where that is written.
 * @param {string} path of the schema
 */
async function fromSample(path) {
  const step = shown();
  await Promise.all([flush(), payloadKept()]);
  try {
    const { schema } = await request(`${flow}/samples/schema`);
    if (!schema) {
      openBody();
      toast("There is no sample yet. Write a JSON body here.");
      return;
    }
    goOn(path);
    if (await submit([{ op: "set", step, path, value: schema }])) toast("The schema is made from the sample.");
  } catch (error) {
    toast(error instanceof Error ? error.message : "");
  }
}

/** @param {Element} button in a menu perhaps */
function closeMenu(button) {
  const menu = button.closest(":popover-open");
  if (menu instanceof HTMLElement) menu.hidePopover();
}

const rows = new RowEditor(inspector, base, submit, () => { if (wanted) reload(); else tell(); });
dragItems(inspector, (operation) => void submit([{ ...operation, step: shown() }]));

// What is open above the form is closed first.
inspector.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target instanceof Element && event.target.closest("dialog[open], :popover-open")) event.stopPropagation();
}, true);

prepare(inspector, shown());

// The page of a flow: the mode toggle, publishing, the inspector, and what
// opens from the head. The draft is in draft.js, runs are in run.js. Plain ES
// module, checked by tsc.
import { part, request, RequestError, tabs } from "./dom.js";
import { look as lookForEdits, revision, settled } from "./draft.js";
import { flush } from "./inspector.js";
import { refreshTimes, toast } from "./page.js";
import { openDrawer } from "./run-drawer.js";

/** @typedef {import("./canvas.js").FlowCanvas} FlowCanvas */
/** @typedef {"sync" | "async"} Mode */

/**
 * How the flow stands, as the server tells.
 * @typedef {object} FlowState
 * @property {number} revision
 * @property {Mode} mode
 * @property {number} version
 * @property {boolean} changed
 * @property {string} word
 * @property {string} explained
 * @property {string} affected
 * @property {boolean} publishable
 * @property {string} publishing
 * @property {Record<Mode, string>} says
 */

const page = part("#flow-page");
const slug = page.dataset.slug ?? "";
const base = `/flows/${encodeURIComponent(slug)}`;
const canvas = /** @type {FlowCanvas} */ (part("flow-canvas"));
const modeNames = { sync: "Sync", async: "Async" };

let mode = /** @type {Mode} */ (page.dataset.mode);
let etag = "";

// The toggle.

const toggle = part("#mode");
const hint = part("#mode-hint");
const options = /** @type {HTMLButtonElement[]} */ ([...toggle.querySelectorAll("button")]);

/** @param {Mode} now */
function showMode(now) {
  mode = now;
  page.dataset.mode = now;
  for (const option of options) {
    const own = option.dataset.mode === now;
    option.setAttribute("aria-checked", String(own));
    option.tabIndex = own ? 0 : -1;
  }
}

/**
 * Changes the mode for all callers, at once. The newest change wins; what it
 * comes to is read back.
 * @param {Mode} to
 * @param {number} [expected] the revision that the change is made to: for an undo, which must not undo more
 */
async function setMode(to, expected) {
  const from = mode;
  showMode(to);
  toggle.setAttribute("aria-busy", "true");
  try {
    const changed = await request(`/api/flows/${encodeURIComponent(slug)}`, {
      method: "PATCH", body: { mode: to }, headers: expected === undefined ? {} : { "If-Match": `"${expected}"` },
    });
    const state = await readState(true);
    void lookForEdits(true);
    const says = state?.says[to] ?? "";
    const affected = state?.affected ?? "";
    if (expected !== undefined) toast(`Back to ${modeNames[to]}. ${says}`);
    else toast(`${says} ${affected}`.trim(), { label: "Undo", run: () => void setMode(from, changed.revision) });
  } catch (error) {
    showMode(from);
    await readState(true).catch(() => undefined);
    toast(error instanceof RequestError && error.status === 412
      ? "The flow was changed meanwhile, so nothing was undone."
      : `The mode was not changed. ${words(error)}`);
  } finally {
    toggle.removeAttribute("aria-busy");
  }
}

/** @param {unknown} error */
const words = (error) => (error instanceof Error ? error.message : "");

toggle.addEventListener("click", (event) => {
  const option = event.target instanceof Element ? event.target.closest("button") : null;
  const to = /** @type {Mode | undefined} */ (option?.dataset.mode);
  if (to && to !== mode && toggle.getAttribute("aria-busy") !== "true") void setMode(to);
});

toggle.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const here = options.findIndex((option) => option === document.activeElement);
  const next = options[(here + step + options.length) % options.length];
  next?.focus();
  next?.click();
});

/** @param {Element | null} option */
function showHint(option) {
  const of = option instanceof HTMLElement ? option.dataset.mode : undefined;
  hint.hidden = !of;
  if (!of) return;
  for (const which of ["sync", "async"]) part(`#mode-says-${which}`).hidden = which !== of;
}
for (const name of ["pointerover", "focusin"]) {
  toggle.addEventListener(name, (event) => {
    if (name === "focusin" && event.target instanceof Element && !event.target.matches(":focus-visible")) return;
    showHint(event.target instanceof Element ? event.target.closest("button") : null);
  });
}
for (const name of ["pointerleave", "focusout", "click"]) toggle.addEventListener(name, () => showHint(null));

// The state, which others may change.

const dialog = /** @type {HTMLDialogElement} */ (part("#publish"));
const confirm = /** @type {HTMLButtonElement} */ (part("#publish-confirm"));
const comment = /** @type {HTMLTextAreaElement} */ (part("#publish-comment"));
const failed = part("#publish-error");

/**
 * Reads how the flow stands and shows it.
 * @param {boolean} [own] this page has just changed it
 * @returns {Promise<FlowState | null>} null: nothing has changed
 */
async function readState(own = false) {
  const response = await fetch(`${base}/state`, { headers: own || !etag ? {} : { "If-None-Match": etag } });
  if (response.status === 304) return null;
  if (response.redirected) return follow(response.url.replace(/\/state$/, ""));
  if (!response.ok) throw new Error("The server did not tell how the flow stands.");
  etag = response.headers.get("ETag") ?? "";
  const state = /** @type {FlowState} */ (await response.json());
  if (!own && state.mode !== mode) toast(`The mode was changed to ${modeNames[state.mode]} elsewhere. ${state.says[state.mode]}`);
  showState(state);
  if (!own && state.revision > revision()) void lookForEdits();
  return state;
}

/**
 * Goes to where the flow is now, once what was done here is kept there.
 * @param {string} url
 */
async function follow(url) {
  if (document.querySelector("#flow-page[data-moving]")) return null; // it is this page that gave the URL
  await flush();
  await settled();
  sessionStorage.setItem("flow-says", "The URL of this flow was changed elsewhere. This is its new page.");
  location.replace(url);
  return null;
}

/** @param {FlowState} state */
function showState(state) {
  const badge = part("#flow-state");
  badge.textContent = state.word;
  badge.title = state.explained;
  badge.dataset.state = state.version === 0 ? "none" : state.changed ? "changed" : "published";
  part("#mode-says-sync").textContent = state.says.sync;
  part("#mode-says-async").textContent = state.says.async;
  part("#mode-affected").textContent = state.affected;
  part("#publish-what").textContent = state.publishing;
  part("#publish-button").classList.toggle("primary", state.publishable);
  const blocked = confirm.hasAttribute("data-blocked") || !state.publishable;
  confirm.disabled = blocked;
  part("#publish-field").hidden = blocked;
  showMode(state.mode);
}

document.addEventListener("draft-changed", (event) => {
  if (!(event instanceof CustomEvent)) return;
  /** @type {import("./draft.js").DraftChange} */
  const { state, problems } = event.detail;
  showProblems(problems);
  if (state) showState(state);
});

// What settings change for callers is no edit of the draft, and yet a revision.
document.addEventListener("flow-settings", () => {
  readState(true).catch(() => undefined);
  void lookForEdits(true);
});

/**
 * Shows the problems in the head, in what it opens, and where they block
 * publishing.
 * @param {{html: string, count: number, errors: number, word: string} | undefined} problems
 */
function showProblems(problems) {
  if (!problems) return;
  const button = part("#problems-button");
  button.hidden = problems.count === 0;
  button.title = problems.word;
  button.dataset.severity = problems.errors > 0 ? "error" : "warning";
  part(".wide", button).textContent = problems.word;
  part(".narrow", button).textContent = String(problems.count);
  part("#problems-title").textContent = problems.word;
  part('#problems [data-part="list"]').innerHTML = problems.html;
  const blocking = part("#publish-blocked");
  blocking.hidden = problems.errors === 0;
  part('[data-part="list"]', blocking).innerHTML = problems.html;
  for (const item of blocking.querySelectorAll("li:not(:has(.problem-icon.error))")) item.remove();
  confirm.toggleAttribute("data-blocked", problems.errors > 0);
}

const look = () => {
  if (document.visibilityState === "visible" && toggle.getAttribute("aria-busy") !== "true") readState().catch(() => undefined);
};
setInterval(look, 4000);
addEventListener("focus", look);
document.addEventListener("visibilitychange", look);

// What opens from the head is read when it opens.

for (const popover of document.querySelectorAll("[popover][data-src]")) {
  popover.addEventListener("beforetoggle", (event) => {
    if (event instanceof ToggleEvent && event.newState === "open") void load(/** @type {HTMLElement} */ (popover));
  });
}

// So are the settings, with the script that takes them in.
const settings = /** @type {HTMLDialogElement} */ (part("#settings"));
const settingsOpen = new MutationObserver(() => {
  import("./settings.js").then(() => settingsOpen.disconnect(), () => {
    part('[data-part="content"]', settings).textContent = "The server cannot be reached. Close this and open it again.";
  });
});
settingsOpen.observe(settings, { attributeFilter: ["open"] });

// What the page before this one has to say here.
if (sessionStorage.getItem("settings-say")) settings.showModal();
const says = sessionStorage.getItem("flow-says");
sessionStorage.removeItem("flow-says");
if (says) toast(says);

/** @param {HTMLElement} element with data-src and a part for the content */
async function load(element) {
  const content = part('[data-part="content"]', element);
  const open = content.querySelector('[role="tab"][aria-selected="true"]')?.id;
  try {
    const response = await fetch(element.dataset.src ?? "", { headers: { "HX-Request-Type": "partial" } });
    content.innerHTML = await response.text();
    refreshTimes();
    tabs(content);
    if (open) document.getElementById(open)?.click();
  } catch {
    const note = document.createElement("p");
    note.className = "popover-note";
    note.textContent = "The server cannot be reached. Close this and open it again.";
    content.replaceChildren(note);
  }
}
for (const content of document.querySelectorAll('[popover] [data-part="content"]')) tabs(/** @type {HTMLElement} */ (content));

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-goes-to]") : null;
  if (!(link instanceof HTMLElement)) return;
  event.preventDefault();
  const over = link.closest("[popover], dialog");
  if (over instanceof HTMLDialogElement) over.close();
  else if (over instanceof HTMLElement) over.hidePopover();
  inspect(link.dataset.goesTo ?? "", true);
});

// The inspector.

const inspector = part("#inspector");
let asked = 0;

/** Says in the address of the page which step is shown. @param {string} step */
function address(step) {
  const url = new URL(location.href);
  if (step) url.searchParams.set("step", step);
  else url.searchParams.delete("step");
  history.replaceState(null, "", url);
}

/**
 * Shows a step in the inspector; an empty ID shows none.
 * @param {string} step
 * @param {boolean} [fromElsewhere] the canvas does not know yet
 */
async function inspect(step, fromElsewhere = false) {
  const turn = ++asked;
  if (fromElsewhere) canvas.select(step);
  address(step);
  document.dispatchEvent(new CustomEvent("flow-step", { detail: { step } }));
  if (!step) {
    inspector.hidden = true;
    return;
  }
  try {
    const response = await fetch(`${base}/steps/${encodeURIComponent(step)}`, { headers: { "HX-Request-Type": "partial" } });
    const text = await response.text();
    if (turn !== asked) return;
    inspector.innerHTML = text;
  } catch {
    if (turn === asked) inspector.textContent = "The server cannot be reached.";
  }
  inspector.hidden = false;
  if (innerWidth <= 720) openDrawer(false); // one sheet at a time
  if (canvas.selected === step || fromElsewhere) canvas.select(step); // the canvas is narrower now
  document.dispatchEvent(new CustomEvent("flow-inspected", { detail: { step } }));
  if (entering && !document.activeElement?.matches("input, textarea, [contenteditable]")) enter();
}

/** The last thing that was done by hand was to press Enter, or to add a step here: one goes on in the form. */
let entering = false;
addEventListener("keydown", ({ key }) => { entering = key === "Enter"; }, { capture: true });
addEventListener("pointerdown", () => { entering = false; }, { capture: true });
canvas.addEventListener("canvas-edit", (event) => {
  if (event instanceof CustomEvent && event.detail.operations[0].op === "add") entering = true;
});

/** Puts the focus into the form; Escape leads back to the card. */
function enter() {
  const first = inspector.querySelector(".inspector-form :is(input, select, textarea):not(:disabled, [hidden] *)") ?? inspector.querySelector("button");
  if (first instanceof HTMLElement) first.focus();
}

canvas.addEventListener("canvas-select", (event) => {
  if (event instanceof CustomEvent) void inspect(event.detail.step);
});
document.addEventListener("flow-renamed", (event) => {
  if (event instanceof CustomEvent) address(event.detail.step);
});
document.addEventListener("flow-show-step", (event) => {
  if (event instanceof CustomEvent) void inspect(event.detail.step, true);
});
inspector.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest('[data-action="close-inspector"]')) void inspect("", true);
});
inspector.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const shut = document.querySelector("#data-panel:not([hidden]) [data-action=data-close]");
  if (shut instanceof HTMLElement) { shut.click(); return; }
  const step = canvas.selected;
  void inspect("", true);
  const card = canvas.querySelector(`[data-step="${CSS.escape(step)}"] .card-link`);
  if (card instanceof HTMLElement) card.focus();
});

// Publishing.

part("#publish-button").addEventListener("click", async () => {
  await settled();
  failed.hidden = true;
  dialog.showModal();
  if (!confirm.disabled) comment.focus();
});
comment.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) confirm.click();
});
confirm.addEventListener("click", async () => {
  confirm.disabled = true;
  failed.hidden = true;
  try {
    const { version } = await request(`/api/flows/${encodeURIComponent(slug)}/publish`, { method: "POST", body: { comment: comment.value } });
    comment.value = "";
    dialog.close();
    await readState(true);
    const calling = document.querySelector("#calling-button");
    toast(`Version ${version} is published.`, calling instanceof HTMLElement ? { label: "How to call it", run: () => calling.click() } : undefined);
  } catch (error) {
    failed.hidden = false;
    failed.textContent = words(error);
    if (error instanceof RequestError && error.problems.length > 0) {
      failed.textContent = error.problems.map((problem) => `${problem.step ? problem.step + ": " : ""}${problem.message}`).join("\n");
    } else {
      confirm.disabled = false;
    }
  }
});

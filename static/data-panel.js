// The data panel: what the expressions of the step can read. What is clicked or
// dragged is written into a field. Plain ES module, checked by tsc.
import { element, icon, part } from "./dom.js";
import "./expression-field.js"; // what is written into
import { refreshTimes, toast } from "./page.js";

/** @typedef {import("./expression-field.js").ExpressionField} ExpressionField */

const panel = part("#data-panel");
const content = part("[data-part=content]", panel);
const inspector = part("#inspector");
const slug = part("#flow-page").dataset.slug ?? "";

/** The step of the inspector; empty: none. */
const step = () => (inspector.hidden ? "" : inspector.querySelector("[data-step]")?.getAttribute("data-step") ?? "");

// What is remembered: the view, and which sources of a flow were opened or shut.

/** @typedef {{view?: string, sources?: Record<string, boolean>}} Memory */
const key = `redial.data.${slug}`;
const mostKept = 200;

/** @returns {Memory} */
function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}

/** @param {(memory: Memory) => void} change */
function remember(change) {
  const memory = recall();
  change(memory);
  const sources = Object.entries(memory.sources ?? {}).slice(-mostKept);
  try {
    localStorage.setItem(key, JSON.stringify({ ...memory, sources: Object.fromEntries(sources) }));
  } catch { /* a browser that remembers nothing */ }
}

// Showing.

/** Of answers that overtake each other the last question counts. */
let turn = 0;
/** What has to be shown anew when the panel is opened. */
let stale = true;

/** @param {string} query */
const address = (query = "") => `/flows/${encodeURIComponent(slug)}/steps/${encodeURIComponent(step())}/data${query}`;

/** @param {string} path @returns {Promise<string | null>} */
async function read(path) {
  const response = await fetch(path, { headers: { "HX-Request-Type": "partial" } }).catch(() => null);
  return response?.ok ? response.text().catch(() => null) : null;
}

async function load() {
  const of = step(), mine = ++turn;
  if (!of) { close(); return; }
  if (content.querySelector(".data-list")?.getAttribute("data-step") !== of) {
    content.replaceChildren(element("p", { class: "secondary data-note skeleton" }, "Reading the data"));
  }
  const text = await read(address());
  if (mine !== turn || panel.hidden) return;
  if (text === null) {
    content.replaceChildren(element("p", { class: "notice error" }, icon("circle-x"), element("span", {}, "The data cannot be shown: the server does not answer. Try again in a moment.")));
    return;
  }
  stale = false;
  const searched = content.querySelector("input")?.value ?? "", scrolled = content.querySelector(".data-list")?.scrollTop ?? 0;
  const focused = document.activeElement?.closest("#data-panel [data-insert]")?.getAttribute("data-insert");
  content.innerHTML = text; // a fragment of ours; the policy of the page allows no script in it
  const { view = "json", sources = {} } = recall();
  show(view);
  for (const source of content.querySelectorAll(".data-source")) {
    const open = sources[source.getAttribute("data-source") ?? ""];
    if (open !== undefined) toggle(toggleOf(source), open);
  }
  for (const button of content.querySelectorAll("button.data-toggle")) {
    const open = folds.get(rowOf(button));
    if (open !== undefined) toggle(button, open);
  }
  part("[data-part=of]", panel).textContent = `that ${content.querySelector(".data-list")?.getAttribute("data-title") ?? ""} can read`;
  refreshTimes();
  const search = content.querySelector("input");
  if (search && searched) {
    search.value = searched;
    filter(searched);
  }
  part(".data-list", content).scrollTop = scrolled;
  rove();
  if (focused) picks().find((pick) => pick.dataset.insert === focused)?.focus();
}

/** @param {string} view */
function show(view) {
  content.dataset.view = view;
  for (const button of content.querySelectorAll("button[data-view]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-view") === view));
  }
}

function open() {
  panel.hidden = false;
  tell();
  if (stale || content.querySelector(".data-list")?.getAttribute("data-step") !== step()) void load();
}

function close() {
  if (panel.hidden) return;
  const inside = panel.contains(document.activeElement);
  panel.hidden = true;
  tell();
  if (inside) (field() ?? inspector.querySelector("[data-action=data-panel]"))?.focus();
}

/** Buttons say whether the panel is open. */
function tell() {
  for (const button of document.querySelectorAll("[data-action=data-panel]")) button.setAttribute("aria-expanded", String(!panel.hidden));
}

/** Several changes in a row are read once, in milliseconds. */
const pause = 300;
let planned = 0;

/** The data may be others by now. */
function renew() {
  stale = true;
  clearTimeout(planned);
  planned = setTimeout(() => { if (!panel.hidden) void load(); }, pause);
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-action=data-panel]")) {
    if (panel.hidden) open();
    else close();
  }
});
document.addEventListener("flow-inspected", () => {
  tell();
  if (!panel.hidden) void load();
});
document.addEventListener("flow-step", (event) => {
  if (event instanceof CustomEvent && event.detail.step === "") close();
});
document.addEventListener("draft-changed", renew);
document.addEventListener("flow-run-ended", renew);
document.addEventListener("pins-changed", renew);

// Writing. The field is found again by its place: the form may have been drawn
// anew since.

/** @type {{step: string, path: string, at: number} | null} */
let last = null;

/** @param {Element} found */
const pathOf = (found) => found.closest("[data-path]")?.getAttribute("data-path") ?? "";

/** @param {string} path of a field, which may have several of them @returns {Element[]} */
const takersOf = (path) => [...inspector.querySelectorAll("expression-field")].filter((found) => pathOf(found) === path);

inspector.addEventListener("focusin", (event) => {
  leave();
  const found = event.target instanceof Element ? event.target.closest("expression-field") : null;
  if (found) last = { step: step(), path: pathOf(found), at: takersOf(pathOf(found)).indexOf(found) };
});

/** @returns {ExpressionField | null} the field that was used last */
function field() {
  if (last?.step !== step()) return null;
  return /** @type {any} */ (takersOf(last.path)[last.at] ?? null);
}

// While something is chosen here the field keeps its caret, whatever the form around it does.
panel.addEventListener("focusin", () => field()?.toggleAttribute("data-asking", true));
panel.addEventListener("focusout", leave);

function leave() { inspector.querySelector("[data-asking]")?.removeAttribute("data-asking"); }

/** @param {string} text */
async function write(text) {
  const into = field();
  if (into && typeof into.insert === "function") await into.insert(text);
  else {
    toast("Click into a field first: the value is written where the caret is.");
    return;
  }
  if (getComputedStyle(panel).position === "fixed") close(); // the sheet covers the field
}

/** What a dragged expression is called. */
const dragged = "text/x-redial-expression";

panel.addEventListener("dragstart", (event) => {
  const pick = event.target instanceof Element ? event.target.closest("[data-insert]") : null;
  const text = pick?.getAttribute("data-insert");
  if (!(pick instanceof HTMLElement) || !text || !event.dataTransfer) return;
  pick.focus(); // it is the one that is marked, too, when the data are read again
  event.dataTransfer.setData(dragged, text);
  event.dataTransfer.setData("text/plain", text);
  event.dataTransfer.effectAllowed = "copy";
});

// Clicks.

panel.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button) return;
  const { insert, view, action } = button.dataset;
  if (insert !== undefined) void write(insert);
  else if (action === "data-close") close();
  else if (action === "data-refresh") void load();
  else if (view) {
    show(view);
    remember((memory) => { memory.view = view; });
    rove();
  } else if (button.matches(".data-toggle, .data-source-toggle")) {
    const now = button.getAttribute("aria-expanded") !== "true";
    toggle(button, now);
    const source = button.matches(".data-source-toggle") ? button.closest(".data-source")?.getAttribute("data-source") : null;
    if (!source) folds.set(rowOf(button), now);
    else {
      remember((memory) => {
        const { [source]: _, ...others } = memory.sources ?? {};
        memory.sources = { ...others, [source]: now };
      });
    }
  }
});

/** Rows that were opened or shut by hand, as the data are read again and again. @type {Map<string, boolean>} */
const folds = new Map();

/** @param {Element} button of a row @returns {string} what the row is called, in which view */
const rowOf = (button) => `${step()} ${button.closest("[data-of]")?.getAttribute("data-of")} ${button.parentElement?.querySelector(".data-pick")?.getAttribute("data-insert")}`;

/** @param {Element} source */
const toggleOf = (source) => part(".data-source-toggle", /** @type {HTMLElement} */ (source));

/** @param {Element} button @returns {Element | null | undefined} what it shows and hides */
const bodyOf = (button) => (button.matches(".data-source-toggle") ? button.closest(".data-source")?.querySelector(".data-body") : button.closest(".data-row")?.querySelector(":scope > .data-rows"));

/** @param {Element} button @param {boolean} shown */
function toggle(button, shown) {
  button.setAttribute("aria-expanded", String(shown));
  const source = button.matches(".data-source-toggle") ? button.closest(".data-source") : null;
  const body = bodyOf(button);
  body?.toggleAttribute("hidden", !shown);
  body?.toggleAttribute("data-shut", !shown && content.hasAttribute("data-searching"));
  if (shown && source?.hasAttribute("data-lazy") && body) void fill(source, body);
  rove();
}

/** Reads a source that did not fit. @param {Element} source @param {Element} body */
async function fill(source, body) {
  source.removeAttribute("data-lazy");
  const text = await read(address(`?source=${encodeURIComponent(source.getAttribute("data-source") ?? "")}`));
  if (text === null) {
    source.setAttribute("data-lazy", "");
    body.replaceChildren(element("p", { class: "secondary data-note" }, "This cannot be shown: the server does not answer. Close it and open it again."));
    return;
  }
  body.innerHTML = text;
  refreshTimes();
  rove();
}

// Searching: rows that fit, with what is around and below them.

/** @param {string} text */
function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  content.toggleAttribute("data-searching", words.length > 0);
  let any = false;
  for (const group of content.querySelectorAll("[data-filtered-group]")) {
    const named = words.every((word) => (group.getAttribute("aria-label") ?? "").toLowerCase().includes(word));
    let found = named;
    const rows = [...group.querySelectorAll("[data-filtered]")].reverse(); // what is inside comes before what it is in
    for (const row of rows) {
      const fits = named || words.every((word) => row.getAttribute("data-filtered")?.includes(word));
      const inside = row.querySelector("[data-filtered]:not([hidden])") !== null;
      row.toggleAttribute("hidden", !fits && !inside);
      found ||= fits;
    }
    group.toggleAttribute("hidden", !found);
    any ||= found;
  }
  content.querySelector("[data-filter-none]")?.toggleAttribute("hidden", any);
  // What is shut is open while it is searched, until it is shut again.
  for (const button of content.querySelectorAll("button[aria-expanded]")) {
    const body = bodyOf(button);
    body?.removeAttribute("data-shut");
    button.setAttribute("aria-expanded", String(words.length > 0 && !button.closest("[data-lazy]") || body?.hasAttribute("hidden") === false));
  }
  rove();
}

panel.addEventListener("input", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.dataset.filter === "data") filter(event.target.value);
});

// Keys: the values are one stop of Tab, arrows go through them.

/** @returns {HTMLElement[]} what can be written and is shown */
function picks() {
  const all = /** @type {HTMLElement[]} */ ([...content.querySelectorAll("button.data-pick")]);
  return all.filter((pick) => pick.checkVisibility());
}

function rove() {
  const all = picks();
  if (all.some((pick) => pick.tabIndex === 0)) return;
  for (const pick of content.querySelectorAll('button.data-pick[tabindex="0"]')) pick.setAttribute("tabindex", "-1");
  const first = all[0];
  if (first) first.tabIndex = 0;
}

panel.addEventListener("focusin", (event) => {
  if (!(event.target instanceof HTMLElement) || !event.target.matches("button.data-pick")) return;
  for (const pick of content.querySelectorAll('button.data-pick[tabindex="0"]')) pick.setAttribute("tabindex", "-1");
  event.target.tabIndex = 0;
});

panel.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    event.stopPropagation();
    close();
    return;
  }
  const at = document.activeElement;
  if (at instanceof HTMLInputElement && event.key === "ArrowDown") {
    event.preventDefault();
    picks()[0]?.focus();
    return;
  }
  if (!(at instanceof HTMLElement) || !at.matches("button.data-pick")) return;
  const all = picks(), here = all.indexOf(at);
  const opener = at.closest(".data-line, .data-source-head")?.querySelector(".data-toggle[aria-expanded], .data-source-toggle");
  const unfolded = opener?.getAttribute("aria-expanded") === "true";
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowDown: () => all[here + 1]?.focus(),
    ArrowUp: () => all[here - 1]?.focus(),
    Home: () => all[0]?.focus(),
    End: () => all.at(-1)?.focus(),
    ArrowRight: () => { if (opener && !unfolded) /** @type {HTMLElement} */ (opener).click(); else all[here + 1]?.focus(); },
    ArrowLeft: () => {
      if (opener && unfolded) /** @type {HTMLElement} */ (opener).click();
      else {
        const around = at.closest(".data-row")?.parentElement?.closest(".data-row, .data-source")?.querySelector("button.data-pick");
        if (around instanceof HTMLElement) around.focus();
      }
    },
  };
  const run = keys[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});

// How a person has arranged the form of a step: which sections are open, and in
// which way a value is written. It stays so when the form is shown anew. Plain
// ES module, checked by tsc.
import { part } from "./dom.js";
import { controlOf, pathOf } from "./inspector-value.js";

/** @typedef {import("./inspector-value.js").Control} Control */

/** @type {Map<string, boolean>} sections that were opened or closed by hand */
const folds = new Map();
/** @type {Map<string, string>} how a value is written, where that was chosen by hand */
const views = new Map();
/** Fields that were chosen to be written as JSON. @type {Set<string>} */
const written = new Set();

/** @param {Element} section a <details>, or a group with a button @param {string} step */
const foldKey = (section, step) => {
  const fold = section.getAttribute("data-fold") ?? "";
  return section.matches(".folded") ? fold : `${step} ${fold}`;
};

/** @param {Element} host of several ways to write a value @param {string} step */
const viewKey = (host, step) => `${step} ${host.getAttribute("data-views")}`;

/** @param {Element} section @param {boolean} open */
export function fold(section, open) {
  if (section instanceof HTMLDetailsElement) { section.open = open; return; }
  section.querySelector(".fold")?.setAttribute("aria-expanded", String(open));
  section.querySelector(":scope > .group-body")?.toggleAttribute("hidden", !open);
}

/**
 * Remembers that a section was opened or closed by hand.
 * @param {Element} section
 * @param {boolean} open
 * @param {string} step whose form it is
 */
export function keepFold(section, open, step) { folds.set(foldKey(section, step), open); }

/**
 * Makes a form ready to be used, arranged as it was left.
 * @param {ParentNode} root
 * @param {string} step whose form it is
 */
export function prepare(root, step) {
  for (const form of root.querySelectorAll("fieldset[disabled]")) form.removeAttribute("disabled");
  for (const section of root.querySelectorAll("[data-fold]")) {
    const open = folds.get(foldKey(section, step));
    if (open !== undefined) fold(section, open);
  }
  for (const host of root.querySelectorAll("[data-views]")) {
    const chosen = views.get(viewKey(host, step));
    if (chosen) showView(host, chosen);
  }
  for (const button of root.querySelectorAll('[data-action="as-json"]')) {
    const json = around(button)?.querySelector("[data-part=json]");
    if (json && written.has(`${step} ${pathOf(json)}`)) showAs(button, true);
  }
}

/**
 * Changes to another way to write a value.
 * @param {Element} host of several
 * @param {string} view
 * @param {string} step whose form it is
 */
export function chooseView(host, view, step) {
  views.set(viewKey(host, step), view);
  showView(host, view);
}

/** @param {Element} host @param {string} view */
function showView(host, view) {
  if (!host.querySelector(`:scope > [data-part="${view}"]`)) return;
  for (const item of host.querySelectorAll(":scope > [data-part]")) item.toggleAttribute("hidden", item.getAttribute("data-part") !== view);
  for (const button of host.querySelectorAll("[data-view]")) button.setAttribute("aria-pressed", String(button.getAttribute("data-view") === view));
}

/**
 * Changes between a value's text and its JSON.
 * @param {HTMLButtonElement} button that was pressed
 * @param {boolean} json
 * @param {string} step whose form it is
 */
export function writeAs(button, json, step) {
  const { from, to } = showAs(button, json);
  if (!from || !to) return;
  written[json ? "add" : "delete"](`${step} ${pathOf(to)}`);
  if (to.value === "" && from.value !== "") to.value = json ? JSON.stringify(from.value) : from.value;
  to.focus();
}

/** @param {Element} button @returns {Element | null} what it belongs to */
const around = (button) => button.closest(".map-row, .field");

/** @param {Element} button @param {boolean} json @returns {{from: Control | null, to: Control | null}} the two controls */
function showAs(button, json) {
  const field = around(button) ?? document;
  const from = part(`[data-part=${json ? "text" : "json"}]`, field), to = part(`[data-part=${json ? "json" : "text"}]`, field);
  for (const other of button.parentElement?.children ?? []) other.setAttribute("aria-pressed", String(other === button));
  from.hidden = true;
  to.hidden = false;
  return { from: controlOf(from.querySelector("[data-as]")), to: controlOf(to.querySelector("[data-as]")) };
}

// The buttons below an expression: the functions of the language, with examples,
// and the data that it can read. Plain ES module, checked by tsc.
import { element, icon } from "./dom.js";

/** @typedef {import("./expression-field.js").ExpressionField} ExpressionField */

/** The one help of a page, and the field that it was opened for. @type {HTMLElement | null} */
let help = null;
/** @type {ExpressionField | null} */
let asked = null;

/** @param {ExpressionField} field */
export function tools(field) {
  const functions = element("button", { type: "button", class: "expression-tool", "aria-haspopup": "dialog", title: "Functions, with examples" },
    element("span", { "aria-hidden": "true" }, "ƒx"), element("span", { class: "visually-hidden" }, "Functions"));
  functions.addEventListener("click", () => void showFunctions(field, functions));
  const data = element("button", { type: "button", class: "expression-tool", "data-action": "data-panel", title: "The data that can be read here" },
    icon("database"), "Data");
  return element("div", { class: "expression-tools" }, functions, data);
}

/** @param {ExpressionField} field @param {HTMLElement} button */
async function showFunctions(field, button) {
  asked?.removeAttribute("data-asking");
  asked = field;
  field.toggleAttribute("data-asking", true); // it stays, whatever the form around it does
  const shown = help ??= makeHelp();
  // In a dialog, what lies outside of it cannot be reached.
  (button.closest("dialog[open]") ?? document.body).append(shown);
  shown.showPopover();
  place(shown, button);
  if (shown.hasAttribute("data-loaded")) { search(shown); return; }
  const content = shown.querySelector("[data-part=content]");
  const response = await fetch("/functions", { headers: { "HX-Request-Type": "partial" } }).catch(() => null);
  const text = response?.ok ? await response.text().catch(() => null) : null;
  if (!content) return;
  if (text === null) {
    content.replaceChildren(element("p", { class: "secondary" }, "The functions cannot be shown: the server does not answer. Close this and try again."));
    return;
  }
  content.innerHTML = text; // a fragment of ours; the policy of the page allows no script in it
  shown.toggleAttribute("data-loaded", true);
  place(shown, button);
  search(shown);
}

/** Puts the focus into the search. @param {HTMLElement} shown */
function search(shown) { shown.querySelector("input")?.select(); }

function makeHelp() {
  const close = element("button", { type: "button", class: "button quiet dense square", "aria-label": "Close" }, icon("x"));
  const made = element("div", { class: "expression-functions", popover: "auto", role: "dialog", "aria-label": "Functions" },
    element("div", { class: "expression-functions-head" }, element("h2", {}, "Functions"), close),
    element("div", { "data-part": "content", tabindex: "0", role: "region", "aria-label": "All functions" }, element("p", { class: "secondary" }, "Reading the functions")));
  close.addEventListener("click", () => made.hidePopover());
  made.addEventListener("toggle", (event) => { if (event instanceof ToggleEvent && event.newState === "closed") asked?.removeAttribute("data-asking"); });
  made.addEventListener("click", (event) => {
    const chosen = event.target instanceof Element ? event.target.closest("[data-insert]") : null;
    if (!chosen) return;
    event.stopPropagation(); // whoever else looks out for such buttons means another place
    made.hidePopover();
    void asked?.insert(chosen.getAttribute("data-insert") ?? "");
  });
  made.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.matches("[data-filter]")) filter(made, event.target.value);
  });
  return made;
}

/** Shows the functions that are called as is searched for, or else tell of it. @param {HTMLElement} shown @param {string} search */
function filter(shown, search) {
  const sought = search.toLowerCase().split(/\s+/).filter(Boolean);
  const all = [...shown.querySelectorAll("[data-filtered]")];
  const fitting = (/** @type {string} */ by) => all.filter((item) => sought.every((part) => item.getAttribute(by)?.includes(part)));
  const called = fitting("data-called"), found = new Set(called.length > 0 ? called : fitting("data-filtered"));
  for (const item of all) item.toggleAttribute("hidden", !found.has(item));
  for (const group of shown.querySelectorAll("[data-filtered-group]")) group.toggleAttribute("hidden", !group.querySelector("[data-filtered]:not([hidden])"));
  shown.querySelector("[data-filter-none]")?.toggleAttribute("hidden", found.size > 0);
}

/**
 * Puts it beside the form; where there is no room for that, below the button, or above where there
 * is more.
 * @param {HTMLElement} shown
 * @param {HTMLElement} button
 */
function place(shown, button) {
  const gap = 8, at = button.getBoundingClientRect();
  const below = innerHeight - at.bottom, above = at.top;
  const room = Math.max(below, above) - 2 * gap;
  shown.style.maxHeight = `${Math.min(480, room)}px`;
  const form = button.closest(".inspector")?.getBoundingClientRect().left ?? 0;
  if (form > shown.offsetWidth + 2 * gap) {
    shown.style.maxHeight = `${Math.min(480, innerHeight - 2 * gap)}px`;
    shown.style.left = `${form - shown.offsetWidth - gap}px`;
    shown.style.top = `${Math.max(gap, Math.min(at.top, innerHeight - shown.offsetHeight - gap))}px`;
    return;
  }
  const left = Math.min(Math.max(gap, at.right - shown.offsetWidth), innerWidth - shown.offsetWidth - gap);
  shown.style.left = `${Math.max(gap, left)}px`;
  shown.style.top = below >= above ? `${at.bottom + 4}px` : `${at.top - 4 - shown.offsetHeight}px`;
}

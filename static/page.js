// What every page has: times relative to now, messages, copying, and closing
// menus. Plain ES module, checked by tsc.
import { written } from "./times.js";

const units = /** @type {const} */ ([
  ["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000], ["second", 1000],
]);
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/**
 * A point in time as people say it.
 * @param {number} at milliseconds since 1970
 * @param {number} now
 * @returns {string}
 */
export function ago(at, now) {
  const past = at - now;
  for (const [unit, length] of units) {
    if (Math.abs(past) >= length || unit === "second") {
      return Math.abs(past) < 5000 ? past > 0 ? "now" : "just now" : relative.format(Math.round(past / length), unit);
    }
  }
  return "";
}

/** Writes every <time data-relative> anew. */
export function refreshTimes(root = document) {
  const now = Date.now();
  for (const element of root.querySelectorAll("time[data-relative]")) {
    const at = Date.parse(element.getAttribute("datetime") ?? "");
    if (!Number.isNaN(at)) {
      element.textContent = ago(at, now);
      element.setAttribute("title", written(at, "exact"));
    }
  }
}

/**
 * Tells something in passing, with something to do about it perhaps.
 * @param {string} text
 * @param {{label: string, run: () => void}} [action]
 */
export function toast(text, action) {
  let list = document.querySelector(".toasts");
  if (!list) {
    list = document.createElement("div");
    list.className = "toasts";
    list.setAttribute("role", "status");
    list.setAttribute("aria-live", "polite");
    (document.querySelector(".flow-stage") ?? document.body).append(list);
  }
  const item = document.createElement("div");
  item.className = "toast";
  const message = document.createElement("span");
  message.textContent = text;
  item.append(message);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => { item.remove(); action.run(); });
    item.append(button);
  }
  list.replaceChildren(item);
  setTimeout(() => item.remove(), action ? 10_000 : 5_000);
}

/** Copies what a button names: its data-copy, or the text of the element its data-copy-from names. */
async function copy(/** @type {HTMLElement} */ button) {
  const from = button.dataset.copyFrom;
  const text = from ? document.querySelector(from)?.textContent ?? "" : button.dataset.copy ?? "";
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    toast("The browser does not allow copying here; select the text instead");
  }
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-copy],[data-copy-from]") : null;
  if (button instanceof HTMLElement) void copy(button);
});

// A list's rows are walked with the arrow keys, and "/" goes to its search.
document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return;
  if (event.key === "/" && !target.closest("input, textarea, select, [contenteditable]")) {
    const search = document.querySelector("input[type=search]");
    if (search instanceof HTMLInputElement) { event.preventDefault(); search.focus(); }
    return;
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const links = [...document.querySelectorAll(".row-link")].filter((link) => link.checkVisibility());
  const here = links.indexOf(target);
  const fromSearch = target instanceof HTMLInputElement && target.type === "search" && event.key === "ArrowDown";
  if (here < 0 && !fromSearch) return;
  const next = links[event.key === "ArrowDown" ? here + 1 : here - 1];
  if (next instanceof HTMLElement) { event.preventDefault(); next.focus(); }
});

refreshTimes();
setInterval(refreshTimes, 10_000);
document.addEventListener("htmx:after:swap", () => refreshTimes());

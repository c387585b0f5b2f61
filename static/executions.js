// The list of executions: what changes arrives by a socket, filters load the
// list anew without leaving the page. The server renders all rows. Plain ES
// module, checked by tsc.
import { Line } from "./live.js";
import { refreshTimes, toast } from "./page.js";
import { keepTime, showLine, writeClocks } from "./moments.js";
import { written } from "./times.js";

/** @typedef {{rows: {id: string, html: string, matches: boolean}[], passed?: number}} RowsFrame */

/** More rows than these are taken off the end when new ones come in. */
const mostRows = 300;

/** @type {Line | null} */
let line = null;
/** @type {Map<string, string>} rows that wait until nobody is in the way, by ID */
const held = new Map();
let passed = 0;

const byId = (/** @type {string} */ id) => document.getElementById(id);
const results = () => /** @type {HTMLElement} */ (byId("results"));

/** @param {string} html */
function rowOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  const row = template.content.querySelector("tr");
  if (row) {
    refreshTimes(/** @type {any} */ (template.content));
    writeClocks(template.content);
  }
  return row;
}

/** Somebody reads or points at rows: they must not move. */
function inTheWay() {
  const wrap = document.querySelector(".table-wrap");
  return wrap !== null && (wrap.matches(":hover") || wrap.contains(document.activeElement) || scrollY > 120);
}

/** @param {RowsFrame} frame */
function take(frame) {
  passed += frame.passed ?? 0;
  for (const { id, html, matches } of frame.rows) {
    const shown = byId(`x-${id}`);
    if (shown) replace(shown, html);
    else if (matches && results().hasAttribute("data-first") && isNewer(id)) held.set(id, html);
    else if (held.has(id)) held.set(id, html);
  }
  if (!inTheWay()) insert();
  else tellHeld();
  refreshHistogramSoon();
}

/** @param {string} id whether it began after the newest row: older ones are not missing here */
function isNewer(id) {
  const newest = document.querySelector("#rows tr")?.id.slice(2) ?? "";
  return id > newest || held.has(id);
}

/** @param {HTMLElement} shown @param {string} html */
function replace(shown, html) {
  const row = rowOf(html);
  if (!row) return;
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  const status = shown.dataset.status;
  // The link stays, so that neither focus nor a click under way is lost.
  if (focused?.matches(".row-link")) {
    const link = row.querySelector(".row-link");
    focused.replaceChildren(...(link?.childNodes ?? []));
    link?.replaceWith(focused);
    shown.replaceWith(row);
    /** @type {HTMLElement} */ (focused).focus({ preventScroll: true });
  } else {
    shown.replaceWith(row);
  }
  if (status !== row.dataset.status) row.classList.add("changed");
}

/** Puts the rows that wait on top. */
function insert() {
  const rows = byId("rows");
  if (!rows || held.size === 0) return;
  for (const id of [...held.keys()].sort()) {
    const row = rowOf(held.get(id) ?? "");
    if (!row) continue;
    row.classList.add("changed");
    rows.prepend(row);
  }
  held.clear();
  passed = 0;
  while (rows.children.length > mostRows) rows.lastElementChild?.remove();
  byId("empty")?.remove();
  document.querySelector(".table-wrap")?.removeAttribute("hidden");
  tellHeld();
}

function tellHeld() {
  const button = byId("new-rows");
  if (!button) return;
  const count = held.size + passed;
  button.hidden = held.size === 0;
  button.textContent = count === 1 ? "1 new execution" : `${count} new executions`;
}

function connect() {
  line?.stop();
  line = null;
  held.clear();
  passed = 0;
  if (!results().dataset.live) return; // what was refused is as it was when it was loaded
  let opened = false;
  line = new Line({
    path: () => results().dataset.live ?? "/executions/live",
    receive: (text) => {
      try {
        take(JSON.parse(text));
        return "more";
      } catch {
        return "again";
      }
    },
    silence: Infinity,
    onState: (state) => showLine(byId("line"), state, () => line?.retry()),
    onOpen: () => {
      // What happened while the line was lost is not told again.
      if (opened) void load(location.href, { quiet: true });
      opened = true;
    },
  });
}

let loading = 0;

/**
 * Loads the list for an address and puts it in the place of what is shown.
 * @param {string} href
 * @param {{quiet?: boolean, push?: boolean}} [options]
 */
async function load(href, options = {}) {
  const turn = ++loading;
  if (!options.quiet) results().setAttribute("aria-busy", "true");
  try {
    const response = await fetch(href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("results");
    if (turn !== loading) return;
    if (!response.ok || !fresh) {
      location.assign(href); // signed out, or an error that has a page
      return;
    }
    if (options.push) history.pushState(null, "", href);
    swap(fresh, options.quiet ?? false);
  } catch {
    if (turn !== loading) return;
    results().removeAttribute("aria-busy");
    if (!options.quiet) toast("The list could not be loaded; the server cannot be reached", { label: "Try again", run: () => void load(href, options) });
  }
}

/** @param {HTMLElement} fresh @param {boolean} quiet */
function swap(fresh, quiet) {
  const focused = document.activeElement;
  const name = focused instanceof HTMLSelectElement ? focused.name : "";
  const row = focused?.closest("tr")?.id;
  const live = results().dataset.live;
  results().replaceWith(document.adoptNode(fresh));
  if (name) /** @type {HTMLElement | null} */ (document.querySelector(`#filters [name="${name}"]`))?.focus();
  if (row) /** @type {HTMLElement | null} */ (byId(row)?.querySelector(".row-link"))?.focus({ preventScroll: true });
  ready();
  if (!quiet || live !== results().dataset.live) connect();
}

let histogramTimer = 0;

/** The bars follow in peace: at most every few seconds, and not in the background. */
function refreshHistogramSoon() {
  if (histogramTimer) return;
  histogramTimer = window.setTimeout(async () => {
    histogramTimer = 0;
    if (document.hidden || document.querySelector(".histogram:hover, .histogram:focus-within")) return;
    try {
      const response = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById("histogram");
      if (response.ok && fresh) {
        byId("histogram")?.replaceWith(document.adoptNode(fresh));
        writeClocks();
      }
    } catch {
      // The next change tries again.
    }
  }, 5000);
}

/** @param {Event} event */
function tip(event) {
  const bar = event.target instanceof Element ? event.target.closest(".histogram .bar") : null;
  const shown = document.querySelector(".histogram-tip");
  const plot = document.querySelector(".histogram-plot");
  if (!(shown instanceof HTMLElement) || !plot) return;
  shown.hidden = !bar;
  if (!bar) return;
  const clock = (/** @type {string | null} */ text) => written(Date.parse(text ?? ""), "clock");
  shown.textContent = `${clock(bar.getAttribute("data-from"))}–${clock(bar.getAttribute("data-to"))}: ${bar.getAttribute("data-says")}`;
  const box = plot.getBoundingClientRect();
  const at = bar.getBoundingClientRect();
  const half = shown.offsetWidth / 2;
  const middle = at.left + at.width / 2 - box.left;
  shown.style.setProperty("left", `${Math.min(Math.max(half, middle), box.width - half)}px`);
}

function ready() {
  writeClocks();
  refreshTimes();
}

document.addEventListener("change", (event) => {
  const select = event.target;
  if (!(select instanceof HTMLSelectElement) || select.form?.id !== "filters") return;
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(select.form)) if (typeof value === "string" && value && !(name === "period" && value === "day")) query.set(name, value);
  void load(`/executions${query.size > 0 ? `?${query}` : ""}`, { push: true });
});

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("#new-rows")) {
    insert();
    scrollTo({ top: 0 });
    return;
  }
  const link = target?.closest("#filters a, .histogram a, .pages a, #empty a[href^='/executions']");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const href = link.getAttribute("href") ?? "/executions";
  void load(href, { push: true }).then(() => { if (link.closest(".pages")) scrollTo({ top: 0 }); });
});

document.addEventListener("pointerover", tip);
document.addEventListener("focusin", tip);
document.addEventListener("pointerout", (event) => {
  const wrap = event.target instanceof Element ? event.target.closest(".table-wrap") : null;
  if (wrap && !wrap.contains(/** @type {Node | null} */ (event.relatedTarget)) && !inTheWay()) insert();
});
addEventListener("popstate", () => void load(location.href));

keepTime();
ready();
connect();

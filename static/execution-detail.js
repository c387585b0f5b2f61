// The detail of a step at the side of an execution: one round of it, at the moment
// that is shown. Plain ES module, checked by tsc.
import { element, icon, part } from "./dom.js";
import { writeClocks } from "./moments.js";
import { refreshTimes } from "./page.js";
import { roundWords } from "./timeline.js";

/** @typedef {import("./reducer.js").Run} Run */

/** The most rounds that a list to choose from has; beyond, one steps through them. */
const mostChoices = 1000;

export class StepDetail {
  #detail = part("#detail");
  /** @type {{step: string, round: string} | null} */
  #opened = null;
  /** What is shown, so that the same is not loaded again. */
  #key = "";
  /** @type {AbortController | null} */
  #loading = null;
  #timer = 0;

  /**
   * @param {string} base address of the execution
   * @param {() => import("./reducer.js").ExecutionState} shown the execution at the moment that is shown
   * @param {(step: string) => void} selected another step is open; empty: none
   */
  constructor(base, shown, selected) {
    this.base = base;
    this.shown = shown;
    this.selected = selected;
  }

  /** The step that is open; empty: none. */
  get step() { return this.#opened?.step ?? ""; }

  /**
   * @param {string} step empty: none
   * @param {string | null} round null: the one that tells most
   */
  async open(step, round) {
    if (!step) {
      this.close();
      return;
    }
    const runs = this.shown().steps.get(step)?.runs;
    const chosen = round ?? tellingRound(runs ? [...runs.values()] : []);
    this.#opened = { step, round: chosen };
    this.#key = "";
    history.replaceState(null, "", `#${encodeURIComponent(step)}${chosen ? "@" + chosen : ""}`);
    this.selected(step);
    part("#side").dataset.open = "step";
    await this.#load();
  }

  close() {
    this.#opened = null;
    this.#loading?.abort();
    this.#detail.hidden = true;
    part("#overview").hidden = false;
    delete part("#side").dataset.open;
    this.selected("");
    history.replaceState(null, "", location.pathname);
  }

  /** What is shown may be behind in more than its events. */
  forget() { this.#key = ""; }

  refreshSoon() {
    if (!this.#opened || this.#timer) return;
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      if (this.#opened) void this.#load();
    }, 120);
  }

  async #load() {
    if (!this.#opened) return;
    const { step, round } = this.#opened;
    const run = this.shown().steps.get(step)?.runs.get(round);
    const seqs = run ? run.seqs.slice(-64).join(",") : "none";
    const key = `${step} ${round} ${seqs} ${run?.status}`;
    if (key === this.#key) return;
    this.#key = key;
    this.#loading?.abort();
    const loading = this.#loading = new AbortController();
    this.#detail.setAttribute("aria-busy", "true");
    const query = new URLSearchParams({ round, events: run ? seqs : "0" });
    try {
      const response = await fetch(`${this.base}/steps/${encodeURIComponent(step)}?${query}`, { headers: { "HX-Request-Type": "partial" }, signal: loading.signal });
      this.#show(await response.text(), response.ok);
    } catch {
      if (loading.signal.aborted) return;
      this.#key = "";
      this.#show("", false);
    }
  }

  /** @param {string} html @param {boolean} ok */
  #show(html, ok) {
    const detail = this.#detail;
    const template = document.createElement("template");
    template.innerHTML = html;
    const focused = document.activeElement?.closest("#detail") ? document.activeElement : null;
    const focusKey = focused?.id || focused?.getAttribute("data-action") || "";
    if (ok) detail.replaceChildren(template.content);
    else {
      const again = element("button", { type: "button", class: "button dense" }, "Try again");
      again.addEventListener("click", () => { this.forget(); void this.#load(); });
      detail.replaceChildren(element("div", { class: "notice error" }, icon("circle-alert"), element("span", {}, "The step could not be loaded. "), again));
    }
    detail.removeAttribute("aria-busy");
    if (detail.hidden) {
      detail.hidden = false;
      part("#overview").hidden = true;
      part("#side").scrollTop = 0;
    }
    writeClocks(detail);
    refreshTimes(/** @type {any} */ (detail));
    this.#paintRounds();
    if (focusKey) /** @type {HTMLElement | null} */ (document.getElementById(focusKey) ?? detail.querySelector(`[data-action="${CSS.escape(focusKey)}"]`))?.focus({ preventScroll: true });
  }

  #paintRounds() {
    const place = document.getElementById("rounds"), opened = this.#opened;
    const runs = opened ? this.shown().steps.get(opened.step)?.runs : undefined;
    if (!place || !opened || !runs || (runs.size < 2 && !opened.round)) return;
    const keys = [...runs.keys()];
    const at = keys.indexOf(opened.round);
    const go = (/** @type {number} */ to) => { const key = keys[to]; if (this.#opened && key !== undefined) void this.open(this.#opened.step, key); };
    const turn = (/** @type {string} */ id, /** @type {string} */ name, /** @type {string} */ label, /** @type {number} */ to) => {
      const button = element("button", { type: "button", class: "button dense square", id, title: label, "aria-label": label, disabled: to < 0 || to >= keys.length }, icon(name));
      button.addEventListener("click", () => go(to));
      return button;
    };
    const select = /** @type {HTMLSelectElement} */ (element("select", { class: "input", id: "round-choice", "aria-label": "Round" }));
    const first = Math.max(0, Math.min(at - mostChoices / 2, keys.length - mostChoices));
    if (at < 0) select.append(element("option", { value: opened.round, selected: true }, `Round ${roundWords(opened.round)} · not yet`));
    for (const key of keys.slice(first, first + mostChoices)) {
      const status = runs.get(key)?.status ?? "";
      select.append(element("option", { value: key, selected: key === opened.round }, `Round ${roundWords(key)} · ${status.replace("_", " ")}`));
    }
    select.addEventListener("change", () => { if (this.#opened) void this.open(this.#opened.step, select.value); });
    const failed = keys.findIndex((key, i) => i > at && runs.get(key)?.status === "failed");
    const wrapped = failed >= 0 ? failed : keys.findIndex((key, i) => i !== at && runs.get(key)?.status === "failed");
    const nextFailed = element("button", { type: "button", class: "button dense", id: "round-failed" }, "Next failed");
    nextFailed.addEventListener("click", () => go(wrapped));
    place.className = "rounds";
    place.replaceChildren(
      turn("round-before", "chevron-left", "Round before", at < 0 ? keys.length - 1 : at - 1), select,
      turn("round-after", "chevron-right", "Round after", at < 0 ? -1 : at + 1),
      ...(wrapped >= 0 ? [nextFailed] : []),
    );
  }
}

/** @param {Run[]} runs @returns {string} the round that one wants to see first: one that needs something, that failed, or the last */
function tellingRound(runs) {
  const telling = runs.find((run) => run.status === "needs_attention") ?? runs.find((run) => run.status === "failed") ?? runs.at(-1);
  return telling?.key ?? "";
}

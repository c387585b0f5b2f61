// The steps of a run as a list: state, time, attempts, what a branch decided in
// values, and why a step failed. Plain ES module, checked by tsc.
import { element, icon, request } from "./dom.js";
import { inQueue } from "./reducer.js";
import { span } from "./times.js";

/** @typedef {import("./reducer.js").ExecutionState} ExecutionState */
/** @typedef {import("./reducer.js").StepState} StepState */
/** @typedef {import("./reducer.js").Run} Run */
/** @typedef {{path: string, text?: string, taken: boolean, failed: boolean}} Explanation */

/** Icon and word of each status of a step or an execution. @type {Record<string, [string, string]>} */
export const looks = {
  queued: ["clock", "Queued"], running: ["loader-circle", "Running"], waiting: ["circle-pause", "Waiting"],
  succeeded: ["check", "Succeeded"], failed: ["x", "Failed"], skipped: ["minus", "Skipped"],
  needs_attention: ["hand", "Needs attention"], canceled: ["circle-stop", "Canceled"],
};

/**
 * A status as icon and word.
 * @param {string} status
 * @param {boolean} [quiet] the word is for those who cannot see the icon
 */
export function statusMark(status, quiet = false) {
  const [name, word] = looks[status] ?? ["circle-help", status];
  return element("span", { class: `status ${status}`, title: word }, icon(name), quiet ? element("span", { class: "visually-hidden" }, word) : word);
}

/** How many steps are listed at most; the canvas shows all. */
const mostListed = 500;

export class StepList {
  /**
   * @param {HTMLElement} list
   * @param {ReadonlyMap<string, {title: string, branch?: boolean}>} words
   * @param {(step: string) => void} onChoose
   */
  constructor(list, words, onChoose) {
    this.list = list;
    this.words = words;
    this.onChoose = onChoose;
    /** What more there is to say of a step. @type {(step: string) => {stale: boolean, gone: string | undefined}} */
    this.more = () => ({ stale: false, gone: undefined });
    /** @type {Map<string, {item: HTMLElement, drawn: unknown}>} */
    this.items = new Map();
    /** @type {Map<string, Promise<Explanation[]>>} by execution, step and round */
    this.told = new Map();
    this.execution = "";
    this.current = "";
  }

  /**
   * Shows where an execution stands.
   * @param {string} id
   * @param {ExecutionState | null} state
   */
  show(id, state) {
    if (id !== this.execution || !state) {
      this.execution = id;
      this.items.clear();
      this.list.replaceChildren();
    }
    if (!state) return;
    this.showQueue(state);
    for (const [step, now] of state.steps) {
      const known = this.items.get(step);
      if (known?.drawn === now) continue;
      if (known) {
        known.drawn = now;
        this.draw(known.item, step, now, state);
      } else if (this.items.size < mostListed) {
        const item = element("li", { class: "run-step" });
        this.items.set(step, { item, drawn: now });
        this.draw(item, step, now, state);
        this.list.append(item);
      }
    }
  }

  /** That it waits, or has waited, for its turn. @param {ExecutionState} state */
  showQueue(state) {
    const ms = inQueue(state, 0);
    if (ms === null || this.list.querySelector(".run-queue")?.matches("[data-over]")) return;
    this.list.querySelector(".run-queue")?.remove();
    const over = state.turnAt !== null;
    this.list.prepend(element("li", { class: "run-queue secondary", "data-over": over || undefined }, statusMark("queued", true),
      over ? `Waited for its turn, ${span(ms)}` : "Waits for its turn"));
  }

  /** Draws all steps anew: what is told of them beside the run has changed. @param {ExecutionState | null} state */
  redraw(state) {
    for (const known of this.items.values()) known.drawn = null;
    if (state) this.show(this.execution, state);
  }

  /** @param {string} step */
  mark(step) {
    this.items.get(this.current)?.item.removeAttribute("aria-current");
    this.current = step;
    this.items.get(step)?.item.setAttribute("aria-current", "true");
  }

  /** @param {HTMLElement} item @param {string} step @param {StepState} now @param {ExecutionState} state */
  draw(item, step, now, state) {
    const run = worst(now);
    const word = this.words.get(step);
    const { stale, gone } = this.more(step);
    const title = element("bdi", {}, word?.title ?? gone ?? step);
    const name = element("span", { class: "name" }, title,
      gone === undefined ? null : badge("not in the draft", "The draft does not have this step any more"),
      stale ? badge("before your change", "This output is from before your change") : null,
      run.pinned ? badge("pinned", "Not run: its pinned output was taken") : null,
      run.reused ? badge("reused", "Not run: the output of an earlier run was taken") : null,
      run.simulated ? badge("example", "Not performed: an example was taken as its output") : null,
      run.port ? element("span", { class: "badge" }, element("bdi", {}, run.port)) : null);
    const button = element("button", { type: "button" }, statusMark(now.status, true), name, element("span", { class: "figures" }, figures(now, run)));
    button.addEventListener("click", () => this.onChoose(step));
    item.dataset.status = now.status;
    if (step === this.current) item.setAttribute("aria-current", "true");
    item.toggleAttribute("data-inner", Boolean(state.graph.steps.get(step)?.around));
    item.replaceChildren(button);
    if (run.error) item.append(element("p", { class: "trouble", dir: "auto" }, run.error.message));
    if (word?.branch && run.endedAt !== null && run.status !== "skipped") void this.explain(item, step, run);
  }

  /** @param {HTMLElement} item @param {string} step @param {Run} run */
  async explain(item, step, run) {
    const key = `${this.execution} ${step} ${run.key}`;
    const path = `/executions/${encodeURIComponent(this.execution)}/steps/${encodeURIComponent(step)}/why?round=${encodeURIComponent(run.key)}`;
    let told = this.told.get(key);
    if (!told) {
      told = request(path);
      this.told.set(key, told);
    }
    let list;
    try {
      list = await told;
    } catch {
      this.told.delete(key);
      return;
    }
    if (!item.isConnected && !this.items.get(step)) return;
    item.querySelector(".why")?.remove();
    if (list.length > 0) item.append(explanation(list));
  }
}

/**
 * Why a branch went where it went.
 * @param {Explanation[]} list
 */
function explanation(list) {
  return element("div", { class: "why" }, ...list.map((path) =>
    element("p", { class: path.taken ? "taken" : path.failed ? "failed" : "", dir: "auto" },
      element("b", {}, path.path), " ", path.text ?? (path.taken ? "takes the rest" : ""))));
}

/** @param {string} word @param {string} title */
function badge(word, title) { return element("span", { class: "badge", title }, word); }

/** The run of a step that says most about it: a failed one, or the last. @param {StepState} step @returns {Run} */
function worst(step) {
  if (step.last.status === step.status) return step.last;
  for (const run of step.runs.values()) if (run.status === step.status) return run;
  return step.last;
}

/** @param {StepState} step @param {Run} run */
function figures(step, run) {
  const said = [];
  if (step.runs.size > 1) said.push(`${step.runs.size} rounds`);
  else if (run.items !== null) said.push(run.items === 1 ? "1 item" : `${run.items} items`);
  if (run.attempt > 1) said.push(`attempt ${run.attempt}`);
  if (step.runs.size === 1 && run.ms !== null && run.status !== "skipped") said.push(span(run.ms));
  return said.join(" · ");
}

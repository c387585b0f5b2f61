// What has changed in the draft since the run that is shown, what is pinned in
// it, and which of its steps have an effect: marks on the cards, and words in the
// panel. Plain ES module, checked by tsc.
import { element, part, request } from "./dom.js";

/** @typedef {{id: string, title: string}} NamedStep */
/**
 * @typedef {object} Told by the server
 * @property {string} execution
 * @property {number} version that it ran; 0: a draft under test
 * @property {boolean} test
 * @property {string[]} steps whose outputs are of before a change
 * @property {boolean} changed it ran other steps than the draft has
 * @property {NamedStep[]} gone steps that the draft does not have any more
 * @property {string[]} pinned
 * @property {NamedStep[]} effects steps that a safe test does not perform
 */
/** @typedef {import("./canvas.js").FlowCanvas} FlowCanvas */

/** How long changes are waited for before one asks once for all of them. */
const rest = 120;

export class Marks {
  /**
   * @param {string} base path of the flow's page
   * @param {FlowCanvas} canvas
   * @param {() => import("./reducer.js").ExecutionState | null} state of the run that is shown
   * @param {() => void} onChange
   */
  constructor(base, canvas, state, onChange) {
    this.base = base;
    this.canvas = canvas;
    this.state = state;
    this.onChange = onChange;
    /** @type {Told} */
    this.told = { execution: "", version: 0, test: false, steps: [], changed: false, gone: [], pinned: [], effects: [] };
    this.execution = "";
    this.timer = 0;
    this.turn = 0;
    /** @type {Set<string>} */
    this.marked = new Set();
  }

  /** @param {string} [execution] that is shown from now on */
  refresh(execution = this.execution) {
    this.execution = execution;
    this.turn++; // an answer that is under way is of the draft before
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.read(), rest);
  }

  async read() {
    const turn = ++this.turn;
    const asked = this.execution;
    try {
      const told = await request(`${this.base}/stale?execution=${encodeURIComponent(asked)}`);
      if (turn !== this.turn) return;
      this.told = told;
    } catch {
      return; // the marks stay as they are; the next change asks again
    }
    this.draw();
    this.onChange();
  }

  /** Whether a step's output in the run that is shown is of before a change. @param {string} step */
  stale(step) {
    return this.told.execution === this.execution && this.told.steps.includes(step) && Boolean(this.state()?.steps.has(step));
  }

  /** @param {string} step */
  pinned(step) { return this.told.pinned.includes(step); }

  /**
   * Takes down what has just been pinned to a step or taken away, and asks for what follows.
   * @param {string} step
   * @param {boolean} pinned
   */
  pin(step, pinned) {
    this.turn++; // what is being read does not know of it
    this.told.pinned = this.told.pinned.filter((one) => one !== step).concat(pinned ? step : []);
    this.draw();
    this.onChange();
    this.refresh();
  }

  /** What a step was called that the draft does not have any more; undefined: it has it. @param {string} step */
  gone(step) { return this.told.gone.find((one) => one.id === step)?.title; }

  draw() {
    const now = new Set([...this.told.pinned, ...this.told.steps.filter((step) => this.stale(step))]);
    for (const step of new Set([...this.marked, ...now])) this.canvas.setMark(step, { pinned: this.pinned(step), stale: this.stale(step) });
    this.marked = now;
    this.sayVersion();
    this.sayEffects();
  }

  /** That the run is of another version than the draft that it is painted on. */
  sayVersion() {
    const note = part("#run-version");
    const { changed, version, execution } = this.told;
    note.hidden = !changed || !this.state() || execution !== this.execution;
    if (note.hidden) return;
    note.replaceChildren(version > 0 ? `Ran version ${version}; the draft differs. ` : "Ran the draft before it was changed. ",
      element("a", { class: "link", href: `/executions/${encodeURIComponent(execution)}` }, "See it as it ran"));
  }

  sayEffects() {
    const { effects } = this.told, none = effects.length === 0;
    const titles = effects.filter(({ id }) => !this.pinned(id)).map(({ title }) => title);
    const real = /** @type {HTMLInputElement} */ (part("#run-real"));
    real.disabled = none;
    if (real.disabled && real.checked) real.click();
    part("#real-none").hidden = !none;
    part("#real-safe").hidden = none || real.checked;
    part("#real-warning").hidden = none || !real.checked;
    part("#real-safe").textContent = titles.length === 1 ? `Safe: ${titles[0]} answers with an example.` : `Safe: ${titles.length} steps with an effect answer with examples.`;
    part("#real-warning").textContent = `These steps really call out: ${titles.join(", ") || "none, all are pinned"}.`;
  }
}

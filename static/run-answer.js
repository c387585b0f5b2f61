// What the caller of a run was told, below its steps. Plain ES module, checked by tsc.
import { part } from "./dom.js";
import { over } from "./reducer.js";

/** @typedef {{id: string, state: import("./reducer.js").ExecutionState | null}} Run */

/** How long after a server that did not answer it is asked again, in milliseconds. */
const again = 3000;

export class RunAnswer {
  /** @param {() => Run | undefined} current the run that is shown */
  constructor(current) {
    this.current = current;
    this.element = part("#run-answer");
    /** The run whose answer is shown, or on its way; empty: none. */
    this.of = "";
  }

  /** Shows the answer of a run, once it is settled. @param {Run} run */
  async show({ id, state }) {
    const now = state && (state.answer || over(state.status)) ? id : "";
    if (now === this.of) return;
    this.of = now;
    this.element.hidden = true;
    if (!now) return;
    const response = await fetch(`/executions/${encodeURIComponent(id)}/answer`, { headers: { "HX-Request-Type": "partial" } }).catch(() => null);
    const text = response?.ok ? await response.text().catch(() => "") : "";
    if (this.of !== now) return;
    if (!response || response.status >= 500) { // asked again with what happens next, or a little later
      this.of = "";
      setTimeout(() => { const run = this.current(); if (run && !this.of) void this.show(run); }, again);
      return;
    }
    this.element.innerHTML = text;
    this.element.hidden = text.trim() === "";
  }
}

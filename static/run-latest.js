// The latest runs of a flow: a list to choose from, and in the drawer's head the
// one that is shown. Plain ES module, checked by tsc.
import { element, icon, part } from "./dom.js";
import { refreshTimes } from "./page.js";
import { statusMark } from "./run-steps.js";
import { span } from "./times.js";

/** @typedef {{id: string, test: boolean, status: string, startedAt: number, ms: number | null, answer?: number, state: import("./reducer.js").ExecutionState | null}} Run */

/** @param {Run} run */
const figures = (run) => [run.test ? "test" : "call", run.state?.answer?.status ?? run.answer, run.ms === null ? "" : span(run.ms)].filter(Boolean).join(" · ");

export class LatestRuns {
  /**
   * @param {(id: string) => void} choose
   * @param {(id: string) => void} stay with a run, or no longer
   */
  constructor(choose, stay) {
    this.list = part("#run-latest");
    this.list.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null;
      const id = button?.closest("li")?.dataset.id;
      if (id) (button?.ariaPressed ? stay : choose)(id);
    });
  }

  /**
   * @param {Run[]} runs newest first
   * @param {string} shown
   * @param {boolean} pinned people stay with the one that is shown
   */
  draw(runs, shown, pinned) {
    part("#latest-empty").hidden = runs.length > 0;
    const here = this.list.contains(document.activeElement) ? document.activeElement : null, of = here?.closest("li")?.dataset.id;
    this.list.replaceChildren(...runs.map((run) => row(run, run.id === shown, pinned)));
    if (of) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-id="${CSS.escape(of)}"] ${here?.ariaPressed ? "[aria-pressed]" : "button"}`))?.focus();
    const now = runs.find((run) => run.id === shown), wait = runs.filter((run) => run.status === "queued" && run !== now).length;
    part("#drawer-now").replaceChildren(...now ? [
      element("a", { href: `/executions/${encodeURIComponent(now.id)}`, title: "Open this execution" },
        statusMark(now.status), element("span", { class: "truncate" }, figures(now))),
      wait > 0 ? element("span", { class: "truncate" }, `${wait} more ${wait === 1 ? "waits for its" : "wait for their"} turn`) : "",
    ] : []);
    refreshTimes();
  }
}

/** @param {Run} run @param {boolean} shown @param {boolean} pinned */
function row(run, shown, pinned) {
  return element("li", { class: "run-row", "data-id": run.id, "aria-current": shown ? "true" : undefined },
    element("button", { type: "button" },
      statusMark(run.status, true), element("span", { class: "truncate" }, figures(run)),
      element("span", { class: "when" }, element("time", { datetime: new Date(run.startedAt).toISOString(), "data-relative": true }))),
    element("button", { class: "button quiet dense square", type: "button", "aria-pressed": String(pinned && shown), "aria-label": "Stay with this execution", title: "Stay with this execution" }, icon("flag")));
}

// What the selected step did in the run that is shown, beside what it is. Plain
// ES module, checked by tsc.
import { element, part, tabs } from "./dom.js";
import { refreshTimes } from "./page.js";
import "./values.js";

/** @typedef {import("./reducer.js").ExecutionState} ExecutionState */
/** @typedef {import("./reducer.js").Run} Run */

/** How many rounds can be chosen from. */
const mostRounds = 500;

export class RunInspector {
  /** @param {() => {id: string, state: ExecutionState | null} | null} shown */
  constructor(shown) {
    this.shown = shown;
    this.step = "";
    this.round = "";
    /** What was loaded: execution, step, round and the events that it knew. */
    this.loaded = "";
    this.turn = 0;
    document.addEventListener("flow-inspected", (event) => {
      if (event instanceof CustomEvent) this.open(event.detail.step);
    });
    document.addEventListener("flow-run", () => this.update());
  }

  /** @param {string} step the inspector shows it anew */
  open(step) {
    this.step = step;
    this.round = "";
    this.loaded = "";
    tabs(part("#inspector"));
    void this.update();
  }

  /** The run, or the choice of it, may be another one now. */
  async update() {
    const host = document.querySelector("#inspector-run");
    if (!(host instanceof HTMLElement) || !this.step) return;
    const shown = this.shown();
    const runs = shown?.state?.steps.get(this.step)?.runs;
    const came = this.step === "trigger" ? shown?.state?.startedAt !== null && shown?.state !== undefined && shown?.state !== null : runs !== undefined;
    this.showTabs(came);
    if (!shown || !came) { this.loaded = ""; return; }
    if (runs && !runs.has(this.round)) this.round = telling([...runs.values()])?.key ?? "";
    const run = runs?.get(this.round);
    const wanted = `${shown.id} ${this.step} ${this.round} ${run?.seqs.length ?? 0}`;
    if (wanted === this.loaded) return;
    this.loaded = wanted;
    const turn = ++this.turn;
    const base = `/executions/${encodeURIComponent(shown.id)}`;
    try {
      const response = await fetch(`${base}/steps/${encodeURIComponent(this.step)}?round=${encodeURIComponent(this.round)}`, { headers: { "HX-Request-Type": "partial" } });
      const text = await response.text();
      if (turn !== this.turn) return;
      host.innerHTML = text;
    } catch {
      this.loaded = "";
      host.replaceChildren(element("p", { class: "secondary" }, "What the step did cannot be read: the server cannot be reached."));
    }
    host.querySelector("#rounds")?.replaceWith(element("div", { class: "run-of" },
      this.rounds(runs), element("a", { class: "link", href: `${base}?step=${encodeURIComponent(this.step)}` }, "Open the execution")));
    refreshTimes();
  }

  /** @param {boolean} came the step came up in the run */
  showTabs(came) {
    const list = part("#inspector .inspector-tabs");
    if (list.hidden === !came) return;
    list.hidden = !came;
    part(came ? "#tab-step-run" : "#tab-step-file").click();
  }

  /** @param {ReadonlyMap<string, Run> | undefined} runs */
  rounds(runs) {
    if (!runs || runs.size < 2) return null;
    const select = element("select", { class: "input", "aria-label": "Round" },
      ...[...runs.values()].slice(0, mostRounds).map((run) => element("option", { value: run.key, selected: run.key === this.round },
        `Round ${run.key.split(".").map((index) => Number(index) + 1).join(".")}, ${run.status.replace("_", " ")}`)));
    select.addEventListener("change", () => {
      this.round = /** @type {HTMLSelectElement} */ (select).value;
      void this.update();
    });
    return select;
  }
}

/** The run that one wants to see first: one that failed, or the first. @param {Run[]} runs */
function telling(runs) { return runs.find((run) => run.status === "failed") ?? runs[0]; }

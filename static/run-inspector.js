// What the selected step did in the run that is shown, beside what it is. Plain
// ES module, checked by tsc.
import { element, icon, part, tabs } from "./dom.js";
import { refreshTimes } from "./page.js";
import { PinPart } from "./pin.js";
import { released } from "./press.js";
import { stepTools } from "./run-part.js";
import "./values.js";

/** @typedef {import("./reducer.js").ExecutionState} ExecutionState */
/** @typedef {import("./reducer.js").Run} Run */

/** How many rounds can be chosen from. */
const mostRounds = 500;

export class RunInspector {
  /**
   * @param {() => {id: string, state: ExecutionState | null} | null} shown
   * @param {import("./run-marks.js").Marks} marks
   * @param {(aim: import("./run-part.js").Aim, step: string) => void} run
   */
  constructor(shown, marks, run) {
    this.shown = shown;
    this.marks = marks;
    this.step = "";
    this.round = "";
    /** What was loaded: execution, step, round and the events that it knew. */
    this.loaded = "";
    this.turn = 0;
    this.pin = new PinPart();
    this.detail = element("div", { class: "run-detail" });
    this.note = element("p", { class: "notice" }, icon("history"), element("span", {}, "From before your change. Run the step again to see what it puts out now."));
    this.tools = stepTools((aim) => run(aim, this.step));
    document.addEventListener("flow-inspected", (event) => {
      if (event instanceof CustomEvent) this.open(event.detail.step);
    });
    document.addEventListener("flow-renamed", (event) => {
      if (event instanceof CustomEvent) this.step = event.detail.step;
    });
    document.addEventListener("pins-changed", (event) => {
      this.pin.renew();
      if (event instanceof CustomEvent) marks.pin(event.detail.step, event.detail.pinned);
    });
    document.addEventListener("flow-run", () => this.update());
    /** Whether the form was chosen last, over what steps did. */
    this.form = false;
    part("#inspector").addEventListener("click", ({ target, isTrusted }) => {
      const tab = isTrusted && target instanceof Element ? target.closest("[role=tab]") : null;
      if (tab) this.form = tab.id === "tab-step-file";
    });
  }

  /** @param {string} step the inspector shows it anew */
  open(step) {
    if (this.step !== step) this.pin = new PinPart();
    this.step = step;
    this.round = "";
    this.loaded = "";
    tabs(part("#inspector"));
    void this.update();
  }

  /** Opens the place where a value is pinned to the step that is shown. */
  editPin() {
    document.querySelector("#tab-step-run")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    void this.pin.edit();
  }

  /** The run, or the choice of it, may be another one now. */
  async update() {
    await released();
    const host = document.querySelector("#inspector-run");
    if (!(host instanceof HTMLElement) || !this.step) return;
    const shown = this.shown();
    const runs = shown?.state?.steps.get(this.step)?.runs;
    const isStep = this.step !== "trigger";
    const came = isStep ? runs !== undefined : shown?.state !== undefined && shown?.state !== null && shown.state.startedAt !== null;
    this.frame(host, isStep, came);
    if (runs && !runs.has(this.round)) this.round = telling([...runs.values()])?.key ?? "";
    const run = runs?.get(this.round);
    if (isStep) {
      this.note.hidden = !this.marks.stale(this.step);
      this.pin.show(this.step, this.marks.pinned(this.step), shown && run?.status === "succeeded" ? { execution: shown.id, round: this.round } : null);
    }
    if (!shown || !came) {
      this.loaded = "";
      this.detail.replaceChildren(...isStep ? [element("p", { class: "secondary run-none" }, shown ? "It did not come up in the run that is shown." : "No run is shown yet.")] : []);
      return;
    }
    await this.load(shown.id, runs, run);
  }

  /** @param {string} execution @param {ReadonlyMap<string, Run> | undefined} runs @param {Run | undefined} run */
  async load(execution, runs, run) {
    const wanted = `${execution} ${this.step} ${this.round} ${run?.seqs.length ?? 0}`;
    if (wanted === this.loaded) return;
    this.loaded = wanted;
    const turn = ++this.turn;
    const base = `/executions/${encodeURIComponent(execution)}`;
    try {
      const response = await fetch(`${base}/steps/${encodeURIComponent(this.step)}?round=${encodeURIComponent(this.round)}`, { headers: { "HX-Request-Type": "partial" } });
      const text = await response.text();
      if (turn !== this.turn) return;
      this.detail.innerHTML = text;
    } catch {
      this.loaded = "";
      this.detail.replaceChildren(element("p", { class: "secondary" }, "What the step did cannot be read: the server cannot be reached."));
    }
    this.detail.querySelector("#rounds")?.replaceWith(element("div", { class: "run-of" },
      this.rounds(runs), element("a", { class: "link", href: `${base}#${this.step}${this.round && `@${this.round}`}` }, "Open the execution")));
    refreshTimes();
  }

  /**
   * Puts what stays into a part of the inspector that is new.
   * @param {HTMLElement} host
   * @param {boolean} isStep
   * @param {boolean} came the step came up in the run
   */
  frame(host, isStep, came) {
    const list = part("#inspector .inspector-tabs");
    if (this.detail.parentElement !== host) {
      host.replaceChildren(...isStep ? [this.note, this.pin.element] : [], this.detail);
      if (isStep) list.before(this.tools);
    }
    list.hidden = !isStep && !came;
    if (list.dataset.came === String(came)) return;
    // What happens elsewhere does not take a form away from who is in it.
    const first = !list.dataset.came, typing = part("#inspector-step").contains(document.activeElement);
    if (came ? (first ? !this.form : !typing) : !isStep && !first) part(came ? "#tab-step-run" : "#tab-step-file").click();
    list.dataset.came = String(came);
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

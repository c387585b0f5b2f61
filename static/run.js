// The run panel of a flow's page: tests are started here, and executions, also
// those that callers start, are followed on the canvas and in a list. Plain ES
// module, checked by tsc.
import { icon, part, request, RequestError, tabs } from "./dom.js";
import { settled } from "./draft.js";
import { flush } from "./inspector.js";
import { followExecution, followFlow } from "./live.js";
import { toast } from "./page.js";
import { pinRun, unpin } from "./pin.js";
import { begin, edgeKey, fold, over } from "./reducer.js";
import { choosePane, openBody, openDrawer, openStart, showSteps } from "./run-drawer.js";
import { RunAnswer } from "./run-answer.js";
import { RunInspector } from "./run-inspector.js";
import { LatestRuns } from "./run-latest.js";
import { Marks } from "./run-marks.js";
import { commands, NextPart } from "./run-part.js";
import { PayloadEditor } from "./run-payload.js";
import { StepList } from "./run-steps.js";
import { summary } from "./run-summary.js";

/** @typedef {import("./reducer.js").ExecutionState} ExecutionState */
/** @typedef {import("./reducer.js").LiveEvent} LiveEvent */
/** @typedef {import("./run-part.js").Aim} Aim */
/** @typedef {import("./run-part.js").Part} Part */
/** @typedef {{id: string, status: string, test: boolean, startedAt: string, ms: number | null, answer?: number, version: number}} Row what the page knew of an execution */
/**
 * An execution that the panel knows.
 * @typedef {object} Known
 * @property {string} id
 * @property {boolean} test
 * @property {string} status
 * @property {number} startedAt
 * @property {number | null} ms
 * @property {number} [answer] the status of the answer, as the page knew it
 * @property {ExecutionState | null} state null: its events were not read
 * @property {{stop(): void} | null} line of its own
 */

const model = JSON.parse(document.getElementById("run-graph")?.textContent ?? "{}");
const slug = /** @type {string} */ (model.slug);
const base = `/flows/${encodeURIComponent(slug)}`;
const canvas = /** @type {import("./canvas.js").FlowCanvas} */ (part("flow-canvas"));
const mostKnown = 50;
/** @typedef {{title: string, branch?: boolean}} Words of a step */
/** @param {Record<string, Words>} words @returns {Map<string, Words>} which knows no names but those of steps */
const byStep = (words) => new Map(Object.entries(words));
let words = byStep(model.words);

/** @type {Map<string, Known>} oldest first */
const known = new Map();
let shown = "";
let pinned = false;

// Starting a test.

const editor = new PayloadEditor(base);
tabs(part("#pane-payload"));
const start = /** @type {HTMLButtonElement} */ (part("#run-start"));
const real = /** @type {HTMLInputElement} */ (part("#run-real"));
const failed = part("#run-error");
/** @type {Set<string>} tests that were started here */
const ownTests = new Set();
/** Whether the payload was changed since the run that is shown began. */
let edited = false;
part("#pane-payload").addEventListener("input", (event) => { edited ||= event.target !== real; });

const marks = new Marks(base, canvas, () => known.get(shown)?.state ?? null, () => {
  steps.redraw(known.get(shown)?.state ?? null);
  void beside.update();
});
const next = new NextPart(() => label());
const label = () => { part("span", start).textContent = next.label(real.checked); };
real.addEventListener("change", () => { marks.sayEffects(); label(); });

part("#pane-payload").addEventListener("submit", (event) => {
  event.preventDefault();
  const of = next.part;
  void run(of).then((started) => { if (started && next.part === of) next.set(null); });
});

// One click tests the flow, where there is something to test it with. What would
// call out for real is asked for first.
part("#test-button").addEventListener("click", () => {
  if (start.disabled) return;
  next.set(null);
  if (real.checked) return openStart();
  if (editor.blank && ![...known.values()].some((x) => x.test)) {
    openBody();
    toast("What would a caller send? Write it here or take a sample, then run the test.");
    return;
  }
  openDrawer(true);
  void run(null).then((begun) => { if (!begun) choosePane("payload"); });
});

/**
 * Runs a part of the flow, or asks first where that would be for real.
 * @param {Aim} aim
 * @param {string} step
 */
async function runPart(aim, step) {
  const word = words.get(step);
  if (!word || start.disabled) return;
  if (real.checked) {
    next.set({ aim, step }, word.title);
    openStart();
  } else await run({ aim, step });
}

/**
 * Starts a test of the draft as it stands, with what is being typed.
 * @param {Part | null} of null: of all of it
 * @returns {Promise<boolean>} whether it has begun
 */
async function run(of) {
  const x = known.get(shown);
  const sameCall = of !== null && of.aim !== "to" && x !== undefined && x.status !== "queued" && !edited;
  if (!sameCall && !editor.checkBody()) { openStart(); editor.body.focus(); return false; }
  start.disabled = true;
  failed.hidden = true;
  try {
    await flush();
    await settled();
    const body = { ...editor.value, real: real.checked, part: of && { ...of, execution: shown, sameCall } };
    const { executionId, notice } = await request(`${base}/runs`, { method: "POST", body });
    if (notice) toast(notice);
    ownTests.add(executionId);
    const now = take(executionId);
    now.test = true;
    pin(false);
    look(executionId); // its events may have come first, as those of a call
    showSteps();
    return true;
  } catch (error) {
    refused(error, of);
    return false;
  } finally {
    start.disabled = false;
  }
}

/** @param {unknown} error @param {Part | null} of */
function refused(error, of) {
  const violations = error instanceof RequestError ? error.violations : [];
  if (violations.length > 0) {
    openStart();
    const lines = violations.map((v) => `${v.pointer || "The body"}: ${v.detail}`);
    editor.complain(`The trigger refuses this call, as it would a caller’s:\n${lines.join("\n")}`);
    return;
  }
  failed.textContent = error instanceof RequestError && error.problems.length > 0
    ? error.problems.filter((p) => p.severity === "error").map((p) => `${p.step ?? p.path ?? ""}: ${p.message}`).join("\n")
    : error instanceof Error ? error.message : "";
  failed.hidden = false;
  if (of && part("#drawer-body").hidden) toast(failed.textContent ?? "");
}

document.addEventListener("canvas-command", (event) => {
  if (!(event instanceof CustomEvent)) return;
  const { name, steps: [step = ""] } = /** @type {{name: string, steps: string[]}} */ (event.detail);
  const aim = commands[name];
  if (aim) void runPart(aim, step);
  else if (name === "pin") pinCommand(step);
});

/** Pins what a step put out in the run that is shown, or takes its pin away. @param {string} step */
function pinCommand(step) {
  const last = known.get(shown)?.state?.steps.get(step)?.last;
  if (step === "trigger") openStart();
  else if (marks.pinned(step)) void unpin(step);
  else if (last?.status === "succeeded") void pinRun(step, { execution: shown, round: last.key });
  else {
    document.addEventListener("flow-inspected", () => beside.editPin(), { once: true });
    document.dispatchEvent(new CustomEvent("flow-show-step", { detail: { step } }));
  }
}

document.addEventListener("draft-changed", (event) => {
  if (event instanceof CustomEvent && event.detail.graph) takeGraph(event.detail.graph);
  marks.refresh();
});

/** The draft has other steps now. @param {{steps: unknown[], edges: unknown[], words: Record<string, Words>}} graph */
function takeGraph(graph) {
  Object.assign(model, { steps: graph.steps, edges: graph.edges });
  steps.words = words = byStep(graph.words);
  if (next.part && !words.has(next.part.step)) next.set(null);
  painted.clear();
  drawShown();
}

// Executions, as they happen.

/**
 * The execution with an ID, which may be new.
 * @param {string} id
 * @returns {Known}
 */
function take(id) {
  const old = known.get(id);
  if (old) return old;
  /** @type {Known} */
  const made = { id, test: ownTests.has(id), status: "queued", startedAt: Date.now(), ms: null, state: null, line: null };
  known.set(id, made);
  for (const [oldest, x] of known) {
    if (known.size <= mostKnown) break;
    if (oldest === shown) continue;
    x.line?.stop();
    known.delete(oldest);
  }
  return made;
}

/** @param {LiveEvent[]} events of one execution */
function receive(events) {
  const first = events[0];
  if (!first) return;
  const before = known.get(first.execution)?.status;
  const x = take(first.execution);
  x.state = fold(x.state ?? begin(model), events);
  x.status = x.state.status;
  x.startedAt = x.state.startedAt ?? x.startedAt;
  x.test ||= x.state.safe;
  if (x.state.endedAt !== null) {
    x.ms = x.state.endedAt - x.startedAt;
    if (x.id === shown) marks.refresh();
    document.dispatchEvent(new CustomEvent("flow-run-ended", { detail: { id: x.id } }));
  }
  // One that runs is worth more than one that waits for its turn.
  const queued = x.status === "queued", begins = before === undefined || before === "queued" && !queued;
  if (begins && (!shown || !pinned && !(queued && underWay(known.get(shown))))) show(x.id);
  changed.add(x.id);
  plan();
}

/** @param {Known | undefined} x */
const underWay = (x) => x !== undefined && !over(x.status);

/** The newest execution, or the one that runs where the newest waits for its turn. */
function newestId() {
  const all = [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), newest = all.at(-1);
  return (newest?.status === "queued" && all.findLast((x) => x.status !== "queued" && underWay(x)) || newest)?.id;
}

/** @type {Set<string>} executions with news that were not drawn */
const changed = new Set();
let planned = false;

/** Draws once for all that comes before the next picture. */
function plan() {
  if (planned) return;
  planned = true;
  requestAnimationFrame(() => {
    planned = false;
    latest.draw([...known.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, mostKnown), shown, pinned);
    if (changed.has(shown)) drawShown();
    changed.clear();
  });
}

const line = part("#drawer-line");
const flowLine = followFlow(slug, {
  since: model.latest[0]?.id ?? "",
  onEvents: receive,
  onState: (state) => {
    line.hidden = state.name !== "offline";
    if (state.name === "offline") line.replaceChildren(icon("wifi-off"), "Not connected; trying again");
  },
});
addEventListener("pagehide", () => flowLine.stop());
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// Showing one.

const steps = new StepList(part("#run-steps"), words, (step) => {
  document.dispatchEvent(new CustomEvent("flow-show-step", { detail: { step } }));
});

/** @param {string} id */
function show(id) {
  if (id === shown) return;
  shown = id;
  canvas.reset();
  steps.show(id, null);
  const x = take(id);
  if (!x.state && !x.line) {
    const own = followExecution(id, { onEvents: receive, onState: (state) => { if (state.name === "ended") x.line = null; } });
    x.line = own.state.name === "ended" ? null : own;
  }
  edited = false;
  marks.refresh(id);
  changed.add(id);
  plan();
  document.dispatchEvent(new CustomEvent("flow-run", { detail: { id } }));
}

steps.more = (step) => ({ stale: marks.stale(step), gone: words.has(step) ? undefined : marks.gone(step) ?? step });

const answer = new RunAnswer(() => known.get(shown));
const beside = new RunInspector(() => known.get(shown) ?? null, marks, (aim, step) => void runPart(aim, step));
const first = document.querySelector("#inspector-step")?.getAttribute("data-step"); // came with the page
if (first) beside.open(first);

/** @type {Map<string, unknown>} what the canvas shows of each step */
const painted = new Map();
let paintedOf = "";

function drawShown() {
  const x = known.get(shown);
  if (!x?.state) return;
  if (paintedOf !== shown) { painted.clear(); paintedOf = shown; }
  for (const [id, step] of x.state.steps) {
    if (painted.get(id) === step) continue;
    painted.set(id, step);
    const { last } = step;
    /** @type {import("./canvas-run.js").StepState} */
    const state = { status: step.status };
    if (step.runs.size === 1) {
      if (last.ms !== null) state.ms = last.ms;
      state.attempt = last.attempt;
    }
    if (over(step.status)) state.port = waysTaken(x.state, id);
    if (last.items !== null) state.items = last.items;
    if (last.passed) state.passed = true;
    canvas.setStatus(id, state);
  }
  if (x.state.startedAt !== null) canvas.setStatus("trigger", { status: "succeeded", port: "" });
  steps.show(shown, x.state);
  part("#run-summary").textContent = x.state ? summary(x.state, x.test) : "";
  void answer.show(x);
  void beside.update();
}

/** The ports that a run left a step by. @param {ExecutionState} state @param {string} id @returns {string[]} */
function waysTaken(state, id) {
  const edges = state.graph.out.get(id) ?? [];
  return [...new Set(edges.filter((edge) => (state.edges.get(edgeKey(edge))?.taken ?? 0) > 0).map((edge) => edge.port ?? ""))];
}

// The list of the latest.

const follow = part("#follow-newest");

/** @param {boolean} on */
function pin(on) {
  pinned = on;
  follow.hidden = !on;
}
follow.addEventListener("click", () => {
  pin(false);
  const newest = newestId();
  if (newest) show(newest);
  changed.add(shown);
  plan();
});

const latest = new LatestRuns((id) => {
  if (id !== newestId()) pin(true);
  look(id);
  showSteps();
}, (id) => {
  pin(!(pinned && id === shown));
  look(id);
});

/** @param {string} id */
function look(id) {
  show(id);
  changed.add(id);
  plan();
}

for (const row of /** @type {Row[]} */ ([...model.latest].reverse())) {
  const x = take(row.id);
  Object.assign(x, { test: row.test, status: row.status, startedAt: Date.parse(row.startedAt), ms: row.ms, answer: row.answer });
  if (!over(row.status)) {
    x.line = followExecution(row.id, { onEvents: receive, onState: (state) => { if (state.name === "ended") x.line = null; } });
  }
}
const newest = known.get(newestId() ?? "");
if (newest && underWay(newest)) show(newest.id);
marks.refresh();
plan();

document.addEventListener("flow-step", (event) => {
  if (event instanceof CustomEvent) steps.mark(event.detail.step);
});

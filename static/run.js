// The run panel of a flow's page: tests are started here, and executions, also
// those that callers start, are followed on the canvas and in a list. Plain ES
// module, checked by tsc.
import { duration } from "./canvas-run.js";
import { element, icon, part, request, RequestError, tabs } from "./dom.js";
import { followExecution, followFlow } from "./live.js";
import { refreshTimes } from "./page.js";
import { begin, edgeKey, fold } from "./reducer.js";
import { RunInspector } from "./run-inspector.js";
import { PayloadEditor } from "./run-payload.js";
import { statusMark, StepList } from "./run-steps.js";

/** @typedef {import("./reducer.js").ExecutionState} ExecutionState */
/** @typedef {import("./reducer.js").LiveEvent} LiveEvent */
/** @typedef {{id: string, status: string, test: boolean, startedAt: string, ms: number | null, version: number}} Row what the page knew of an execution */
/**
 * An execution that the panel knows.
 * @typedef {object} Known
 * @property {string} id
 * @property {boolean} test
 * @property {string} status
 * @property {number} startedAt
 * @property {number | null} ms
 * @property {ExecutionState | null} state null: its events were not read
 * @property {{stop(): void} | null} line of its own
 */

const model = JSON.parse(document.getElementById("run-graph")?.textContent ?? "{}");
const slug = /** @type {string} */ (model.slug);
const base = `/flows/${encodeURIComponent(slug)}`;
const canvas = /** @type {import("./canvas.js").FlowCanvas} */ (part("flow-canvas"));
const mostKnown = 50;

/** @type {Map<string, Known>} oldest first */
const known = new Map();
let shown = "";
let pinned = false;

// The drawer.

const drawer = part("#drawer");
const body = part("#drawer-body");
const grip = part("#drawer-grip");
const heightKey = "redial.run-panel.height";
const openKey = "redial.run-panel.open";
const bounds = { least: 200, step: 24 };

/** @param {string} key @param {string} [value] */
function remembered(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key);
    localStorage.setItem(key, value);
  } catch { /* a browser that remembers nothing */ }
  return null;
}

const most = () => Math.max(bounds.least, innerHeight - 160);

/** @param {number} height */
function setHeight(height) {
  const fitting = Math.round(Math.max(bounds.least, Math.min(most(), height)));
  drawer.style.setProperty("--drawer-height", `${fitting}px`);
  grip.setAttribute("aria-valuemin", String(bounds.least));
  grip.setAttribute("aria-valuemax", String(most()));
  grip.setAttribute("aria-valuenow", String(fitting));
  return fitting;
}

/** @param {boolean} open */
function openDrawer(open) {
  drawer.toggleAttribute("data-open", open);
  body.hidden = !open;
  for (const button of [part("#drawer-toggle"), part("#test-button")]) button.setAttribute("aria-expanded", String(open));
  remembered(openKey, open ? "yes" : "no");
}

part("#drawer-toggle").addEventListener("click", () => openDrawer(body.hidden === true));
part("#test-button").addEventListener("click", () => {
  openDrawer(body.hidden === true);
  if (!body.hidden) { choosePane("payload"); part("#run-start").focus(); }
});
grip.addEventListener("keydown", (event) => {
  const move = { ArrowUp: bounds.step, ArrowDown: -bounds.step, PageUp: 120, PageDown: -120 }[event.key];
  const to = event.key === "Home" ? bounds.least : event.key === "End" ? most() : move ? drawer.offsetHeight + move : null;
  if (to === null) return;
  event.preventDefault();
  remembered(heightKey, String(setHeight(to)));
});
grip.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  grip.setPointerCapture(event.pointerId);
  grip.dataset.moving = "";
});
grip.addEventListener("pointermove", (event) => {
  if (grip.hasPointerCapture(event.pointerId)) setHeight(innerHeight - event.clientY);
});
for (const name of ["pointerup", "pointercancel"]) {
  grip.addEventListener(name, () => {
    if (!("moving" in grip.dataset)) return;
    delete grip.dataset.moving;
    remembered(heightKey, String(drawer.offsetHeight));
  });
}

/** @param {string} pane */
function choosePane(pane) {
  body.dataset.pane = pane;
  for (const tab of drawer.querySelectorAll('.drawer-tabs [role="tab"]')) {
    const own = tab.id === `tab-${pane}`;
    tab.setAttribute("aria-selected", String(own));
    /** @type {HTMLElement} */ (tab).tabIndex = own ? 0 : -1;
  }
}
tabs(part(".drawer-head"), (tab) => choosePane(tab.id.replace("tab-", "")));

setHeight(Number(remembered(heightKey)) || 360);
choosePane("payload");
if (remembered(openKey) === "yes" && innerWidth > 720) openDrawer(true);

// Starting a test.

const editor = new PayloadEditor(base);
tabs(part("#pane-payload"));
const start = /** @type {HTMLButtonElement} */ (part("#run-start"));
const real = /** @type {HTMLInputElement} */ (part("#run-real"));
const failed = part("#run-error");
/** @type {Set<string>} tests that were started here */
const ownTests = new Set();

real.addEventListener("change", () => {
  for (const words of document.querySelectorAll("#real-says [data-when]")) {
    /** @type {HTMLElement} */ (words).hidden = (/** @type {HTMLElement} */ (words).dataset.when === "real") !== real.checked;
  }
  part("span", start).textContent = real.checked ? "Run for real" : "Run the test";
});

part("#pane-payload").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!editor.checkBody()) { editor.body.focus(); return; }
  start.disabled = true;
  failed.hidden = true;
  try {
    const { executionId } = await request(`${base}/runs`, { method: "POST", body: { ...editor.value, real: real.checked } });
    ownTests.add(executionId);
    const now = take(executionId);
    now.test = true;
    pin(false);
    show(executionId);
    changed.add(executionId); // its events may have come first, as those of a call
    plan();
    if (innerWidth <= 1080) choosePane("steps");
  } catch (error) {
    refused(error);
  } finally {
    start.disabled = false;
  }
});

/** @param {unknown} error */
function refused(error) {
  if (error instanceof RequestError && error.violations.length > 0) {
    const lines = error.violations.map((v) => `${v.pointer || "The body"}: ${v.detail}`);
    editor.complain(`The trigger refuses this call, as it would a caller’s:\n${lines.join("\n")}`);
    return;
  }
  failed.hidden = false;
  failed.textContent = error instanceof RequestError && error.problems.length > 0
    ? error.problems.filter((p) => p.severity === "error").map((p) => `${p.step ?? p.path ?? ""}: ${p.message}`).join("\n")
    : error instanceof Error ? error.message : "";
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
  const isNew = !known.has(first.execution);
  const x = take(first.execution);
  x.state = fold(x.state ?? begin(model), events);
  x.status = x.state.status;
  x.startedAt = x.state.startedAt ?? x.startedAt;
  x.test ||= x.state.safe;
  if (x.state.endedAt !== null) x.ms = x.state.endedAt - x.startedAt;
  if (isNew && (!pinned || !shown)) show(x.id);
  changed.add(x.id);
  plan();
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
    drawLatest();
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

const steps = new StepList(part("#run-steps"), model.words, (step) => {
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
  changed.add(id);
  plan();
  document.dispatchEvent(new CustomEvent("flow-run", { detail: { id } }));
}

const beside = new RunInspector(() => known.get(shown) ?? null);

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
    if (ended.has(step.status)) state.port = waysTaken(x.state, id);
    if (last.items !== null) state.items = last.items;
    if (last.passed) state.passed = true;
    canvas.setStatus(id, state);
  }
  if (x.state.startedAt !== null) canvas.setStatus("trigger", { status: "succeeded", port: "" });
  steps.show(shown, x.state);
  part("#run-summary").textContent = summary(x);
  void beside.update();
}

const ended = new Set(["succeeded", "failed", "skipped", "canceled"]);

/** The ports that a run left a step by. @param {ExecutionState} state @param {string} id @returns {string[]} */
function waysTaken(state, id) {
  const edges = state.graph.out.get(id) ?? [];
  return [...new Set(edges.filter((edge) => (state.edges.get(edgeKey(edge))?.taken ?? 0) > 0).map((edge) => edge.port ?? ""))];
}

/** What a run was, in a sentence. @param {Known} x */
function summary(x) {
  if (!x.state) return "";
  let performed = 0, examples = 0;
  for (const step of x.state.steps.values()) {
    const runs = [...step.runs.values()];
    if (runs.some((run) => run.simulated)) examples++;
    else if (runs.some((run) => run.status !== "skipped")) performed++;
  }
  const count = (/** @type {number} */ n, /** @type {string} */ thing) => `${n} ${thing}${n === 1 ? "" : "s"}`;
  const answer = x.state.answer ? `, answered ${x.state.answer.status}` : "";
  if (x.state.safe && examples > 0) return `Safe test: ${count(performed, "step")} real, ${count(examples, "example")}${answer}`;
  if (x.state.safe) return `Safe test: ${count(performed, "step")}, all of them real${answer}`;
  return `${x.test ? "Test for real" : "Call"}: ${count(performed, "step")}${answer}`;
}

// The list of the latest.

const latest = part("#run-latest");
const follow = part("#follow-newest");
const now = part("#drawer-now");

/** @param {boolean} on */
function pin(on) {
  pinned = on;
  follow.hidden = !on;
}
follow.addEventListener("click", () => {
  pin(false);
  const newest = [...known.keys()].sort().at(-1);
  if (newest) show(newest);
  changed.add(shown);
  plan();
});

function drawLatest() {
  const all = [...known.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, mostKnown);
  part("#latest-empty").hidden = all.length > 0;
  const focused = latest.contains(document.activeElement) ? document.activeElement?.closest("li")?.dataset.id : undefined;
  const second = document.activeElement?.hasAttribute("aria-pressed");
  latest.replaceChildren(...all.map(latestRow));
  if (focused) /** @type {HTMLElement | null} */ (latest.querySelector(`[data-id="${CSS.escape(focused)}"] ${second ? "[aria-pressed]" : "button"}`))?.focus();
  const x = known.get(shown);
  if (x) {
    const link = element("a", { href: `/executions/${encodeURIComponent(x.id)}`, title: "Open this execution" },
      statusMark(x.status), element("span", { class: "truncate" }, figures(x)));
    now.replaceChildren(link);
  } else {
    now.replaceChildren();
  }
  refreshTimes();
}

/** @param {Known} x */
function figures(x) { return [x.test ? "test" : "call", x.ms === null ? "" : duration(x.ms)].filter(Boolean).join(" · "); }

/** @param {Known} x */
function latestRow(x) {
  const at = new Date(x.startedAt);
  const choose = element("button", { type: "button" },
    statusMark(x.status, true), element("span", { class: "truncate" }, figures(x)),
    element("span", { class: "when" }, element("time", { datetime: at.toISOString(), "data-relative": true })));
  choose.addEventListener("click", () => {
    const newest = [...known.keys()].sort().at(-1);
    if (x.id !== newest) pin(true);
    show(x.id);
    changed.add(x.id);
    plan();
    if (innerWidth <= 1080) choosePane("steps");
  });
  const stay = element("button", { class: "button quiet dense square", type: "button", "aria-pressed": String(pinned && x.id === shown), "aria-label": "Stay with this execution", title: "Stay with this execution" }, icon("flag"));
  stay.addEventListener("click", () => {
    pin(!(pinned && x.id === shown));
    show(x.id);
    changed.add(x.id);
    plan();
  });
  return element("li", { class: "run-row", "data-id": x.id, "aria-current": x.id === shown ? "true" : undefined }, choose, stay);
}

for (const row of /** @type {Row[]} */ ([...model.latest].reverse())) {
  const x = take(row.id);
  Object.assign(x, { test: row.test, status: row.status, startedAt: Date.parse(row.startedAt), ms: row.ms });
  if (!["succeeded", "failed", "canceled"].includes(row.status)) {
    x.line = followExecution(row.id, { onEvents: receive, onState: (state) => { if (state.name === "ended") x.line = null; } });
  }
}
const newest = model.latest[0];
if (newest && !ended.has(newest.status)) show(newest.id);
plan();

document.addEventListener("flow-step", (event) => {
  if (event instanceof CustomEvent) steps.mark(event.detail.step);
});

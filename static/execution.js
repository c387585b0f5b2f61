// The page of an execution: its events on the canvas, on the timeline and in the
// detail at the side, live or replayed. Plain ES module, checked by tsc.
import { element, icon, part, request, RequestError } from "./dom.js";
import { StepDetail } from "./execution-detail.js";
import { Player } from "./execution-replay.js";
import { followExecution } from "./live.js";
import { keepTime, showLine, writeClocks } from "./moments.js";
import { refreshTimes, toast } from "./page.js";
import { needAttention, Replay } from "./reducer.js";
import { axisLength, Timeline } from "./timeline.js";
import "./values.js";

/** @typedef {import("./reducer.js").LiveEvent} LiveEvent */
/** @typedef {import("./reducer.js").ExecutionState} ExecutionState */
/** @typedef {{step: string, iteration: number[] | null}[]} Undecided */

/**
 * @typedef {object} PageData
 * @property {string} id
 * @property {string} status
 * @property {string} startedAt
 * @property {string} now of the server
 * @property {number} deadline
 * @property {number} lastSeq
 * @property {LiveEvent[] | null} events
 * @property {{steps: (import("./reducer.js").GraphStep & import("./timeline.js").RowStep)[], edges: import("./reducer.js").Edge[]}} graph
 * @property {Undecided | null} undecided
 */

/** @type {PageData} */
const data = JSON.parse(document.getElementById("execution-data")?.textContent ?? "{}");
/** How far this machine's clock is ahead of the server's. */
const ahead = Date.now() - Date.parse(data.now);
const started = Date.parse(data.startedAt);
const base = `/executions/${encodeURIComponent(data.id)}`;
/** Events that are loaded at once. */
const eventPage = 5000;

const replay = new Replay(data.graph);
let undecided = data.undecided ?? [];
let loaded = false;

const canvas = /** @type {import("./canvas.js").FlowCanvas | null} */ (document.querySelector("flow-canvas"));
const timeline = new Timeline(
  { list: part("#timeline-list"), axis: part("#timeline-axis"), rows: part("#timeline-rows") },
  data.graph.steps, (step, round) => void detail.open(step, round),
);
const detail = new StepDetail(base, shown, (step) => {
  timeline.select(step);
  if (canvas && (canvas.selected ?? "") !== step) canvas.select?.(step);
});
const player = new Player({
  replay, started, frame: paint, titleOf: (id) => data.graph.steps.find((step) => step.id === id)?.title ?? id,
  moved: () => { paintSoon(); detail.refreshSoon(); },
});

// What is shown.

function shown() {
  return player.position === null ? needAttention(replay.latest, undecided) : replay.at(player.position);
}

let painting = 0;

function paintSoon() {
  if (painting) return;
  // In a tab in the background there are no frames, and nobody looks.
  painting = requestAnimationFrame(() => {
    painting = 0;
    paint();
  });
}

function paint() {
  const state = shown(), { position, playing } = player;
  const running = replay.latest.endedAt === null;
  const serverNow = Date.now() - ahead;
  const start = replay.latest.startedAt ?? started;
  const end = running ? start + axisLength(Math.max(1, serverNow - start)) : Math.max(start + 1, replay.latest.endedAt ?? start);
  const now = playing ?? (position === null ? (running ? serverNow : end) : state.at ?? start);
  timeline.draw({
    state, start, end, now, deadline: data.deadline > 0 ? start + data.deadline : null,
    head: position !== null || running,
  });
  paintCanvas(state);
  player.paint(state, start);
  if (running && position === null && loaded && !document.hidden) paintSoon();
}

/** @type {ExecutionState | null} */
let onCanvas = null;

/** @param {ExecutionState} state */
function paintCanvas(state) {
  if (!canvas?.setStatus || state === onCanvas) return;
  const before = onCanvas;
  onCanvas = state;
  const back = before !== null && before.seq > state.seq;
  if (back) canvas.reset();
  if (state.seq > 0 && (back || !before || before.seq === 0)) canvas.setStatus("trigger", { status: "succeeded" });
  for (const [id, step] of state.steps) {
    if (back || before?.steps.get(id) !== step) canvas.setStatus(id, canvasState(id, step));
  }
}

/** @param {string} id @param {import("./reducer.js").StepState} step */
function canvasState(id, step) {
  const { last } = step;
  const onError = data.graph.steps.find((s) => s.id === id)?.onError ?? "fail";
  const ports = new Set();
  for (const run of step.runs.values()) {
    if (run.status === "succeeded" || run.status === "failed" && onError !== "fail") ports.add(run.port ?? "");
  }
  return {
    status: step.status, attempt: last.attempt, passed: last.passed, port: [...ports],
    ...(last.ms !== null && step.runs.size === 1 && { ms: last.ms }),
    ...(last.items !== null && { items: last.items }),
  };
}

// What the server alone knows.

let summaryTimer = 0;

function refreshSummarySoon() {
  if (summaryTimer) return;
  summaryTimer = window.setTimeout(async () => {
    summaryTimer = 0;
    try {
      const response = await fetch(`${base}/summary`, { headers: { "HX-Request-Type": "partial" } });
      if (!response.ok) return;
      const template = document.createElement("template");
      template.innerHTML = await response.text();
      takeSummary(template.content);
    } catch {
      // The line is lost as well; when it is back, this is asked again.
    }
  }, 100);
}

/** @param {DocumentFragment} fresh */
function takeSummary(fresh) {
  const action = document.activeElement?.closest("#head")?.querySelector("[data-action]:focus")?.getAttribute("data-action");
  const head = fresh.querySelector("#head");
  const body = fresh.querySelector("#overview");
  if (head) part("#head").replaceWith(head);
  if (body instanceof HTMLElement) {
    const before = part("#overview");
    body.hidden = before.hidden;
    before.replaceWith(body);
  }
  if (action) /** @type {HTMLElement | null} */ (document.querySelector("#head [data-action]"))?.focus();
  undecided = JSON.parse(fresh.querySelector("#undecided")?.textContent ?? "null") ?? [];
  refreshTimes();
  paintSoon();
  detail.forget();
  detail.refreshSoon();
}

// What people do.

/** @param {HTMLElement} button @param {() => Promise<void>} act */
async function busy(button, act) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await act();
  } catch (error) {
    toast(error instanceof RequestError ? error.message : "This did not work; the server cannot be reached");
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

const api = `/api/executions/${encodeURIComponent(data.id)}`;

/** Whether it is being deleted here: then another page comes. */
let deleting = false;

/** @param {HTMLElement} button */
function act(button) {
  switch (button.dataset.action) {
    case "cancel":
      return busy(button, async () => {
        await request(`${api}/cancel`, { method: "POST" });
        refreshSummarySoon();
      });
    case "delete":
      return busy(button, async () => {
        button.closest("dialog")?.close();
        deleting = true;
        try {
          await request(api, { method: "DELETE" });
          location.assign("/executions");
        } catch (error) {
          deleting = false;
          throw error;
        }
      });
    case "callback":
      return busy(button, async () => {
        await request(`${api}/callback`, { method: "POST" });
        refreshSummarySoon();
        // Delivering takes a moment, and is no event of the execution.
        setTimeout(refreshSummarySoon, 2000);
      });
    case "rerun":
      return busy(button, async () => {
        const { executionId } = await request(`${api}/rerun`, { method: "POST", body: button.dataset.from ? { from: button.dataset.from } : {} });
        location.assign(`/executions/${encodeURIComponent(executionId)}`);
      });
    case "decide":
      return busy(button, async () => {
        const { step, decision, round } = button.dataset;
        await request(`${api}/resume`, { method: "POST", body: { step, decision, ...(round && { iteration: round.split(".").map(Number) }) } });
        refreshSummarySoon();
      });
  }
  return undefined;
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target.closest("button") : null;
  if (!target) return;
  if (target.dataset.action && target.closest(".execution")) void act(target);
  else if (target.dataset.openStep) void detail.open(target.dataset.openStep, target.dataset.round || null);
  else if (target.hasAttribute("data-close")) detail.close();
});
document.addEventListener("canvas-select", (event) => {
  const step = event instanceof CustomEvent ? String(event.detail.step) : "";
  if (step !== detail.step) void detail.open(step, null);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && detail.step && !event.defaultPrevented && !(event.target instanceof Element && event.target.closest("dialog, select"))) detail.close();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) paintSoon(); });

// Events.

/** @param {LiveEvent[]} events */
function take(events) {
  const { turnAt } = replay.latest;
  replay.push(events);
  if (replay.latest.turnAt !== turnAt || events.some((event) => event.type === "response.stored" || event.type === "execution.finished")) refreshSummarySoon();
  paintSoon();
  if (player.position === null && events.some((event) => event.step === detail.step)) detail.refreshSoon();
}

function follow() {
  if (replay.latest.endedAt !== null && !replay.latest.error?.retryable) return;
  let fresh = replay.latest.endedAt !== null; // nothing has changed since the page was made
  const line = followExecution(data.id, {
    after: replay.length, heals: true, onEvents: take,
    onOpen: () => { if (!fresh) refreshSummarySoon(); fresh = false; },
    onState: (state) => {
      if (state.gone && !deleting) location.reload(); // to the page that says why
      else showLine(document.getElementById("line"), state, () => line.retry());
    },
  });
  if (data.deadline > 0) {
    const left = started + data.deadline - (Date.now() - ahead);
    if (left > 0 && left < 2 ** 31) setTimeout(refreshSummarySoon, left + 200);
  }
}

/** Loads what did not come with the page. */
async function load() {
  if (data.events) replay.push(data.events);
  while (replay.length < data.lastSeq) {
    /** @type {{events: LiveEvent[]}} */
    const { events } = await request(`${api}/events?after=${replay.length}&limit=${eventPage}`);
    if (events.length === 0) break;
    replay.push(events);
    player.loading(replay.length, data.lastSeq);
  }
}

async function begin() {
  const wait = part("#timeline-wait");
  try {
    await load();
  } catch (error) {
    const again = element("button", { type: "button", class: "button dense" }, "Try again");
    again.addEventListener("click", () => void begin());
    wait.replaceChildren(element("div", { class: "notice error" }, icon("circle-alert"),
      element("span", {}, error instanceof Error ? error.message : "The events could not be loaded."), again));
    return;
  }
  loaded = true;
  wait.remove();
  paint();
  follow();
  const [step, round] = decodeURIComponent(location.hash.slice(1)).split("@");
  if (step && (step === "trigger" || data.graph.steps.some((known) => known.id === step))) void detail.open(step, round ?? null);
}

keepTime();
writeClocks();
void begin();

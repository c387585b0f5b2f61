// The page of an execution: its events on the canvas, on the timeline and in the
// detail at the side, live or replayed. Plain ES module, checked by tsc.
import { element, icon, part, request, RequestError } from "./dom.js";
import { followExecution } from "./live.js";
import { keepTime, showLine, span, writeClocks } from "./moments.js";
import { refreshTimes, toast } from "./page.js";
import { needAttention, Replay } from "./reducer.js";
import { axisLength, roundWords, Timeline } from "./timeline.js";
import "./values.js";

/** @typedef {import("./reducer.js").LiveEvent} LiveEvent */
/** @typedef {import("./reducer.js").ExecutionState} ExecutionState */
/** @typedef {import("./reducer.js").Run} Run */
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
/** A replay takes no longer, however long the execution took. */
const replayTime = 8000;

const replay = new Replay(data.graph);
let undecided = data.undecided ?? [];
/** How many events are shown; null: all there are. @type {number | null} */
let position = null;
/** Where a replay that plays is, in milliseconds since 1970. @type {number | null} */
let playing = null;
let loaded = false;

const slider = /** @type {HTMLInputElement} */ (part("#slider"));
const playButton = part("#play");
const toEnd = part("#to-end");
const says = part("#moment");
const canvas = /** @type {import("./canvas.js").FlowCanvas | null} */ (document.querySelector("flow-canvas"));
const timeline = new Timeline(
  { list: part("#timeline-list"), axis: part("#timeline-axis"), rows: part("#timeline-rows") },
  data.graph.steps, (step, round) => void open(step, round),
);

// What is shown.

function shown() {
  return position === null ? needAttention(replay.latest, undecided) : replay.at(position);
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
  const state = shown();
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
  paintSlider(state, start);
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

/** @param {ExecutionState} state @param {number} start */
function paintSlider(state, start) {
  const length = replay.length;
  slider.max = String(length);
  slider.disabled = length === 0;
  slider.value = String(position ?? length);
  slider.style.setProperty("--part", `${length === 0 ? 0 : (position ?? length) / length * 100}%`);
  toEnd.hidden = position === null;
  const event = replay.events[state.seq - 1];
  const words = event ? eventWords(event) : "before the first event";
  slider.setAttribute("aria-valuetext", `${state.seq} of ${length}: ${words}`);
  says.textContent = position === null ? `${length} events` : `${state.seq} of ${length}`;
  if (position === null || !event) return;
  says.append(element("span", { class: "secondary" }, ` +${span(Math.max(0, (state.at ?? start) - start))} `), element("bdi", { class: "truncate" }, words));
}

/** @param {LiveEvent} event */
function eventWords(event) {
  const title = data.graph.steps.find((step) => step.id === event.step)?.title ?? event.step ?? "";
  const round = event.iteration === undefined ? "" : ` (${(event.iterations ?? [event.iteration]).map((n) => n + 1).join(".")})`;
  switch (event.type) {
    case "execution.started": return "execution started";
    case "step.started": return `${title}${round} started`;
    case "step.retrying": return `${title}${round} will be tried again`;
    case "step.finished": return `${title}${round} ${event.outcome}`;
    case "response.stored": return `answer stored: ${event.status}`;
    case "execution.finished": return `execution ${event.status}`;
    default: return event.type;
  }
}

// Replay.

/** @param {number | null} to how many events are shown; null: all, those that come too */
function seek(to) {
  position = to === null || to >= replay.length ? null : Math.max(0, to);
  paintSoon();
  refreshDetailSoon();
}

function stopPlaying() {
  playing = null;
  playButton.replaceChildren(icon("play"));
  playButton.setAttribute("aria-label", "Play");
}

function play() {
  if (playing !== null) {
    stopPlaying();
    return;
  }
  const from = position ?? 0;
  const first = replay.latest.startedAt ?? started;
  const last = replay.latest.at ?? first;
  const speed = Math.max(1, (last - first) / replayTime);
  playing = from === 0 ? first : replay.at(from).at ?? first;
  playButton.replaceChildren(icon("pause"));
  playButton.setAttribute("aria-label", "Pause");
  let before = performance.now();
  let at = from;
  const frame = (/** @type {number} */ time) => {
    if (playing === null) return;
    playing = Math.min(last, playing + (time - before) * speed);
    before = time;
    while (at < replay.length && Date.parse(replay.events[at]?.at ?? "") <= playing) at++;
    position = at;
    if (playing >= last || at >= replay.length) {
      stopPlaying();
      seek(null);
      return;
    }
    paint();
    requestAnimationFrame(frame);
  };
  position = from;
  requestAnimationFrame(frame);
}

slider.addEventListener("input", () => {
  stopPlaying();
  seek(Number(slider.value));
});
playButton.addEventListener("click", play);
toEnd.addEventListener("click", () => {
  stopPlaying();
  seek(null);
});

// The detail of a step.

const detail = part("#detail");
const overview = () => part("#overview");
/** @type {{step: string, round: string} | null} */
let opened = null;
let openedSeqs = "";
/** @type {AbortController | null} */
let loadingDetail = null;

/**
 * @param {string} step empty: none
 * @param {string | null} round null: the one that tells most
 */
async function open(step, round) {
  if (!step) {
    close();
    return;
  }
  const runs = shown().steps.get(step)?.runs;
  const chosen = round ?? tellingRound(runs ? [...runs.values()] : []);
  opened = { step, round: chosen };
  openedSeqs = "";
  history.replaceState(null, "", `#${encodeURIComponent(step)}${chosen ? "@" + chosen : ""}`);
  timeline.select(step);
  if (canvas && canvas.selected !== step) canvas.select?.(step);
  part("#side").dataset.open = "step";
  await loadDetail();
}

/** @param {Run[]} runs the round that one wants to see first: one that needs something, that failed, or the last */
function tellingRound(runs) {
  const telling = runs.find((run) => run.status === "needs_attention") ?? runs.find((run) => run.status === "failed") ?? runs.at(-1);
  return telling?.key ?? "";
}

function close() {
  opened = null;
  loadingDetail?.abort();
  detail.hidden = true;
  overview().hidden = false;
  delete part("#side").dataset.open;
  timeline.select("");
  if (canvas?.selected) canvas.select("");
  history.replaceState(null, "", location.pathname);
}

let detailTimer = 0;

function refreshDetailSoon() {
  if (!opened || detailTimer) return;
  detailTimer = window.setTimeout(() => {
    detailTimer = 0;
    if (opened) void loadDetail();
  }, 120);
}

async function loadDetail() {
  if (!opened) return;
  const { step, round } = opened;
  const run = shown().steps.get(step)?.runs.get(round);
  const seqs = run ? run.seqs.slice(-64).join(",") : "none";
  const key = `${step} ${round} ${seqs} ${run?.status}`;
  if (key === openedSeqs) return;
  openedSeqs = key;
  loadingDetail?.abort();
  const loading = new AbortController();
  loadingDetail = loading;
  detail.setAttribute("aria-busy", "true");
  const query = new URLSearchParams({ round, events: run ? seqs : "0" });
  try {
    const response = await fetch(`${base}/steps/${encodeURIComponent(step)}?${query}`, { headers: { "HX-Request-Type": "partial" }, signal: loading.signal });
    showDetail(await response.text(), response.ok);
  } catch {
    if (loading.signal.aborted) return;
    openedSeqs = "";
    showDetail("", false);
  }
}

/** @param {string} html @param {boolean} ok */
function showDetail(html, ok) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const focused = document.activeElement?.closest("#detail") ? document.activeElement : null;
  const focusKey = focused?.id || focused?.getAttribute("data-action") || "";
  if (ok) detail.replaceChildren(template.content);
  else {
    const again = element("button", { type: "button", class: "button dense" }, "Try again");
    again.addEventListener("click", () => { openedSeqs = ""; void loadDetail(); });
    detail.replaceChildren(element("div", { class: "notice error" }, icon("circle-alert"), element("span", {}, "The step could not be loaded. "), again));
  }
  detail.removeAttribute("aria-busy");
  if (detail.hidden) {
    detail.hidden = false;
    overview().hidden = true;
    part("#side").scrollTop = 0;
  }
  writeClocks(detail);
  refreshTimes(/** @type {any} */ (detail));
  paintRounds();
  if (focusKey) /** @type {HTMLElement | null} */ (document.getElementById(focusKey) ?? detail.querySelector(`[data-action="${CSS.escape(focusKey)}"]`))?.focus({ preventScroll: true });
}

/** The most rounds that a list to choose from has; beyond, one steps through them. */
const mostChoices = 1000;

function paintRounds() {
  const place = document.getElementById("rounds");
  const runs = opened ? shown().steps.get(opened.step)?.runs : undefined;
  if (!place || !opened || !runs || (runs.size < 2 && !opened.round)) return;
  const keys = [...runs.keys()];
  const at = keys.indexOf(opened.round);
  const go = (/** @type {number} */ to) => { const key = keys[to]; if (opened && key !== undefined) void open(opened.step, key); };
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
  select.addEventListener("change", () => { if (opened) void open(opened.step, select.value); });
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
    body.hidden = overview().hidden;
    overview().replaceWith(body);
  }
  if (action) /** @type {HTMLElement | null} */ (document.querySelector("#head [data-action]"))?.focus();
  undecided = JSON.parse(fresh.querySelector("#undecided")?.textContent ?? "null") ?? [];
  refreshTimes();
  paintSoon();
  openedSeqs = "";
  refreshDetailSoon();
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

/** @param {HTMLElement} button */
function act(button) {
  switch (button.dataset.action) {
    case "cancel":
      return busy(button, async () => {
        await request(`${api}/cancel`, { method: "POST" });
        refreshSummarySoon();
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
  else if (target.dataset.openStep) void open(target.dataset.openStep, target.dataset.round || null);
  else if (target.hasAttribute("data-close")) close();
});
document.addEventListener("canvas-select", (event) => {
  const step = event instanceof CustomEvent ? String(event.detail.step) : "";
  if (step !== (opened?.step ?? "")) void open(step, null);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && opened && !event.defaultPrevented && !(event.target instanceof Element && event.target.closest("dialog, select"))) close();
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) paintSoon(); });

// Events.

/** @param {LiveEvent[]} events */
function take(events) {
  replay.push(events);
  if (events.some((event) => event.type === "response.stored" || event.type === "execution.finished")) refreshSummarySoon();
  paintSoon();
  if (opened && position === null && events.some((event) => event.step === opened?.step)) refreshDetailSoon();
}

function follow() {
  if (replay.latest.endedAt !== null && !replay.latest.error?.retryable) return;
  const line = followExecution(data.id, {
    after: replay.length, heals: true, onEvents: take, onOpen: refreshSummarySoon,
    onState: (state) => showLine(document.getElementById("line"), state, () => line.retry()),
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
    says.textContent = `${replay.length} of ${data.lastSeq} events loaded`;
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
  if (step && (step === "trigger" || data.graph.steps.some((known) => known.id === step))) void open(step, round ?? null);
}

keepTime();
writeClocks();
void begin();

// The timeline of an execution: one row a step, bars on an axis of time. All
// bars of a status in one row are one path, so hundreds of rounds cost no more
// than one. Plain ES module, checked by tsc.
import { element, icon } from "./dom.js";
import { span } from "./times.js";
import { inQueue, roundsDone } from "./reducer.js";

/** @typedef {import("./reducer.js").ExecutionState} ExecutionState */
/** @typedef {import("./reducer.js").StepState} StepState */
/** @typedef {import("./reducer.js").Run} Run */
/** @typedef {{id: string, title: string, kind: string, around?: string, depth: number}} RowStep */

/**
 * What is drawn.
 * @typedef {object} Moment
 * @property {ExecutionState} state
 * @property {number} start of the axis, milliseconds since 1970
 * @property {number} end of the axis
 * @property {number} now where bars end that have not ended
 * @property {number | null} deadline
 * @property {boolean} head whether a line shows now
 */

/**
 * @typedef {object} Row
 * @property {RowStep} step
 * @property {HTMLElement} item
 * @property {HTMLButtonElement} button
 * @property {SVGSVGElement} track
 * @property {HTMLElement} took
 * @property {HTMLElement} mark
 * @property {HTMLButtonElement | null} fold
 * @property {StepState | undefined} drawn
 */

const svgNamespace = "http://www.w3.org/2000/svg";
const barTop = 8, barHeight = 12, rowHeight = 28, leastWidth = 3;
/** An each step with more rounds is shut at first. */
const openRounds = 20;

/** @type {Record<string, [string, string]>} */
const looks = {
  running: ["loader-circle", "running"], waiting: ["pause", "waiting"], succeeded: ["check", "succeeded"],
  failed: ["x", "failed"], skipped: ["minus", "skipped"], needs_attention: ["hand", "needs attention"], canceled: ["circle-stop", "canceled"],
};
/** What is drawn later lies on top. */
const order = ["succeeded", "canceled", "waiting", "running", "needs_attention", "failed"];

export class Timeline {
  /**
   * @param {{list: HTMLElement, axis: HTMLElement, rows: HTMLElement}} places
   * @param {RowStep[]} steps in reading order
   * @param {(step: string, round: string | null) => void} onOpen
   */
  constructor(places, steps, onOpen) {
    this.places = places;
    this.onOpen = onOpen;
    /** @type {Map<string, Row>} */
    this.rows = new Map();
    /** @type {Map<string, boolean>} each steps that somebody opened or shut */
    this.folds = new Map();
    /** @type {Moment | null} */
    this.moment = null;
    this.width = 0;
    this.selected = "";
    this.shownUntil = 0;
    const frames = new Set(steps.map((step) => step.around).filter((around) => around !== undefined));
    for (const step of steps) this.rows.set(step.id, this.row(step, frames.has(step.id)));
    /** How long the execution waited for its turn, above what it then did. */
    this.queue = this.queueRow();
    places.list.replaceChildren(this.queue.item, ...[...this.rows.values()].map((row) => row.item));
    this.head = element("div", { class: "timeline-head", hidden: true });
    this.limit = element("div", { class: "timeline-deadline", hidden: true });
    this.tip = element("div", { class: "timeline-tip", hidden: true, role: "presentation" });
    places.rows.append(this.limit, this.head, this.tip);
    places.list.addEventListener("keydown", (event) => this.key(event));
    places.list.addEventListener("pointermove", (event) => this.point(event));
    places.list.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    new ResizeObserver(() => this.redraw()).observe(places.axis);
  }

  /** @param {RowStep} step @param {boolean} frame @returns {Row} */
  row(step, frame) {
    const mark = element("span", { class: "lane-mark" });
    const name = element("bdi", { class: "lane-name truncate" }, step.title);
    const button = /** @type {HTMLButtonElement} */ (element("button", { type: "button", class: "lane-open", title: step.title }, mark, name));
    button.addEventListener("click", () => this.onOpen(step.id, null));
    const track = drawing();
    const took = element("span", { class: "lane-took" });
    const fold = frame ? /** @type {HTMLButtonElement} */ (element("button", { type: "button", class: "lane-fold", "aria-label": `Steps within ${step.title}` }, icon("chevron-right"))) : null;
    fold?.addEventListener("click", () => this.toggle(step.id));
    const item = element("li", { class: "timeline-row", "data-step": step.id, "data-depth": String(Math.min(step.depth, 4)) }, fold, button);
    item.append(track, took);
    track.addEventListener("click", (event) => {
      const run = this.runAt(step.id, event.clientX);
      this.onOpen(step.id, run ? run.key : null);
    });
    return { step, item, button, track, took, mark, fold, drawn: undefined };
  }

  queueRow() {
    const name = element("span", { class: "lane-name truncate" });
    const track = drawing();
    const took = element("span", { class: "lane-took" });
    const item = element("li", { class: "timeline-row timeline-queue", hidden: true },
      element("span", { class: "lane-open" }, element("span", { class: "lane-mark status queued" }, icon("clock")), name));
    item.append(track, took);
    return { item, name, track, took };
  }

  /** @param {string} id */
  toggle(id) {
    this.folds.set(id, !this.isOpen(id));
    this.redraw();
  }

  /** @param {string} id whether the steps within an each step are shown */
  isOpen(id) {
    const rounds = this.moment?.state.steps.get(id)?.last.items ?? 0;
    return this.folds.get(id) ?? rounds <= openRounds;
  }

  /** @param {string} id opens all each steps around a step */
  reveal(id) {
    let around = this.rows.get(id)?.step.around;
    while (around) {
      this.folds.set(around, true);
      around = this.rows.get(around)?.step.around;
    }
  }

  /** @param {string} id */
  select(id) {
    if (id) this.reveal(id);
    this.rows.get(this.selected)?.item.removeAttribute("data-selected");
    this.rows.get(this.selected)?.button.removeAttribute("aria-current");
    this.selected = id;
    const row = this.rows.get(id);
    this.redraw();
    if (!row) return;
    row.item.setAttribute("data-selected", "");
    row.button.setAttribute("aria-current", "true");
    const list = this.places.rows;
    const top = row.item.offsetTop;
    if (top < list.scrollTop + rowHeight || top + rowHeight > list.scrollTop + list.clientHeight) {
      list.scrollTop = Math.max(0, top - list.clientHeight / 2);
    }
  }

  redraw() {
    for (const row of this.rows.values()) row.drawn = undefined;
    this.shownUntil = 0;
    if (this.moment) this.draw(this.moment);
  }

  /** @param {Moment} moment */
  draw(moment) {
    const before = this.moment;
    this.moment = moment;
    this.width = this.places.axis.clientWidth;
    const scaled = !before || before.start !== moment.start || before.end !== moment.end || this.shownUntil === 0;
    if (scaled) this.axis();
    const moved = before?.now !== moment.now;
    for (const row of this.rows.values()) {
      const state = moment.state.steps.get(row.step.id);
      row.item.hidden = !this.visible(row.step);
      if (row.fold) row.fold.setAttribute("aria-expanded", String(this.isOpen(row.step.id)));
      if (row.item.hidden) continue;
      const open = state !== undefined && (state.counts.running > 0 || state.counts.waiting > 0 || state.counts.needs_attention > 0);
      if (scaled || state !== row.drawn || moved && open || row.fold) this.drawRow(row, state);
    }
    this.drawQueue(moment);
    const x = this.x(moment.now);
    this.head.hidden = !moment.head;
    this.place(this.head, x);
    const within = moment.deadline !== null && moment.deadline < moment.end;
    this.limit.hidden = !within;
    if (moment.deadline !== null) this.place(this.limit, this.x(moment.deadline));
    this.shownUntil = moment.end;
  }

  /** @param {RowStep} step */
  visible(step) {
    for (let around = step.around; around; around = this.rows.get(around)?.step.around) {
      if (!this.isOpen(around)) return false;
    }
    return true;
  }

  /** @param {HTMLElement} line @param {number} x */
  place(line, x) {
    line.style.setProperty("transform", `translateX(${this.places.axis.offsetLeft + x}px)`);
    line.style.setProperty("height", `${this.places.list.offsetHeight + this.places.axis.offsetHeight}px`);
  }

  /** @param {number} at */
  x(at) {
    const { start, end } = /** @type {Moment} */ (this.moment);
    return Math.min(this.width, Math.max(0, (at - start) / Math.max(0.001, end - start) * this.width));
  }

  axis() {
    const { start, end } = /** @type {Moment} */ (this.moment);
    const step = tickStep(end - start, Math.max(2, Math.floor(this.width / 110)));
    const ticks = [];
    for (let at = 0; at <= end - start && ticks.length < 40; at += step) {
      const tick = element("span", { class: "tick" }, at === 0 ? "0" : tickText(at));
      tick.style.setProperty("transform", `translateX(${this.x(start + at)}px)`);
      if (this.x(start + at) > this.width - 40) tick.classList.add("last");
      ticks.push(tick);
    }
    const { deadline } = /** @type {Moment} */ (this.moment);
    if (deadline !== null && deadline < end) {
      const tick = element("span", { class: "tick deadline" }, "deadline");
      tick.style.setProperty("transform", `translateX(${this.x(deadline)}px)`);
      if (this.x(deadline) > this.width - 60) tick.classList.add("last");
      ticks.push(tick);
    }
    this.places.axis.replaceChildren(...ticks);
  }

  /** @param {Moment} moment */
  drawQueue({ state, now }) {
    const { item, name, track, took } = this.queue;
    const ms = inQueue(state, now);
    item.hidden = ms === null;
    if (ms === null || state.startedAt === null) return;
    name.textContent = state.turnAt === null ? "Waits for its turn" : "Waited for its turn";
    took.textContent = span(ms);
    track.setAttribute("viewBox", `0 0 ${Math.max(1, this.width)} ${rowHeight}`);
    const from = this.x(state.startedAt);
    track.replaceChildren(path("bar queued", rectangle(from, Math.max(from + leastWidth, this.x(state.startedAt + ms)))));
  }

  /** @param {Row} row @param {StepState | undefined} state */
  drawRow(row, state) {
    row.drawn = state;
    const moment = /** @type {Moment} */ (this.moment);
    const status = state?.status ?? "none";
    if (row.item.dataset.status !== status) {
      row.item.dataset.status = status;
      const [name, word] = looks[status] ?? ["circle", "not yet"];
      row.mark.className = `lane-mark status ${status}`;
      row.mark.replaceChildren(icon(name), element("span", { class: "visually-hidden" }, `${word}: `));
    }
    row.track.setAttribute("viewBox", `0 0 ${Math.max(1, this.width)} ${rowHeight}`);
    row.track.replaceChildren(...(state ? this.bars(state) : []));
    row.took.textContent = state ? this.words(row, state, moment) : "";
  }

  /** @param {Row} row @param {StepState} state @param {Moment} moment */
  words(row, state, moment) {
    const { last, runs } = state;
    if (row.fold && last.items !== null) return `${roundsDone(moment.state, row.step.id)} / ${last.items}`;
    if (runs.size > 1) {
      if (state.counts.failed > 0) return `${state.counts.failed} failed`;
      return state.counts.skipped === runs.size ? "skipped" : `${runs.size - state.counts.skipped} ×`;
    }
    if (state.status === "skipped") return "skipped";
    if (last.startedAt === null) return "";
    const ms = last.ms ?? (last.endedAt ?? moment.now) - last.startedAt;
    return span(Math.max(0, ms));
  }

  /** @param {StepState} state @returns {SVGElement[]} */
  bars(state) {
    const { now } = /** @type {Moment} */ (this.moment);
    /** @type {Map<string, [number, number][]>} */
    const lists = new Map();
    /** @type {number[]} */
    const retries = [];
    for (const run of state.runs.values()) {
      for (const retry of run.retries) retries.push(this.x(retry.at));
      if (run.startedAt === null || run.status === "skipped") continue;
      const from = this.x(run.startedAt);
      const to = Math.max(from + leastWidth, this.x(run.endedAt ?? now));
      const list = lists.get(run.status) ?? [];
      list.push([from, to]);
      lists.set(run.status, list);
    }
    const shapes = [];
    for (const status of order) {
      const list = lists.get(status);
      if (list) shapes.push(path(`bar ${status}`, merged(list).map(([from, to]) => rectangle(from, to)).join("")));
    }
    if (retries.length > 0) {
      const spots = [...new Set(retries.map(Math.round))];
      shapes.push(path("retry", spots.map((x) => `M${x - 4} ${barTop + 6}l4-5 4 5-4 5z`).join("")));
    }
    return shapes;
  }

  /**
   * The run whose bar is at, or nearest to, a place on the screen.
   * @param {string} id @param {number} clientX
   * @returns {Run | null}
   */
  runAt(id, clientX) {
    const row = this.rows.get(id);
    const state = this.moment?.state.steps.get(id);
    if (!row || !state) return null;
    const x = clientX - row.track.getBoundingClientRect().left;
    let best = null, distance = 12;
    for (const run of state.runs.values()) {
      if (run.startedAt === null) continue;
      const from = this.x(run.startedAt);
      const to = Math.max(from + leastWidth, this.x(run.endedAt ?? /** @type {Moment} */ (this.moment).now));
      const away = Math.max(0, from - x, x - to);
      // Within several, the shortest: the others can be hit beside it.
      if (away < distance || away === distance && away === 0 && best?.startedAt != null && run.startedAt > best.startedAt) {
        best = run;
        distance = away;
      }
    }
    return best;
  }

  /** @param {PointerEvent} event */
  point(event) {
    const item = event.target instanceof Element && event.target.closest(".lane-track") ? event.target.closest("li") : null;
    const id = item?.dataset.step ?? "";
    const run = item ? this.runAt(id, event.clientX) : null;
    this.tip.hidden = !run;
    if (!run || !item || run.startedAt === null) return;
    const moment = /** @type {Moment} */ (this.moment);
    const parts = [looks[run.status]?.[1] ?? run.status, span(run.ms ?? (run.endedAt ?? moment.now) - run.startedAt), `from +${span(run.startedAt - moment.start)}`];
    if (run.key) parts.unshift(`round ${roundWords(run.key)}`);
    if (run.attempt > 1) parts.push(`${run.attempt} attempts`);
    this.tip.textContent = parts.join(" · ");
    const box = this.places.rows.getBoundingClientRect();
    const x = Math.min(event.clientX - box.left, box.width - this.tip.offsetWidth / 2 - 4);
    this.tip.style.setProperty("transform", `translate(calc(${Math.max(this.tip.offsetWidth / 2 + 4, x)}px - 50%), ${item.offsetTop - this.tip.offsetHeight - 2}px)`);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const here = event.target instanceof Element ? event.target.closest("li") : null;
    if (!here || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...this.rows.values()].filter((row) => !row.item.hidden);
    const at = all.findIndex((row) => row.item === here);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    const row = to === undefined ? undefined : all[to];
    const fold = all[at]?.fold;
    if (row) {
      event.preventDefault();
      row.button.focus();
    } else if (fold && (event.key === "ArrowRight" || event.key === "ArrowLeft")) {
      event.preventDefault();
      this.folds.set(here.dataset.step ?? "", event.key === "ArrowRight");
      this.redraw();
    }
  }
}

/** @param {string} key a round as people count: from 1 */
export function roundWords(key) {
  return key.split(".").map((part) => Number(part) + 1).join(".");
}

/** What the bars of a row are drawn in. */
function drawing() {
  const track = document.createElementNS(svgNamespace, "svg");
  track.setAttribute("class", "lane-track");
  track.setAttribute("aria-hidden", "true");
  return track;
}

/** @param {string} className @param {string} d */
function path(className, d) {
  const shape = document.createElementNS(svgNamespace, "path");
  shape.setAttribute("class", className);
  shape.setAttribute("d", d);
  return shape;
}

/** @param {number} from @param {number} to a bar with round ends */
function rectangle(from, to) {
  const r = Math.min(3, (to - from) / 2);
  const inner = to - from - 2 * r;
  return `M${round(from + r)} ${barTop}h${round(inner)}a${r} ${r} 0 0 1 ${r} ${r}v${barHeight - 2 * r}a${r} ${r} 0 0 1-${r} ${r}h-${round(inner)}a${r} ${r} 0 0 1-${r}-${r}v-${barHeight - 2 * r}a${r} ${r} 0 0 1 ${r}-${r}z`;
}

/** @param {number} x */
const round = (x) => Math.round(x * 100) / 100;

/**
 * Bars that touch or overlap are one; those a pixel apart stay two.
 * @param {[number, number][]} bars
 * @returns {[number, number][]}
 */
function merged(bars) {
  bars.sort((a, b) => a[0] - b[0]);
  /** @type {[number, number][]} */
  const list = [];
  for (const [from, to] of bars) {
    const last = list.at(-1);
    if (last && from < last[1] + (list.length > 200 ? 1 : 0)) last[1] = Math.max(last[1], to);
    else list.push([from, to]);
  }
  return list;
}

const minute = 60_000, hour = 60 * minute, dayLong = 24 * hour;

/**
 * A round number of milliseconds between two ticks.
 * @param {number} length of the axis
 * @param {number} most ticks
 */
function tickStep(length, most) {
  const wanted = length / most;
  if (wanted <= 30_000) {
    const power = 10 ** Math.floor(Math.log10(Math.max(0.01, wanted)));
    const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= wanted) ?? wanted;
    if (step <= 20_000) return step;
  }
  const long = [30_000, minute, 2 * minute, 5 * minute, 10 * minute, 30 * minute, hour, 2 * hour, 6 * hour, 12 * hour, dayLong, 2 * dayLong, 7 * dayLong];
  return long.find((n) => n >= wanted) ?? Math.ceil(wanted / (7 * dayLong)) * 7 * dayLong;
}

/** @param {number} ms */
function tickText(ms) {
  const number = (/** @type {number} */ n) => String(Math.round(n * 100) / 100);
  if (ms < 1000) return `${number(ms)} ms`;
  if (ms < minute) return `${number(ms / 1000)} s`;
  if (ms < hour) return `${number(ms / minute)} min`;
  if (ms < dayLong) return `${number(ms / hour)} h`;
  return `${number(ms / dayLong)} d`;
}

/**
 * Where the axis of an execution under way ends: a round number beyond now, so
 * that it need not be scaled anew with every event.
 * @param {number} elapsed
 */
export function axisLength(elapsed) {
  const step = tickStep(Math.max(1, elapsed), 4);
  return Math.max(step, Math.ceil(elapsed * 1.02 / step) * step);
}

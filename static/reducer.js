// The one place where events become state. A live view, the replay slider and
// the tests fold the same numbered log with it. It touches neither the page nor
// the clock, and never changes a state that it has handed out. Plain ES module,
// checked by tsc.

/**
 * One event as the server sends it (public contract, section 5).
 * @typedef {object} LiveEvent
 * @property {number} seq
 * @property {string} execution
 * @property {string} type
 * @property {string} at
 * @property {string} [step]
 * @property {number} [iteration] index of the innermost round
 * @property {number[]} [iterations] all of them, only in nested rounds
 * @property {number} [attempt]
 * @property {string} [outcome]
 * @property {string} [port]
 * @property {number} [ms]
 * @property {boolean} [passed]
 * @property {boolean} [simulated]
 * @property {boolean} [pinned]
 * @property {string} [reused]
 * @property {boolean} [resumed] of step.retrying: the execution had failed at this step and goes on
 * @property {boolean} [safe]
 * @property {string[]} [part]
 * @property {Failure} [error]
 * @property {number} [items]
 * @property {string} [until]
 * @property {string} [child]
 * @property {string} [mode]
 * @property {string | number} [status] of execution.finished a status, of response.stored an HTTP status
 */

/** @typedef {{code: string, message: string, status?: number, step?: string, iteration?: number[], retryable?: boolean}} Failure */
/** @typedef {{from: string, port?: string, to: string}} Edge */
/** @typedef {{id: string, onError?: string, around?: string}} GraphStep a step; around is the each step it is in */
/** @typedef {{steps: GraphStep[], edges: Edge[]}} Graph of a flow, the inner steps and edges of each steps included */

/**
 * One step in one round, or outside of any.
 * @typedef {object} Run
 * @property {string} key the round: "" outside of each steps, "4", "1.4" in nested ones
 * @property {Status} status
 * @property {number} attempt from 1; 0 for one that was not started
 * @property {number | null} startedAt milliseconds since 1970, with fractions
 * @property {number | null} endedAt
 * @property {number | null} ms how long it took
 * @property {string | null} port that was taken, "" for the default one
 * @property {Failure | null} error
 * @property {{at: number, attempt: number, error: Failure | null, until: number | null}[]} retries
 * @property {number | null} until it waits until then
 * @property {"" | "wait" | "retry"} pause why it waits
 * @property {number | null} items how many rounds an each step has
 * @property {string | null} child the execution it started
 * @property {boolean} passed it was skipped, and what follows runs nevertheless
 * @property {boolean} simulated a safe test did not perform it
 * @property {boolean} pinned it was not run: a test took what is pinned to it
 * @property {string} reused it was not run: the execution whose output was taken; else empty
 * @property {number[]} seqs the numbers of its events
 * @property {{status: Status, until: number | null, pause: "" | "wait" | "retry"} | null} cut what it was when the execution ended without it
 */

/** @typedef {"running" | "waiting" | "succeeded" | "failed" | "skipped" | "canceled" | "needs_attention"} Status */

/**
 * One step over all its rounds.
 * @typedef {object} StepState
 * @property {Status} status
 * @property {Readonly<Record<Status, number>>} counts rounds by status
 * @property {ReadonlyMap<string, Run>} runs by their key, in the order in which they came up
 * @property {Run} last the run that changed last
 */

/**
 * Where an execution stands.
 * @typedef {object} ExecutionState
 * @property {number} seq of the newest event in it
 * @property {string} status queued before its first event
 * @property {string} mode
 * @property {boolean} safe a test in which steps with effects are not performed
 * @property {readonly string[] | null} part the steps that take part in it; null: all
 * @property {number | null} startedAt when it was accepted
 * @property {boolean} queued it had to wait for its turn at first
 * @property {number | null} turnAt when its turn came, of one that was queued
 * @property {number | null} endedAt
 * @property {number | null} at when the newest event was
 * @property {{status: number, at: number} | null} answer
 * @property {Failure | null} error
 * @property {ReadonlyMap<string, StepState>} steps that have come up, in that order
 * @property {ReadonlyMap<string, {taken: number, dead: number}>} edges by edgeKey; those not there are open
 * @property {GraphIndex} graph
 */

/** @typedef {{steps: Map<string, GraphStep>, out: Map<string, Edge[]>, containers: Set<string>}} GraphIndex */

/** Whether a run, or a step in it, is over. @param {string} status */
export const over = (status) => ["succeeded", "failed", "skipped", "canceled"].includes(status);

/** @type {readonly Status[]} */
const worstFirst = ["needs_attention", "running", "waiting", "failed", "canceled", "succeeded", "skipped"];

/**
 * An edge as the flow file writes it, which is how it is known everywhere.
 * @param {Edge} edge
 */
export function edgeKey(edge) {
  return `${edge.from}${edge.port ? "." + edge.port : ""} -> ${edge.to}`;
}

/**
 * A point in time of the server's in milliseconds since 1970, to the
 * microsecond.
 * @param {string} text RFC 3339
 */
export function instant(text) {
  const fraction = /\.\d{3}(\d+)/.exec(text)?.[1];
  return Date.parse(text) + (fraction ? Number("0." + fraction) : 0);
}

/**
 * The round of an event.
 * @param {{iteration?: number, iterations?: number[]}} event
 */
function roundKey(event) {
  return event.iterations ? event.iterations.join(".") : event.iteration === undefined ? "" : String(event.iteration);
}

/**
 * An execution of a flow before its first event.
 * @param {Graph} graph
 * @returns {ExecutionState}
 */
export function begin(graph) {
  /** @type {GraphIndex} */
  const index = { steps: new Map(), out: new Map(), containers: new Set() };
  for (const step of graph.steps) {
    index.steps.set(step.id, step);
    if (step.around) index.containers.add(step.around);
  }
  for (const edge of graph.edges) {
    const out = index.out.get(edge.from);
    if (out) out.push(edge);
    else index.out.set(edge.from, [edge]);
  }
  return {
    seq: 0, status: "queued", mode: "", safe: false, part: null, startedAt: null, queued: false, turnAt: null, endedAt: null, at: null,
    answer: null, error: null, steps: new Map(), edges: new Map(), graph: index,
  };
}

/**
 * The state that events lead to from another one. Events that are in it already
 * are passed over; one that leaves a gap is an error, as nothing true can be
 * said beyond a gap.
 * @param {ExecutionState} state
 * @param {readonly LiveEvent[]} events
 * @returns {ExecutionState}
 */
export function fold(state, events) {
  const fresh = events.filter((event) => event.seq > state.seq);
  if (fresh.length === 0) return state;
  const draft = new Draft(state);
  for (const event of fresh) {
    if (event.seq <= draft.state.seq) continue;
    if (event.seq !== draft.state.seq + 1) {
      throw new RangeError(`event ${event.seq} came after event ${draft.state.seq}`);
    }
    draft.apply(event);
  }
  draft.rest();
  return draft.state;
}

/**
 * How long an execution has waited for its turn before it began, in milliseconds;
 * null: it did not have to.
 * @param {ExecutionState} state
 * @param {number} now
 */
export function inQueue(state, now) {
  return state.queued && state.startedAt !== null ? Math.max(0, (state.turnAt ?? now) - state.startedAt) : null;
}

/**
 * How many rounds of an each step have ended: all of their steps have, or one of
 * them has failed.
 * @param {ExecutionState} state
 * @param {string} id of the each step
 */
export function roundsDone(state, id) {
  /** @type {Map<string, number>} */
  const ended = new Map();
  const inner = [...state.graph.steps.values()].filter((step) => step.around === id);
  for (const step of inner) {
    for (const run of state.steps.get(step.id)?.runs.values() ?? []) {
      if (run.endedAt === null) continue;
      const fails = run.status === "failed" && (step.onError ?? "fail") === "fail";
      ended.set(run.key, (ended.get(run.key) ?? 0) + (fails ? inner.length : 1));
    }
  }
  return [...ended.values()].filter((count) => count >= inner.length).length;
}

/**
 * Marks the steps whose outcome a person has to settle. That is no event: it
 * follows from a restart of the server, which knows them.
 * @param {ExecutionState} state
 * @param {readonly {step: string, iteration?: readonly number[] | null}[]} undecided
 * @returns {ExecutionState}
 */
export function needAttention(state, undecided) {
  const draft = new Draft(state);
  for (const { step, iteration } of undecided) {
    const key = (iteration ?? []).join(".");
    const run = draft.state.steps.get(step)?.runs.get(key);
    if (run?.status === "running") draft.put(step, { ...run, status: "needs_attention" });
  }
  if (draft.own.size > 0) draft.state.status = "running";
  draft.rest();
  return draft.state;
}

/** Copies of what changes, made once for all events of one fold. */
class Draft {
  /** @param {ExecutionState} state */
  constructor(state) {
    /** @type {ExecutionState & {steps: Map<string, StepState>, edges: Map<string, {taken: number, dead: number}>}} */
    this.state = { ...state, steps: new Map(state.steps), edges: new Map(state.edges) };
    /** @type {Set<string>} steps whose runs were copied */
    this.own = new Set();
  }

  /** @param {LiveEvent} event */
  apply(event) {
    const state = this.state;
    const at = instant(event.at);
    state.seq = event.seq;
    state.at = at;
    if (state.queued) state.turnAt ??= at;
    switch (event.type) {
      case "execution.started":
        state.queued = event.status === "queued";
        state.status = state.queued ? "queued" : "running";
        state.startedAt = at;
        state.mode = event.mode ?? "";
        state.safe = event.safe ?? false;
        state.part = event.part ?? null;
        this.settleEdges("trigger", "");
        break;
      case "step.started": this.started(event, at); break;
      case "step.retrying": this.retrying(event, at); break;
      case "step.finished": this.finished(event, at); break;
      case "response.stored":
        state.answer = { status: Number(event.status), at };
        break;
      case "execution.finished":
        this.end(event, at);
        break;
      default: // a newer server's; it has its number and no more meaning here
    }
    if (event.type.startsWith("step.")) state.status = "running";
  }

  /** What the steps say of an execution that is under way. */
  rest() {
    if (this.state.status !== "running") return;
    let open = 0, waiting = 0, undecided = 0;
    for (const [id, step] of this.state.steps) {
      if (this.state.graph.containers.has(id)) continue;
      open += step.counts.running + step.counts.waiting + step.counts.needs_attention;
      undecided += step.counts.needs_attention;
      if (step.counts.waiting > 0) {
        for (const run of step.runs.values()) if (run.pause === "wait") waiting++;
      }
    }
    if (open > 0 && open === waiting + undecided) this.state.status = undecided > 0 ? "needs_attention" : "waiting";
  }

  /** @param {LiveEvent} event @param {number} at */
  started(event, at) {
    const before = this.run(event);
    const until = event.until ? instant(event.until) : null;
    this.put(event.step ?? "", {
      ...before, status: until === null ? "running" : "waiting", attempt: event.attempt ?? Math.max(1, before.attempt),
      startedAt: before.startedAt ?? at, until, pause: until === null ? "" : "wait",
      items: event.items ?? before.items, child: event.child ?? before.child, seqs: [...before.seqs, event.seq],
    });
  }

  /** @param {LiveEvent} event @param {number} at */
  retrying(event, at) {
    const before = this.run(event);
    const until = event.until ? instant(event.until) : null;
    const retry = { at, attempt: event.attempt ?? before.attempt, error: event.error ?? null, until };
    if (event.resumed) this.reopen(event);
    this.put(event.step ?? "", {
      ...before, status: "waiting", endedAt: null, ms: null, error: null, until, pause: "retry", retries: [...before.retries, retry], seqs: [...before.seqs, event.seq],
    });
  }

  /**
   * Takes back that the execution has failed: it goes on at the step, and so do
   * the each steps around it and what was cut off.
   * @param {LiveEvent} event
   */
  reopen(event) {
    this.state.error = this.state.endedAt = null;
    for (const [id, step] of this.state.steps) {
      for (const run of [...step.runs.values()]) {
        if (run.cut) this.put(id, { ...run, ...run.cut, endedAt: null, cut: null });
      }
    }
    const rounds = roundKey(event).split(".");
    let around = this.state.graph.steps.get(event.step ?? "")?.around;
    while (around) {
      rounds.pop();
      const run = this.state.steps.get(around)?.runs.get(rounds.join("."));
      if (run) this.put(around, { ...run, status: "running", endedAt: null, ms: null, error: null });
      around = this.state.graph.steps.get(around)?.around;
    }
  }

  /** @param {LiveEvent} event @param {number} at */
  finished(event, at) {
    const id = event.step ?? "";
    const before = this.run(event);
    const outcome = /** @type {Status} */ (event.outcome ?? "succeeded");
    const status = outcome === "failed" && event.error?.code === "canceled" ? "canceled" : outcome;
    const ms = event.ms ?? null;
    this.put(id, {
      ...before, status, ms, endedAt: at, startedAt: before.startedAt ?? (ms === null ? null : at - ms),
      port: event.port ?? "", error: event.error ?? null, until: null, pause: "",
      passed: event.passed ?? false, simulated: event.simulated ?? false,
      pinned: event.pinned ?? false, reused: event.reused ?? "", seqs: [...before.seqs, event.seq],
    });
    const onError = this.state.graph.steps.get(id)?.onError;
    const goesOn = outcome === "succeeded" || event.passed || outcome === "failed" && (onError === "continue" || onError === "route");
    if (goesOn) this.settleEdges(id, event.port ?? "");
    else if (outcome === "skipped") this.settleEdges(id, null);
  }

  /** @param {LiveEvent} event @param {number} at */
  end(event, at) {
    this.state.status = String(event.status ?? "");
    this.state.error = event.error ?? null;
    this.state.endedAt = at;
    for (const [id, step] of this.state.steps) {
      if (step.counts.running + step.counts.waiting + step.counts.needs_attention === 0) continue;
      for (const run of [...step.runs.values()]) {
        if (run.endedAt !== null) continue;
        const cut = { status: run.status, until: run.until, pause: run.pause };
        this.put(id, { ...run, status: "canceled", endedAt: at, until: null, pause: "", cut });
      }
    }
  }

  /**
   * The edges out of a step: those of the port are taken, all others are dead.
   * @param {string} from
   * @param {string | null} port null: none is taken
   */
  settleEdges(from, port) {
    for (const edge of this.state.graph.out.get(from) ?? []) {
      if (this.state.part && !this.state.part.includes(edge.to)) continue;
      const key = edgeKey(edge);
      const before = this.state.edges.get(key) ?? { taken: 0, dead: 0 };
      const taken = port !== null && (edge.port ?? "") === port;
      this.state.edges.set(key, { taken: before.taken + Number(taken), dead: before.dead + Number(!taken) });
    }
  }

  /** @param {LiveEvent} event @returns {Run} */
  run(event) {
    const key = roundKey(event);
    return this.state.steps.get(event.step ?? "")?.runs.get(key) ?? {
      key, status: "running", attempt: 0, startedAt: null, endedAt: null, ms: null, port: null, error: null,
      retries: [], until: null, pause: "", items: null, child: null, passed: false, simulated: false,
      pinned: false, reused: "", seqs: [], cut: null,
    };
  }

  /** @param {string} id @param {Run} run */
  put(id, run) {
    const before = this.state.steps.get(id);
    const runs = /** @type {Map<string, Run>} */ (before && this.own.has(id) ? before.runs : new Map(before?.runs));
    this.own.add(id);
    const counts = { ...(before?.counts ?? { running: 0, waiting: 0, succeeded: 0, failed: 0, skipped: 0, canceled: 0, needs_attention: 0 }) };
    const old = runs.get(run.key);
    if (old) counts[old.status]--;
    counts[run.status]++;
    runs.set(run.key, run);
    const status = worstFirst.find((s) => counts[s] > 0) ?? run.status;
    this.state.steps.set(id, { status, counts, runs, last: run });
  }
}

/** How many events lie between two states that a replay keeps. */
const stride = 2048;

/** The log of an execution and its state at any point of it. */
export class Replay {
  /** @param {Graph} graph */
  constructor(graph) {
    /** @type {LiveEvent[]} */
    this.events = [];
    const start = begin(graph);
    /** @type {ExecutionState[]} after 0, stride, 2 · stride … events */
    this.kept = [start];
    /** The state after all events. */
    this.latest = start;
  }

  get length() { return this.events.length; }

  /**
   * Adds events to the end of the log; those that it has are passed over.
   * @param {readonly LiveEvent[]} events
   */
  push(events) {
    for (let i = 0; i < events.length;) {
      const next = this.kept.length * stride;
      const part = events.slice(i, i + Math.max(1, next - this.events.length));
      const before = this.latest.seq;
      this.latest = fold(this.latest, part);
      this.events.push(...part.filter((event) => event.seq > before));
      if (this.events.length === next) this.kept.push(this.latest);
      i += part.length;
    }
  }

  /**
   * The state after the first n events.
   * @param {number} n
   * @returns {ExecutionState}
   */
  at(n) {
    if (n >= this.events.length) return this.latest;
    const base = Math.floor(n / stride);
    const kept = /** @type {ExecutionState} */ (this.kept[base]);
    return fold(kept, this.events.slice(base * stride, n));
  }
}

// The live client: a websocket as a cursor over an execution's numbered log. It
// comes back after every loss with ?after=N and hands out each event once, in
// order. It keeps no state of its own but the cursor; reducer.js makes state of
// what it hands out. Plain ES module, checked by tsc.

/** @typedef {import("./reducer.js").LiveEvent} LiveEvent */

/**
 * How the line stands. connecting: the first attempt is under way. live: what
 * happens arrives at once. offline: the line is lost; the next attempt is made
 * at retryAt (milliseconds since 1970). ended: nothing more will come; gone: as the
 * execution was deleted.
 * @typedef {{name: "connecting" | "live" | "offline" | "ended", retryAt: number | null, gone?: boolean}} LineState
 */

/**
 * What a browser offers; tests bring their own.
 * @typedef {object} Surroundings
 * @property {(path: string) => WebSocket} connect
 * @property {(run: () => void, ms: number) => () => void} later runs something once, unless the function it returns is called before
 * @property {() => number} now
 * @property {() => number} random
 * @property {(wake: () => void) => () => void} onWake calls wake when the machine, the network or the tab comes back; returns what ends that
 */

/** Pauses between attempts grow from the first to the longest, in milliseconds. */
const firstPause = 250;
const longestPause = 15_000;
/** An attempt that takes longer to open is given up. */
const openWithin = 10_000;
/**
 * A line that was silent for so long is opened anew: a browser cannot tell a
 * dead line from a quiet one, and for a cursor a new line costs nothing.
 */
const silence = 45_000;
/** The code with which the server closes a line to what was deleted. */
const deleted = 4410;

/** @returns {Surroundings} */
function browser() {
  return {
    connect: (path) => {
      const url = new URL(path, location.href);
      url.protocol = url.protocol.replace("http", "ws");
      return new WebSocket(url);
    },
    later: (run, ms) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    now: () => Date.now(),
    random: () => Math.random(),
    onWake: (wake) => {
      const ends = new AbortController();
      const visible = () => { if (document.visibilityState === "visible") wake(); };
      addEventListener("online", wake, { signal: ends.signal });
      addEventListener("pageshow", wake, { signal: ends.signal });
      document.addEventListener("visibilitychange", visible, { signal: ends.signal });
      return () => ends.abort();
    },
  };
}

/**
 * A websocket that comes back by itself.
 * @typedef {object} LineOptions
 * @property {() => string} path of each attempt
 * @property {(text: string) => "more" | "again" | "end"} receive takes a frame. "again": it makes no sense here, open the line anew; "end": it was the last
 * @property {(state: LineState) => void} [onState]
 * @property {() => void} [onOpen] the line stands, for the first time or again
 * @property {number} [silence] milliseconds; Infinity for a line whose loss leaves a gap
 * @property {Surroundings} [surroundings]
 */

/** One line to the server, opened again after every loss until it is stopped. */
export class Line {
  /** @param {LineOptions} options */
  constructor(options) {
    this.options = options;
    this.world = options.surroundings ?? browser();
    /** @type {LineState} */
    this.state = { name: "connecting", retryAt: null };
    /** @type {WebSocket | null} */
    this.socket = null;
    this.losses = 0;
    this.lastFrame = 0;
    this.cancelTimer = () => {};
    this.cancelWake = this.world.onWake(() => this.wake());
    this.open();
  }

  /** Closes the line for good. @param {boolean} [gone] */
  stop(gone) {
    this.cancelWake();
    this.cancelTimer();
    this.drop();
    if (this.state.name !== "ended") this.tell({ name: "ended", retryAt: null, gone });
  }

  /** Tries at once instead of after the pause. */
  retry() {
    if (this.state.name === "offline") this.open();
  }

  wake() {
    if (this.state.name === "offline") this.open();
    else if (this.state.name === "live" && this.world.now() - this.lastFrame > this.silence()) this.open();
  }

  silence() { return this.options.silence ?? silence; }

  open() {
    this.cancelTimer();
    this.drop();
    let socket;
    try {
      socket = this.world.connect(this.options.path());
    } catch {
      this.lost();
      return;
    }
    this.socket = socket;
    this.cancelTimer = this.world.later(() => this.lost(), openWithin);
    socket.onopen = () => {
      if (socket !== this.socket) return;
      this.heard();
      this.tell({ name: "live", retryAt: null });
      this.options.onOpen?.();
    };
    socket.onmessage = (message) => { if (socket === this.socket) this.frame(message); };
    socket.onclose = ({ code }) => {
      if (socket !== this.socket) return;
      if (code === deleted) this.stop(true);
      else this.lost();
    };
    socket.onerror = () => {}; // a close follows
  }

  /** @param {MessageEvent} message */
  frame(message) {
    const answer = typeof message.data === "string" ? this.options.receive(message.data) : "again";
    if (answer === "end") this.stop();
    else if (answer === "again") this.lost();
    else {
      this.losses = 0;
      this.heard();
    }
  }

  /** Starts to count silence anew. */
  heard() {
    this.lastFrame = this.world.now();
    this.cancelTimer();
    if (this.silence() !== Infinity) this.cancelTimer = this.world.later(() => this.open(), this.silence());
  }

  lost() {
    this.drop();
    this.cancelTimer();
    const pause = Math.min(longestPause, firstPause * 2 ** Math.min(this.losses, 10)) * (0.5 + this.world.random());
    this.losses++;
    this.tell({ name: "offline", retryAt: this.world.now() + pause });
    this.cancelTimer = this.world.later(() => this.open(), pause);
  }

  /** Lets go of the socket; what it still says is not heard. */
  drop() {
    const socket = this.socket;
    this.socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  /** @param {LineState} state */
  tell(state) {
    this.state = state;
    this.options.onState?.(state);
  }
}

/**
 * Whether an event is the last one of its execution: one that failed for a reason
 * that may pass goes on when its caller repeats the call.
 * @param {LiveEvent} event
 */
const isLast = (event) => event.type === "execution.finished" && !(event.status === "failed" && event.error?.retryable);

/**
 * Follows one execution to its end. Every event after the number is handed out
 * once, in order, however often the line is lost.
 * @param {string} id
 * @param {object} options
 * @param {number} [options.after] the number of the last event that is known already
 * @param {boolean} [options.heals] to go on after a failure that a repeat of the call may heal
 * @param {(events: LiveEvent[]) => void} options.onEvents
 * @param {(state: LineState) => void} [options.onState]
 * @param {() => void} [options.onOpen]
 * @param {Surroundings} [options.surroundings]
 * @returns {Line}
 */
export function followExecution(id, options) {
  let cursor = options.after ?? 0;
  return new Line({
    path: () => `/executions/${encodeURIComponent(id)}/live?after=${cursor}`,
    receive: (text) => {
      const event = parse(text);
      if (!event || event.seq > cursor + 1) return "again"; // never beyond a gap
      if (event.seq <= cursor) return "more";
      cursor = event.seq;
      options.onEvents([event]);
      return (options.heals ? isLast(event) : event.type === "execution.finished") ? "end" : "more";
    },
    onState: options.onState, onOpen: options.onOpen, surroundings: options.surroundings,
  });
}

/** How many executions of a flow are caught up with after a loss. */
const catchUp = 50;
/** How many executions that have ended are remembered. */
const remembered = 2000;

/**
 * Follows all executions of a flow that start from now on. When the line was
 * lost, those that started or went on meanwhile are caught up with one by one,
 * so that each one's events come once and in order as well.
 * @param {string} slug
 * @param {object} options
 * @param {(events: LiveEvent[]) => void} options.onEvents
 * @param {(state: LineState) => void} [options.onState]
 * @param {string} [options.since] the newest execution when the page was made; asked for if it is not given
 * @param {(path: string) => Promise<{items: {executionId: string}[]}>} [options.get] reads JSON
 * @param {Surroundings} [options.surroundings]
 * @returns {{stop(): void, retry(): void}}
 */
export function followFlow(slug, options) {
  const log = new FlowLog(options.onEvents, options.surroundings);
  let since = options.since;
  const get = options.get ?? getJSON;
  /** @returns {Promise<string[]>} newest first */
  const list = async () => {
    /** @type {{items: {executionId: string}[]}} */
    const page = await get(`/api/executions?flow=${encodeURIComponent(slug)}&limit=${catchUp}`);
    return page.items.map((item) => item.executionId);
  };
  let opened = false;
  const onOpen = async () => {
    const again = opened;
    opened = true;
    if (again) log.followOpen();
    if (!again && since !== undefined) return;
    const ids = await list();
    since ??= ids.find((id) => !log.knows(id)) ?? "";
    if (again) log.followMissed(ids.filter((id) => id > (since ?? "")).reverse());
  };
  const line = new Line({
    path: () => `/flows/${encodeURIComponent(slug)}/live`,
    receive: (text) => {
      const event = parse(text);
      if (!event) return "again";
      log.take(event);
      return "more";
    },
    onState: options.onState, silence: Infinity, surroundings: options.surroundings,
    onOpen: () => void onOpen().catch(() => { if (line.state.name === "live") line.lost(); }),
  });
  return {
    retry: () => line.retry(),
    stop: () => {
      line.stop();
      log.stop();
    },
  };
}

/** What has been handed out of a flow's executions. */
class FlowLog {
  /** @param {(events: LiveEvent[]) => void} onEvents @param {Surroundings} [surroundings] */
  constructor(onEvents, surroundings) {
    this.onEvents = onEvents;
    this.surroundings = surroundings;
    /** @type {Map<string, number>} cursors of the executions that have not ended */
    this.open = new Map();
    /** @type {Map<string, number>} of those that have, the oldest first */
    this.ended = new Map();
    /** @type {Map<string, Line>} lines of their own */
    this.lines = new Map();
  }

  /** @param {string} id */
  knows(id) { return this.open.has(id) || this.ended.has(id); }

  /** @param {string} id @returns {number} the last event of an execution that was handed out */
  cursor(id) { return this.open.get(id) ?? this.ended.get(id) ?? 0; }

  /** @param {LiveEvent} event */
  take(event) {
    const id = event.execution;
    const next = this.cursor(id) + 1;
    if (event.seq > next && this.knows(id) && !this.lines.has(id)) this.follow(id); // what lies between was missed
    if (event.seq !== next) return;
    this.ended.delete(id); // it was taken up again
    this.open.set(id, event.seq);
    if (event.type === "execution.finished") {
      this.open.delete(id);
      this.ended.set(id, event.seq);
      for (const oldest of this.ended.keys()) {
        if (this.ended.size <= remembered) break;
        this.ended.delete(oldest);
      }
    }
    this.onEvents([event]);
  }

  followOpen() {
    for (const id of this.open.keys()) this.follow(id);
  }

  /** @param {string[]} ids oldest first */
  followMissed(ids) {
    for (const id of ids) if (!this.knows(id)) this.follow(id);
  }

  /** @param {string} id */
  follow(id) {
    this.lines.get(id)?.stop();
    this.lines.set(id, followExecution(id, {
      after: this.cursor(id), surroundings: this.surroundings,
      onEvents: (events) => events.forEach((event) => this.take(event)),
      onState: (state) => { if (state.name === "ended") this.lines.delete(id); },
    }));
  }

  stop() {
    for (const line of [...this.lines.values()]) line.stop();
  }
}

/** @param {string} path */
async function getJSON(path) {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

/**
 * @param {string} text
 * @returns {LiveEvent | null}
 */
function parse(text) {
  try {
    const event = JSON.parse(text);
    return Number.isInteger(event?.seq) && typeof event.type === "string" && typeof event.execution === "string" ? event : null;
  } catch {
    return null;
  }
}

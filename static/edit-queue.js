// What people have changed and the server does not have yet: sent one after the
// other, in the order in which it was done, and again for as long as the server
// is away. Knows no page; draft.js does. Plain ES module, checked by tsc.

/** @typedef {{op: string, [field: string]: unknown}} Operation one of an edit, as designer/edit reads it */
/** @typedef {"edits" | "undo" | "redo" | "look"} Kind look: what did others change */

/**
 * Something to send.
 * @typedef {object} Entry
 * @property {Kind} kind
 * @property {string} token of the client: the same for all attempts, so that none is applied twice
 * @property {Operation[]} operations of edits
 * @property {string} merge edits with the same text become one undo step; empty: a step of its own
 */

/**
 * @typedef {object} Waiting
 * @property {Entry} entry
 * @property {boolean} sent an attempt was made
 * @property {Promise<any>} answer
 * @property {(value: any) => void} resolve
 * @property {(reason: unknown) => void} reject
 */

/**
 * How sending stands. away: the server does not answer, signed-out: it does not
 * know the person any more; what is unsent waits.
 * @typedef {"saved" | "saving" | "away" | "signed-out"} Saving
 */

/**
 * @typedef {object} Surroundings
 * @property {(entry: Entry) => Promise<any>} send rejects with an error that has a `status`; 0: no answer
 * @property {(run: () => void, ms: number) => () => void} later runs something once, unless the function it returns is called before
 * @property {() => string} token
 * @property {(saving: Saving) => void} report
 */

/** Pauses between attempts grow from the first to the longest, in milliseconds. */
const firstPause = 500;
const longestPause = 15_000;

/** @param {number} failures so far @returns {number} milliseconds until the next attempt */
export const pauseAfter = (failures) => Math.min(longestPause, firstPause * 2 ** failures);

/** Answers that say nothing about what was sent: it is sent again. */
export const passing = new Set([0, 401, 408, 425, 429, 502, 503, 504]);

/** @param {unknown} error @returns {number} the status of the answer; 0: there was none, -1: it is no answer at all */
export function status(error) {
  return error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : -1;
}

export class EditQueue {
  /** @type {Waiting[]} the first one is on its way */
  #waiting = [];
  #working = false;
  #failures = 0;
  /** @type {() => void} ends the pause before the next attempt */
  #wake = () => undefined;

  /** @param {Surroundings} around */
  constructor(around) {
    this.around = around;
  }

  /** Whether something that people did is not with the server yet. */
  get unsent() { return this.#waiting.some(({ entry }) => entry.kind !== "look"); }

  /**
   * Sends something after all that waits already. Edits with the same merge text
   * as the last one, which was not sent yet, go along with it.
   * @param {Kind} kind
   * @param {Operation[]} [operations]
   * @param {string} [merge]
   * @returns {Promise<any>} what the server answers; rejects with what it refuses
   */
  add(kind, operations = [], merge = "") {
    const last = this.#waiting.at(-1);
    if (last && !last.sent && last.entry.kind === kind && (kind === "look" || (merge && last.entry.merge === merge))) {
      last.entry.operations = joined(last.entry.operations, operations);
      return last.answer;
    }
    const entry = { kind, operations, merge, token: this.around.token() };
    /** @type {Pick<Waiting, "resolve" | "reject">} */
    let ends = { resolve: () => undefined, reject: () => undefined };
    const answer = new Promise((resolve, reject) => { ends = { resolve, reject }; });
    this.#waiting.push({ entry, sent: false, answer, ...ends });
    void this.#work();
    return answer;
  }

  /** Makes the next attempt now. */
  retry() { this.#wake(); }

  /** Resolves when nothing waits any more. */
  async settled() {
    while (this.#waiting.length > 0) await this.#waiting.at(-1)?.answer.catch(() => undefined);
  }

  async #work() {
    if (this.#working) return;
    this.#working = true;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) await this.#attempt(next);
    this.#working = false;
  }

  /** @param {Waiting} next */
  async #attempt(next) {
    if (next.entry.kind !== "look" && this.#failures === 0) this.around.report("saving");
    next.sent = true;
    /** @type {() => void} */
    let settle;
    try {
      const result = await this.around.send(next.entry);
      settle = () => next.resolve(result);
    } catch (error) {
      const what = status(error);
      if (passing.has(what) && next.entry.kind !== "look") {
        this.around.report(what === 401 ? "signed-out" : "away");
        await this.#pause();
        return;
      }
      settle = () => next.reject(error);
    }
    this.#failures = 0;
    this.#waiting.shift();
    if (!this.unsent) this.around.report("saved");
    settle();
  }

  #pause() {
    const ms = pauseAfter(this.#failures++);
    return new Promise((resolve) => {
      const cancel = this.around.later(() => this.#wake(), ms);
      this.#wake = () => { cancel(); this.#wake = () => undefined; resolve(undefined); };
    });
  }
}

/**
 * Operations in one list; of those that set the same place, the last one counts.
 * @param {Operation[]} before
 * @param {Operation[]} after
 */
function joined(before, after) {
  /** @param {Operation} o */
  const place = (o) => (o.op === "set" || o.op === "unset" ? JSON.stringify([o["step"], o["path"]]) : "");
  const simple = [...before, ...after].every(place);
  if (!simple) return [...before, ...after];
  const again = new Set(after.map(place));
  return [...before.filter((o) => !again.has(place(o))), ...after];
}

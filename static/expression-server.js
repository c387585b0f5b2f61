// What a field asks the server while an expression is written: what may follow,
// and what comes of it. The server counts places in bytes of UTF-8, browsers in
// UTF-16 units; here one becomes the other. Plain ES module, checked by tsc.
import { RequestError, request } from "./dom.js";

/** @typedef {import("./expression-field.js").ExpressionField} ExpressionField */

/**
 * Something that may be written. Places are in UTF-16 units.
 * @typedef {object} Candidate
 * @property {string} label
 * @property {string} insert
 * @property {string} kind step, name, field, function …
 * @property {string} [type] in words
 * @property {string} [help]
 * @property {string} [example]
 * @property {number} [from] where it begins, if not where the others do
 * @property {number} [caret] where in the text the caret goes
 * @property {boolean} [refused] it cannot be used here; help says why
 */
/** @typedef {{from: number, to: number, items: Candidate[]}} Completion */

/**
 * What is wrong, and where.
 * @typedef {object} Fault
 * @property {number} start
 * @property {number} end
 * @property {string} message
 * @property {"error" | "warning"} severity
 * @property {Fix} [fix] what mends it
 */
/** @typedef {{start: number, end: number, text: string}} Fix */

/** A piece of an expression with the value that it had. @typedef {{source: string, value?: unknown, text: string, note?: string}} Part */
/**
 * What an expression comes to with the data at hand.
 * @typedef {object} Evaluation
 * @property {unknown} [value] absent: there is none, or it is too large
 * @property {string} [text] the value in a line, bounded
 * @property {string} [json] the value over several lines, bounded
 * @property {string} [type] in a word
 * @property {string} [problem] why there is no value
 * @property {{start: number, end: number}} [at] where that is
 * @property {string} [why] where null came from
 * @property {Fault[]} faults
 * @property {{text: string, parts: Part[]}} [explanation]
 * @property {boolean} [missing] a step that is read has not put out anything yet
 * @property {string} data where the values are from, in a word
 * @property {string} [dataText] the same as people say it
 */

/** Places of a text in both ways of counting. */
export class Places {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.plain = /^[\0-\x7f]*$/.test(text);
  }

  /** @param {number} units */
  bytes(units) {
    return this.plain ? units : new TextEncoder().encode(this.text.slice(0, units)).length;
  }

  /** @param {number} bytes */
  units(bytes) {
    if (this.plain) return Math.min(bytes, this.text.length);
    let at = 0;
    for (const character of this.text) {
      const code = character.codePointAt(0) ?? 0;
      bytes -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (bytes < 0) break;
      at += character.length;
    }
    return at;
  }
}

/** How many completions are remembered. */
const remembered = 50;

/** The largest question that the server takes, in bytes. */
const largest = 64 * 1024;

/** The server, as one field asks it. */
export class ExpressionServer {
  /** @type {Map<string, Completion>} */
  completions = new Map();

  /** @param {ExpressionField} field */
  constructor(field) { this.field = field; }

  /** @param {string} what */
  url(what) {
    const slug = this.field.closest("[data-slug]")?.getAttribute("data-slug") ?? "";
    return `/flows/${encodeURIComponent(slug)}/steps/${encodeURIComponent(this.field.dataset.step ?? "")}/${what}`;
  }

  /**
   * @param {string} what
   * @param {object} question
   * @param {AbortSignal} signal
   * @returns {Promise<any>}
   */
  async ask(what, question, signal) {
    const { language, dataset: { path } } = this.field;
    const body = { language, path, ...question };
    if (new Blob([JSON.stringify(body)]).size > largest) throw new RequestError(413, "The text is too long to be tried while it is written.");
    return request(this.url(what), { method: "POST", signal, body });
  }

  /**
   * A text as the server can read it: what is about an item stands in a call that goes
   * through its list. Null: the list is still to be chosen.
   * @param {string} source
   * @returns {{text: string, before: number} | null} before: how much was put in front
   */
  whole(source) {
    if (!this.field.hasAttribute("data-of-item")) return { text: source, before: 0 };
    const { list } = this;
    return list ? { text: `map(${list}, ${source})[0]`, before: list.length + 6 } : null;
  }

  /** The list whose items the text is about; empty: none is chosen. */
  get list() {
    const control = this.field.closest("[data-compose]")?.querySelector("[data-part=list]");
    return control instanceof HTMLInputElement ? control.value.trim() : "";
  }

  /** Forgets what was asked before, as the draft is another one. */
  forget() { this.completions.clear(); }

  /**
   * @param {string} source
   * @param {number} offset
   * @param {AbortSignal} signal
   * @returns {Promise<Completion>}
   */
  async complete(source, offset, signal) {
    const { text, before } = this.whole(source) ?? { text: source, before: 0 };
    const key = `${offset} ${text}`;
    const known = this.completions.get(key);
    if (known) return known;
    const places = new Places(text), units = (/** @type {number} */ at) => Math.max(0, places.units(at) - before);
    /** @type {Completion} */
    const answer = await this.ask("complete", { source: text, offset: places.bytes(offset + before), leaves: this.field.hasAttribute("data-pick") }, signal);
    const completion = {
      from: units(answer.from), to: units(answer.to),
      items: (answer.items ?? []).map((item) => ({
        ...item,
        from: item.from === undefined ? undefined : units(item.from),
        caret: item.caret === undefined ? undefined : new Places(item.insert).units(item.caret),
      })),
    };
    for (const oldest of this.completions.keys()) {
      if (this.completions.size < remembered) break;
      this.completions.delete(oldest);
    }
    this.completions.set(key, completion);
    return completion;
  }

  /**
   * @param {string} source
   * @param {AbortSignal} signal
   * @returns {Promise<Evaluation>}
   */
  async evaluate(source, signal) {
    const whole = this.whole(source);
    if (!whole) return { faults: [], data: "", problem: "Choose the list first." };
    const { text, before } = whole, places = new Places(text);
    /** @type {Evaluation} */
    const answer = await this.ask("evaluate", { source: text }, signal);
    const at = answer.at && { start: places.units(answer.at.start), end: places.units(answer.at.end) };
    const faults = inUnits(answer.faults ?? [], places);
    if (before === 0) return { ...answer, at, faults };
    const own = (/** @type {{start: number, end: number}} */ { start, end }) => end > before && start <= before + source.length;
    /** @template {{start: number, end: number}} T @param {T} place @returns {T} */
    const moved = (place) => ({ ...place, start: Math.max(0, place.start - before), end: Math.min(source.length, place.end - before) });
    return {
      ...answer, at: at && own(at) ? moved(at) : undefined, why: undefined, // it would tell of the call
      faults: faults.filter(own).map((fault) => ({ ...moved(fault), fix: fault.fix && moved(fault.fix) })),
    };
  }
}

/**
 * @param {Fault[]} faults
 * @param {Places} places
 * @returns {Fault[]}
 */
export function inUnits(faults, places) {
  return faults.map((fault) => ({
    ...fault, start: places.units(fault.start), end: places.units(fault.end),
    fix: fault.fix && { ...fault.fix, start: places.units(fault.fix.start), end: places.units(fault.fix.end) },
  }));
}

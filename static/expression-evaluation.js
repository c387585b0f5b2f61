// What an expression comes to, asked for while it is written: after a pause, the
// newest text alone. Plain ES module, checked by tsc.
import { RequestError } from "./dom.js";
import { jsonFault } from "./json-fault.js";
import { released } from "./press.js";
import { ExpressionResult } from "./expression-result.js";
import { tools } from "./expression-tools.js";

/** @typedef {import("./expression-editor.js").ExpressionEditor} ExpressionEditor */
/** @typedef {import("./expression-server.js").Fault} Fault */

/** How long typing pauses before the server is asked, in milliseconds. */
const pause = 250;

export class ExpressionEvaluation {
  /** @param {ExpressionEditor} editor */
  constructor(editor) {
    this.editor = editor;
    this.result = new ExpressionResult((fix) => editor.mend(fix), tools(editor.field), () => editor.focus());
    this.timer = 0;
    /** @type {AbortController | null} */
    this.asking = null;
    /** Whether the text is wrong; undefined: the server has not said. @type {boolean | undefined} */
    this.failed = undefined;
    /** @type {string | null} the text that the result is about */
    this.about = null;
    /** @type {Fault[]} what is wrong */
    this.all = [];
    /** @type {Fault[]} */
    this.besides = [];
    /** @type {Fault[]} what is told of it */
    this.faults = [];
  }

  /** Asks for what is there when the editor opens. */
  begin() { void this.ask(); }

  stop() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.asking?.abort();
    this.about = null;
  }

  /** Stops for good. */
  end() {
    this.stop();
    for (const line of this.repeatable()) line.removeAttribute("data-told");
  }

  /** The text is another one. */
  changed() {
    this.stop();
    this.failed = undefined;
    this.result.stale();
    this.timer = setTimeout(() => void this.ask(), pause);
  }

  /**
   * The flow around the expression is another one. What its check says stands in
   * where the server has not answered for the text.
   * @param {Fault[]} faults
   * @param {boolean} own
   */
  draftChanged(faults, own) {
    if (!own) this.changed();
    else if (this.about === null && this.asking === null && !this.timer) this.tell(faults);
  }

  async ask() {
    const { editor } = this, text = editor.text;
    this.timer = 0;
    const { language } = editor.field;
    if (text.trim() === "" || language === "template" && !text.includes("{{")) { // it is what it says
      this.result.clear();
      this.tell([]);
      return;
    }
    const broken = language === "json" ? jsonFault(text) : null;
    if (broken) { // what is wrong is told by the form, as it cannot be sent
      this.result.clear();
      this.tell([], [{ start: broken.at, end: broken.at + 1, message: broken.what, severity: "error" }]);
      return;
    }
    const asking = this.asking = new AbortController();
    try {
      const answer = await editor.server.evaluate(text, asking.signal);
      await released(); // what is below moves
      if (asking.signal.aborted) return;
      this.about = text;
      this.result.show(answer, text);
      this.tell(answer.faults, answer.problem && answer.at ? [{ ...answer.at, message: answer.problem, severity: "warning" }] : []);
    } catch (error) {
      if (asking.signal.aborted) return;
      this.result.unanswered(error instanceof RequestError ? error.message : "The answer of the server makes no sense.");
    } finally {
      if (this.asking === asking) this.asking = null;
    }
  }

  /**
   * @param {Fault[]} faults
   * @param {Fault[]} [besides] what is underlined too: it went wrong with the data at hand
   */
  tell(faults, besides = []) {
    this.all = faults;
    this.besides = besides;
    this.retell();
  }

  /** Tells of what is wrong, but for a name that is being chosen from the list. */
  retell() {
    const { choosing } = this.editor;
    this.faults = this.all.filter((fault) => !this.awaited(fault) && (choosing === null || choosing < fault.start || choosing > fault.end));
    this.failed = this.faults.some((fault) => fault.severity !== "warning");
    this.result.showFaults(this.faults);
    this.editor.underline([...this.faults, ...this.besides]);
    this.hideRepeated();
  }

  /** Whether a fault is that there is nothing between braces yet, while somebody is at the field. @param {Fault} fault */
  awaited({ start, end }) {
    const { inside, text } = this.editor;
    return inside && text.slice(start, end).trim() === "" && text.slice(0, start).trimEnd().endsWith("{{");
  }

  /** Nobody is at the field any more. */
  async left() {
    await released(); // what is below moves
    if (this.about !== null && !this.editor.ends.signal.aborted) this.retell();
  }

  /** The list of suggestions has opened or closed. */
  listChanged() {
    if (this.about === null) return;
    // Not from within the change that did it.
    queueMicrotask(() => { if (this.about !== null) this.retell(); });
  }

  /** What the form says of the field besides. */
  repeatable() {
    const lines = this.editor.field.closest(".field")?.querySelectorAll(".field-notes .problem") ?? [];
    return [...lines];
  }

  /** A fault that is told here, with its place and what mends it, is not told once more by the form while one is at the field. */
  hideRepeated() {
    const told = new Set(this.faults.map((fault) => plain(fault.message)));
    for (const line of this.repeatable()) line.toggleAttribute("data-told", told.has(plain(line.textContent ?? "")));
  }
}

/** @param {string} text a message without what its place in a list does to it */
const plain = (text) => text.trim().toLowerCase().replace(/\.$/, "");

// What is under way between pressing the pointer and letting it go: one tool at a
// time, moved once a frame, with the canvas following where the pointer leaves it.

/** @typedef {import("./canvas-stage.js").Stage} Stage */
/** @typedef {import("./canvas-sight.js").Sight} Sight */
/** @typedef {import("./geometry.js").Point} Point */

/**
 * Where the pointer is: on the canvas and in the window.
 * @typedef {{x: number, y: number, clientX: number, clientY: number, alt: boolean, shift: boolean}} Place
 */
/**
 * What a gesture does. Nothing of it reads the layout.
 * @typedef {object} Tool
 * @property {(at: Place) => void} move at most once a frame
 * @property {(at: Place) => void} drop
 * @property {() => void} cancel everything is as it was
 * @property {string} cursor
 */

const slack = { mouse: 4, touch: 8 }; // pixels that a click may move
const border = 36; // of the view, within which it follows the pointer
const speed = 14; // pixels a frame, at most
const long = 500; // milliseconds of a touch that stands still

export class Gesture {
  /** The last press became a gesture: the click after it means nothing. */
  moved = false;
  /** @type {Tool | null} */
  #tool = null;
  /** @type {(() => Tool | null) | null} */
  #begin = null;
  #pointer = -1;
  #start = { x: 0, y: 0 };
  #frame = 0;
  #waiting = 0;
  /** @type {Place} */
  #last = { x: 0, y: 0, clientX: 0, clientY: 0, alt: false, shift: false };

  /** @param {Stage} stage @param {Sight} sight @param {AbortSignal} signal */
  constructor(stage, sight, signal) {
    this.stage = stage;
    this.sight = sight;
    this.view = stage.part("view");
    this.view.addEventListener("pointermove", (event) => this.#moving(event), { signal });
    this.view.addEventListener("pointerup", (event) => this.#up(event), { signal });
    this.view.addEventListener("pointercancel", (event) => { if (event.pointerId === this.#pointer) this.cancel(); }, { signal });
    signal.addEventListener("abort", () => this.cancel());
  }

  get active() { return this.#tool !== null; }

  /**
   * Something was pressed that may become a gesture.
   * @param {PointerEvent} event
   * @param {() => Tool | null} begin makes the tool, once the pointer has moved
   * @param {() => void} [held] for a touch that stands still
   */
  press(event, begin, held) {
    this.cancel();
    this.moved = false;
    this.#begin = begin;
    this.#pointer = event.pointerId;
    this.#start = { x: event.clientX, y: event.clientY };
    if (held && event.pointerType === "touch") {
      this.#waiting = setTimeout(() => { this.#end(); this.moved = true; held(); }, long);
    }
  }

  /** Ends what is under way, as if it had not begun. @returns {boolean} whether something was */
  cancel() {
    const tool = this.#tool;
    this.#end();
    tool?.cancel();
    return tool !== null;
  }

  /** Where a place of the window is on the canvas. @param {MouseEvent} event @returns {Place} */
  place(event) {
    return { ...this.sight.toCanvas(event.clientX, event.clientY), clientX: event.clientX, clientY: event.clientY, alt: event.altKey, shift: event.shiftKey };
  }

  /** @param {PointerEvent} event */
  #moving(event) {
    if (event.pointerId !== this.#pointer) return;
    if (this.#begin) {
      const away = Math.hypot(event.clientX - this.#start.x, event.clientY - this.#start.y);
      if (away < (event.pointerType === "touch" ? slack.touch : slack.mouse)) return;
      const begin = this.#begin;
      this.#begin = null;
      clearTimeout(this.#waiting);
      this.sight.measure();
      this.#tool = begin();
      if (!this.#tool) { this.#end(); return; }
      this.moved = true;
      this.view.setPointerCapture(event.pointerId);
      this.view.dataset.cursor = this.#tool.cursor;
    }
    if (!this.#tool) return;
    this.#last = this.place(event);
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const tool = this.#tool;
    if (!tool) return;
    const { clientX, clientY } = this.#last;
    const { left, top, right, bottom } = this.sight.box;
    const x = pull(clientX - left, right - clientX), y = pull(clientY - top, bottom - clientY);
    if (x || y) {
      this.sight.pan(x, y);
      this.#frame = requestAnimationFrame(() => this.#draw());
    }
    Object.assign(this.#last, this.sight.toCanvas(clientX, clientY));
    tool.move(this.#last);
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (event.pointerId !== this.#pointer) return;
    const tool = this.#tool;
    this.#end();
    if (!tool) return;
    const at = this.place(event);
    tool.move(at);
    tool.drop(at);
  }

  #end() {
    clearTimeout(this.#waiting);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#begin = null;
    this.#tool = null;
    if (this.#pointer >= 0 && this.view.hasPointerCapture(this.#pointer)) this.view.releasePointerCapture(this.#pointer);
    this.#pointer = -1;
    delete this.view.dataset.cursor;
  }
}

/**
 * How far the canvas follows a pointer that is near one of two borders.
 * @param {number} before pixels to the border at the left or top
 * @param {number} after to the one at the right or bottom
 */
function pull(before, after) {
  const by = (/** @type {number} */ away) => Math.min(1, Math.max(0, (border - away) / border)) * speed;
  return by(before) - by(after);
}

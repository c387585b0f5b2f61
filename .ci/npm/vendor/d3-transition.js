// Takes the place of d3-transition, which can animate everything a page has, and
// brings colours, easings and timers along: half of the bundle. Here only the
// view of d3-zoom moves, from one transform to another, so this has just what
// d3-zoom asks of a transition.
import { selection } from "d3-selection";

/** @type {WeakMap<Element, () => void>} ends what moves an element */
const moving = new WeakMap();

/** @param {Element} node */
export function interrupt(node) { moving.get(node)?.(); }

/** Slow, fast, slow. @param {number} t from 0 to 1 */
const ease = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2);

class Transition {
  #ms = 250;
  /** @type {Record<string, (this: Element) => void>} */
  #on = {};
  /** @type {((this: Element) => (t: number) => void)[]} */
  #tweens = [];

  /** @param {any} chosen a selection of one element */
  constructor(chosen) {
    this.chosen = chosen;
    const node = chosen.node();
    if (!node) return;
    interrupt(node);
    let frame = requestAnimationFrame(() => this.#start(node));
    moving.set(node, () => { cancelAnimationFrame(frame); moving.delete(node); });
  }

  selection() { return this.chosen; }

  /** @param {number} ms */
  duration(ms) { this.#ms = ms; return this; }

  /** @param {string} names with a name of d3 behind a dot @param {(this: Element) => void} listener */
  on(names, listener) {
    for (const name of names.split(" ")) this.#on[name.split(".", 1)[0] ?? ""] = listener;
    return this;
  }

  /** @param {string} _ @param {(this: Element) => (t: number) => void} tween */
  tween(_, tween) { this.#tweens.push(tween); return this; }

  /** @param {(transition: this, ...parameters: any[]) => void} change @param {...any} parameters */
  call(change, ...parameters) { change(this, ...parameters); return this; }

  /** @param {Element} node */
  #start(node) {
    this.#on.start?.call(node);
    const steps = this.#tweens.map((tween) => tween.call(node));
    const began = performance.now();
    let frame = 0;
    /** @param {number} now */
    const step = (now) => {
      const t = Math.min(1, Math.max(0, (now - began) / this.#ms));
      for (const go of steps) go(t < 1 ? ease(t) : 1);
      if (t < 1) { frame = requestAnimationFrame(step); return; }
      moving.delete(node);
      this.#on.end?.call(node);
    };
    moving.set(node, () => {
      cancelAnimationFrame(frame);
      moving.delete(node);
      this.#on.interrupt?.call(node);
    });
    step(began);
  }
}

selection.prototype.transition = function () { return new Transition(this); };
selection.prototype.interrupt = function () { return this.each(function () { interrupt(this); }); };

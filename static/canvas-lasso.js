// A box drawn on the empty canvas selects what it touches.
import { overlap } from "./canvas-graph.js";
import { shape } from "./canvas-stage.js";

/** @typedef {import("./canvas-stage.js").Stage} Stage */
/** @typedef {import("./canvas-select.js").Selection} Selection */
/** @typedef {import("./canvas-gesture.js").Place} Place */

/**
 * A frame counts when all of it is in the box: else no inner steps could be
 * chosen alone.
 * @param {Stage} stage
 * @param {Selection} selection
 * @param {{x: number, y: number}} from
 * @param {boolean} add to what is selected already
 * @returns {import("./canvas-gesture.js").Tool}
 */
export function lasso(stage, selection, from, add) {
  const before = selection.ids;
  const box = shape("rect", { class: "canvas-lasso", rx: 2 });
  stage.over.append(box);
  let last = "";
  return {
    cursor: "crosshair",
    move({ x, y }) {
      const area = { x: Math.min(x, from.x), y: Math.min(y, from.y), width: Math.abs(x - from.x), height: Math.abs(y - from.y) };
      for (const [name, value] of Object.entries(area)) box.setAttribute(name, String(value));
      const touched = stage.graph.order.filter((card) => card.frame
        ? card.x >= area.x && card.y >= area.y && card.x + card.width <= area.x + area.width && card.y + card.height <= area.y + area.height
        : overlap(card, area)).map((card) => card.id);
      if (touched.join() === last) return;
      last = touched.join();
      selection.set(add ? [...before, ...touched] : touched);
    },
    drop() {
      box.remove();
      selection.choose(selection.ids);
    },
    cancel() {
      box.remove();
      selection.set(before);
    },
  };
}

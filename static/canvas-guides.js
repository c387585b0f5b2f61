// Where cards that are dragged come to stand: level with their neighbours, or
// else on the grid. Pure functions.
import { sizes } from "./geometry.js";

/** @typedef {import("./canvas-graph.js").Box} Box */
/** @typedef {"side" | "middle" | "port"} Kind sides are level with sides, middles with middles */
/** @typedef {{at: number, kind: Kind}} Level a line of a box */
/** @typedef {Level & {from: number, to: number}} Stop one that others can be level with, and how far it reaches */
/** @typedef {{x: Stop[], y: Stop[]}} Stops */
/** @typedef {{x1: number, y1: number, x2: number, y2: number}} Line */

/**
 * The lines that neighbours offer: their edges, their middles and the level of
 * their ports.
 * @param {Box[]} boxes
 * @returns {Stops}
 */
export function stops(boxes) {
  /** @type {Stops} */
  const found = { x: [], y: [] };
  for (const box of boxes) {
    for (const level of across(box)) found.x.push({ ...level, from: box.y, to: box.y + box.height });
    for (const level of down(box)) found.y.push({ ...level, from: box.x, to: box.x + box.width });
  }
  return found;
}

/**
 * How far a box must go to be level with what is near.
 * @param {Box} box where the pointer would have it
 * @param {Stops} near
 * @param {number} reach how far lines attract
 * @returns {{x: number, y: number, lines: Line[]}} its place, and what it is level with
 */
export function align(box, near, reach) {
  const byX = closest(across(box), near.x, reach), byY = closest(down(box), near.y, reach);
  const placed = { ...box, x: byX === null ? toGrid(box.x) : box.x + byX, y: byY === null ? toGrid(box.y) : box.y + byY };
  const { x, y, width, height } = placed;
  /** @type {Line[]} */
  const lines = [];
  for (const level of byX === null ? [] : across(placed)) {
    const line = along(near.x, level, y, y + height);
    if (line) lines.push({ x1: level.at, y1: line.from, x2: level.at, y2: line.to });
  }
  for (const level of byY === null ? [] : down(placed)) {
    const line = along(near.y, level, x, x + width);
    if (line) lines.push({ x1: line.from, y1: level.at, x2: line.to, y2: level.at });
  }
  return { x, y, lines };
}

/** @param {Box} box @returns {Level[]} */
const across = ({ x, width }) => [{ at: x, kind: "side" }, { at: x + width / 2, kind: "middle" }, { at: x + width, kind: "side" }];

/** @param {Box} box @returns {Level[]} */
const down = ({ y, height }) => [
  { at: y + sizes.portY, kind: "port" }, { at: y, kind: "side" }, { at: y + height / 2, kind: "middle" }, { at: y + height, kind: "side" },
];

/** @param {number} n */
export const toGrid = (n) => Math.round(n / sizes.grid) * sizes.grid;

/**
 * The smallest step that brings one of several levels onto a stop.
 * @param {Level[]} levels
 * @param {Stop[]} near
 * @param {number} reach
 */
function closest(levels, near, reach) {
  let best = null;
  for (const stop of near) {
    for (const level of levels) {
      const by = stop.at - level.at;
      if (level.kind === stop.kind && Math.abs(by) <= reach && (best === null || Math.abs(by) < Math.abs(best))) best = by;
    }
  }
  return best;
}

/**
 * All that is level at one place, as one line.
 * @param {Stop[]} near
 * @param {Level} level
 * @param {number} from
 * @param {number} to
 */
function along(near, level, from, to) {
  const same = near.filter((stop) => stop.kind === level.kind && Math.abs(stop.at - level.at) < 0.01);
  if (same.length === 0) return null;
  return { from: Math.min(from, ...same.map((stop) => stop.from)), to: Math.max(to, ...same.map((stop) => stop.to)) };
}

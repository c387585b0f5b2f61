// Sizes and curves of the canvas. designer/canvas/geometry.go has the same
// ones; designer/canvas/testdata/geometry.json checks both.

export const sizes = Object.freeze({
  cardWidth: 232,
  cardHeight: 64,
  tileSize: 36,
  rowHeight: 28,
  rowsTop: 2,
  rowsBottom: 6,
  portSize: 10,
  portTarget: 24,
  portY: 32,
  framePadding: 24,
  columnGap: 88,
  rowGap: 40,
  ramp: 72,
  laneGap: 16,
  grid: 4,
  maxCoordinate: 100_000,
});

/** @typedef {{x: number, y: number}} Point */

/**
 * The height of a card, or of the head and the rows of a frame.
 * @param {number} rows
 */
export function heightWithRows(rows) {
  return rows === 0 ? sizes.cardHeight : sizes.cardHeight + sizes.rowsTop + rows * sizes.rowHeight + sizes.rowsBottom;
}

/**
 * Where the port of a row is, from the top of a card. Rows stand at the bottom.
 * @param {number} height
 * @param {number} rows
 * @param {number} row
 */
export function rowPortY(height, rows, row) {
  return height - sizes.rowsBottom - (rows - row) * sizes.rowHeight + sizes.rowHeight / 2;
}

/**
 * The curve of an edge, as SVG path data.
 * @param {Point} from
 * @param {Point} to
 */
export function path(from, to) {
  const width = to.x - from.x;
  const reach = width < 0 ? Math.min(48 - width / 4, 160) : Math.min(Math.max(width / 2, 32), 120);
  return "M" + pair(from) + curve({ x: from.x + reach, y: from.y }, { x: to.x - reach, y: to.y }, to);
}

/**
 * The curve of an edge that passes cards on a level of its own.
 * @param {Point} from
 * @param {Point} to
 * @param {number} lane
 */
export function lanePath(from, to, lane) {
  const half = sizes.ramp / 2;
  const first = { x: from.x + sizes.ramp, y: lane }, last = { x: to.x - sizes.ramp, y: lane };
  return "M" + pair(from) +
    curve({ x: from.x + half, y: from.y }, { x: first.x - half, y: lane }, first) +
    "L" + pair(last) +
    curve({ x: last.x + half, y: lane }, { x: to.x - half, y: to.y }, to);
}

/** @param {Point} at */
const pair = (at) => `${number(at.x)} ${number(at.y)}`;

/** @param {Point} a @param {Point} b @param {Point} to */
const curve = (a, b, to) => `C${pair(a)} ${pair(b)} ${pair(to)}`;

/** @param {number} n */
const number = (n) => String(Math.floor(n * 100 + 0.5) / 100 + 0);

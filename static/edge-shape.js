// The shape of an edge: points on its curve, and how far a place is from it.
// Curves are those that geometry.js writes: M, C and L with absolute places.

const pieces = 16; // of one curve; on 1,000 px a point every 60

/**
 * Points on a path, x and y in turn.
 * @param {string} d path data
 * @returns {Float64Array}
 */
export function points(d) {
  /** @type {number[]} */
  const found = [];
  let x = 0, y = 0;
  for (const [, command = "", rest = ""] of d.matchAll(/([MCL])([^MCL]*)/g)) {
    const [a = 0, b = 0, c = 0, e = 0, f = 0, g = 0] = (rest.match(/-?[\d.]+/g) ?? []).map(Number);
    if (command === "C") {
      for (let i = 1; i <= pieces; i++) {
        const t = i / pieces, u = 1 - t;
        found.push(u * u * u * x + 3 * u * u * t * a + 3 * u * t * t * c + t * t * t * f, u * u * u * y + 3 * u * u * t * b + 3 * u * t * t * e + t * t * t * g);
      }
      x = f;
      y = g;
    } else {
      found.push(a, b);
      x = a;
      y = b;
    }
  }
  return Float64Array.from(found);
}

/**
 * How far a place is from a line through points.
 * @param {Float64Array} line
 * @param {number} x
 * @param {number} y
 * @param {number} within farther away is Infinity, which is cheap to find out
 */
export function distance(line, x, y, within) {
  let best = Infinity;
  for (let i = 2; i + 1 < line.length; i += 2) {
    const ax = line[i - 2] ?? 0, ay = line[i - 1] ?? 0, bx = line[i] ?? 0, by = line[i + 1] ?? 0;
    if (x < Math.min(ax, bx) - within || x > Math.max(ax, bx) + within || y < Math.min(ay, by) - within || y > Math.max(ay, by) + within) continue;
    const dx = bx - ax, dy = by - ay, length = dx * dx + dy * dy;
    const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
    best = Math.min(best, Math.hypot(x - ax - t * dx, y - ay - t * dy));
  }
  return best <= within ? best : Infinity;
}

/**
 * The edge nearest to a place.
 * @template {{d: string, points: Float64Array | null}} E
 * @param {Iterable<E>} edges
 * @param {{x: number, y: number}} at
 * @param {number} within
 * @returns {E | undefined}
 */
export function nearest(edges, { x, y }, within) {
  let best, least = Infinity;
  for (const edge of edges) {
    const away = distance(edge.points ??= points(edge.d), x, y, within);
    if (away < least) { best = edge; least = away; }
  }
  return best;
}

// Takes the place of d3-interpolate, of which d3-zoom needs one function, and
// which brings all colour spaces along. The original flies over long distances in
// a curve, out and in again; the canvas moves for a moment, so straight on.

/**
 * @param {[number, number, number]} from x and y in the middle, and how wide the view is
 * @param {[number, number, number]} to
 * @returns {(t: number) => [number, number, number]}
 */
export const interpolateZoom = ([x0, y0, w0], [x1, y1, w1]) => (t) => [x0 + (x1 - x0) * t, y0 + (y1 - y0) * t, w0 * (w1 / w0) ** t];

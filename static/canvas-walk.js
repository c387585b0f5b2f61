// Which card an arrow key leads to.
import { sizes } from "./geometry.js";

/** @typedef {import("./canvas-graph.js").Graph} Graph */
/** @typedef {import("./canvas-graph.js").Card} Card */

/**
 * The card before or after one in the outline.
 * @param {Graph} graph
 * @param {Card} card
 * @param {string} key
 */
export function beside(graph, card, key) {
  const at = graph.order.indexOf(card);
  switch (key) {
    case "ArrowDown": return graph.order[at + 1];
    case "ArrowUp": return graph.order[at - 1];
    case "Home": return graph.order[0];
    case "End": return graph.order.at(-1);
  }
  return undefined;
}

/**
 * The card that an arrow key leads to on the canvas.
 * @param {Graph} graph
 * @param {Card} card
 * @param {string} key
 */
export function toward(graph, card, key) {
  switch (key) {
    case "ArrowRight": return along(graph, card, "out");
    case "ArrowLeft": return along(graph, card, "in");
    case "ArrowDown": return level(graph, card, 1);
    case "ArrowUp": return level(graph, card, -1);
    case "Home": return graph.order[0];
    case "End": return graph.order.at(-1);
  }
  return undefined;
}

/**
 * Along an edge; where there is none, out of the frame around the card.
 * @param {Graph} graph
 * @param {Card} card
 * @param {"in" | "out"} way
 * @returns {Card | undefined}
 */
function along(graph, card, way) {
  const edges = way === "out" ? graph.outOf(card.id) : graph.into(card.id);
  const ends = edges.map((edge) => graph.cards.get(way === "out" ? edge.to : edge.from)).filter((end) => end !== undefined);
  ends.sort((a, b) => Math.abs(a.y - card.y) - Math.abs(b.y - card.y) || a.y - b.y);
  const parent = graph.cards.get(card.parent);
  return ends[0] ?? (parent && (way === "in" ? parent : along(graph, parent, way)));
}

/**
 * The nearest card in a direction, whether an edge leads there or not.
 * @param {Graph} graph
 * @param {Card} card
 * @param {string} key
 */
export function across(graph, card, key) {
  if (key === "ArrowDown" || key === "ArrowUp") return level(graph, card, key === "ArrowDown" ? 1 : -1);
  const right = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  let best, least = Infinity;
  for (const other of graph.order) {
    const x = (other.x - card.x) * right, y = Math.abs(other.y - card.y);
    if (x <= 0 || other.parent !== card.parent || x + 2 * y >= least) continue;
    best = other;
    least = x + 2 * y;
  }
  return best;
}

/**
 * The nearest card above or below.
 * @param {Graph} graph
 * @param {Card} card
 * @param {1 | -1} down
 */
function level(graph, card, down) {
  let best, least = Infinity;
  for (const other of graph.order) {
    const y = (other.y - card.y) * down, x = Math.abs(other.x - card.x);
    // Sideways counts double; what is more beside than below is not below.
    if (y <= 0 || x > Math.max(y, sizes.cardWidth)) continue;
    if (y + 2 * x < least) { best = other; least = y + 2 * x; }
  }
  return best;
}

// What the canvas shows ahead of the server: cards that were moved, until the
// answer comes, and how it was before, in case the answer is no.
import { path } from "./geometry.js";

/** @typedef {import("./canvas-graph.js").Graph} Graph */
/** @typedef {import("./canvas-graph.js").Card} Card */
/** @typedef {import("./canvas-graph.js").Edge} Edge */

export class Ahead {
  /** @type {Map<string, {x: number, y: number}>} */
  #cards = new Map();
  /** @type {Map<string, {d: string, at: {x: number, y: number}}>} */
  #edges = new Map();

  /** What each edit that waits for its answer has put ahead, by its operations. @type {Map<object, Set<string>>} */
  #waiting = new Map();

  /** @param {Graph} graph */
  constructor(graph) { this.graph = graph; }

  /**
   * Leaves cards and edges where a drag has put them.
   * @param {Card[]} cards
   * @param {Iterable<Edge>} edges
   * @param {number} x
   * @param {number} y
   * @param {object} operations by which the edit is known
   */
  settle(cards, edges, x, y, operations) {
    for (const card of cards) {
      if (!this.#cards.has(card.id)) this.#cards.set(card.id, { x: card.x, y: card.y });
      move(card, card.x + x, card.y + y);
    }
    const moved = new Set(cards.map((card) => card.id));
    this.#waiting.set(operations, new Set([...moved, ...[...edges].map((edge) => edge.key)]));
    for (const edge of edges) {
      if (!this.#edges.has(edge.key)) this.#edges.set(edge.key, { d: edge.d, at: edge.at });
      if (moved.has(edge.from) && moved.has(edge.to) && x === 0 && y === 0) continue;
      const from = this.graph.exit(edge.from, edge.port), to = this.graph.entry(edge.to);
      draw(edge, path(from, to), { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 });
    }
  }

  /**
   * The server has said where these are.
   * @param {Iterable<string>} cards
   * @param {Iterable<string>} edges
   */
  known(cards, edges) {
    for (const id of cards) this.#cards.delete(id);
    for (const key of edges) this.#edges.delete(key);
  }

  /**
   * An edit was answered, and the canvas shows what came of it. What else it has
   * moved goes back where it was: all of it if it was refused; and the only card
   * of a frame stays where it is in it.
   * @param {object} operations
   */
  answered(operations) {
    const moved = this.#waiting.get(operations);
    if (!moved) return;
    this.#waiting.delete(operations);
    for (const name of moved) {
      if (![...this.#waiting.values()].some((later) => later.has(name))) this.#back(name);
    }
  }

  /** @param {string} name of a card or an edge */
  #back(name) {
    const was = this.#cards.get(name), card = this.graph.cards.get(name);
    if (was && card) move(card, was.x, was.y);
    const line = this.#edges.get(name), edge = this.graph.edges.get(name);
    if (line && edge) draw(edge, line.d, line.at);
    this.#cards.delete(name);
    this.#edges.delete(name);
  }
}

/** @param {Card} card @param {number} x @param {number} y */
function move(card, x, y) {
  card.origin = { x: card.origin.x + x - card.x, y: card.origin.y + y - card.y };
  card.x = x;
  card.y = y;
  const { style } = card.item;
  style.translate = "";
  style.setProperty("--x", `${x}px`);
  style.setProperty("--y", `${y}px`);
}

/** @param {Edge} edge @param {string} d @param {{x: number, y: number}} at */
function draw(edge, d, at) {
  edge.d = d;
  edge.at = at;
  edge.points = null;
  edge.line.style.translate = "";
  edge.line.setAttribute("d", d);
}

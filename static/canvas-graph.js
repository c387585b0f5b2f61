// The cards and edges of a canvas, and the questions that editing asks about
// them: what may lead where, what lies in which frame. Knows no events and draws
// nothing.
import { sizes } from "./geometry.js";

/** @typedef {import("./geometry.js").Point} Point */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */
/** @typedef {{port: string, y: number}} Port a way out; y counts from the top of the card */

/**
 * A step, or the trigger, on the canvas.
 * @typedef {object} Card
 * @property {string} id
 * @property {HTMLElement} item
 * @property {HTMLElement} link
 * @property {string} title
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {string} parent the frame that it stands in; empty: on the flow itself
 * @property {boolean} frame
 * @property {boolean} trigger
 * @property {boolean} disabled
 * @property {Point} origin of a frame: where the position 0, 0 of inner steps is
 * @property {Port[]} ports
 */

/**
 * @typedef {object} Edge
 * @property {string} key
 * @property {string} from
 * @property {string} port
 * @property {string} to
 * @property {SVGPathElement} line
 * @property {string} d its path data
 * @property {Point} at halfway on it
 * @property {SVGTextElement | null} label
 * @property {Float64Array | null} points on it, once they were asked for
 */

/** What an edge is called between client and server. @param {string} from @param {string} port @param {string} to */
export const edgeKey = (from, port, to) => `${from}${port ? `.${port}` : ""}->${to}`;

export class Graph {
  /** @type {Map<string, Card>} */
  cards = new Map();
  /** In which people read them. @type {Card[]} */
  order = [];
  /** @type {Map<string, Edge>} */
  edges = new Map();
  /** @type {Map<string, {in: Set<Edge>, out: Set<Edge>}>} */
  #around = new Map();

  /** Takes in a card; one with the same ID gives way. @param {Card} card */
  put(card) {
    this.cards.set(card.id, card);
    if (!this.#around.has(card.id)) this.#around.set(card.id, { in: new Set(), out: new Set() });
  }

  /** @param {string} id */
  drop(id) {
    this.cards.delete(id);
    this.#around.delete(id);
  }

  /** @param {Edge} edge */
  join(edge) {
    this.cut(edge.key);
    this.edges.set(edge.key, edge);
    this.#around.get(edge.from)?.out.add(edge);
    this.#around.get(edge.to)?.in.add(edge);
  }

  /** @param {string} key @returns {Edge | undefined} the edge that was there */
  cut(key) {
    const edge = this.edges.get(key);
    if (!edge) return undefined;
    this.edges.delete(key);
    this.#around.get(edge.from)?.out.delete(edge);
    this.#around.get(edge.to)?.in.delete(edge);
    return edge;
  }

  /** The edges into a card. @param {string} id */
  into(id) { return [...this.#around.get(id)?.in ?? []]; }

  /** The edges out of a card, or out of one port of it. @param {string} id @param {string} [port] */
  outOf(id, port) {
    const out = [...this.#around.get(id)?.out ?? []];
    return port === undefined ? out : out.filter((edge) => edge.port === port);
  }

  /** Where edges lead to. @param {string} id @returns {Point} */
  entry(id) {
    const card = this.cards.get(id);
    return { x: card?.x ?? 0, y: (card?.y ?? 0) + sizes.portY };
  }

  /** Where the edges out of a port begin. @param {string} id @param {string} port @returns {Point} */
  exit(id, port) {
    const card = this.cards.get(id);
    if (!card) return { x: 0, y: 0 };
    return { x: card.x + card.width, y: card.y + (card.ports.find((one) => one.port === port)?.y ?? sizes.portY) };
  }

  /** The port that something is added after: one that leads nowhere, if there is one. @param {Card} card */
  freePort(card) {
    return (card.ports.find(({ port }) => this.outOf(card.id, port).length === 0) ?? card.ports[0])?.port;
  }

  /** All cards from which edges lead to one, itself among them. @param {string} id */
  upstream(id) {
    const found = new Set([id]);
    for (const here of found) for (const edge of this.into(here)) found.add(edge.from);
    return found;
  }

  /**
   * Why a port may not lead to a card, as a sentence; empty if it may.
   * @param {string} from
   * @param {string} port
   * @returns {(to: string) => string}
   */
  refusal(from, port) {
    const source = this.cards.get(from);
    const before = this.upstream(from);
    return (to) => {
      const target = this.cards.get(to);
      if (!source || !target) return "There is no such step.";
      if (to === from) return "A step cannot lead to itself.";
      if (target.trigger) return "Nothing leads to the trigger: it is where the flow begins.";
      if (target.parent !== source.parent) return "Edges do not cross the border of a frame.";
      if (before.has(to)) return `${target.title} leads to ${source.title} already. Edges cannot go in a circle.`;
      if (this.edges.has(edgeKey(from, port, to))) return "They are connected already.";
      return "";
    };
  }

  /** The cards in a frame, however deep. @param {string} id */
  inside(id) {
    return this.order.filter((card) => this.within(card, id));
  }

  /** @param {Card} card @param {string} frame */
  within(card, frame) {
    for (let at = card.parent; at; at = this.cards.get(at)?.parent ?? "") if (at === frame) return true;
    return false;
  }

  /** Where the positions of a frame's inner steps begin, or those of the flow. @param {string} frame @returns {Point} */
  origin(frame) { return this.cards.get(frame)?.origin ?? { x: 0, y: 0 }; }

  /**
   * The card on top at a place, the innermost where frames lie in frames.
   * @param {Point} at
   * @param {(card: Card) => boolean} [counts]
   * @param {number} [around] what is this near counts as on it
   */
  at({ x, y }, counts = () => true, around = 0) {
    let found;
    for (const card of this.order) {
      const over = x >= card.x - around && x <= card.x + card.width + around && y >= card.y - around && y <= card.y + card.height + around;
      if (over && counts(card) && (!found || !card.frame || this.within(card, found.id))) found = card;
    }
    return found;
  }
}

/** The smallest box around all. @param {Box[]} boxes @returns {Box} */
export function boundsOf(boxes) {
  const x = Math.min(...boxes.map((box) => box.x)), y = Math.min(...boxes.map((box) => box.y));
  return {
    x, y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}

/** @param {Box} a @param {Box} b */
export const overlap = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

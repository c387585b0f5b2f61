// Cards that are moved, by the pointer or by keys. They are shown at their new
// place at once; the page sends what becomes of it, and answered takes back what did not.
import { boundsOf, overlap } from "./canvas-graph.js";
import { align, stops, toGrid } from "./canvas-guides.js";
import { shape } from "./canvas-stage.js";
import { nearest } from "./edge-shape.js";
import { path, sizes } from "./geometry.js";

/** @typedef {import("./canvas-stage.js").Stage} Stage */
/** @typedef {import("./canvas-stage.js").Operation} Operation */
/** @typedef {import("./canvas-sight.js").Sight} Sight */
/** @typedef {import("./canvas-graph.js").Card} Card */
/** @typedef {import("./canvas-graph.js").Edge} Edge */
/** @typedef {import("./canvas-gesture.js").Place} Place */
/** @typedef {import("./canvas-gesture.js").Tool} Tool */

const attraction = 6; // pixels of the screen within which lines attract
const onEdge = 14; // pixels of the screen that count as on an edge

/** @implements {Tool} */
export class Drag {
  cursor = "grabbing";
  x = 0;
  y = 0;
  /** @type {import("./canvas-guides.js").Stops | null} */
  #near = null;
  #nearOf = "";
  #target = "";
  /** @type {Edge | undefined} */
  #into;
  #guides = shape("path", { class: "canvas-guides" });

  /**
   * @param {Stage} stage
   * @param {Sight} sight
   * @param {Iterable<string>} ids of the cards to be moved
   * @param {Card} held the one that the pointer holds
   * @param {{x: number, y: number}} from where it is held
   */
  constructor(stage, sight, ids, held, from) {
    this.stage = stage;
    this.sight = sight;
    this.from = from;
    const { graph } = stage;
    const chosen = new Set(ids);
    const own = graph.order.filter((card) => chosen.has(card.id));
    // A frame takes its inner cards along: they stay where they are in it.
    this.tops = own.filter((card) => !own.some((frame) => frame.frame && graph.within(card, frame.id)));
    this.moving = new Set(this.tops.map((card) => card.id));
    for (const frame of this.tops) if (frame.frame) for (const card of graph.inside(frame.id)) this.moving.add(card.id);
    this.home = held.parent;
    this.#target = this.home;
    this.box = boundsOf(this.tops);
    /** @type {Set<Edge>} */
    this.edges = new Set([...this.moving].flatMap((id) => [...graph.into(id), ...graph.outOf(id)]));
    const [only] = this.tops;
    this.insertable = this.tops.length === 1 && !!only && !only.trigger && only.ports.length > 0 && graph.into(only.id).length + graph.outOf(only.id).length === 0;
    for (const id of this.moving) graph.cards.get(id)?.item.toggleAttribute("data-moving", true);
    stage.over.append(this.#guides);
    stage.host.toggleAttribute("data-dragging", true);
  }

  /** @param {Place} at */
  move(at) {
    const k = this.sight.scale;
    this.#aim(at, k);
    const wanted = { ...this.box, x: this.box.x + at.x - this.from.x, y: this.box.y + at.y - this.from.y };
    const placed = at.alt
      ? { x: Math.round(wanted.x), y: Math.round(wanted.y), lines: [] }
      : align(wanted, this.#neighbours(), attraction / k);
    this.#guides.setAttribute("d", placed.lines.map(({ x1, y1, x2, y2 }) => `M${x1} ${y1}L${x2} ${y2}`).join(""));
    this.#show(placed.x - this.box.x, placed.y - this.box.y);
  }

  /** Moves by keys. @param {number} x @param {number} y */
  by(x, y) {
    this.#show(toGrid(this.box.x + this.x + x) - this.box.x, toGrid(this.box.y + this.y + y) - this.box.y);
  }

  drop() {
    const { graph } = this.stage;
    const into = this.#into, target = this.#target;
    const cards = [...this.moving].map((id) => graph.cards.get(id)).filter((card) => card !== undefined);
    const far = this.x !== 0 || this.y !== 0;
    this.#unmark();
    if (!far) { this.#show(0, 0); return; }
    const changes = target !== this.home;
    /** @type {Record<string, [number, number]>} */
    const steps = {};
    for (const card of this.tops) {
      const origin = graph.origin(changes ? target : card.parent);
      steps[card.id] = [bounded(card.x + this.x - origin.x), bounded(card.y + this.y - origin.y)];
    }
    /** @type {Operation} */
    const move = { op: "move", steps };
    if (changes) move.in = target;
    if (into) move.into = { from: into.from, port: into.port, to: into.to };
    const operations = [move];
    this.stage.ahead.settle(cards, this.edges, this.x, this.y, operations);
    this.stage.edit(operations);
  }

  cancel() {
    this.#unmark();
    this.#show(0, 0);
  }

  /** Where the cards are dropped: in which frame, or into which edge. @param {Place} at @param {number} k */
  #aim(at, k) {
    const { graph } = this.stage;
    const frame = this.tops.some((card) => card.trigger) ? undefined : graph.at(at, (card) => card.frame && !this.moving.has(card.id));
    const target = frame?.id ?? "";
    if (target !== this.#target) {
      this.#markFrame(false);
      this.#target = target;
      this.#markFrame(target !== this.home);
    }
    if (!this.insertable) return;
    const free = [...graph.edges.values()].filter((edge) => graph.cards.get(edge.from)?.parent === target);
    const into = nearest(free, at, onEdge / k);
    if (into === this.#into) return;
    this.#into?.line.removeAttribute("data-into");
    this.#into = into;
    into?.line.setAttribute("data-into", "");
  }

  /** What the cards can be level with: what is in sight in the same body. */
  #neighbours() {
    const key = `${this.#target} ${this.sight.key}`;
    if (this.#near && this.#nearOf === key) return this.#near;
    this.#nearOf = key;
    const seen = this.sight.area();
    return this.#near = stops(this.stage.graph.order.filter((card) => card.parent === this.#target && !this.moving.has(card.id) && overlap(card, seen)));
  }

  /** @param {number} x @param {number} y */
  #show(x, y) {
    this.x = x;
    this.y = y;
    const { cards } = this.stage.graph;
    const by = x || y ? `${x}px ${y}px` : "";
    for (const id of this.moving) {
      const card = cards.get(id); // may have been drawn anew meanwhile
      if (card) card.item.style.translate = by;
    }
    for (const edge of this.edges) this.#showEdge(edge);
  }

  /** @param {Edge} edge */
  #showEdge(edge) {
    const from = this.moving.has(edge.from), to = this.moving.has(edge.to);
    if (from && to) { edge.line.style.translate = this.x || this.y ? `${this.x}px ${this.y}px` : ""; return; }
    edge.line.setAttribute("d", this.x || this.y ? this.#path(edge, from, to) : edge.d);
  }

  /** @param {Edge} edge @param {boolean} from @param {boolean} to */
  #path(edge, from, to) {
    const { graph } = this.stage;
    const start = graph.exit(edge.from, edge.port), end = graph.entry(edge.to);
    return path(
      from ? { x: start.x + this.x, y: start.y + this.y } : start,
      to ? { x: end.x + this.x, y: end.y + this.y } : end,
    );
  }

  /** @param {boolean} on */
  #markFrame(on) {
    this.stage.graph.cards.get(this.#target)?.item.toggleAttribute("data-into", on);
    this.stage.host.toggleAttribute("data-leaving", on && !this.#target);
  }

  #unmark() {
    this.#guides.remove();
    this.#markFrame(false);
    this.#into?.line.removeAttribute("data-into");
    this.stage.host.removeAttribute("data-dragging");
    for (const id of this.moving) this.stage.graph.cards.get(id)?.item.removeAttribute("data-moving");
  }
}

/** @param {number} n a coordinate as flow files may have it */
export const bounded = (n) => Math.round(Math.max(-sizes.maxCoordinate, Math.min(sizes.maxCoordinate, n)));

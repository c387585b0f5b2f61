// Drawing an edge from a port to a card, or moving its end to another one: by
// dragging, by a click on either end, or by keys.
import { path, sizes } from "./geometry.js";
import { shape } from "./canvas-stage.js";
import { element } from "./dom.js";

/** @typedef {import("./canvas-stage.js").Stage} Stage */
/** @typedef {import("./canvas-stage.js").Operation} Operation */
/** @typedef {import("./canvas-sight.js").Sight} Sight */
/** @typedef {import("./canvas-graph.js").Card} Card */
/** @typedef {import("./canvas-graph.js").Edge} Edge */
/** @typedef {import("./canvas-gesture.js").Place} Place */
/** @typedef {import("./canvas-gesture.js").Tool} Tool */

/** @implements {Tool} */
export class Wire {
  cursor = "crosshair";
  /** @type {Card | undefined} */
  target;
  why = "";
  #line = shape("path", { class: "canvas-wire" });
  #words = element("p", { class: "canvas-why", hidden: true });
  /** @type {Element[]} */
  #barred = [];

  /**
   * @param {Stage} stage
   * @param {Sight} sight
   * @param {Card} card that the edge leaves
   * @param {string} port
   * @param {Edge} [edge] whose end is moved
   */
  constructor(stage, sight, card, port, edge) {
    this.stage = stage;
    this.sight = sight;
    this.card = card;
    this.port = port;
    this.edge = edge;
    const { graph, host } = stage;
    this.start = graph.exit(card.id, port);
    this.refusal = graph.refusal(card.id, port);
    for (const other of graph.order) {
      if (!this.refusal(other.id)) continue;
      other.item.setAttribute("data-barred", "");
      this.#barred.push(other.item);
    }
    edge?.line.setAttribute("data-moved", "");
    host.dataset.wiring = "";
    stage.over.append(this.#line);
    host.append(this.#words);
    stage.say(`Choose where ${card.title}${port ? `, ${port},` : ""} leads to. Escape ends it.`);
  }

  /** @param {Place} at */
  move(at) {
    const { graph } = this.stage;
    // The frame around the card is the ground that it stands on.
    const hit = graph.at(at, (card) => !(card.frame && graph.within(this.card, card.id)), sizes.portTarget / 2);
    this.#aim(hit);
    const end = this.target && !this.why ? graph.entry(this.target.id) : at;
    this.#line.setAttribute("d", path(this.start, end));
    const { left, top } = this.sight.box;
    this.#words.style.transform = `translate(${at.clientX - left + 14}px, ${at.clientY - top + 18}px)`;
  }

  /** Points at a card, for keys. @param {Card} card */
  point(card) {
    this.#aim(card);
    this.#line.setAttribute("d", path(this.start, this.stage.graph.entry(card.id)));
    const { clientX, clientY } = this.sight.toClient({ x: card.x, y: card.y + card.height });
    const { left, top } = this.sight.box;
    this.#words.style.transform = `translate(${clientX - left}px, ${clientY - top + 8}px)`;
    this.stage.say(this.why ? `${card.title}. ${this.why}` : `${card.title}. Enter connects.`);
  }

  /** @param {Card | undefined} card */
  #aim(card) {
    if (card === this.target) return;
    this.target?.item.removeAttribute("data-aimed");
    this.target = card;
    this.why = card ? this.refusal(card.id) : "";
    if (this.edge && card?.id === this.edge.to) this.why = "It leads there already.";
    card?.item.setAttribute("data-aimed", this.why ? "no" : "yes");
    this.#words.textContent = this.why;
    this.#words.hidden = !this.why;
  }

  /** Takes what is pointed at. @returns {boolean} false: that is not possible */
  connect() {
    if (!this.target || this.why) return false;
    const { from, port, to } = { from: this.card.id, port: this.port, to: this.target.id };
    const said = `${this.card.title} leads to ${this.target.title}.`;
    this.cancel();
    this.stage.edit([this.edge
      ? { op: "reconnect", from, port, to: this.edge.to, newTo: to }
      : { op: "connect", from, port, to }]);
    this.stage.say(said);
    return true;
  }

  /** @param {Place} at */
  drop(at) {
    if (this.connect()) return;
    const nowhere = !this.target;
    const why = this.why;
    this.cancel();
    if (why) this.stage.say(why);
    if (!nowhere || this.edge) return;
    const { graph } = this.stage;
    const origin = graph.origin(this.card.parent);
    this.stage.palette({
      at: [grid(at.x - origin.x), grid(at.y - sizes.portY - origin.y)],
      clientX: at.clientX, clientY: at.clientY,
      after: { step: this.card.id, port: this.port },
      ...this.card.parent ? { in: this.card.parent } : {},
    });
  }

  cancel() {
    this.#line.remove();
    this.#words.remove();
    this.target?.item.removeAttribute("data-aimed");
    for (const item of this.#barred) item.removeAttribute("data-barred");
    this.edge?.line.removeAttribute("data-moved");
    delete this.stage.host.dataset.wiring;
  }
}

/** @param {number} n */
const grid = (n) => Math.round(n / sizes.grid) * sizes.grid;

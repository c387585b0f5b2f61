// The small toolbar in the middle of the edge that is pointed at or chosen: one
// for all edges.
import { element, icon } from "./dom.js";
import { nearest } from "./edge-shape.js";

/** @typedef {import("./canvas-stage.js").Stage} Stage */
/** @typedef {import("./canvas-sight.js").Sight} Sight */
/** @typedef {import("./canvas-graph.js").Edge} Edge */
/** @typedef {import("./geometry.js").Point} Point */

const reach = 7; // pixels of the screen around an edge that count as on it
const lasting = 260; // milliseconds in which the pointer gets from the edge to its toolbar

export class EdgeTools {
  /** The edge that was chosen by a click or a key. @type {Edge | null} */
  chosen = null;
  /** @type {Edge | null} */
  #shown = null;
  #hiding = 0;
  #add = button("plus", "add-into");
  #delete = button("trash-2", "disconnect");
  #bar = element("div", { class: "edge-tools", role: "toolbar", "aria-label": "Edge", hidden: true }, this.#add, this.#delete);

  /** @param {Stage} stage @param {Sight} sight */
  constructor(stage, sight) {
    this.stage = stage;
    this.sight = sight;
    stage.tools.append(this.#bar);
    this.#bar.addEventListener("pointerenter", () => clearTimeout(this.#hiding));
    this.#bar.addEventListener("pointerleave", () => this.#later());
  }

  /** The edge at a place. @param {Point} at */
  at(at) { return nearest(this.stage.graph.edges.values(), at, reach / this.sight.scale); }

  /** The pointer is at a place where no card is; null: it is elsewhere. @param {Point | null} at */
  hover(at) {
    const edge = at && this.at(at);
    if (edge && at) this.#show(edge, at);
    else this.#later();
    return edge;
  }

  /** @param {Edge | null} edge @param {Point} [at] */
  choose(edge, at) {
    this.chosen?.line.removeAttribute("data-chosen");
    this.chosen = edge;
    edge?.line.setAttribute("data-chosen", "");
    if (edge) this.#show(edge, at ?? edge.at);
    else this.#hide();
  }

  /** Chooses the next edge out of a card, for keys. @param {string} id */
  cycle(id) {
    const { graph } = this.stage;
    const out = graph.outOf(id);
    if (out.length === 0) { this.stage.say("Nothing comes after this step yet."); return; }
    const edge = out[(this.chosen ? out.indexOf(this.chosen) + 1 : 0) % out.length] ?? null;
    this.choose(edge);
    if (edge) this.stage.say(`Edge ${named(this.stage, edge)}. Enter adds a step in it, Delete removes it.`);
  }

  /** Asks for a step in the edge. */
  add() {
    const edge = this.#shown;
    if (!edge) return;
    const parent = this.stage.graph.cards.get(edge.from)?.parent ?? "";
    this.stage.palette({
      ...this.sight.toClient(edge.at), into: { from: edge.from, port: edge.port, to: edge.to }, ...parent ? { in: parent } : {},
    });
  }

  /** Takes the edge away. */
  remove() {
    const edge = this.#shown;
    if (!edge) return;
    this.choose(null);
    this.stage.edit([{ op: "disconnect", from: edge.from, port: edge.port, to: edge.to }]);
    this.stage.say(`Edge ${named(this.stage, edge)} removed.`);
  }

  /** The graph has changed. */
  refresh() {
    const { edges } = this.stage.graph;
    const chosen = this.chosen && edges.get(this.chosen.key);
    if (this.chosen && chosen !== this.chosen) this.choose(chosen ?? null);
    if (this.#shown && edges.get(this.#shown.key) !== this.#shown) this.#hide();
  }

  /** @param {Edge} edge @param {Point} at */
  #show(edge, at) {
    clearTimeout(this.#hiding);
    if (this.#shown === edge) return;
    this.#shown?.line.removeAttribute("data-hovered");
    this.#shown = edge;
    edge.line.setAttribute("data-hovered", "");
    // The middle of a long edge may be out of sight: then where the pointer is.
    const seen = this.sight.area();
    const middle = edge.at.x > seen.x && edge.at.x < seen.x + seen.width && edge.at.y > seen.y && edge.at.y < seen.y + seen.height;
    const place = middle ? edge.at : at;
    this.#bar.style.setProperty("--x", `${place.x}px`);
    this.#bar.style.setProperty("--y", `${place.y}px`);
    const name = named(this.stage, edge);
    for (const [one, words] of /** @type {[HTMLElement, string][]} */ ([[this.#add, `Add a step in the edge ${name}`], [this.#delete, `Remove the edge ${name}`]])) {
      one.setAttribute("aria-label", words);
    }
    this.#bar.hidden = !this.stage.editable;
  }

  #later() {
    clearTimeout(this.#hiding);
    if (this.#shown) this.#hiding = setTimeout(() => this.#hide(), lasting);
  }

  #hide() {
    clearTimeout(this.#hiding);
    if (this.chosen && this.#shown !== this.chosen) { this.#show(this.chosen, this.chosen.at); return; }
    if (this.chosen) return;
    this.#shown?.line.removeAttribute("data-hovered");
    this.#shown = null;
    this.#bar.hidden = true;
  }
}

/** @param {Stage} stage @param {Edge} edge */
function named(stage, edge) {
  const title = (/** @type {string} */ id) => stage.graph.cards.get(id)?.title ?? id;
  return `from ${title(edge.from)}${edge.port ? `, ${edge.port},` : ""} to ${title(edge.to)}`;
}

/** @param {string} name @param {string} action */
function button(name, action) {
  const words = { "add-into": "Add a step here", disconnect: "Remove the edge (Delete)" }[action];
  return element("button", { type: "button", "data-action": action, title: words }, icon(name));
}

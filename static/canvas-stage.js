// What the parts of a canvas share: the graph, what is in sight, the layers to
// draw on, and the ways to tell of what people do.
import { element } from "./dom.js";
import { Ahead } from "./canvas-ahead.js";
import { Graph } from "./canvas-graph.js";

/** @typedef {import("./canvas-graph.js").Card} Card */
/** @typedef {import("./canvas-graph.js").Edge} Edge */
/** @typedef {import("./geometry.js").Point} Point */
/** @typedef {{op: string, [field: string]: unknown}} Operation of an edit; designer/edit says which there are */
/** @typedef {{step: string, port: string}} Exit */
/** @typedef {{from: string, port: string, to: string}} Route */

const svg = "http://www.w3.org/2000/svg";

export class Stage {
  graph = new Graph();
  ahead = new Ahead(this.graph);
  /** Drawn above the cards: guides, the edge that is being drawn. */
  over = document.createElementNS(svg, "svg");
  /** Buttons on the canvas that keep their size at any zoom. */
  tools = element("div", { class: "canvas-tools" });
  /** @type {Map<string, HTMLElement>} */
  #parts = new Map();

  /** @param {HTMLElement} host the <flow-canvas> */
  constructor(host) {
    this.host = host;
    this.over.setAttribute("class", "canvas-over");
    this.over.setAttribute("aria-hidden", "true");
    this.part("layer").append(this.over, this.tools);
  }

  /** @param {string} name @returns {HTMLElement} */
  part(name) {
    const known = this.#parts.get(name) ?? this.host.querySelector(`[data-part="${name}"]`);
    if (!known) throw new Error(`<flow-canvas> has no ${name}`);
    this.#parts.set(name, /** @type {HTMLElement} */ (known));
    return /** @type {HTMLElement} */ (known);
  }

  /** Whether people may change the flow here. */
  get editable() { return !this.host.hasAttribute("data-readonly"); }

  /** Whether the canvas is shown, not the outline. */
  get drawn() { return this.host.dataset.view === "canvas"; }

  /** Tells those who cannot see. @param {string} text */
  say(text) { this.part("said").textContent = text; }

  /**
   * Asks for an edit.
   * @param {Operation[]} operations
   * @param {boolean} [select] what comes of it is selected
   */
  edit(operations, select = false) {
    if (operations.length > 0) this.#tell("canvas-edit", { operations, select });
  }

  /**
   * Asks which step is to be added.
   * @param {{at?: [number, number] | undefined, clientX: number, clientY: number, after?: Exit, into?: Route, in?: string}} place
   */
  palette(place) { this.#tell("canvas-palette", place); }

  /** Asks for what the page does with steps. @param {string} name @param {string[]} steps @param {object} [more] */
  command(name, steps, more = {}) { this.#tell("canvas-command", { name, steps, ...more }); }

  /** @param {string[]} steps */
  selected(steps) { this.#tell("canvas-select", { step: steps.length === 1 ? steps[0] : "", steps }); }

  /** @param {Element} target @returns {Card | undefined} */
  cardOf(target) {
    const item = target.closest("li.step");
    if (!(item instanceof HTMLElement)) return undefined;
    const card = this.graph.cards.get(item.dataset.step ?? "");
    return card?.item === item ? card : undefined;
  }

  /** @param {string} type @param {object} detail */
  #tell(type, detail) { this.host.dispatchEvent(new CustomEvent(type, { bubbles: true, detail })); }
}

/**
 * A shape of SVG.
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
export function shape(name, attributes) {
  const made = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

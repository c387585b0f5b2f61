// How the steps of a run stand, on cards, edges and the minimap; and the marks of
// cards whose output is pinned or stale.
import { badge, edgeState, isStatus } from "./canvas-run.js";
import { shape } from "./canvas-stage.js";
import { element, icon } from "./dom.js";

/** @typedef {import("./canvas-run.js").StepState} StepState */
/** @typedef {import("./canvas-stage.js").Stage} Stage */
/** @typedef {import("./canvas-graph.js").Card} Card */
/** @typedef {import("./canvas-graph.js").Edge} Edge */
/** @typedef {{pinned?: boolean, stale?: boolean}} Mark */

const many = 12; // more running steps than this do not move their edges

/** @param {number} n */
const itemCount = (n) => (n === 1 ? "1 item" : `${n} items`);

export class States {
  /** @type {Map<string, StepState>} */
  #states = new Map();
  /** @type {Map<string, Mark>} */
  #marks = new Map();
  #painting = 0;

  /** @param {Stage} stage @param {AbortSignal} signal */
  constructor(stage, signal) {
    this.stage = stage;
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#painting));
  }

  /** @param {string} id @param {StepState} state @returns {boolean} whether there is such a card and such a status */
  set(id, state) {
    const { graph } = this.stage;
    const card = graph.cards.get(id);
    if (!card || !isStatus(state.status)) return false;
    this.#states.set(id, state);
    this.#showCard(card);
    for (const edge of [...graph.outOf(id), ...graph.into(id)]) this.#showEdge(edge);
    this.#repaint();
    return true;
  }

  /** All are as before the run. */
  reset() {
    const known = [...this.#states.keys()];
    this.#states.clear();
    for (const card of this.stage.graph.order) {
      if (!card.item.hasAttribute("data-status") && !known.includes(card.id)) continue;
      card.item.removeAttribute("data-status");
      card.item.querySelector('[data-part="status"]')?.replaceChildren();
    }
    for (const edge of this.stage.graph.edges.values()) this.#showEdge(edge);
    this.#repaint();
  }

  /** Marks a card; without a property it stays as it is marked. @param {string} id @param {Mark} mark */
  mark(id, mark) {
    const marks = { ...this.#marks.get(id), ...mark };
    if (marks.pinned || marks.stale) this.#marks.set(id, marks);
    else this.#marks.delete(id);
    const card = this.stage.graph.cards.get(id);
    if (card) this.#showMarks(card);
  }

  /** Shows all that is known on what was drawn anew. @param {import("./canvas-patch.js").Changed} changed */
  again({ cards, edges }) {
    for (const card of cards) {
      this.#showCard(card);
      this.#showMarks(card);
    }
    for (const edge of edges) this.#showEdge(edge);
    this.#repaint();
  }

  /** @param {Card} card */
  #showCard(card) {
    const state = this.#states.get(card.id);
    if (!state) return;
    card.item.dataset.status = state.status;
    card.item.querySelector('[data-part="status"]')?.replaceChildren(...badge(state));
  }

  /** @param {Card} card */
  #showMarks(card) {
    const { pinned = false, stale = false } = this.#marks.get(card.id) ?? {};
    card.item.toggleAttribute("data-pinned", pinned);
    card.item.querySelector(".card-marks")?.remove();
    if (!pinned && !stale) return;
    const one = (/** @type {string} */ name, /** @type {string} */ words) =>
      element("span", { class: `card-mark ${name}`, title: words }, icon(name), element("span", { class: "visually-hidden" }, words));
    card.item.querySelector(".card")?.append(element("span", { class: "card-marks" },
      pinned ? one("pin", "Its output is pinned: runs use it instead of running the step") : null,
      stale ? one("history", "Its output is from before the last change") : null));
  }

  /** @param {Edge} edge */
  #showEdge(edge) {
    const from = this.#states.get(edge.from);
    const state = edgeState(from, this.#states.get(edge.to), edge.port);
    if (state === "idle") delete edge.line.dataset.state;
    else edge.line.dataset.state = state;
    const text = (state === "taken" || state === "running") && from?.items !== undefined ? itemCount(from.items) : "";
    if (!text) { edge.label?.remove(); edge.label = null; return; }
    if (!edge.label) {
      edge.label = /** @type {SVGTextElement} */ (shape("text", { class: "edge-label", x: edge.at.x, y: edge.at.y - 6 }));
      edge.line.after(edge.label);
    }
    edge.label.textContent = text;
  }

  /** Paints the states on the minimap, once for all changes of a frame. */
  #repaint() {
    this.#painting ||= requestAnimationFrame(() => {
      this.#painting = 0;
      /** @type {Map<string, string>} */
      const shapes = new Map();
      let running = 0;
      for (const [id, { status }] of this.#states) {
        const card = this.stage.graph.cards.get(id);
        if (status === "running") running++;
        if (!card || status === "skipped" || card.frame) continue;
        shapes.set(status, (shapes.get(status) ?? "") + `M${card.x} ${card.y}h${card.width}v${card.height}h${-card.width}z`);
      }
      this.stage.host.toggleAttribute("data-many", running > many);
      this.stage.part("map-states").replaceChildren(...[...shapes].map(([status, d]) => shape("path", { d, "data-status": status })));
    });
  }
}

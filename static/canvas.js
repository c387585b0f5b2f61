// <flow-canvas>: the outline of a flow, which the server sends, put on a canvas
// that pans and zooms, with the states of a run on it. Cards stay where the
// server put them; one layer is moved. Nothing is remembered between pages.
import { badge, edgeState, isStatus } from "./canvas-run.js";
import { Sight } from "./canvas-sight.js";
import { sizes } from "./geometry.js";

/** @typedef {import("./canvas-run.js").StepState} StepState */
/** @typedef {{id: string, item: HTMLElement, link: HTMLElement, x: number, y: number, width: number, height: number}} Card */
/** @typedef {{from: string, port: string, to: string, line: SVGPathElement, at: {x: number, y: number}, label: SVGTextElement | null}} Edge */

const svg = "http://www.w3.org/2000/svg";
const many = 12; // more running steps than this do not move their edges
const large = 200; // from so many cards on, those out of sight are not drawn

/** @param {number} n */
const itemCount = (n) => (n === 1 ? "1 item" : `${n} items`);

export class FlowCanvas extends HTMLElement {
  /** @type {Map<string, Card>} */
  #cards = new Map();
  /** @type {Card[]} */
  #order = [];
  /** @type {Edge[]} */
  #edges = [];
  /** @type {Map<string, StepState>} */
  #states = new Map();
  /** @type {Map<string, {in: Edge[], out: Edge[]}>} */
  #edgesOf = new Map();
  #selected = "";
  #painting = 0;
  /** @type {Sight | null} */
  #sight = null;
  /** @type {AbortController | null} */
  #listening = null;

  connectedCallback() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    this.#read();
    this.#place();
    this.dataset.view = "canvas";
    this.#listen(this.#listening.signal);
    this.#sight?.open();
  }

  disconnectedCallback() {
    this.#listening?.abort();
    this.#listening = null;
    cancelAnimationFrame(this.#painting);
    this.#painting = 0;
  }

  /** The ID of the selected step; empty: none. */
  get selected() { return this.#selected; }

  /**
   * Selects a step and brings it into sight; an empty or unknown ID selects none.
   * @param {string} id
   */
  select(id) {
    const card = this.#cards.get(id);
    this.#cards.get(this.#selected)?.item.removeAttribute("data-selected");
    this.#cards.get(this.#selected)?.link.removeAttribute("aria-current");
    this.#selected = card ? id : "";
    for (const edge of this.#edges) edge.line.toggleAttribute("data-near", card !== undefined && (edge.from === id || edge.to === id));
    if (!card) return;
    card.item.setAttribute("data-selected", "");
    card.link.setAttribute("aria-current", "true");
    this.#rove(card);
    this.#reveal(card);
  }

  /**
   * Shows how a step stands in a run, on its card and on the edges out of it.
   * @param {string} id
   * @param {StepState} state
   */
  setStatus(id, state) {
    const card = this.#cards.get(id);
    if (!card || !isStatus(state.status)) return;
    this.#states.set(id, state);
    card.item.dataset.status = state.status;
    card.item.querySelector('[data-part="status"]')?.replaceChildren(...badge(state));
    const { in: incoming, out } = this.#edgesOf.get(id) ?? { in: [], out: [] };
    for (const edge of out) this.#show(edge);
    for (const edge of incoming) this.#show(edge);
    this.#repaint();
  }

  /** Forgets the run: all steps and edges are as before it. */
  reset() {
    for (const { item } of this.#order) {
      if (!item.hasAttribute("data-status")) continue;
      item.removeAttribute("data-status");
      item.querySelector('[data-part="status"]')?.replaceChildren();
    }
    this.#states.clear();
    for (const edge of this.#edges) this.#show(edge);
    this.#repaint();
  }

  /** Shows the whole flow. */
  fit() { this.#sight?.fit(); }

  /**
   * Shows the flow as an outline, or on the canvas.
   * @param {boolean} on
   */
  outline(on) {
    this.dataset.view = on ? "outline" : "canvas";
    const button = this.querySelector('[data-action="outline"]');
    button?.setAttribute("aria-pressed", String(on));
    for (const card of this.#order) {
      if (on) card.link.removeAttribute("tabindex");
      else card.link.tabIndex = -1;
    }
    if (on) return;
    const first = this.#beginning();
    if (first) this.#rove(first);
    this.#sight?.show();
  }

  // What the server sent.

  #read() {
    this.#cards.clear();
    this.#edgesOf.clear();
    this.#parts.clear();
    this.#order = [];
    this.#edges = [];
    for (const item of this.#part("steps").children) {
      const link = item.querySelector(".card-link");
      if (!(item instanceof HTMLElement) || !(link instanceof HTMLElement)) continue;
      const { step = "", x, y, width, height } = item.dataset;
      const card = { id: step, item, link, x: Number(x), y: Number(y), width: Number(width), height: Number(height) };
      this.#order.push(card);
      if (this.#cards.has(step)) continue;
      this.#cards.set(step, card);
      this.#edgesOf.set(step, { in: [], out: [] });
      if (item.hasAttribute("data-selected")) this.#selected = step;
    }
    for (const line of this.#part("edges").querySelectorAll("path")) {
      const { from = "", port = "", to = "", x, y } = line.dataset;
      const edge = { from, port, to, line, at: { x: Number(x), y: Number(y) }, label: null };
      this.#edges.push(edge);
      this.#edgesOf.get(from)?.out.push(edge);
      this.#edgesOf.get(to)?.in.push(edge);
    }
    const [x = 0, y = 0, width = 1, height = 1] = (this.dataset.bounds ?? "").split(" ").map(Number);
    this.#sight = new Sight(this, (name) => this.#part(name), { x, y, width, height }, () => this.#beginning());
  }

  #place() {
    for (const card of this.#order) {
      const style = card.item.style;
      style.setProperty("--x", `${card.x}px`);
      style.setProperty("--y", `${card.y}px`);
      style.setProperty("--width", `${card.width}px`);
      style.setProperty("--height", `${card.height}px`);
      const tint = card.item.dataset.tint;
      if (tint) style.setProperty("--tint", tint);
      card.link.tabIndex = -1;
    }
    this.toggleAttribute("data-large", this.#order.length >= large);
    const first = this.#beginning();
    if (first) this.#rove(first);
  }

  // Moving about.

  /** @param {AbortSignal} signal */
  #listen(signal) {
    this.#sight?.listen(signal);
    this.addEventListener("click", (event) => this.#click(event), { signal });
    this.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("focusin", (event) => this.#focused(event), { signal });
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const target = event.target instanceof Element ? event.target : null;
    const action = target?.closest("[data-action]");
    if (action instanceof HTMLElement) { this.#act(action.dataset.action ?? ""); return; }
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const lead = target?.closest(".card-leads a, .row-leads a");
    if (lead) {
      event.preventDefault();
      this.querySelector(lead.getAttribute("href") ?? "")?.querySelector("a")?.focus();
      return;
    }
    const item = target?.closest(".card")?.closest("li.step");
    if (item instanceof HTMLElement) {
      event.preventDefault();
      this.#choose(item.dataset.step ?? "");
    } else if (target?.closest(".canvas-view") && this.dataset.view === "canvas") {
      this.#choose("");
    }
  }

  /** @param {string} id */
  #choose(id) {
    this.select(id);
    this.dispatchEvent(new CustomEvent("canvas-select", { bubbles: true, detail: { step: this.#selected } }));
  }

  /** @param {string} action */
  #act(action) {
    switch (action) {
      case "zoom-in": this.#sight?.step("in"); break;
      case "zoom-out": this.#sight?.step("out"); break;
      case "actual": this.#sight?.actual(); break;
      case "fit": this.#sight?.fit(); break;
      case "outline": this.outline(this.dataset.view !== "outline"); break;
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (!target || event.altKey || event.ctrlKey || event.metaKey || target.closest("input, textarea, select")) return;
    /** @type {Record<string, string>} */
    const actions = { "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", "0": "actual", "1": "fit" };
    const action = actions[event.key];
    if (this.dataset.view === "canvas" && action) { event.preventDefault(); this.#act(action); return; }
    if (event.key === "Escape" && this.#selected) { this.#choose(""); return; }
    const here = this.#cardOf(target);
    if (!here || !target.matches(".card-link")) return;
    const next = this.dataset.view === "outline" ? this.#beside(here, event.key) : this.#toward(here, event.key);
    if (next) { event.preventDefault(); next.link.focus({ preventScroll: this.dataset.view === "canvas" }); }
  }

  /** The card before or after one in the outline. @param {Card} card @param {string} key */
  #beside(card, key) {
    const at = this.#order.indexOf(card);
    switch (key) {
      case "ArrowDown": return this.#order[at + 1];
      case "ArrowUp": return this.#order[at - 1];
      case "Home": return this.#order[0];
      case "End": return this.#order.at(-1);
    }
    return undefined;
  }

  /** The card that an arrow key leads to. @param {Card} card @param {string} key */
  #toward(card, key) {
    switch (key) {
      case "ArrowRight": return this.#along(card, "out");
      case "ArrowLeft": return this.#along(card, "in");
      case "ArrowDown": return this.#level(card, 1);
      case "ArrowUp": return this.#level(card, -1);
      case "Home": return this.#order[0];
      case "End": return this.#order.at(-1);
    }
    return undefined;
  }

  /** Along an edge; where there is none, out of the frame around the card. @param {Card} card @param {"in" | "out"} way @returns {Card | undefined} */
  #along(card, way) {
    const edges = this.#edgesOf.get(card.id)?.[way] ?? [];
    const ends = edges.map((edge) => this.#cards.get(way === "out" ? edge.to : edge.from)).filter((end) => end !== undefined);
    ends.sort((a, b) => Math.abs(a.y - card.y) - Math.abs(b.y - card.y) || a.y - b.y);
    const parent = this.#cards.get(card.item.dataset.parent ?? "");
    return ends[0] ?? (parent && (way === "in" ? parent : this.#along(parent, way)));
  }

  /** The nearest card above or below. @param {Card} card @param {1 | -1} down */
  #level(card, down) {
    let best, least = Infinity;
    for (const other of this.#order) {
      const y = (other.y - card.y) * down, x = Math.abs(other.x - card.x);
      // Sideways counts double; what is more beside than below is not below.
      if (y <= 0 || x > Math.max(y, sizes.cardWidth)) continue;
      if (y + 2 * x < least) { best = other; least = y + 2 * x; }
    }
    return best;
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    if (this.dataset.view !== "canvas" || !(event.target instanceof HTMLElement)) return;
    const card = this.#cardOf(event.target);
    if (!card) return;
    this.#rove(card);
    if (event.target.matches(":focus-visible")) this.#reveal(card);
  }

  /** Makes a card the one that Tab leads to. @param {Card} card */
  #rove(card) {
    if (this.dataset.view === "outline") return;
    this.querySelector('.card-link[tabindex="0"]')?.setAttribute("tabindex", "-1");
    card.link.tabIndex = 0;
  }

  /** @param {Element} element */
  #cardOf(element) {
    const item = element.closest("li.step");
    return item instanceof HTMLElement ? this.#order.find((card) => card.item === item) : undefined;
  }

  /** Where reading begins. */
  #beginning() { return this.#cards.get(this.#selected) ?? this.#order[0]; }

  /** @param {Card} card */
  #reveal(card) {
    if (this.dataset.view === "canvas") this.#sight?.reveal(card);
    else card.item.scrollIntoView({ block: "nearest" });
  }

  // A run.

  /** @param {Edge} edge */
  #show(edge) {
    const from = this.#states.get(edge.from);
    const state = edgeState(from, this.#states.get(edge.to), edge.port);
    edge.line.dataset.state = state;
    const text = (state === "taken" || state === "running") && from?.items !== undefined ? itemCount(from.items) : "";
    if (!text) { edge.label?.remove(); edge.label = null; return; }
    if (!edge.label) {
      edge.label = document.createElementNS(svg, "text");
      edge.label.setAttribute("class", "edge-label");
      edge.label.setAttribute("x", String(edge.at.x));
      edge.label.setAttribute("y", String(edge.at.y - 6));
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
        const card = this.#cards.get(id);
        if (status === "running") running++;
        if (!card || status === "skipped" || card.item.hasAttribute("data-frame")) continue;
        shapes.set(status, (shapes.get(status) ?? "") + `M${card.x} ${card.y}h${card.width}v${card.height}h${-card.width}z`);
      }
      this.toggleAttribute("data-many", running > many);
      this.#part("map-states").replaceChildren(...[...shapes].map(([status, d]) => {
        const shape = document.createElementNS(svg, "path");
        shape.setAttribute("d", d);
        shape.dataset.status = status;
        return shape;
      }));
    });
  }

  /** @type {Map<string, HTMLElement>} */
  #parts = new Map();

  /** @param {string} name @returns {HTMLElement} */
  #part(name) {
    const known = this.#parts.get(name) ?? this.querySelector(`[data-part="${name}"]`);
    if (!known) throw new Error(`<flow-canvas> has no ${name}`);
    this.#parts.set(name, /** @type {HTMLElement} */ (known));
    return /** @type {HTMLElement} */ (known);
  }
}

customElements.define("flow-canvas", FlowCanvas);

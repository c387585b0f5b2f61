// <flow-canvas>: the outline of a flow, which the server sends, put on a canvas
// that pans and zooms, on which the flow is edited and its runs are shown. It
// knows no server: it tells by events what people do, and patch() shows what
// came of it.
//   canvas-select   {step, steps}: what is selected; step is the one, or empty
//   canvas-edit     {operations, select}: an edit that people have made here
//   canvas-palette  {at?, clientX, clientY, after?, into?, in?}: a place for a new step was chosen
//   canvas-command  {name, steps}: what the page does with steps: rename, copy, undo …
// With data-readonly nothing can be changed.
import { Clicks } from "./canvas-clicks.js";
import { Commands } from "./canvas-commands.js";
import { EdgeTools } from "./canvas-edge-tools.js";
import { Focus } from "./canvas-focus.js";
import { Gesture } from "./canvas-gesture.js";
import { Keys } from "./canvas-keys.js";
import { Menu } from "./canvas-menu.js";
import { Next } from "./canvas-next.js";
import { patch } from "./canvas-patch.js";
import { Pointer } from "./canvas-pointer.js";
import { placeCard, readCard, readEdge } from "./canvas-read.js";
import { Selection } from "./canvas-select.js";
import { Sight } from "./canvas-sight.js";
import { Stage } from "./canvas-stage.js";
import { States } from "./canvas-states.js";

/** @typedef {import("./canvas-run.js").StepState} StepState */

/**
 * The parts of a canvas, as they know each other.
 * @typedef {object} Parts
 * @property {Stage} stage
 * @property {Sight} sight
 * @property {Selection} selection
 * @property {States} states
 * @property {Gesture} gesture
 * @property {Pointer} pointer
 * @property {Keys} keys
 * @property {EdgeTools} edgeTools
 * @property {Next} next
 * @property {Commands} commands
 * @property {Menu} menu
 * @property {Focus} focus
 * @property {Clicks} clicks
 * @property {() => void} outline changes between canvas and outline
 * @property {() => void} selectAll
 */

const large = 200; // from so many cards on, those out of sight are not drawn

export class FlowCanvas extends HTMLElement {
  /** @type {Parts | null} */
  #parts = null;
  /** @type {AbortController | null} */
  #listening = null;
  /** The items of cards that are not drawn on the canvas, as they are out of sight. @type {WeakSet<HTMLElement>} */
  #far = new WeakSet();

  connectedCallback() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.dataset.view = "canvas";
    const parts = this.#parts = this.#assemble(signal);
    this.#read(parts);
    parts.sight.listen(signal);
    this.addEventListener("focusin", (event) => this.#focused(event), { signal });
    this.addEventListener("focusout", () => parts.next.leave(), { signal });
    this.addEventListener("contentvisibilityautostatechange", (event) => this.#skipped(event), { signal });
    parts.sight.open();
    parts.next.rest();
  }

  disconnectedCallback() {
    this.#listening?.abort();
    this.#listening = null;
  }

  /** The ID of the one selected step; empty: none, or several. */
  get selected() { return this.#parts?.selection.one ?? ""; }

  /** The IDs of all selected steps. */
  get selection() { return this.#parts?.selection.ids ?? []; }

  /**
   * Selects steps and brings one into sight; IDs that are not there are left out.
   * Nothing is told of it.
   * @param {string | string[]} ids
   */
  select(ids) {
    const parts = this.#parts;
    if (!parts) return;
    parts.selection.set([ids].flat());
    const card = parts.stage.graph.cards.get(parts.selection.ids.at(-1) ?? "");
    if (card) {
      parts.focus.rove(card);
      parts.focus.reveal(card, parts.sight);
    }
    parts.next.rest();
  }

  /**
   * Shows how a step stands in a run, on its card and on the edges out of it.
   * What runs or fails comes into sight, unless people have moved the canvas.
   * @param {string} id
   * @param {StepState} state
   */
  setStatus(id, state) {
    const parts = this.#parts;
    if (!parts?.states.set(id, state)) return;
    const card = parts.stage.graph.cards.get(id);
    if (card && !parts.sight.touched && parts.stage.drawn && (state.status === "running" || state.status === "failed")) parts.sight.reveal(card);
  }

  /** Forgets the run: all steps and edges are as before it. */
  reset() { this.#parts?.states.reset(); }

  /**
   * Marks a card: its output is pinned, or from before the last change.
   * @param {string} id
   * @param {{pinned?: boolean, stale?: boolean}} mark
   */
  setMark(id, mark) { this.#parts?.states.mark(id, mark); }

  /**
   * What there is to undo and to redo; null: nothing.
   * @param {{undo: string | null, redo: string | null}} history
   */
  setHistory(history) {
    for (const [name, word] of /** @type {const} */ ([["undo", "Undo"], ["redo", "Redo"]])) {
      const button = this.querySelector(`.canvas-controls [data-action="${name}"]`);
      if (!(button instanceof HTMLButtonElement)) continue;
      const label = history[name];
      button.disabled = label === null;
      button.title = label === null ? `Nothing to ${name}` : `${word} ${label}`;
      button.setAttribute("aria-label", button.title);
    }
  }

  /** Shows the whole flow. */
  fit() { this.#parts?.sight.fit(); }

  /**
   * Shows what an edit changed.
   * @param {import("./canvas-patch.js").Delta} delta
   * @param {Record<string, string>} [renamed] steps with new IDs: they stay selected
   */
  patch(delta, renamed = {}) {
    const parts = this.#parts;
    if (!parts) return;
    const { stage, sight, selection, states, edgeTools, next, focus } = parts;
    const focused = focus.here;
    const before = selection.ids;
    const changed = patch(stage, delta);
    if (delta.bounds) {
      this.dataset.bounds = delta.bounds;
      sight.bounds = this.#bounds();
    }
    this.toggleAttribute("data-large", stage.graph.order.length >= large);
    states.again(changed);
    const kept = before.map((id) => renamed[id] ?? id).filter((id) => stage.graph.cards.has(id));
    selection.set(kept);
    if (kept.length < before.length) stage.selected(kept);
    if (focused && !stage.graph.cards.has(focused.id)) focus.pass(focused, renamed[focused.id]);
    if (!this.querySelector('.card-link[tabindex="0"]')) focus.rove(focus.beginning);
    edgeTools.refresh();
    next.refresh();
    sight.show();
  }

  /**
   * An edit that the canvas has asked for was answered, and patch has shown what
   * came of it: what the canvas showed ahead beyond that goes back.
   * @param {object} operations those of the canvas-edit
   */
  answered(operations) { this.#parts?.stage.ahead.answered(operations); }

  /**
   * Where a new card that is dropped at a place of the window belongs: its
   * upper left corner in the positions of the flow, or of the frame that it is
   * in, and the edge that it is dropped on.
   * @param {number} clientX
   * @param {number} clientY
   * @returns {{x: number, y: number, in?: string, into?: {from: string, port: string, to: string}}}
   */
  place(clientX, clientY) { return this.#parts?.clicks.place({ clientX, clientY }) ?? { x: 0, y: 0 }; }

  /** Draws the eye to a card. @param {string} id */
  pulse(id) {
    const card = this.#parts?.stage.graph.cards.get(id);
    if (!card) return;
    this.#parts?.focus.reveal(card, this.#parts.sight);
    card.item.removeAttribute("data-pulse");
    requestAnimationFrame(() => card.item.setAttribute("data-pulse", ""));
    card.item.addEventListener("animationend", () => card.item.removeAttribute("data-pulse"), { once: true });
  }

  /**
   * Shows the flow as an outline, or on the canvas.
   * @param {boolean} on
   */
  outline(on) {
    const parts = this.#parts;
    if (!parts) return;
    this.dataset.view = on ? "outline" : "canvas";
    const button = this.querySelector('[data-action="outline"]');
    button?.setAttribute("aria-pressed", String(on));
    parts.focus.retab();
    for (const card of parts.stage.graph.order) this.#name(card);
    if (!on) parts.sight.show();
  }

  /** @param {AbortSignal} signal @returns {Parts} */
  #assemble(signal) {
    const stage = new Stage(this);
    const selection = new Selection(stage);
    const focus = new Focus(stage, selection);
    const sight = new Sight(this, (name) => stage.part(name), this.#bounds(), () => focus.beginning, (event) => this.#parts?.pointer.pans(event) ?? true);
    const commands = new Commands(stage, selection);
    sight.scaled = (k) => stage.tools.style.setProperty("--k", String(k));
    sight.kept = () => stage.graph.cards.get(selection.one);
    sight.before = ({ id }) => stage.graph.cards.get(stage.graph.into(id)[0]?.from ?? "");
    const parts = /** @type {Parts} */ ({
      stage, sight, selection, commands, focus,
      states: new States(stage, signal),
      gesture: new Gesture(stage, sight, signal),
      edgeTools: new EdgeTools(stage, sight),
      next: new Next(stage, sight),
      menu: new Menu(stage, commands, (name, at) => parts.clicks.own(name, at)),
      outline: () => this.outline(this.dataset.view !== "outline"),
      selectAll: () => selection.choose(stage.graph.order.map((card) => card.id)),
    });
    // What shows a plus while nothing is pointed at.
    const { graph } = stage;
    parts.next.resting = () => focus.visible ?? graph.cards.get(selection.one) ?? (graph.order.length === 1 ? graph.order[0] : undefined);
    parts.clicks = new Clicks(parts, signal);
    parts.pointer = new Pointer(parts, signal);
    parts.keys = new Keys(parts, signal);
    return parts;
  }

  /** What the server sent. @param {Parts} parts */
  #read({ stage, selection, focus }) {
    const { graph } = stage;
    /** @type {string[]} */
    const selected = [];
    for (const item of stage.part("steps").children) {
      const card = readCard(item);
      if (!card) continue;
      placeCard(card);
      card.link.tabIndex = -1;
      graph.order.push(card);
      if (graph.cards.has(card.id)) continue;
      graph.put(card);
      if (item.hasAttribute("data-selected")) selected.push(card.id);
    }
    for (const line of stage.part("edges").querySelectorAll("path")) graph.join(readEdge(line));
    this.toggleAttribute("data-large", graph.order.length >= large);
    selection.set(selected);
    focus.rove(focus.beginning);
  }

  #bounds() {
    const [x = 0, y = 0, width = 1, height = 1] = (this.dataset.bounds ?? "").split(" ").map(Number);
    return { x, y, width, height };
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    const parts = this.#parts;
    if (!parts?.stage.drawn || !(event.target instanceof HTMLElement)) return;
    const card = parts.stage.cardOf(event.target);
    if (!card) return;
    parts.focus.rove(card);
    if (!event.target.matches(":focus-visible")) return;
    parts.next.show(card);
    parts.sight.reveal(card);
  }

  /** The browser begins or ceases to draw a card. @param {Event} event */
  #skipped(event) {
    const card = event.target instanceof Element && this.#parts?.stage.cardOf(event.target);
    if (!card) return;
    if (/** @type {ContentVisibilityAutoStateChangeEvent} */ (event).skipped) this.#far.add(card.item);
    else this.#far.delete(card.item);
    this.#name(card);
  }

  /** What is not drawn may not be read out either: then the item itself says what it is. @param {import("./canvas-graph.js").Card} card */
  #name(card) {
    card.item.ariaLabel = this.dataset.view === "canvas" && this.#far.has(card.item) ? card.title : null;
  }
}

customElements.define("flow-canvas", FlowCanvas);

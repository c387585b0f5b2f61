// <flow-canvas>: the outline of a flow, which the server sends, put on a canvas
// that pans and zooms, on which the flow is edited and its runs are shown. It
// knows no server: it tells by events what people do, and patch() shows what
// came of it.
//   canvas-select   {step, steps}: what is selected; step is the one, or empty
//   canvas-edit     {operations, select}: an edit that people have made here
//   canvas-palette  {at?, clientX, clientY, after?, into?, in?}: a place for a new step was chosen
//   canvas-command  {name, steps}: what the page does with steps: rename, copy, undo …
// With data-readonly nothing can be changed.
import { Commands } from "./canvas-commands.js";
import { EdgeTools } from "./canvas-edge-tools.js";
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
import { sizes } from "./geometry.js";
import { toGrid } from "./canvas-guides.js";

/** @typedef {import("./canvas-run.js").StepState} StepState */
/** @typedef {import("./canvas-graph.js").Card} Card */

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
 * @property {(at: {clientX: number, clientY: number}) => void} add asks for a step at a place of the window
 * @property {() => void} selectAll
 */

const large = 200; // from so many cards on, those out of sight are not drawn

export class FlowCanvas extends HTMLElement {
  /** @type {Parts | null} */
  #parts = null;
  /** @type {AbortController | null} */
  #listening = null;

  connectedCallback() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.dataset.view = "canvas";
    const parts = this.#parts = this.#assemble(signal);
    this.#read(parts);
    parts.sight.listen(signal);
    this.addEventListener("click", (event) => this.#click(event), { signal });
    this.addEventListener("focusin", (event) => this.#focused(event), { signal });
    this.addEventListener("focusout", () => parts.next.leave(), { signal });
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
      this.#rove(card);
      this.#reveal(card);
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
    const { stage, sight, selection, states, edgeTools, next } = parts;
    const focused = document.activeElement instanceof HTMLElement ? stage.cardOf(document.activeElement) : undefined;
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
    if (focused && !stage.graph.cards.has(focused.id)) this.#refocus(focused, renamed[focused.id]);
    if (!this.querySelector('.card-link[tabindex="0"]')) this.#rove(this.#beginning());
    edgeTools.refresh();
    next.refresh();
    sight.show();
  }

  /** Takes back what was shown ahead of the server, which has refused it. */
  revert() { this.#parts?.stage.ahead.revert(); }

  /**
   * Where a new card that is dropped at a place of the window belongs: its
   * upper left corner in the positions of the flow, or of the frame that it is
   * in, and the edge that it is dropped on.
   * @param {number} clientX
   * @param {number} clientY
   * @returns {{x: number, y: number, in?: string, into?: {from: string, port: string, to: string}}}
   */
  place(clientX, clientY) {
    const parts = this.#parts;
    if (!parts) return { x: 0, y: 0 };
    const { stage, sight, edgeTools } = parts;
    sight.measure();
    const at = sight.toCanvas(clientX, clientY);
    const frame = stage.graph.at(at, (card) => card.frame)?.id ?? "";
    const origin = stage.graph.origin(frame);
    const edge = edgeTools.at(at);
    return {
      x: toGrid(at.x - sizes.cardWidth / 2 - origin.x), y: toGrid(at.y - sizes.portY - origin.y),
      ...frame ? { in: frame } : {},
      ...edge ? { into: { from: edge.from, port: edge.port, to: edge.to } } : {},
    };
  }

  /** Draws the eye to a card. @param {string} id */
  pulse(id) {
    const card = this.#parts?.stage.graph.cards.get(id);
    if (!card) return;
    this.#reveal(card);
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
    for (const card of parts.stage.graph.order) {
      if (on) card.link.removeAttribute("tabindex");
      else card.link.tabIndex = -1;
    }
    if (on) return;
    this.#rove(this.#beginning());
    parts.sight.show();
  }

  /** @param {AbortSignal} signal @returns {Parts} */
  #assemble(signal) {
    const stage = new Stage(this);
    const selection = new Selection(stage);
    const sight = new Sight(this, (name) => stage.part(name), this.#bounds(), () => this.#beginning(), (event) => this.#parts?.pointer.pans(event) ?? true);
    const commands = new Commands(stage, selection);
    sight.scaled = (k) => stage.tools.style.setProperty("--k", String(k));
    sight.kept = () => stage.graph.cards.get(selection.one);
    const parts = /** @type {Parts} */ ({
      stage, sight, selection, commands,
      states: new States(stage, signal),
      gesture: new Gesture(stage, sight, signal),
      edgeTools: new EdgeTools(stage, sight),
      next: new Next(stage, sight),
      menu: new Menu(stage, commands, (name, at) => this.#own(name, at)),
      add: (/** @type {{clientX: number, clientY: number}} */ at) => this.#add(at),
      selectAll: () => selection.choose(stage.graph.order.map((card) => card.id)),
    });
    parts.next.resting = () => this.#resting();
    parts.pointer = new Pointer(parts, signal);
    parts.keys = new Keys(parts, signal);
    return parts;
  }

  /** What the server sent. @param {Parts} parts */
  #read({ stage, selection }) {
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
    this.#rove(this.#beginning());
  }

  #bounds() {
    const [x = 0, y = 0, width = 1, height = 1] = (this.dataset.bounds ?? "").split(" ").map(Number);
    return { x, y, width, height };
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const parts = this.#parts;
    if (!parts) return;
    const { stage, selection, gesture, pointer, edgeTools } = parts;
    const target = event.target instanceof Element ? event.target : null;
    if (gesture.moved && target?.closest(".canvas-view")) { gesture.moved = false; event.preventDefault(); return; }
    const action = target?.closest("[data-action]");
    if (action instanceof HTMLElement) { this.#act(action); return; }
    const lead = target?.closest(".card-leads a, .row-leads a");
    if (lead && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      document.getElementById(decodeURIComponent(lead.getAttribute("href")?.slice(1) ?? ""))?.querySelector("a")?.focus();
      return;
    }
    if (event.button !== 0 || !target?.closest(".canvas-view")) return;
    if (stage.drawn && pointer.clickedWire(event)) { event.preventDefault(); return; }
    const card = stage.cardOf(target);
    const several = stage.editable && (event.shiftKey || event.ctrlKey || event.metaKey);
    if (card && target.closest(".card")) {
      if (!stage.editable && (event.ctrlKey || event.metaKey || event.shiftKey)) return; // opens the link in a tab
      event.preventDefault();
      const port = target.closest(".port-out");
      if (port instanceof HTMLElement && stage.editable && stage.drawn) { pointer.connect(card, port.dataset.port ?? ""); return; }
      edgeTools.choose(null);
      if (several) selection.toggle(card.id);
      else this.#choose(card);
    } else if (stage.drawn && !several) {
      const edge = stage.editable ? edgeTools.at(gesture.place(event)) : undefined;
      edgeTools.choose(edge ?? null, gesture.place(event));
      if (!edge || selection.ids.length > 0) selection.choose([]);
    }
    parts.next.rest();
  }

  /** @param {Card} card */
  #choose(card) {
    this.#rove(card);
    this.#parts?.selection.choose([card.id]);
    this.#reveal(card);
  }

  /** What the buttons do. @param {HTMLElement} button */
  #act(button) {
    const parts = this.#parts;
    if (!parts) return;
    const { stage, sight, next, edgeTools, commands, pointer } = parts;
    const card = stage.graph.cards.get(button.dataset.step ?? "") ?? stage.cardOf(button);
    switch (button.dataset.action) {
      case "zoom-in": sight.step("in"); break;
      case "zoom-out": sight.step("out"); break;
      case "actual": sight.actual(); break;
      case "fit": sight.fit(); break;
      case "outline": this.outline(this.dataset.view !== "outline"); break;
      case "tidy": commands.tidy(); break;
      case "undo": case "redo": stage.command(button.dataset.action, []); break;
      case "add-into": edgeTools.add(); break;
      case "disconnect": edgeTools.remove(); break;
      case "add-after": if (card) next.ask(card, button.dataset.port); break;
      case "respond": if (card) stage.edit([{ op: "add", uses: "respond", after: { step: card.id, port: button.dataset.port ?? "" } }], true); break;
      case "first": if (card) stage.palette({ ...middle(button), in: card.id }); break;
      case "menu": if (card) pointer.menu(below(button), card); break;
    }
  }

  /**
   * What of the menu is for the canvas itself.
   * @param {string} name
   * @param {{clientX: number, clientY: number}} at
   */
  #own(name, at) {
    const parts = this.#parts;
    if (!parts) return false;
    const card = parts.stage.graph.cards.get(parts.selection.one);
    switch (name) {
      case "add-here": this.#add(at); return true;
      case "add-next": if (card) parts.next.ask(card); return true;
      case "connect": if (card) parts.keys.connect(card); return true;
      case "select-all": parts.selectAll(); return true;
      case "fit": parts.sight.fit(); return true;
      case "paste": {
        const place = this.place(at.clientX, at.clientY);
        parts.stage.command("paste", [], { at: [place.x, place.y], ...place.in ? { in: place.in } : {} });
        return true;
      }
    }
    return false;
  }

  /** @param {{clientX: number, clientY: number}} at */
  #add({ clientX, clientY }) {
    const { x, y, ...more } = this.place(clientX, clientY);
    this.#parts?.stage.palette({ at: [x, y], clientX, clientY, ...more });
  }

  /** @param {FocusEvent} event */
  #focused(event) {
    const parts = this.#parts;
    if (!parts?.stage.drawn || !(event.target instanceof HTMLElement)) return;
    const card = parts.stage.cardOf(event.target);
    if (!card) return;
    this.#rove(card);
    if (!event.target.matches(":focus-visible")) return;
    parts.next.show(card);
    this.#reveal(card);
  }

  /** Gives the focus to what is near where a card was. @param {Card} gone @param {string} [renamed] */
  #refocus(gone, renamed) {
    const { graph } = this.#stage();
    const away = (/** @type {Card} */ card) => Math.hypot(card.x - gone.x, card.y - gone.y);
    const near = graph.cards.get(renamed ?? "") ?? graph.order.toSorted((a, b) => away(a) - away(b))[0];
    if (!near) return;
    this.#rove(near);
    near.link.focus({ preventScroll: true });
  }

  /** What shows a plus while nothing is pointed at. */
  #resting() {
    const { graph } = this.#stage();
    const focused = document.activeElement instanceof HTMLElement && document.activeElement.matches(":focus-visible") ? this.#stage().cardOf(document.activeElement) : undefined;
    return focused ?? graph.cards.get(this.selected) ?? (graph.order.length === 1 ? graph.order[0] : undefined);
  }

  /** Makes a card the one that Tab leads to. @param {Card | undefined} card */
  #rove(card) {
    if (!card || this.dataset.view === "outline") return;
    this.querySelector('.card-link[tabindex="0"]')?.setAttribute("tabindex", "-1");
    card.link.tabIndex = 0;
  }

  /** Where reading begins. */
  #beginning() {
    const { graph } = this.#stage();
    return graph.cards.get(this.selected) ?? graph.order[0];
  }

  /** @param {Card} card */
  #reveal(card) {
    if (this.#stage().drawn) this.#parts?.sight.reveal(card);
    else card.item.scrollIntoView({ block: "nearest" });
  }

  #stage() {
    if (!this.#parts) throw new Error("<flow-canvas> is not on a page");
    return this.#parts.stage;
  }
}

/** @param {Element} element */
function middle(element) {
  const box = element.getBoundingClientRect();
  return { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
}

/** @param {Element} element */
function below(element) {
  const box = element.getBoundingClientRect();
  return { clientX: box.left, clientY: box.bottom + 4 };
}

customElements.define("flow-canvas", FlowCanvas);

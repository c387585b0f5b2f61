// What pressing, moving and clicking the pointer on the canvas means.
import { Drag } from "./canvas-drag.js";
import { lasso } from "./canvas-lasso.js";
import { Wire } from "./canvas-wire.js";

/** @typedef {import("./canvas.js").Parts} Parts */
/** @typedef {import("./canvas-graph.js").Card} Card */
/** @typedef {import("./canvas-gesture.js").Place} Place */

export class Pointer {
  /** An edge that waits for a click on where it is to lead. @type {Wire | null} */
  wire = null;
  /** The space bar is down: dragging moves the canvas. */
  panning = false;
  #hovering = 0;

  /** @param {Parts} parts @param {AbortSignal} signal */
  constructor(parts, signal) {
    this.parts = parts;
    const { stage } = parts;
    const view = stage.part("view");
    view.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    view.addEventListener("pointermove", (event) => this.#hover(event), { signal });
    view.addEventListener("pointerleave", () => { parts.edgeTools.hover(null); parts.next.leave(); }, { signal });
    view.addEventListener("dragstart", (event) => event.preventDefault(), { signal });
    view.addEventListener("dblclick", (event) => this.#double(event), { signal });
    view.addEventListener("contextmenu", (event) => this.#menu(event), { signal });
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#hovering));
  }

  /** Whether what is pressed moves the canvas and does nothing else. @param {Event} event */
  pans(event) {
    const { stage } = this.parts;
    if (!stage.editable) return !(event instanceof MouseEvent) || event.button < 2;
    if (event instanceof MouseEvent) return event.button === 1 || event.button === 0 && this.panning;
    const { target } = event;
    return !(target instanceof Element && target.closest(".step[data-selected], .canvas-tools, .port-out") && "touches" in event && /** @type {TouchEvent} */ (event).touches.length === 1);
  }

  /** Begins to draw an edge that ends with a click. @param {Card} card @param {string} port */
  connect(card, port) {
    const { stage, sight } = this.parts;
    this.unwire();
    sight.measure();
    this.wire = new Wire(stage, sight, card, port);
  }

  /** Ends drawing an edge by clicks or keys. @returns {boolean} whether one was being drawn */
  unwire() {
    const { wire } = this;
    this.wire = null;
    wire?.cancel();
    return wire !== null;
  }

  /**
   * A click while an edge is being drawn.
   * @param {MouseEvent} event
   * @returns {boolean} whether that is all that it means
   */
  clickedWire(event) {
    const { wire } = this;
    if (!wire) return false;
    const at = this.parts.gesture.place(event);
    wire.move(at);
    if (wire.target && wire.why) { this.parts.stage.say(wire.why); return true; }
    this.wire = null;
    wire.drop(at);
    return true;
  }

  /** @param {PointerEvent} event */
  #down(event) {
    const { stage, sight, gesture, selection, edgeTools } = this.parts;
    const target = event.target instanceof Element ? event.target : null;
    gesture.moved = false;
    if (!target || !stage.drawn || !stage.editable || event.button !== 0 || this.panning || this.wire) return;
    const touch = event.pointerType === "touch";
    sight.measure();
    const at = gesture.place(event);
    const plus = target.closest('[data-action="add-after"]');
    const exit = target.closest(".port-out") ?? plus;
    const card = plus instanceof HTMLElement ? stage.graph.cards.get(plus.dataset.step ?? "") : stage.cardOf(target);
    if (target.closest(".canvas-tools") && !plus) return;
    if (card && exit instanceof HTMLElement) {
      gesture.press(event, () => new Wire(stage, sight, card, exit.dataset.port ?? ""));
    } else if (card && target.closest(".port-in")) {
      gesture.press(event, () => this.#unplug(card) ?? this.#drag(card, at));
    } else if (card) {
      const held = () => this.menu({ clientX: event.clientX, clientY: event.clientY }, card);
      gesture.press(event, () => (touch && !selection.has(card.id) ? null : this.#drag(card, at)), held);
    } else if (touch) {
      gesture.press(event, () => null, () => this.menu({ clientX: event.clientX, clientY: event.clientY }));
    } else {
      stage.part("view").focus({ preventScroll: true });
      const edge = edgeTools.at(at);
      const end = edge && stage.graph.entry(edge.to);
      if (edge && end && Math.hypot(end.x - at.x, end.y - at.y) * sight.scale < 28) gesture.press(event, () => this.#moveEnd(edge));
      else gesture.press(event, () => lasso(stage, selection, at, event.shiftKey || event.ctrlKey || event.metaKey));
    }
  }

  /** Takes an edge out of the port it leads to. @param {Card} card */
  #unplug(card) {
    const { stage, edgeTools } = this.parts;
    const into = stage.graph.into(card.id);
    const edge = into.find((one) => one === edgeTools.chosen) ?? into.at(-1);
    return edge ? this.#moveEnd(edge) : null;
  }

  /** @param {import("./canvas-graph.js").Edge} edge */
  #moveEnd(edge) {
    const { stage, sight, edgeTools } = this.parts;
    const from = stage.graph.cards.get(edge.from);
    edgeTools.choose(null);
    return from ? new Wire(stage, sight, from, edge.port, edge) : null;
  }

  /** @param {Card} card @param {Place} at */
  #drag(card, at) {
    const { stage, sight, selection, next } = this.parts;
    const ids = selection.has(card.id) ? selection.ids : [card.id];
    const drag = new Drag(stage, sight, ids, card, at);
    next.rest();
    return drag;
  }

  /** @param {PointerEvent} event */
  #hover(event) {
    const { stage, gesture, sight } = this.parts;
    if (gesture.active || event.pointerType === "touch" || event.buttons || !stage.drawn || !stage.editable) return;
    this.#hovering ||= requestAnimationFrame(() => {
      this.#hovering = 0;
      sight.measure();
      const at = gesture.place(event);
      if (this.wire) { this.wire.move(at); return; }
      const target = event.target instanceof Element ? event.target : null;
      if (!target?.isConnected || target.closest(".canvas-tools")) return;
      const card = stage.cardOf(target);
      if (card) this.parts.next.show(card);
      else this.parts.next.leave();
      const edge = this.parts.edgeTools.hover(card ? null : at);
      stage.part("view").toggleAttribute("data-on-edge", Boolean(edge));
    });
  }

  /** @param {MouseEvent} event */
  #double(event) {
    const { stage, gesture, edgeTools } = this.parts;
    const target = event.target instanceof Element ? event.target : null;
    if (!stage.editable || !stage.drawn || !target || target.closest(".card, .canvas-tools")) return;
    const at = gesture.place(event);
    if (edgeTools.at(at)) edgeTools.add();
    else this.parts.clicks.add(event);
  }

  /** @param {MouseEvent} event */
  #menu(event) {
    const { stage, gesture } = this.parts;
    const target = event.target instanceof Element ? event.target : null;
    if (!target || !stage.editable || !stage.drawn || target.closest(".canvas-tools")) return;
    event.preventDefault();
    if (this.unwire() || gesture.cancel()) return;
    this.menu(event, stage.cardOf(target));
  }

  /**
   * Opens the menu of a card, with all that is selected if it is among that, or
   * the one of the canvas.
   * @param {{clientX: number, clientY: number}} at
   * @param {Card} [card]
   */
  menu(at, card) {
    const { selection, menu, stage } = this.parts;
    if (!card) selection.choose([]);
    else if (!selection.has(card.id)) selection.choose([card.id]);
    menu.open(at, card?.link ?? stage.part("view"));
  }
}

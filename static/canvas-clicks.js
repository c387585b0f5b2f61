// What a click on the canvas means, and what its buttons and the entries of its
// menu do.
import { toGrid } from "./canvas-guides.js";
import { sizes } from "./geometry.js";

/** @typedef {import("./canvas.js").Parts} Parts */
/** @typedef {import("./canvas-graph.js").Card} Card */
/** @typedef {{clientX: number, clientY: number}} InWindow */

export class Clicks {
  /** @param {Parts} parts @param {AbortSignal} signal */
  constructor(parts, signal) {
    this.parts = parts;
    parts.stage.host.addEventListener("click", (event) => this.#click(event), { signal });
  }

  /**
   * Where a new card belongs that is dropped at a place of the window.
   * @param {InWindow} at
   * @returns {{x: number, y: number, in?: string, into?: import("./canvas-stage.js").Route}}
   */
  place({ clientX, clientY }) {
    const { stage, sight, edgeTools } = this.parts;
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

  /** Asks for a step at a place of the window. @param {InWindow} at */
  add(at) {
    const { x, y, ...more } = this.place(at);
    this.parts.stage.palette({ at: [x, y], clientX: at.clientX, clientY: at.clientY, ...more });
  }

  /** Selects a card, as people do. @param {Card} card */
  choose(card) {
    const { focus, selection, sight } = this.parts;
    focus.rove(card);
    selection.choose([card.id]);
    focus.reveal(card, sight);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const { stage, gesture, pointer, next } = this.parts;
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    if (gesture.moved && target.closest(".canvas-view")) { gesture.moved = false; event.preventDefault(); return; }
    const action = target.closest("[data-action]");
    if (action instanceof HTMLElement) { this.#act(action); return; }
    const lead = target.closest(".card-leads a, .row-leads a");
    if (lead && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      document.getElementById(lead.getAttribute("href")?.slice(1) ?? "")?.querySelector("a")?.focus();
      return;
    }
    if (event.button !== 0 || !target.closest(".canvas-view")) return;
    if (stage.drawn && pointer.clickedWire(event)) { event.preventDefault(); return; }
    const card = target.closest(".card") && stage.cardOf(target);
    if (card) this.#onCard(event, target, card);
    else if (stage.drawn) this.#onGround(event);
    next.rest();
  }

  /** @param {MouseEvent} event @param {Element} target @param {Card} card */
  #onCard(event, target, card) {
    const { stage, pointer, selection, edgeTools } = this.parts;
    const several = event.ctrlKey || event.metaKey || event.shiftKey;
    if (several && !stage.editable) return; // opens the link in a tab
    event.preventDefault();
    const port = target.closest(".port-out");
    if (port instanceof HTMLElement && stage.editable && stage.drawn) { pointer.connect(card, port.dataset.port ?? ""); return; }
    edgeTools.choose(null);
    if (several) selection.toggle(card.id);
    else this.choose(card);
  }

  /** @param {MouseEvent} event */
  #onGround(event) {
    const { stage, selection, edgeTools, gesture } = this.parts;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const at = gesture.place(event);
    const edge = stage.editable ? edgeTools.at(at) : undefined;
    edgeTools.choose(edge ?? null, at);
    if (!edge || selection.ids.length > 0) selection.choose([]);
  }

  /** @param {HTMLElement} button */
  #act(button) {
    const { stage, sight, next, edgeTools, commands, pointer } = this.parts;
    const card = stage.graph.cards.get(button.dataset.step ?? "") ?? stage.cardOf(button);
    switch (button.dataset.action) {
      case "zoom-in": sight.step("in"); break;
      case "zoom-out": sight.step("out"); break;
      case "actual": sight.actual(); break;
      case "fit": sight.fit(); break;
      case "outline": this.parts.outline(); break;
      case "tidy": commands.tidy(); break;
      case "undo": case "redo": stage.command(button.dataset.action, []); break;
      case "add-into": edgeTools.add(); break;
      case "disconnect": edgeTools.remove(); break;
      case "add-after": if (card) next.ask(card, button.dataset.port); break;
      case "first": if (card) stage.palette({ ...middle(button), in: card.id }); break;
      case "respond": if (card) stage.edit([{ op: "add", uses: "respond", after: { step: card.id, port: button.dataset.port ?? "" } }], true); break;
      case "menu": if (card) pointer.menu(below(button), card); break;
    }
  }

  /**
   * What of the menu is for the canvas itself.
   * @param {string} name
   * @param {InWindow} at
   * @returns {boolean} false: it is not
   */
  own(name, at) {
    const { stage, sight, next, keys, selection, selectAll } = this.parts;
    const card = stage.graph.cards.get(selection.one);
    switch (name) {
      case "add-here": this.add(at); return true;
      case "add-next": if (card) next.ask(card); return true;
      case "connect": if (card) keys.connect(card); return true;
      case "select-all": selectAll(); return true;
      case "fit": sight.fit(); return true;
      case "paste": {
        const { x, y, in: frame } = this.place(at);
        stage.command("paste", [], { at: [x, y], ...frame ? { in: frame } : {} });
        return true;
      }
    }
    return false;
  }
}

/** @param {Element} element @returns {InWindow} */
function middle(element) {
  const box = element.getBoundingClientRect();
  return { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 };
}

/** @param {Element} element @returns {InWindow} */
function below(element) {
  const box = element.getBoundingClientRect();
  return { clientX: box.left, clientY: box.bottom + 4 };
}

// "What next?": a plus beside the ports of the card that is pointed at, has the
// focus or is selected.
import { element, icon } from "./dom.js";

/** @typedef {import("./canvas-stage.js").Stage} Stage */
/** @typedef {import("./canvas-sight.js").Sight} Sight */
/** @typedef {import("./canvas-graph.js").Card} Card */

const lasting = 260; // milliseconds in which the pointer gets from the card to a plus
const off = 30; // between a port and its plus
const inner = 14; // the same before the border of a frame

export class Next {
  #hiding = 0;
  #shown = "";
  #place = element("div", { class: "canvas-next" });
  /** What there is to show when nothing is pointed at. @type {() => Card | undefined} */
  resting = () => undefined;

  /** @param {Stage} stage @param {Sight} sight */
  constructor(stage, sight) {
    this.stage = stage;
    this.sight = sight;
    stage.tools.append(this.#place);
    this.#place.addEventListener("pointerenter", () => clearTimeout(this.#hiding));
    this.#place.addEventListener("pointerleave", () => this.leave());
  }

  /** Shows what may come after a card. @param {Card} card */
  show(card) {
    clearTimeout(this.#hiding);
    const { graph, host } = this.stage;
    if (!this.stage.editable || host.hasAttribute("data-dragging") || host.hasAttribute("data-wiring")) return;
    const selected = card.item.hasAttribute("data-selected") && !host.hasAttribute("data-several");
    const ports = card.ports.filter(({ port }) => selected || graph.outOf(card.id, port).length === 0);
    const ends = ports.map(({ port, y }) => `${port} ${y} ${graph.outOf(card.id, port).length > 0}`);
    const first = card.trigger && graph.order.length === 1;
    const frame = graph.cards.get(card.parent), end = card.x + card.width;
    const tight = frame !== undefined && end + off >= frame.x + frame.width;
    const key = [card.id, card.title, selected, first, card.x, card.y, card.width, tight, ...ends].join();
    if (key === this.#shown) return; // what is being pressed stays
    this.#shown = key;
    this.#place.replaceChildren(...ports.map(({ port, y }) => {
      const words = first ? "What happens first?" : port ? `Add a step after ${card.title}, ${port}` : `Add a step after ${card.title}`;
      const button = element("button", {
        type: "button", "data-action": "add-after", "data-step": card.id, "data-port": port, title: "Add a step (A)", "aria-label": words, tabindex: "-1",
      }, icon("plus"), first ? words : null);
      button.style.setProperty("--x", `${end + (tight ? inner : off)}px`);
      button.style.setProperty("--y", `${card.y + y}px`);
      button.toggleAttribute("data-first", first);
      button.toggleAttribute("data-tight", tight);
      button.toggleAttribute("data-used", graph.outOf(card.id, port).length > 0);
      return button;
    }));
    if (selected) this.#place.append(menuOf(card));
  }

  /** The pointer has left the card. */
  leave() {
    clearTimeout(this.#hiding);
    this.#hiding = setTimeout(() => this.rest(), lasting);
  }

  /** Shows what there is to show by itself. */
  rest() {
    clearTimeout(this.#hiding);
    const card = this.resting();
    if (card) { this.show(card); return; }
    this.#shown = "";
    this.#place.replaceChildren();
  }

  /** The graph has changed. */
  refresh() { this.rest(); }

  /**
   * Asks which step is to come after a port; without one, after the first that
   * leads nowhere.
   * @param {Card} card
   * @param {string} [chosen]
   */
  ask(card, chosen) {
    const { graph } = this.stage;
    const port = chosen ?? graph.freePort(card);
    if (port === undefined) return;
    const exit = graph.exit(card.id, port);
    this.stage.palette({ ...this.sight.toClient(exit), after: { step: card.id, port }, ...card.parent ? { in: card.parent } : {} });
  }
}

/** The button that opens the menu of a selected card. @param {Card} card */
function menuOf(card) {
  const button = element("button", { type: "button", "data-action": "menu", "data-step": card.id, title: "More (menu key)", "aria-label": `More for ${card.title}`, "aria-haspopup": "menu", tabindex: "-1" }, icon("ellipsis"));
  button.style.setProperty("--x", `${card.x + 14}px`);
  button.style.setProperty("--y", `${card.y - (card.parent ? 1 : 14)}px`); // not on the head of the frame
  return button;
}

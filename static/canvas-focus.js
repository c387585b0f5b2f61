// Which card has the focus or would get it, and bringing cards into sight.

/** @typedef {import("./canvas-stage.js").Stage} Stage */
/** @typedef {import("./canvas-sight.js").Sight} Sight */
/** @typedef {import("./canvas-select.js").Selection} Selection */
/** @typedef {import("./canvas-graph.js").Card} Card */

export class Focus {
  /** @param {Stage} stage @param {Selection} selection */
  constructor(stage, selection) {
    this.stage = stage;
    this.selection = selection;
  }

  /** The card that has the focus. */
  get here() { return document.activeElement instanceof HTMLElement ? this.stage.cardOf(document.activeElement) : undefined; }

  /** The card that keys are meant for: the one with the focus, if that is shown. */
  get visible() { return document.activeElement?.matches(":focus-visible") ? this.here : undefined; }

  /** Where reading begins. */
  get beginning() { return this.stage.graph.cards.get(this.selection.one) ?? this.stage.graph.order[0]; }

  /** Makes a card the one that Tab leads to. @param {Card | undefined} card */
  rove(card) {
    const { host } = this.stage;
    if (!card || host.dataset.view === "outline") return;
    host.querySelector('.card-link[tabindex="0"]')?.setAttribute("tabindex", "-1");
    card.link.tabIndex = 0;
  }

  /** @param {Card} card @param {Sight} sight */
  reveal(card, sight) {
    if (this.stage.drawn) sight.reveal(card);
    else card.item.scrollIntoView({ block: "nearest" });
  }

  /** Gives the focus to what is near where a card was. @param {Card} gone @param {string} [renamed] its new ID */
  pass(gone, renamed) {
    const { graph } = this.stage;
    const away = (/** @type {Card} */ card) => Math.hypot(card.x - gone.x, card.y - gone.y);
    const near = graph.cards.get(renamed ?? "") ?? graph.order.toSorted((a, b) => away(a) - away(b))[0];
    if (!near) return;
    this.rove(near);
    near.link.focus({ preventScroll: true });
  }

  /** In the outline all cards are in the order of Tab, on the canvas one is. */
  retab() {
    const outline = !this.stage.drawn;
    for (const card of this.stage.graph.order) {
      if (outline) card.link.removeAttribute("tabindex");
      else card.link.tabIndex = -1;
    }
    this.rove(this.beginning);
  }
}

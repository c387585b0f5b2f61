// Which steps are selected: any number of them, in the order in which they were
// chosen.

/** @typedef {import("./canvas-stage.js").Stage} Stage */

export class Selection {
  /** @type {Set<string>} */
  #ids = new Set();

  /** @param {Stage} stage */
  constructor(stage) { this.stage = stage; }

  /** The IDs of the selected steps. */
  get ids() { return [...this.#ids]; }

  /** The one selected step; empty: none, or several. */
  get one() { return this.#ids.size === 1 ? this.ids[0] ?? "" : ""; }

  /** @param {string} id */
  has(id) { return this.#ids.has(id); }

  /** Selects these steps and no others; IDs that are not there are left out. @param {Iterable<string>} ids */
  set(ids) {
    const { graph } = this.stage;
    const before = this.#ids;
    this.#ids = new Set([...ids].filter((id) => graph.cards.has(id)));
    const changed = new Set([...before, ...this.#ids]);
    for (const id of changed) this.mark(id);
    for (const id of changed) {
      for (const edge of [...graph.into(id), ...graph.outOf(id)]) {
        edge.line.toggleAttribute("data-near", this.#ids.has(edge.from) || this.#ids.has(edge.to));
      }
    }
    this.stage.host.toggleAttribute("data-several", this.#ids.size > 1);
  }

  /** Shows on a card whether it is selected. @param {string} id */
  mark(id) {
    const card = this.stage.graph.cards.get(id);
    if (!card) return;
    card.item.toggleAttribute("data-selected", this.#ids.has(id));
    if (this.#ids.has(id)) card.link.setAttribute("aria-current", "true");
    else card.link.removeAttribute("aria-current");
  }

  /** As people choose: the page is told. @param {Iterable<string>} ids */
  choose(ids) {
    this.set(ids);
    this.stage.selected(this.ids);
    if (this.#ids.size > 1) this.stage.say(`${this.#ids.size} steps selected`);
  }

  /** Adds a step, or takes it away. @param {string} id */
  toggle(id) {
    const ids = new Set(this.#ids);
    if (!ids.delete(id)) ids.add(id);
    this.choose(ids);
  }
}

// What the keys do on the canvas. Every drag has its way by keys here.
import { Drag } from "./canvas-drag.js";
import { across, beside, toward } from "./canvas-walk.js";
import { sizes } from "./geometry.js";

/** @typedef {import("./canvas.js").Parts} Parts */
/** @typedef {import("./canvas-graph.js").Card} Card */

/** @type {Record<string, [number, number]>} */
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const stride = 10; // grid steps that Shift makes of one

export class Keys {
  /** Cards that arrow keys move. @type {Drag | null} */
  #grab = null;
  /** The move ends with the key that it is made with, not with Enter. */
  #brief = false;
  /** A card whose port is being chosen, to connect it. @type {{card: Card, at: number} | null} */
  #choosing = null;

  /** @param {Parts} parts @param {AbortSignal} signal */
  constructor(parts, signal) {
    this.parts = parts;
    const { host } = parts.stage;
    host.addEventListener("keydown", (event) => this.#down(event), { signal });
    host.addEventListener("keyup", (event) => this.#up(event), { signal });
    host.addEventListener("focusout", () => { if (this.#brief) this.#drop(); }, { signal });
    addEventListener("blur", () => { parts.pointer.panning = false; }, { signal });
  }

  /** @param {KeyboardEvent} event */
  #down(event) {
    const target = event.target instanceof HTMLElement ? event.target : null;
    if (!target || event.defaultPrevented || target.closest("input, textarea, select, [contenteditable], .menu")) return;
    const { stage } = this.parts;
    const done = stage.drawn && this.#onCanvas(event, target) || this.#anywhere(event, target);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} target @returns {boolean} */
  #anywhere(event, target) {
    const { stage, selection } = this.parts;
    const here = target.matches(".card-link") ? stage.cardOf(target) : undefined;
    if (event.ctrlKey || event.metaKey || event.altKey) return stage.editable && this.#control(event, here);
    if (event.key === "Escape") return this.#escape();
    const next = here && (stage.drawn ? toward(stage.graph, here, event.key) : beside(stage.graph, here, event.key));
    if (next) {
      if (event.shiftKey && stage.editable && arrows[event.key]) selection.choose([...selection.ids, ...here ? [here.id] : [], next.id]);
      next.link.focus({ preventScroll: stage.drawn });
      return true;
    }
    return stage.editable && this.#edit(event, here);
  }

  /** @param {KeyboardEvent} event @param {HTMLElement} target @returns {boolean} */
  #onCanvas(event, target) {
    const { stage, sight } = this.parts;
    if (this.#grab) return this.#moving(event);
    if (this.#choosing) return this.#port(event);
    if (this.parts.pointer.wire && this.#wiring(event, target)) return true;
    const arrow = arrows[event.key];
    if (arrow && event.altKey && stage.editable) return this.#nudge(arrow, event.shiftKey);
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    switch (event.key) {
      case "+": case "=": sight.step("in"); return true;
      case "-": sight.step("out"); return true;
      case "0": sight.actual(); return true;
      case "1": sight.fit(); return true;
      case " ":
        if (target.closest("button")) return false;
        this.parts.pointer.panning = true;
        stage.part("view").dataset.cursor = "grab";
        return true;
    }
    return false;
  }

  /** With Ctrl. @param {KeyboardEvent} event @param {Card | undefined} here @returns {boolean} */
  #control(event, here) {
    if (event.altKey || event.shiftKey) return false;
    switch (event.key.toLowerCase()) {
      case "a": this.parts.selectAll(); return true;
      case "d": this.#mean(here); this.parts.commands.duplicate(); return true;
    }
    return false;
  }

  /** @param {KeyboardEvent} event @param {Card | undefined} here @returns {boolean} */
  #edit(event, here) {
    const { commands, selection, edgeTools, next, pointer, stage } = this.parts;
    const chosen = edgeTools.chosen;
    if (event.key === "Enter" && chosen) { edgeTools.add(); return true; }
    if ((event.key === "Delete" || event.key === "Backspace") && chosen) { edgeTools.remove(); return true; }
    if (event.key === "ContextMenu" || event.key === "F10" && event.shiftKey) return this.#menu(here);
    if (/^(Delete|Backspace|F2|[dDmM])$/.test(event.key)) this.#mean(here);
    switch (event.key) {
      case "Delete": case "Backspace": commands.remove(!event.shiftKey); return true;
      case "F2": if (selection.one) stage.command("rename", [selection.one]); return true;
    }
    if (event.shiftKey) return false;
    const card = here ?? stage.graph.cards.get(selection.one);
    switch (event.key.toLowerCase()) {
      case "d": commands.toggle(); return true;
      case "m": if (stage.drawn) this.#hold(false); return true;
      case "a": if (card) next.ask(card); return true;
      case "c": if (card && stage.drawn) this.connect(card); return true;
      case "e": if (card && stage.drawn) edgeTools.cycle(card.id); return true;
    }
    pointer.unwire();
    return false;
  }

  /** What has the focus is meant, unless it is one of several that are selected. @param {Card | undefined} here */
  #mean(here) {
    const { selection } = this.parts;
    if (here && !selection.has(here.id)) selection.choose([here.id]);
  }

  /** @returns {boolean} whether there was something to end */
  #escape() {
    const { gesture, pointer, edgeTools, selection } = this.parts;
    if (gesture.cancel() || pointer.unwire()) return true;
    if (edgeTools.chosen) { edgeTools.choose(null); return true; }
    if (selection.ids.length === 0) return false;
    selection.choose([]);
    return true;
  }

  /** @param {Card | undefined} here */
  #menu(here) {
    const { pointer, sight, stage, selection } = this.parts;
    const card = here ?? stage.graph.cards.get(selection.one);
    pointer.menu(sight.toClient(card ? { x: card.x + 24, y: card.y + 48 } : { x: 0, y: 0 }), card);
    return true;
  }

  // Moving.

  /** @param {boolean} brief @returns {boolean} */
  #hold(brief) {
    const { stage, sight, selection } = this.parts;
    const held = stage.graph.cards.get(selection.ids[0] ?? "");
    if (!held) return false;
    this.#grab = new Drag(stage, sight, selection.ids, held, held);
    this.#brief = brief;
    if (!brief) stage.say("Moving. Arrow keys move, Enter puts it down, Escape takes it back.");
    return true;
  }

  /** @param {[number, number]} arrow @param {boolean} far @returns {boolean} */
  #nudge([x, y], far) {
    const { stage, selection } = this.parts;
    const focused = document.activeElement && stage.cardOf(document.activeElement);
    if (focused && !selection.has(focused.id)) selection.choose([focused.id]);
    if (!this.#grab && !this.#hold(true)) return false;
    const by = sizes.grid * (far ? stride : 1);
    this.#grab?.by(x * by, y * by);
    return true;
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  #moving(event) {
    const arrow = arrows[event.key];
    const grab = this.#grab;
    if (arrow) return this.#nudge(arrow, event.shiftKey);
    if (event.key === "Escape") {
      this.#grab = null;
      this.#brief = false;
      grab?.cancel();
      this.parts.stage.say("It stays where it was.");
    } else if (event.key === "Enter" || event.key.toLowerCase() === "m") {
      this.#drop();
    }
    return event.key !== "Tab";
  }

  #drop() {
    const grab = this.#grab;
    this.#grab = null;
    this.#brief = false;
    if (!grab) return;
    const { x, y } = grab;
    grab.drop();
    this.parts.stage.say(x || y ? `Moved ${[x && `${Math.abs(x)} ${x > 0 ? "right" : "left"}`, y && `${Math.abs(y)} ${y > 0 ? "down" : "up"}`].filter(Boolean).join(", ")}.` : "Not moved.");
  }

  /** @param {KeyboardEvent} event */
  #up(event) {
    if (event.key === "Alt" && this.#brief) this.#drop();
    if (event.key !== " ") return;
    this.parts.pointer.panning = false;
    delete this.parts.stage.part("view").dataset.cursor;
  }

  // Connecting.

  /** Begins to connect a card by keys; first its port, where it has several. @param {Card} card */
  connect(card) {
    const { pointer, stage } = this.parts;
    const [first] = card.ports;
    if (!first) return;
    if (card.ports.length === 1) { pointer.connect(card, first.port); return; }
    const free = stage.graph.freePort(card);
    this.#choosing = { card, at: Math.max(0, card.ports.findIndex(({ port }) => port === free)) };
    this.#announcePort();
  }

  #announcePort() {
    const { stage, pointer } = this.parts;
    if (!this.#choosing) return;
    const { card, at } = this.#choosing;
    const port = card.ports[at]?.port ?? "";
    pointer.connect(card, port);
    pointer.wire?.point(card);
    stage.say(`From ${card.title}, ${port || "usual way"}. Up and down choose another port, Enter takes it.`);
  }

  /** @param {KeyboardEvent} event @returns {boolean} */
  #port(event) {
    const choosing = this.#choosing;
    if (!choosing) return false;
    const { card, at } = choosing;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) {
      this.#choosing = { card, at: (at + step + card.ports.length) % card.ports.length };
      this.#announcePort();
      return true;
    }
    this.#choosing = null;
    if (event.key === "Escape") { this.parts.pointer.unwire(); return true; }
    this.parts.pointer.connect(card, card.ports[at]?.port ?? "");
    return event.key === "Enter" || this.#wiring(event, card.link);
  }

  /** Arrow keys point at cards, Enter takes one. @param {KeyboardEvent} event @param {HTMLElement} target @returns {boolean} */
  #wiring(event, target) {
    const { pointer, stage, sight } = this.parts;
    const wire = pointer.wire;
    if (!wire) return false;
    if (event.key === "Enter") {
      if (wire.connect()) pointer.wire = null;
      else stage.say(wire.why || "Choose a step by the arrow keys first.");
      return true;
    }
    const here = wire.target ?? stage.cardOf(target) ?? wire.card;
    const next = arrows[event.key] && across(stage.graph, here, event.key);
    if (!next) return event.key in arrows;
    sight.reveal(next);
    wire.point(next);
    return true;
  }
}

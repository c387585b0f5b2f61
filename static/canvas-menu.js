// The menu of the selected steps, or of the empty canvas: by the right button,
// the menu key, the "…" of a selected card, or a long touch.
import { element, icon } from "./dom.js";
import { commandKey, deleteKey, shiftKey } from "./key-names.js";

/** @typedef {import("./canvas-stage.js").Stage} Stage */
/** @typedef {import("./canvas-commands.js").Commands} Commands */
/** @typedef {{name: string, icon: string, words: string, key?: string}} Item */

export class Menu {
  /** @type {HTMLElement} */
  #menu = element("div", { class: "menu canvas-menu", popover: "auto", role: "menu", "aria-label": "Step" });
  /** @type {HTMLElement | null} */
  #back = null;
  #at = { clientX: 0, clientY: 0 };

  /**
   * @param {Stage} stage
   * @param {Commands} commands
   * @param {(name: string, at: {clientX: number, clientY: number}) => boolean} own what the canvas itself does; false: not that
   */
  constructor(stage, commands, own) {
    this.stage = stage;
    this.commands = commands;
    stage.host.append(this.#menu);
    this.#menu.addEventListener("click", (event) => {
      const item = event.target instanceof Element ? event.target.closest("[data-command]") : null;
      if (!(item instanceof HTMLElement)) return;
      event.stopPropagation();
      this.#menu.hidePopover();
      const name = item.dataset.command ?? "";
      if (!own(name, this.#at)) commands.run(name);
    });
    this.#menu.addEventListener("keydown", (event) => this.#key(event));
    this.#menu.addEventListener("beforetoggle", (event) => { // toggle comes late: somebody may be elsewhere by then
      if (event instanceof ToggleEvent && event.newState === "closed" && this.#menu.contains(document.activeElement)) this.#back?.focus({ preventScroll: true });
    });
  }

  /**
   * Opens the menu of what is selected.
   * @param {{clientX: number, clientY: number}} at in the window
   * @param {HTMLElement | null} back has the focus after it
   */
  open(at, back) {
    const groups = this.commands.selection.ids.length > 0 ? this.#ofSteps() : ofCanvas;
    this.#menu.setAttribute("aria-label", this.commands.selection.ids.length > 0 ? "Step" : "Canvas");
    this.#menu.replaceChildren(...groups.filter((group) => group.length > 0).flatMap((group, i) => [
      ...i > 0 ? [element("div", { role: "separator" })] : [],
      ...group.map(entry),
    ]));
    this.#back = back;
    this.#at = at;
    this.#menu.showPopover();
    const { style, offsetWidth, offsetHeight } = this.#menu;
    style.left = `${Math.max(4, Math.min(at.clientX, innerWidth - offsetWidth - 4))}px`;
    style.top = `${Math.max(4, Math.min(at.clientY, innerHeight - offsetHeight - 4))}px`;
    this.#items()[0]?.focus({ preventScroll: true });
  }

  /** @returns {Item[][]} */
  #ofSteps() {
    const { ids } = this.commands.selection;
    const one = ids.length === 1 ? this.stage.graph.cards.get(ids[0] ?? "") : undefined;
    if (one?.trigger) {
      return [
        [{ name: "replace", icon: "replace", words: "Replace…" }, { name: "pin", icon: "pin", words: "Pin output" }],
        [{ name: "add-next", icon: "plus", words: "Add a step after it", key: "A" }, { name: "connect", icon: "cable", words: "Connect to…", key: "C" }],
      ];
    }
    const several = ids.length > 1;
    return [
      several ? [] : [
        { name: "run-step", icon: "play", words: "Run this step" },
        { name: "run-to", icon: "step-forward", words: "Run up to here" },
        { name: "run-from", icon: "skip-forward", words: "Run from here" },
        { name: "pin", icon: "pin", words: one?.item.hasAttribute("data-pinned") ? "Unpin output" : "Pin output" },
      ],
      several ? [] : [
        { name: "add-next", icon: "plus", words: "Add a step after it", key: "A" },
        { name: "connect", icon: "cable", words: "Connect to…", key: "C" },
        { name: "rename", icon: "pencil", words: "Rename", key: "F2" },
        { name: "replace", icon: "replace", words: "Replace…" },
        { name: "note", icon: "sticky-note", words: one?.item.querySelector(".card-note") ? "Edit note" : "Add note" },
      ],
      [
        { name: "duplicate", icon: "copy-plus", words: "Duplicate", key: `${commandKey}D` },
        { name: "copy", icon: "copy", words: "Copy", key: `${commandKey}C` },
        { name: "cut", icon: "scissors", words: "Cut", key: `${commandKey}X` },
        { name: "toggle", icon: "power", words: this.commands.off ? "Enable" : "Disable", key: "D" },
        ...several ? [{ name: "tidy", icon: "layout-dashboard", words: "Tidy up selection" }] : [],
      ],
      [
        { name: "delete", icon: "trash-2", words: "Delete", key: deleteKey },
        { name: "delete-gap", icon: "trash-2", words: "Delete and leave the gap", key: shiftKey + deleteKey },
      ],
    ];
  }

  #items() { return /** @type {HTMLElement[]} */ ([...this.#menu.querySelectorAll('[role="menuitem"]')]); }

  /** @param {KeyboardEvent} event */
  #key(event) {
    event.stopPropagation(); // the canvas has keys of its own
    const all = this.#items();
    const here = all.findIndex((item) => item === document.activeElement);
    /** @type {Record<string, HTMLElement | undefined>} */
    const next = { ArrowDown: all[(here + 1) % all.length], ArrowUp: all.at(here - 1), Home: all[0], End: all.at(-1) };
    const to = next[event.key];
    if (event.key === "Tab") { event.preventDefault(); this.#menu.hidePopover(); }
    if (!to) return;
    event.preventDefault();
    to.focus({ preventScroll: true });
  }
}

/** @type {Item[][]} */
const ofCanvas = [
  [{ name: "add-here", icon: "plus", words: "Add a step here" }, { name: "paste", icon: "clipboard", words: "Paste", key: `${commandKey}V` }],
  [{ name: "select-all", icon: "scan", words: "Select all", key: `${commandKey}A` }, { name: "tidy", icon: "layout-dashboard", words: "Tidy up" }, { name: "fit", icon: "maximize", words: "Show all", key: "1" }],
];

/** @param {Item} item */
function entry(item) {
  return element("button", { type: "button", role: "menuitem", tabindex: "-1", "data-command": item.name, class: item.name.startsWith("delete") ? "danger" : undefined },
    icon(item.icon), element("span", {}, item.words), item.key ? element("kbd", { "aria-hidden": "true" }, item.key) : null);
}

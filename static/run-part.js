// Running a part of the flow: which part the next test is of, and the tools of a
// step that ask for one. Plain ES module, checked by tsc.
import { element, icon, part } from "./dom.js";

/** @typedef {"step" | "to" | "from"} Aim */
/** @typedef {{aim: Aim, step: string}} Part */

/** What tests of parts are called. @type {Record<Aim, {words: string, icon: string, run: (title: string) => string}>} */
const aims = {
  step: { words: "Run this step", icon: "play", run: (title) => `Run ${title}` },
  to: { words: "Run up to here", icon: "step-forward", run: (title) => `Run up to ${title}` },
  from: { words: "Run from here", icon: "skip-forward", run: (title) => `Run from ${title}` },
};

/** The commands of the canvas for them. @type {Record<string, Aim | undefined>} */
export const commands = { "run-step": "step", "run-to": "to", "run-from": "from" };

/** The part that the next test of the panel is of, if it is not the whole flow. */
export class NextPart {
  /** @param {() => void} onChange */
  constructor(onChange) {
    /** @type {Part | null} */
    this.part = null;
    this.title = "";
    this.note = part("#run-only");
    this.onChange = onChange;
    part('[data-action="run-all"]', this.note).addEventListener("click", () => this.set(null));
  }

  /** @param {Part | null} next @param {string} [title] of its step */
  set(next, title = "") {
    this.part = next;
    this.title = title;
    this.note.hidden = next === null;
    if (next) part('[data-part="words"]', this.note).textContent = aims[next.aim].run(title);
    this.onChange();
  }

  /** What the button says that starts the test. @param {boolean} real */
  label(real) {
    if (!this.part) return real ? "Run for real" : "Run the test";
    return aims[this.part.aim].run(this.title) + (real ? " for real" : "");
  }
}

/**
 * The tools of a step: run it, or a part of the flow around it.
 * @param {(aim: Aim) => void} run
 * @returns {HTMLElement}
 */
export function stepTools(run) {
  /** @param {Aim} aim @param {Record<string, string>} more */
  const button = (aim, more) => {
    const made = element("button", { type: "button", "data-aim": aim, ...more }, icon(aims[aim].icon), aims[aim].words);
    made.addEventListener("click", () => {
      /** @type {HTMLElement | null} */ (made.closest(".menu"))?.hidePopover();
      run(aim);
    });
    return made;
  };
  const opener = element("button", { class: "button dense square", type: "button", popovertarget: "step-tools-menu", "aria-label": "Run more than this step", title: "Run more than this step" }, icon("chevron-down"));
  const menu = element("div", { class: "menu", id: "step-tools-menu", popover: true, role: "menu" },
    button("to", { role: "menuitem" }), button("from", { role: "menuitem" }));
  menu.addEventListener("toggle", (event) => {
    if (!(event instanceof ToggleEvent) || event.newState !== "open") return;
    const { right, bottom } = opener.getBoundingClientRect();
    menu.style.left = `${Math.max(4, right - menu.offsetWidth)}px`;
    menu.style.top = `${Math.min(bottom + 4, innerHeight - menu.offsetHeight - 4)}px`;
    menu.querySelector("button")?.focus();
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const other = /** @type {HTMLElement | null} */ (menu.querySelector("button:not(:focus)"));
    other?.focus();
  });
  return element("div", { class: "step-tools", role: "group", "aria-label": "Try this step" },
    button("step", { class: "button dense" }), opener, menu);
}

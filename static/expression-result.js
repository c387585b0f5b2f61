// What stands below an expression while it is written: what is wrong with it, what
// it comes to with the data at hand, and how. Plain ES module, checked by tsc.
import { element, icon } from "./dom.js";

/** @typedef {import("./expression-server.js").Evaluation} Evaluation */
/** @typedef {import("./expression-server.js").Fault} Fault */
/** @typedef {import("./expression-server.js").Fix} Fix */
/** @typedef {import("./expression-server.js").Part} Part */

/** How much of a value is shown, opened or not. */
const longestValue = 20_000;
const longestLine = 300;

let made = 0;

/** The part below the editor. */
export class ExpressionResult {
  /**
   * @param {(fix: Fix) => void} mend
   * @param {HTMLElement} tools what stands beside the value
   * @param {() => void} back to the editor
   */
  constructor(mend, tools, back) {
    this.mend = mend;
    this.id = `expression-result-${++made}`;
    this.opened = false;
    this.notice = element("p", { class: "expression-notice", role: "alert", hidden: true });
    this.faults = element("ul", { class: "expression-faults", "aria-live": "polite" });
    this.value = element("div", { class: "expression-value", id: this.id });
    this.parts = element("dl", { class: "expression-parts", hidden: true });
    // It can have the focus, so that a click on its text leaves it there.
    this.element = element("div", { class: "expression-result", role: "toolbar", "aria-label": "About the expression", tabindex: "-1" },
      this.notice, this.faults, element("div", { class: "expression-row" }, this.value, tools), this.parts);
    this.element.addEventListener("keydown", (event) => this.walk(event, back));
    this.element.addEventListener("focusin", () => this.rove());
    this.rove();
  }

  /** @returns {HTMLElement[]} */
  get buttons() { return [...this.element.querySelectorAll("button")]; }

  /** All buttons are one stop of Tab. */
  rove() {
    const { buttons } = this, at = document.activeElement;
    const stop = buttons.find((button) => button === at) ?? buttons[0];
    for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
  }

  /** @param {KeyboardEvent} event @param {() => void} back */
  walk(event, back) {
    const { buttons } = this, here = buttons.findIndex((button) => button === document.activeElement);
    const to = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
    if (here < 0 || to === undefined && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (to === undefined) back();
    else buttons.at(to % buttons.length)?.focus();
  }

  /** What the result was made of may be another by now. */
  stale() {
    this.notice.hidden = true;
    this.element.toggleAttribute("data-stale", true);
  }

  /** @param {string} text tells of what was refused, until the next change */
  refuse(text) {
    this.notice.replaceChildren(icon("circle-alert"), element("span", {}, text));
    this.notice.hidden = false;
  }

  /** Shows nothing, as there is nothing to evaluate. */
  clear() {
    this.element.removeAttribute("data-stale");
    this.faults.replaceChildren();
    this.value.replaceChildren();
    this.parts.hidden = true;
  }

  /** @param {string} text why there is no answer */
  unanswered(text) {
    this.clear();
    this.value.replaceChildren(element("span", { class: "expression-why" }, text));
  }

  /**
   * @param {Evaluation} answer
   * @param {string} source what it is about
   */
  show(answer, source) {
    const held = this.value.contains(document.activeElement);
    this.clear();
    this.fill(answer, source);
    if (held) (this.value.querySelector("button") ?? this.buttons[0])?.focus();
    this.rove();
  }

  /** @param {Evaluation} answer @param {string} source */
  fill(answer, source) {
    const failed = answer.faults.some((fault) => fault.severity !== "warning");
    if (answer.problem && !failed) this.value.append(icon("circle-x"), element("span", { class: "expression-why" }, answer.problem));
    else if (!failed && answer.type) this.showValue(answer);
    if (failed) return;
    this.showParts(answer.explanation?.parts ?? [], source.trim());
    if (answer.dataText) this.value.append(element("span", { class: "expression-source", title: answer.dataText }, answer.dataText));
    if (answer.missing) this.value.append(testing());
  }

  /** @param {Fault[]} faults */
  showFaults(faults) {
    const held = this.faults.contains(document.activeElement);
    this.faults.replaceChildren(...faults.slice(0, 5).map((fault) => {
      const { fix } = fault;
      const line = element("li", { class: fault.severity === "warning" ? "warning" : "error" },
        icon(fault.severity === "warning" ? "triangle-alert" : "circle-x"), element("span", {}, fault.message));
      if (fix) {
        const button = element("button", { type: "button", class: "expression-fix" }, "Write ", element("code", {}, clip(fix.text, 60)));
        button.addEventListener("click", () => this.mend(fix));
        line.append(button);
      }
      return line;
    }));
    if (held) (this.faults.querySelector("button") ?? this.buttons[0])?.focus();
    this.rove();
  }

  /** @param {Evaluation} answer */
  showValue(answer) {
    const { value, text = "" } = answer;
    const nothing = value === null ? "null" : value === "" ? "empty text" : "";
    const whole = nothing || clip(typeof value === "string" ? value : answer.json ?? text, longestValue);
    const line = nothing || clip(text.replace(/\s+/g, " "), longestLine);
    const button = element("button", {
      type: "button", class: nothing ? "mono nothing" : "mono", "aria-expanded": String(this.opened),
      "aria-label": `Value: ${line}`, title: this.opened ? "Show it in one line" : "Show all of it",
    }, this.opened ? whole : line);
    button.addEventListener("click", () => {
      this.opened = !this.opened;
      button.setAttribute("aria-expanded", String(this.opened));
      button.title = this.opened ? "Show it in one line" : "Show all of it";
      button.textContent = this.opened ? whole : line;
    });
    this.value.append(element("span", { class: "badge" }, answer.type ?? ""), button);
    if (answer.why) this.value.append(element("span", { class: "expression-why" }, answer.why));
  }

  /**
   * @param {Part[]} all each piece of a condition with its value
   * @param {string} source all of it, whose value is told already
   */
  showParts(all, source) {
    const parts = all.filter((part) => part.source !== source).slice(0, 20);
    this.parts.hidden = parts.length === 0;
    this.parts.replaceChildren(...parts.map((part) => element("div", {},
      element("dt", { class: "mono" }, clip(part.source, 200)),
      element("dd", { class: "mono", "data-value": part.value === true ? "true" : part.value === false ? "false" : undefined },
        clip(part.text, 200)),
      part.note ? element("dd", { class: "expression-why" }, part.note) : null)));
  }
}

/** What brings the data that are missing. */
function testing() {
  const button = element("button", { type: "button", class: "expression-fix" }, "Run a test");
  button.addEventListener("click", () => document.querySelector("#test-button")?.dispatchEvent(new MouseEvent("click", { bubbles: true })));
  return button;
}

/** @param {string} text @param {number} length */
function clip(text, length) {
  if (text.length <= length) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length;
  return `${text.slice(0, end)}…`;
}

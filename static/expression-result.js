// What stands below an expression while it is written: what is wrong with it, what
// it comes to with the data at hand, and how. Plain ES module, checked by tsc.
import { element, icon } from "./dom.js";

/** @typedef {import("./expression-server.js").Evaluation} Evaluation */
/** @typedef {import("./expression-server.js").Fault} Fault */
/** @typedef {import("./expression-server.js").Fix} Fix */
/** @typedef {import("./expression-server.js").Part} Part */

/** @type {Record<string, string>} */
const sources = {
  "last run": "with the data of the last run", pinned: "with the pinned data", example: "with example data",
  none: "there is no data yet; a test run brings some",
};

/** How much of a value is shown, opened or not. */
const longestValue = 20_000;
const longestLine = 300;

/** @param {unknown} value as JSON, or as it is if it is text */
const written = (value) => typeof value === "string" ? value : JSON.stringify(value, null, 2) ?? "";

/** @param {unknown} value @returns {string} its kind in a word */
function kind(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return `list of ${value.length}`;
  return { string: "text", number: "number", boolean: "yes or no", object: "object" }[/** @type {string} */ (typeof value)] ?? "";
}

/** @param {string} text */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");

let made = 0;

/** The part below the editor. */
export class ExpressionResult {
  /** @param {(fix: Fix) => void} mend */
  constructor(mend) {
    this.mend = mend;
    this.id = `expression-result-${++made}`;
    this.opened = false;
    this.notice = element("p", { class: "expression-notice", role: "alert", hidden: true });
    this.faults = element("ul", { class: "expression-faults", "aria-live": "polite" });
    this.value = element("div", { class: "expression-value", id: this.id });
    this.parts = element("dl", { class: "expression-parts", hidden: true });
    this.element = element("div", { class: "expression-result" }, this.notice, this.faults, this.value, this.parts);
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

  /** @param {Evaluation} answer */
  show(answer) {
    this.clear();
    this.showFaults(answer.faults);
    const failed = answer.faults.some((fault) => fault.severity !== "warning");
    if (answer.problem && !failed) this.value.append(icon("circle-x"), element("span", { class: "expression-why" }, sentence(answer.problem)));
    else if (answer.value !== undefined) this.showValue(answer);
    if (!failed) this.showParts(answer.explanation?.parts ?? []);
    if (!failed || answer.value !== undefined) this.value.append(element("span", { class: "expression-source" }, sources[answer.data] ?? ""));
  }

  /** @param {Fault[]} faults */
  showFaults(faults) {
    this.faults.replaceChildren(...faults.slice(0, 5).map((fault) => {
      const { fix } = fault;
      const line = element("li", { class: fault.severity === "warning" ? "warning" : "error" },
        icon(fault.severity === "warning" ? "triangle-alert" : "circle-x"), element("span", {}, sentence(fault.message)));
      if (fix) {
        const button = element("button", { type: "button", class: "expression-fix" }, "Write ", element("code", {}, clip(fix.text, 60)));
        button.addEventListener("click", () => this.mend(fix));
        line.append(button);
      }
      return line;
    }));
  }

  /** @param {Evaluation} answer */
  showValue(answer) {
    const value = answer.value;
    const text = answer.text ?? written(value);
    const shown = value === null ? "null" : value === "" ? "empty text" : text;
    const whole = clip(shown, longestValue), line = clip(shown.replace(/\s+/g, " "), longestLine);
    const button = element("button", {
      type: "button", class: value === null || value === "" ? "mono nothing" : "mono", "aria-expanded": String(this.opened),
      "aria-label": `Value: ${line}`, title: this.opened ? "Show it in one line" : "Show all of it",
    }, this.opened ? whole : line);
    button.addEventListener("click", () => {
      this.opened = !this.opened;
      button.setAttribute("aria-expanded", String(this.opened));
      button.title = this.opened ? "Show it in one line" : "Show all of it";
      button.textContent = this.opened ? whole : line;
    });
    this.value.append(element("span", { class: "badge" }, answer.type ?? kind(value)), button);
    if (answer.why) this.value.append(element("span", { class: "expression-why" }, sentence(answer.why)));
  }

  /** @param {Part[]} parts each piece of a condition with its value */
  showParts(parts) {
    this.parts.hidden = parts.length === 0;
    this.parts.replaceChildren(...parts.slice(0, 20).map((part) => element("div", {},
      element("dt", { class: "mono" }, clip(part.source, 200)),
      element("dd", { class: "mono", "data-value": part.value === true ? "true" : part.value === false ? "false" : undefined },
        clip(part.text ?? JSON.stringify(part.value) ?? "", 200)),
      part.note ? element("dd", { class: "expression-why" }, sentence(part.note)) : null)));
  }
}

/** @param {string} text @param {number} length */
function clip(text, length) {
  if (text.length <= length) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length;
  return `${text.slice(0, end)}…`;
}

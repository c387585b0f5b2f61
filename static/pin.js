// What is pinned to a step: shown, edited as JSON, put there and taken away.
// Plain ES module, checked by tsc.
import { element, icon, part, request } from "./dom.js";
import { jsonFault } from "./json-fault.js";
import { refreshTimes, toast } from "./page.js";
import { released } from "./press.js";
import { begun, forget, keep } from "./unsent.js";

/** @typedef {{text: string, at: string, user: string}} Pin */
/** @typedef {{execution: string, round: string} | null} Source a run that has an output of the step; null: none */

const slug = part("#flow-page").dataset.slug ?? "";
/** @param {string} step */
const path = (step) => `/flows/${encodeURIComponent(slug)}/pins/${encodeURIComponent(step)}`;

/** More is not taken, in characters of JSON. */
const largest = 1 << 20;

/** @param {string} step @param {boolean} pinned */
function told(step, pinned) { document.dispatchEvent(new CustomEvent("pins-changed", { detail: { step, pinned } })); }

/** @param {unknown} error */
const words = (error) => (error instanceof Error ? error.message : "");

/**
 * Pins what a step put out in a run.
 * @param {string} step
 * @param {{execution: string, round: string}} source
 */
export async function pinRun(step, { execution, round }) {
  try {
    await request(`${path(step)}?execution=${encodeURIComponent(execution)}&round=${encodeURIComponent(round)}`, { method: "PUT" });
    toast("Pinned: tests use this output. Callers never get it.");
    told(step, true);
  } catch (error) {
    toast(words(error));
  }
}

/** @param {string} step */
export async function unpin(step) {
  try {
    await request(path(step), { method: "DELETE" });
    told(step, false);
  } catch (error) {
    toast(words(error));
  }
}

/** The part of the inspector that is about a step's pin. */
export class PinPart {
  constructor() {
    this.element = element("section", { class: "side-part pin-part", "aria-label": "Pinned output" });
    this.step = "";
    this.pinned = false;
    /** @type {Source} */
    this.source = null;
    /** What is shown; it is drawn anew when that is another one. */
    this.drawn = "";
    this.turn = 0;
    this.element.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("button") : null;
      switch (button?.dataset.pin) {
        case "run": if (this.source) void pinRun(this.step, this.source); break;
        case "edit": void this.edit(); break;
        case "remove": void unpin(this.step); break;
        case "cancel": this.cancel(); break;
      }
    });
  }

  get editing() { return this.element.querySelector("textarea") !== null; }

  /** What is shown may be another value by now. */
  renew() { this.drawn = ""; }

  /**
   * @param {string} step
   * @param {boolean} pinned
   * @param {Source} source
   */
  show(step, pinned, source) {
    const wanted = `${step} ${pinned} ${source?.execution} ${source?.round}`;
    const same = step === this.step && this.editing;
    Object.assign(this, { step, pinned, source });
    if (same || wanted === this.drawn) return;
    this.drawn = wanted;
    if (begun(step, "pin")) void this.edit(false);
    else if (pinned) void this.drawPin();
    else this.drawOffer();
  }

  cancel() {
    forget(this.step, "pin");
    this.refresh();
  }

  /** Draws what there is, and not what is being edited. */
  refresh() {
    this.element.replaceChildren();
    this.drawn = "";
    this.show(this.step, this.pinned, this.source);
  }

  drawOffer() {
    this.element.replaceChildren(element("div", { class: "pin-offer" },
      this.source ? button("run", "pin", "Pin this output") : null,
      button("edit", this.source ? null : "pin", this.source ? "Pin another value" : "Pin a value")));
  }

  async drawPin() {
    const turn = ++this.turn;
    /** @type {Pin} */
    let pin;
    try {
      pin = await request(path(this.step));
    } catch (error) {
      if (turn === this.turn) this.element.replaceChildren(element("p", { class: "error" }, words(error)));
      this.drawn = "";
      return;
    }
    await released();
    if (turn !== this.turn || this.editing) return;
    this.element.replaceChildren(
      element("h3", {}, icon("pin"), "Pinned output",
        element("span", { class: "end" }, button("edit", null, "Edit", true), button("remove", null, "Unpin", true))),
      element("pre", { class: "code wrap pin-value", dir: "auto", tabindex: "0" }, pin.text),
      element("p", { class: "small secondary" }, `Tests use it instead of running the step; callers never get it. By ${pin.user || "a command"}, `,
        element("time", { datetime: pin.at, "data-relative": true }), "."));
    refreshTimes();
  }

  /** What editing begins with. */
  async beginning() {
    if (this.pinned) return /** @type {Pin} */ (await request(path(this.step))).text;
    if (!this.source) return "{}";
    const at = `/executions/${encodeURIComponent(this.source.execution)}/steps/${encodeURIComponent(this.step)}/output?round=${encodeURIComponent(this.source.round)}`;
    const response = await fetch(at);
    const text = response.ok ? (await response.text()).trim() : "{}";
    return text.length <= largest ? text : "{}";
  }

  async edit(focus = true) {
    const turn = ++this.turn, step = this.step;
    const text = begun(step, "pin")?.text ?? await this.beginning().catch(() => "{}");
    if (turn !== this.turn || step !== this.step) return;
    const area = /** @type {HTMLTextAreaElement} */ (element("textarea", { class: "input mono pin-text", id: "pin-text", rows: String(Math.min(24, Math.max(8, text.split("\n").length))), spellcheck: "false", autocomplete: "off", "aria-describedby": "pin-error" }));
    area.value = text;
    const error = element("p", { class: "error small", id: "pin-error", role: "alert", hidden: true });
    const save = element("button", { class: "button primary dense", type: "submit" }, "Pin");
    const form = element("form", { class: "pin-form" },
      element("label", { for: "pin-text" }, "Output for tests, JSON"), area, error,
      element("div", { class: "pin-offer" }, save, button("cancel", null, "Cancel")));
    const check = () => {
      const fault = jsonFault(area.value);
      error.hidden = fault === null;
      error.textContent = fault ? `This is not JSON. Line ${fault.line}, column ${fault.column}: ${fault.what}.` : "";
      area.setAttribute("aria-invalid", String(fault !== null));
      return fault === null;
    };
    area.addEventListener("input", () => {
      keep(step, "pin", { text: area.value });
      check();
    });
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save.click();
      if (event.key === "Escape") { event.stopPropagation(); this.cancel(); }
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!check()) { area.focus(); return; }
      try {
        await request(path(step), { method: "PUT", text: area.value });
        forget(step, "pin");
        this.element.replaceChildren();
        told(step, true);
      } catch (refused) {
        error.hidden = false;
        error.textContent = words(refused);
      }
    });
    this.element.replaceChildren(form);
    area.setSelectionRange(0, 0); // else the focus scrolls to the end
    if (focus) area.focus();
  }
}

/** @param {string} name @param {string | null} image @param {string} text @param {boolean} [quiet] */
function button(name, image, text, quiet = false) {
  return element("button", { class: `button dense${quiet ? " quiet" : ""}`, type: "button", "data-pin": name }, image ? icon(image) : null, text);
}

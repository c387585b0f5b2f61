// The payload of test runs: a call that people edit, which is kept with the
// flow, and samples to begin with. Plain ES module, checked by tsc.
import { element, icon, part, request } from "./dom.js";
import { jsonFault } from "./json-fault.js";
import { ago, toast } from "./page.js";

/** @typedef {[string, string]} Pair */
/** @typedef {{method: string, path: string, query: Pair[], headers: Pair[], body: string}} Payload */
/** @typedef {{label: string, at?: string, status?: string, payload: Payload}} Sample */

/** How long typing rests before the payload is kept, in milliseconds. */
const rest = 800;
/** How often one asks whether the awaited call has come, in milliseconds. */
const listenEvery = 1000;

/** What keeps the payload, and the last attempt at it. */
const keeping = { begin: () => {}, last: Promise.resolve() };

/** Resolves when the payload that is shown is kept, or could not be. */
export function payloadKept() {
  keeping.begin();
  return keeping.last;
}

export class PayloadEditor {
  /** @param {string} base path of the flow's page */
  constructor(base) {
    this.base = base;
    this.form = part("#pane-payload");
    this.method = /** @type {HTMLSelectElement} */ (part("#payload-method"));
    this.path = /** @type {HTMLInputElement} */ (part("#payload-path"));
    this.body = /** @type {HTMLTextAreaElement} */ (part("#payload-body"));
    this.error = part("#payload-error");
    this.saved = part("#payload-saved");
    this.timer = 0;
    this.listening = 0;
    this.form.addEventListener("input", (event) => {
      if (event.target instanceof HTMLElement && event.target.id === "run-real") return;
      this.checkBody();
      this.later();
    });
    this.form.addEventListener("click", (event) => this.click(event));
    this.body.addEventListener("keydown", (event) => this.indent(event));
    keeping.begin = () => { if (this.timer) void this.keep(); };
    addEventListener("pagehide", () => { if (this.timer) this.keep(true); });
    const samples = part("#samples");
    samples.addEventListener("beforetoggle", (event) => {
      if (event instanceof ToggleEvent && event.newState === "open") void this.openSamples(samples);
    });
    document.querySelector("#capture-next")?.addEventListener("click", () => void this.listen());
    this.count();
  }

  /** @returns {Payload} */
  get value() {
    return { method: this.method.value, path: this.path.value || "/", query: this.pairs("query"), headers: this.pairs("headers"), body: this.body.value.trim() === "" ? "" : this.body.value };
  }

  /** @param {Payload} payload */
  set value(payload) {
    this.method.value = payload.method;
    this.path.value = payload.path;
    this.body.value = payload.body;
    for (const [name, list] of /** @type {[string, Pair[]][]} */ ([["query", payload.query], ["headers", payload.headers]])) {
      const rows = part(`[data-pairs="${name}"] [data-part="rows"]`);
      rows.replaceChildren(...list.map((pair) => row(name, pair)));
    }
    this.count();
    this.checkBody();
    this.later();
  }

  /** @param {string} name @returns {Pair[]} */
  pairs(name) {
    const rows = [...part(`[data-pairs="${name}"] [data-part="rows"]`).children];
    return rows.map((item) => /** @type {Pair} */ ([...item.querySelectorAll("input")].map((input) => input.value))).filter(([key]) => key?.trim());
  }

  count() {
    for (const name of ["query", "headers"]) {
      part(`#count-${name}`).textContent = String(this.pairs(name).length);
    }
  }

  /** Whether the body can be sent. @returns {boolean} */
  checkBody() {
    const text = this.body.value;
    const fault = text.trim() === "" ? null : jsonFault(text);
    const wrong = fault ? `This is not JSON. Line ${fault.line}, column ${fault.column}: ${fault.what}.` : "";
    this.complain(wrong);
    return wrong === "";
  }

  /** @param {string} text empty: nothing is wrong */
  complain(text) {
    this.error.textContent = text;
    this.error.hidden = text === "";
    this.body.toggleAttribute("aria-invalid", text !== "");
    if (text) this.body.setAttribute("aria-invalid", "true");
  }

  later() {
    this.saved.textContent = "";
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keep(), rest);
  }

  /** @param {boolean} [leaving] the page goes away */
  async keep(leaving = false) {
    clearTimeout(this.timer);
    this.timer = 0;
    if (leaving) {
      void fetch(`${this.base}/payload`, { method: "PUT", keepalive: true, headers: { "Content-Type": "application/json" }, body: JSON.stringify(this.value) });
      return;
    }
    const sent = request(`${this.base}/payload`, { method: "PUT", body: this.value });
    keeping.last = sent.catch(() => undefined);
    try {
      await sent;
      if (!this.timer) this.saved.textContent = "Saved";
    } catch (error) {
      this.saved.textContent = `Not saved. ${error instanceof Error ? error.message : ""}`;
    }
  }

  /** @param {MouseEvent} event */
  click(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    if (!(button instanceof HTMLElement)) return;
    if (button.dataset.action === "format") void this.format();
    const list = button.closest("[data-pairs]");
    if (button.dataset.action === "add-pair" && list instanceof HTMLElement) {
      const added = row(list.dataset.pairs ?? "", ["", ""]);
      part('[data-part="rows"]', list).append(added);
      added.querySelector("input")?.focus();
    } else if (button.dataset.action === "remove-pair") {
      const item = button.closest("li");
      const next = item?.nextElementSibling ?? item?.previousElementSibling;
      item?.remove();
      const to = next?.querySelector("input") ?? list?.querySelector('[data-action="add-pair"]');
      if (to instanceof HTMLElement) to.focus();
      this.count();
      this.later();
    }
  }

  /** Whether nothing is said yet of what a caller sends, and something could be. */
  get blank() {
    return /^(\{\s*\})?$/.test(this.body.value.trim()) && !/GET|HEAD/.test(this.method.value) && document.querySelector("#capture-next") !== null &&
      this.pairs("query").length + this.pairs("headers").length === 0;
  }

  /** Writes the body on lines, all of it as it was. */
  async format() {
    part("#tab-body").click();
    this.body.focus();
    if (!this.checkBody()) return;
    const { jsonLines } = await import("./json-text.js");
    this.body.select();
    document.execCommand("insertText", false, jsonLines(this.body.value)); // which undo takes back
    this.body.setSelectionRange(0, 0);
    this.body.scrollTop = 0;
  }

  /** Enter keeps the indentation of the line. @param {KeyboardEvent} event */
  indent(event) {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
    const { selectionStart: at, selectionEnd: end, value } = this.body;
    const line = value.slice(value.lastIndexOf("\n", at - 1) + 1, at);
    const deeper = /[[{]\s*$/.test(line) ? "  " : "";
    event.preventDefault();
    this.body.setRangeText("\n" + (/^\s*/.exec(line)?.[0] ?? "") + deeper, at, end, "end");
    this.body.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  /** @param {HTMLElement} popover */
  async openSamples(popover) {
    const box = part('button[popovertarget="samples"]').getBoundingClientRect();
    popover.style.setProperty("--samples-left", `${Math.max(12, Math.min(box.left, innerWidth - 372))}px`);
    popover.style.setProperty("--samples-bottom", `${Math.max(12, innerHeight - box.top + 6)}px`);
    const list = part('[data-part="samples"]', popover);
    try {
      const samples = /** @type {Sample[]} */ (await request(`${this.base}/samples`));
      list.replaceChildren(...samples.map((sample) => this.sample(sample, popover)));
    } catch (error) {
      list.replaceChildren(element("p", { class: "popover-note" }, error instanceof Error ? error.message : "The samples cannot be read."));
    }
  }

  /** @param {Sample} sample @param {HTMLElement} popover */
  sample(sample, popover) {
    const when = sample.at ? ago(Date.parse(sample.at), Date.now()) : "";
    const title = sample.at ? `${sample.payload.method} call` : sample.label;
    const first = sample.payload.body.replace(/\s+/g, " ").slice(0, 60);
    const button = element("button", { type: "button" },
      icon(sample.at ? "globe" : "braces"),
      element("span", {}, title, element("span", { class: "secondary small truncate" }, first || "no body")),
      element("span", { class: "end secondary small" }, when));
    button.addEventListener("click", () => {
      const before = this.value;
      this.value = sample.payload;
      popover.hidePopover();
      toast("The payload was replaced.", { label: "Undo", run: () => { this.value = before; } });
    });
    return button;
  }

  /** Makes the next real call the payload. */
  async listen() {
    const button = part("#capture-next");
    if (this.listening) {
      this.deaf();
      await request(`${this.base}/capture`, { method: "DELETE" }).catch(() => undefined);
      return;
    }
    try {
      await request(`${this.base}/capture`, { method: "POST" });
    } catch (error) {
      toast(error instanceof Error ? error.message : "");
      return;
    }
    button.setAttribute("aria-pressed", "true");
    this.saved.textContent = "Waiting for a call";
    toast("The next call of the URL becomes the payload. Waiting for 10 minutes.", { label: "Stop", run: () => void this.listen() });
    this.listening = setInterval(async () => {
      const found = await request(`${this.base}/capture`).catch(() => null);
      if (!found || !this.listening) return;
      if (found.payload) {
        this.deaf();
        this.value = found.payload;
        toast("A call came in. It is the payload now.");
      } else if (!found.armed) {
        this.deaf();
        toast("No call came within 10 minutes.");
      }
    }, listenEvery);
  }

  deaf() {
    clearInterval(this.listening);
    this.listening = 0;
    this.saved.textContent = "";
    part("#capture-next").removeAttribute("aria-pressed");
  }
}

/** @param {string} name @param {Pair} pair */
function row(name, [key, value]) {
  const title = name === "query" ? "Query" : "Headers";
  const field = (/** @type {string} */ what, /** @type {string} */ text) => {
    const input = element("input", { class: "input mono", "aria-label": `${title}: ${what}`, placeholder: what, spellcheck: "false", autocomplete: "off" });
    /** @type {HTMLInputElement} */ (input).value = text;
    return input;
  };
  const remove = element("button", { class: "button quiet dense square", type: "button", "data-action": "remove-pair", "aria-label": "Remove", title: "Remove" }, icon("x"));
  return element("li", {}, field("name", key), field("value", value), remove);
}

// Making and changing a connection in a dialog over the form that needs it: the
// form of the connections' page, loaded as a part. Plain ES module, checked by
// tsc.
import { keepSecrets } from "./connection-form.js";
import { element } from "./dom.js";
import { refreshTimes } from "./page.js";

const partial = { "HX-Request-Type": "partial", "HX-Request": "true" };

class ConnectionDialog {
  constructor() {
    this.dialog = /** @type {HTMLDialogElement} */ (element("dialog", { class: "connection-dialog", "aria-label": "Connection" }));
    document.body.append(this.dialog);
    /** @type {(name: string | null) => void} */
    this.done = () => undefined;
    this.dialog.addEventListener("close", () => this.done(null));
    this.dialog.addEventListener("click", (event) => this.clicked(event));
    this.dialog.addEventListener("submit", (event) => this.submitted(event));
  }

  /**
   * @param {string} path of the form
   * @returns {Promise<string | null>} the name of the connection that was saved
   */
  async open(path) {
    await this.load(path);
    this.dialog.showModal();
    const first = this.dialog.querySelector("input:not([type=hidden]), select, .choice");
    if (first instanceof HTMLElement) first.focus();
    return new Promise((resolve) => { this.done = resolve; });
  }

  /** @param {string} path @param {RequestInit} [options] */
  async load(path, options = {}) {
    try {
      const response = await fetch(path, { ...options, headers: partial });
      const saved = response.headers.get("HX-Redirect");
      if (saved) { this.finish(decodeURIComponent(saved.split("/").at(-1) ?? "")); return; }
      const text = await response.text(), restore = options.body ? keepSecrets(this.dialog) : null;
      this.show(text);
      restore?.(this.dialog);
    } catch {
      this.dialog.replaceChildren(element("p", { class: "popover-note" }, "The server cannot be reached. Close this and try again."), this.closer());
    }
  }

  /** @param {string} text */
  show(text) {
    this.dialog.innerHTML = text;
    for (const form of this.dialog.querySelectorAll("form.connection-form .dialog-actions")) form.prepend(this.closer());
    if (!this.dialog.querySelector("form.connection-form")) this.dialog.append(this.closer());
    refreshTimes();
  }

  closer() {
    const button = element("button", { class: "button", type: "button" }, "Cancel");
    button.addEventListener("click", () => this.dialog.close());
    return button;
  }

  /** @param {string} name */
  finish(name) {
    this.done(name);
    this.done = () => undefined;
    this.dialog.close();
  }

  /** @param {Event} event */
  clicked(event) {
    const target = event.target instanceof Element ? event.target.closest("a[hx-get], button[hx-post]") : null;
    if (!target) return;
    event.preventDefault();
    const path = target.getAttribute("hx-get");
    if (path) void this.load(path);
    else void this.test(target);
  }

  /** Tries what was filled in. @param {Element} button */
  async test(button) {
    const form = button.closest("form");
    const trial = this.dialog.querySelector("#connection-trial");
    if (!form || !trial) return;
    trial.textContent = "Asking the service…";
    try {
      const response = await fetch(button.getAttribute("hx-post") ?? "", { method: "POST", headers: partial, body: fields(form) });
      trial.innerHTML = await response.text();
    } catch {
      trial.textContent = "The server cannot be reached.";
    }
  }

  /** @param {Event} event */
  submitted(event) {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.matches(".connection-form")) return;
    event.preventDefault();
    void this.load(form.getAttribute("action") ?? "", { method: "POST", body: fields(form) });
  }
}

/** @param {HTMLFormElement} form */
function fields(form) {
  const values = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") values.append(name, value);
  return values;
}

/** @type {ConnectionDialog | null} */
let dialog = null;

/**
 * Asks for a new connection of a component, or changes one.
 * @param {{component?: string, name?: string}} which
 * @returns {Promise<string | null>} its name; null when nothing was saved
 */
export function askConnection({ component, name }) {
  dialog ??= new ConnectionDialog();
  if (name) return dialog.open(`/connections/${encodeURIComponent(name)}`);
  return dialog.open(component ? `/connections?new=${encodeURIComponent(component)}` : "/connections?new");
}

// Conditions and mappings as rows: what is filled in is written as an expression
// by the server, and that is the edit. What the server could not write is tried
// again until it is. Plain ES module, checked by tsc.
import { request } from "./dom.js";
import { passing, pauseAfter, status } from "./edit-queue.js";
import { ExpressionField } from "./expression-field.js";
import { pathOf } from "./inspector-value.js";

/** @typedef {import("./edit-queue.js").Operation} Operation */

/** How long typing pauses before rows are written, in milliseconds. */
const pause = 500;

/** @param {ParentNode} root @param {string} name */
function text(root, name) {
  const control = root.querySelector(`[data-part="${name}"]`);
  return control instanceof HTMLInputElement || control instanceof HTMLSelectElement ? control.value : "";
}

/** @param {ParentNode} root */
const rowsIn = (root) => [...root.querySelectorAll(":scope > [data-row]")];

/**
 * The rows as the server reads them.
 * @param {HTMLElement} rows
 */
export function composed(rows) {
  if (rows.dataset.compose === "mapping") {
    return { mapping: { list: text(rows, "list"), fields: rowsIn(rows).map((row) => ({ name: text(row, "name"), value: text(row, "value") })) } };
  }
  const valueless = (rows.dataset.valueless ?? "").split(" ");
  const groups = [...rows.querySelectorAll(":scope > [data-group]")].map((group) => rowsIn(group).map((row) => {
    const operator = text(row, "operator");
    return { field: text(row, "field"), operator, value: valueless.includes(operator) ? "" : text(row, "value") };
  }));
  return { path: pathOf(rows), condition: { join: text(rows, "join"), groups: groups.filter((group) => group.length > 0) } };
}

/**
 * Shows in each row the comparisons and the values that fit its field, and what
 * its value is taken for. A value that has the focus stays, and so does what is
 * chosen.
 * @param {HTMLElement} rows
 * @param {{operators: string, kind: string, value: string, hint: string}[]} offers of the rows in turn
 */
function offer(rows, offers) {
  for (const [index, row] of [...rows.querySelectorAll("[data-group] > [data-row]")].entries()) {
    const offered = offers[index], operators = row.querySelector('[data-part="operator"]'), line = row.querySelector('[data-part="value-line"]');
    if (!offered || !(operators instanceof HTMLSelectElement) || !line) continue;
    const { value } = operators, hint = row.querySelector('[data-part="hint"]');
    operators.innerHTML = offered.operators;
    operators.value = value;
    row.setAttribute("data-kind", offered.kind);
    row.querySelector('.tool[data-rows="data"]')?.setAttribute("aria-pressed", String(offered.kind === "data"));
    if (hint && !hint.contains(document.activeElement)) hint.innerHTML = offered.hint;
    const fresh = document.createElement("div");
    fresh.innerHTML = offered.value;
    const shape = (/** @type {Element} */ root) => [...root.querySelectorAll("expression-field, datalist > option")].map((part) => part.getAttribute("value")).join("\n");
    if (shape(fresh) === shape(line) || line.contains(document.activeElement)) continue;
    line.replaceChildren(...fresh.childNodes);
    const control = line.querySelector("expression-field input");
    if (offered.kind === "data" && control instanceof HTMLInputElement && document.activeElement?.matches('[data-rows="data"]') && row.contains(document.activeElement)) within(control);
  }
}

/** Puts the caret between the braces of a value. @param {HTMLInputElement} control */
function within(control) {
  control.focus();
  control.setSelectionRange(control.value.length - 3, control.value.length - 3);
}

/**
 * Says what a row lacks; it is seen once that has been left.
 * @param {Element} row of a condition
 */
function remind(row) {
  const line = row.querySelector('[data-part="unfilled"]');
  if (!(line instanceof HTMLElement)) return;
  const lacks = (/** @type {string} */ part) => text(row, part).replace(/^\{\{\s*\}\}$/, "").trim() === "";
  const missed = line.dataset.lacks = lacks("field") ? "field" : lacks("value") && !row.querySelector('[data-part="value-line"][hidden]') ? "value" : "";
  line.textContent = missed && (missed === "field" ? "Choose a field." : "Fill in a value.");
}

/** @param {FocusEvent} event */
function leave({ target, relatedTarget }) {
  const row = target instanceof Element && target !== document.activeElement ? target.closest("[data-row]") : null; // a window that is left keeps its focus
  if (!(row instanceof HTMLElement) || !(target instanceof Element)) return;
  const to = relatedTarget instanceof Node ? relatedTarget : null, field = target.closest("expression-field") ?? target;
  if (field.contains(to)) return;
  const part = field.matches("[data-part]") ? field : field.querySelector("[data-part]");
  row.dataset.left = `${row.dataset.left ?? ""} ${part?.getAttribute("data-part")} ${row.contains(to) ? "" : "row"}`;
  remind(row);
}

/**
 * Makes a value data, and data a value.
 * @param {Element} row
 */
async function turn(row) {
  const control = row.querySelector('[data-part="value"]'), toggle = row.querySelector('.tool[data-rows="data"]');
  if (!(control instanceof HTMLInputElement) || !(toggle instanceof HTMLElement)) return;
  const inside = /^\s*\{\{(.*)\}\}\s*$/.exec(control.value)?.[1]?.trim(), field = control.closest("expression-field");
  control.value = inside ?? `{{ ${control.value.trim()} }}`;
  toggle.focus(); // what was pressed may go
  row.querySelector('[data-part="hint"]')?.replaceChildren();
  if (!(field instanceof ExpressionField)) return;
  field.reset(control.value);
  const editor = inside === undefined ? await field.open() : null;
  editor?.view.dispatch({ selection: { anchor: editor.text.length - 3 } });
  editor?.focus();
}

export class RowEditor {
  /** @type {Map<HTMLElement, number>} rows that are not written yet, with their timers */
  #waiting = new Map();
  #failures = 0;

  /**
   * @param {HTMLElement} root
   * @param {string} base of the steps' addresses
   * @param {(operations: Operation[], merge: string) => Promise<unknown>} submit
   * @param {() => void} tell that rows wait now, or not any more
   */
  constructor(root, base, submit, tell) {
    this.base = base;
    this.submit = submit;
    this.tell = tell;
    addEventListener("online", () => void this.flush());
    root.addEventListener("input", (event) => this.#touched(event.target, pause));
    root.addEventListener("change", (event) => this.#touched(event.target, 0));
    root.addEventListener("focusout", leave);
    root.addEventListener("click", (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-rows]") : null;
      if (button instanceof HTMLElement) this.#press(button);
    });
  }

  /** Whether rows wait to be written. */
  get waiting() { return this.#waiting.size > 0; }

  /** Writes what waits. */
  flush() { return Promise.all([...this.#waiting.keys()].map((rows) => this.#write(rows))); }

  /** @param {EventTarget | null} target @param {number} delay */
  #touched(target, delay) {
    if (!(target instanceof Element) || !target.matches("[data-part]")) return;
    const rows = target.closest("[data-compose]");
    if (!(rows instanceof HTMLElement)) return;
    if (target.matches('[data-part="operator"], [data-part="join"]')) arrange(rows);
    const row = target.closest("[data-row]");
    if (row) remind(row);
    if (delay === 0 && !this.#waiting.has(rows) && !(target instanceof HTMLSelectElement)) return;
    this.#later(rows, delay);
  }

  /** @param {HTMLElement} rows @param {number} delay */
  #later(rows, delay) {
    clearTimeout(this.#waiting.get(rows));
    keep(rows, true);
    this.#waiting.set(rows, setTimeout(() => void this.#write(rows), delay));
    this.tell();
  }

  /** @param {HTMLElement} rows */
  async #write(rows) {
    const timer = this.#waiting.get(rows);
    clearTimeout(timer);
    const path = pathOf(rows), step = rows.dataset.step ?? "";
    const written = request(`${this.base}${encodeURIComponent(step)}/compose`, { method: "POST", body: composed(rows) });
    const answer = await written.catch((error) => {
      const what = status(error);
      return { fault: error.message, again: passing.has(what) || what >= 500 }; // writing changes nothing, so it may be tried
    });
    if (this.#waiting.get(rows) !== timer) return; // they were changed meanwhile, and are written again
    const fault = rows.querySelector('[data-part="rows-fault"]');
    if (fault instanceof HTMLElement) {
      fault.hidden = !answer.fault;
      fault.textContent = `${answer.fault ?? ""}${answer.again ? " The rows are saved as soon as it answers." : ""}`;
    }
    if (answer.again) {
      this.#later(rows, pauseAfter(this.#failures++));
      return;
    }
    this.#failures = 0;
    this.#waiting.delete(rows);
    if (answer.offers) offer(rows, answer.offers);
    keep(rows, Boolean(answer.fault));
    if (!answer.fault) await this.submit([{ op: "set", step, path, value: answer.source }], `rows ${step} ${path}`);
    else this.tell();
  }

  /** @param {HTMLElement} button */
  #press(button) {
    const rows = button.closest("[data-compose]");
    const template = rows?.querySelector('template[data-part="row"]');
    if (!(rows instanceof HTMLElement) || !(template instanceof HTMLTemplateElement)) return;
    const own = button.closest("[data-row]");
    if (own && button.dataset.rows === "data") {
      void turn(own);
      this.#later(rows, 0);
      return;
    }
    if (button.dataset.rows === "remove") {
      const row = own, group = button.closest("[data-group]");
      const next = row?.nextElementSibling ?? row?.previousElementSibling;
      row?.remove();
      if (group && rowsIn(group).length === 0) group.remove();
      arrange(rows);
      const target = next?.isConnected ? next.querySelector("input") ?? next : rows.querySelector('[data-rows="add"]');
      if (target instanceof HTMLElement) target.focus();
      if (rows.querySelector("[data-row]")) this.#later(rows, 0);
      return;
    }
    const row = template.content.firstElementChild?.cloneNode(true);
    if (!(row instanceof HTMLElement)) return;
    if (button.dataset.rows === "alternative" || rows.dataset.compose === "mapping") button.before(row);
    else {
      const group = rows.querySelector("[data-group]")?.cloneNode(true);
      const made = group instanceof HTMLElement ? group : document.createElement("div");
      made.className = "row-group";
      made.setAttribute("data-group", "");
      for (const old of rowsIn(made)) old.remove();
      made.prepend(row);
      button.before(made);
    }
    keep(rows, true);
    arrange(rows);
    row.querySelector("input")?.focus();
  }
}

/** Rows that are not in the draft stay when the form is shown anew. @param {Element} rows @param {boolean} unsent */
function keep(rows, unsent) {
  rows.closest(".field")?.toggleAttribute("data-unsent", unsent);
}

/** Shows what belongs to the comparisons and joins that are chosen. @param {HTMLElement} rows */
function arrange(rows) {
  if (rows.dataset.compose !== "condition") return;
  const valueless = (rows.dataset.valueless ?? "").split(" ");
  for (const row of rows.querySelectorAll("[data-row]")) {
    const line = row.querySelector('[data-part="value-line"]');
    if (line instanceof HTMLElement) line.hidden = valueless.includes(text(row, "operator"));
  }
  const groups = rows.querySelectorAll(":scope > [data-group]");
  const line = rows.querySelector('[data-part="join-line"]');
  if (line instanceof HTMLElement) line.hidden = groups.length < 2;
  for (const word of rows.querySelectorAll('[data-part="other-join"]')) word.textContent = text(rows, "join") === "or" ? "and" : "or";
}

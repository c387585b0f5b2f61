// What the controls of the inspector say, as operations on the draft. Knows no
// server. Plain ES module, checked by tsc.
import { jsonFault } from "./json-fault.js";

/** @typedef {import("./edit-queue.js").Operation} Operation */
/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Control */

/** @param {EventTarget | null} target @returns {Control | null} the control of the form that an event is about */
export function controlOf(target) {
  const control = target instanceof Element ? target.closest("[data-as]") : null;
  return control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement ? control : null;
}

/** @param {Element} element */
export function pathOf(element) {
  const field = element.closest("[data-path]:not(expression-field)");
  return field instanceof HTMLElement ? field.dataset.path ?? "" : "";
}

/** What a control comes to: an operation, a fault to be mended first, or nothing. @typedef {{operation?: Operation, fault?: string}} Outcome */

/**
 * @param {Control} control
 * @param {string} step
 * @returns {Outcome}
 */
export function outcome(control, step) {
  const path = pathOf(control);
  /** @param {unknown} value */
  const set = (value) => ({ operation: { op: "set", step, path, value } });
  const unset = () => (control.dataset.item === undefined ? { operation: { op: "unset", step, path } } : set(""));
  const text = control.value;
  if (control.validity.badInput) return {}; // half of a date
  switch (control.dataset.as) {
    case "number":
      return text.trim() === "" ? unset() : set(number(text.trim()) ?? text);
    case "moment": // to the minute, or to the second
      return text === "" ? unset() : set(`${text.length === 16 ? `${text}:00` : text}Z`);
    case "switch":
      return set(control instanceof HTMLInputElement && control.checked);
    case "choice":
      return text === "" ? unset() : set(parse(text));
    case "check": {
      const boxes = [...(control.closest("[data-checks]")?.querySelectorAll("input") ?? [])];
      const chosen = boxes.filter((box) => box.checked).map((box) => parse(box.value));
      return chosen.length === 0 ? unset() : set(chosen);
    }
    case "json": {
      if (text.trim() === "") return unset();
      const fault = jsonFault(text);
      return fault ? { fault: `Not JSON: line ${fault.line}, column ${fault.column}: ${fault.what}.` } : set(parse(text));
    }
    case "secret":
      return text === "" ? {} : set(text);
    default:
      return text === "" ? unset() : set(text);
  }
}

/** How large a file may be, in bytes: it becomes part of the flow file. */
const largestFile = 64 << 10;

/**
 * @param {Control} control of a file
 * @param {string} step
 * @returns {Promise<Outcome>}
 */
export async function fileOutcome(control, step) {
  const file = control instanceof HTMLInputElement ? control.files?.[0] : undefined;
  if (!file) return {};
  if (file.size > largestFile) return { fault: "The file is larger than 64 KB. Let the call bring it, such as trigger.body.file." };
  let binary = "";
  for (const byte of new Uint8Array(await file.arrayBuffer())) binary += String.fromCharCode(byte);
  const value = { contentType: file.type || "application/octet-stream", base64: btoa(binary) };
  return { operation: { op: "set", step, path: pathOf(control), value } };
}

/**
 * Says at a control what keeps it from being sent.
 * @param {Control} control
 * @param {string | undefined} fault
 */
export function showFault(control, fault) {
  const field = control.closest(".field");
  if (!(field instanceof HTMLElement)) return;
  field.toggleAttribute("data-unsent", fault !== undefined);
  let line = field.querySelector(":scope > [data-part=fault]");
  if (!fault) { line?.remove(); return; }
  if (!line) {
    line = document.createElement("p");
    line.className = "problem error";
    line.setAttribute("data-part", "fault");
    line.setAttribute("role", "alert");
    field.querySelector(":scope > .field-notes")?.before(line);
  }
  line.textContent = fault;
  control.setAttribute("aria-invalid", "true");
}

/** @param {string} text @returns {unknown} a number that stays exact, or undefined */
function number(text) {
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? parse(text) : undefined;
}

/** JSON.rawJSON, where the browser has it. @type {((text: string) => unknown) | undefined} */
const raw = /** @type {any} */ (JSON).rawJSON;

/**
 * Reads JSON so that it can be written again with its numbers as they are:
 * whole numbers of 64 bits are more than a double holds.
 * @param {string} text
 * @returns {unknown}
 */
export function parse(text) {
  /** @type {any} */
  const keep = (/** @type {string} */ _, /** @type {unknown} */ value, /** @type {{source?: string} | undefined} */ context) => {
    const source = context?.source;
    return typeof value === "number" && source !== undefined && raw && String(value) !== source ? raw(source) : value;
  };
  return JSON.parse(text, keep);
}

// How an expression gets into a value that is written as JSON: into the text of a
// string, or as a string of its own. Plain ES module, checked by tsc.
import { insertion } from "./expression-language.js";

/** @typedef {{from: number, to: number, insert: string}} Change */

/** A string, its end included if it has one; a bracket, colon or comma; any other word. */
const word = /"((?:[^"\\\n]|\\.)*)"?|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * What a place of a text that is to be JSON is in.
 * @param {string} text
 * @param {number} at
 * @returns {{value: boolean, open: string, from?: number, to?: number}} value: one
 *   belongs there; open: the brackets around it; from and to: the string that it is in
 */
function placeOf(text, at) {
  let open = "", last = "";
  const value = () => last === ":" || last === "[" || last === "" || last === "," && open.endsWith("[");
  for (const { 0: found, 1: inside, index } of text.matchAll(word)) {
    if (index >= at) break;
    if (inside !== undefined && at <= index + 1 + inside.length) return { value: value(), open, from: index + 1, to: index + 1 + inside.length };
    if (/[{[]/.test(found) && inside === undefined) open += found;
    if (found === "}" || found === "]") open = open.slice(0, -1);
    last = found;
  }
  return { value: value(), open };
}

/**
 * How an expression gets into a text that is to be JSON; null: it cannot stand there.
 * @param {string} text
 * @param {number} from what is chosen, and is replaced
 * @param {number} to
 * @param {string} expression
 * @returns {Change | null}
 */
export function jsonInsertion(text, from, to, expression) {
  const place = placeOf(text, from);
  if (!place.value) return null;
  if (place.from !== undefined && place.to !== undefined) return within(text, place.from, place.to, from, to, expression);
  const end = placeOf(text, to);
  const after = text.slice(to);
  // A comma that is not written yet does not matter, if nothing is replaced.
  const ends = /^\s*(?:[,\]}]|$)/.test(after) || from === to && /^\s*"(?:[^"\\\n]|\\.)*"\s*:/.test(after);
  return end.from === undefined && end.open === place.open && ends ? { from, to, insert: JSON.stringify(`{{ ${expression} }}`) } : null;
}

/**
 * The same within a string, of which a template sees what its escapes stand for.
 * @param {string} text
 * @param {number} start of what the string holds
 * @param {number} end
 * @param {number} from
 * @param {number} to beyond the string: nothing is replaced, as that would open it
 * @param {string} expression
 * @returns {Change}
 */
function within(text, start, end, from, to, expression) {
  if (to > end) to = from;
  const units = text.slice(start, end).match(/\\u[\da-f]{4}|\\.|[^]/gi) ?? [];
  const places = [start];
  for (const unit of units) places.push((places.at(-1) ?? 0) + unit.length);
  const unitAt = (/** @type {number} */ at) => places.findIndex((place) => place >= at);
  const change = insertion(units.map(meant).join(""), "template", unitAt(from), unitAt(to), expression);
  return { from: places[change.from] ?? from, to: places[change.to] ?? to, insert: JSON.stringify(change.insert).slice(1, -1) };
}

/** @param {string} unit of a string, as it is written @returns {string} what it stands for: one UTF-16 unit */
function meant(unit) {
  try {
    return unit.length > 1 ? JSON.parse(`"${unit}"`) : unit;
  } catch {
    return "\\"; // no escape that JSON has
  }
}

/**
 * Writes an expression where the caret of a control is, as typing would.
 * @param {HTMLTextAreaElement} control
 * @param {string} expression
 * @returns {boolean} false: it cannot stand there
 */
export function insertIntoJSON(control, expression) {
  const change = jsonInsertion(control.value, control.selectionStart, control.selectionEnd, expression);
  control.focus();
  if (!change) return false;
  control.setSelectionRange(change.from, change.to);
  return document.execCommand("insertText", false, change.insert); // it can be undone, and input happens
}

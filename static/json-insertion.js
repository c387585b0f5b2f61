// How an expression gets into a value that is written as JSON: into the text of a
// string, or as a string of its own. Plain ES module, checked by tsc.
import { insertion } from "./expression-language.js";
import { jsonPlace, jsonText } from "./json-text.js";

/** @typedef {{from: number, to: number, insert: string}} Change */

/**
 * How an expression gets into a text that is to be JSON; null: it cannot stand there.
 * @param {string} text
 * @param {number} from what is chosen, and is replaced
 * @param {number} to
 * @param {string} expression
 * @returns {Change | null}
 */
export function jsonInsertion(text, from, to, expression) {
  const place = jsonPlace(text, from);
  if (!place.value) return null;
  if (place.from !== undefined && place.to !== undefined) return within(text, place.from, place.to, from, to, expression);
  const end = jsonPlace(text, to);
  const after = text.slice(to);
  // A comma that is not written yet does not matter, if nothing is replaced.
  const ends = /^\s*(?:[,\]}]|$)/.test(after) || from === to && /^\s*"(?:[^"\\\n]|\\.)*"\s*:/.test(after);
  return end.from === undefined && end.open === place.open && ends ? { from, to, insert: JSON.stringify(`{{ ${expression} }}`) } : null;
}

/**
 * The same within a string, of which a template sees what its escapes stand for.
 * @param {string} source
 * @param {number} start of what the string holds
 * @param {number} end
 * @param {number} from
 * @param {number} to beyond the string: nothing is replaced, as that would open it
 * @param {string} expression
 * @returns {Change}
 */
function within(source, start, end, from, to, expression) {
  if (to > end) to = from;
  const { text, places } = jsonText(source, start, end);
  const unitAt = (/** @type {number} */ at) => places.findIndex((place) => place >= at);
  const change = insertion(text, "template", unitAt(from), unitAt(to), expression);
  return { from: places[change.from] ?? from, to: places[change.to] ?? to, insert: JSON.stringify(change.insert).slice(1, -1) };
}

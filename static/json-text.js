// What stands in a text that is to be JSON, as far as an editor needs it; it need
// not be whole. Plain ES module, checked by tsc.

/** A string, its end included if it has one; a bracket, colon or comma; any other word. */
export const jsonWord = /"((?:[^"\\\n]|\\.)*)"?|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * What a string stands for.
 * @param {string} source
 * @param {number} from of what it holds
 * @param {number} to
 * @returns {{text: string, places: number[]}} places: where each UTF-16 unit of the text
 *   is written, and at last the end
 */
export function jsonText(source, from, to) {
  const units = source.slice(from, to).match(/\\u[\da-f]{4}|\\.|[^]/gi) ?? [];
  const places = [from];
  for (const unit of units) places.push((places.at(-1) ?? 0) + unit.length);
  return { text: units.map(meant).join(""), places };
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
 * What a place is in.
 * @param {string} text
 * @param {number} at
 * @returns {{value: boolean, open: string, from?: number, to?: number}} value: one
 *   belongs there; open: the brackets around it; from and to: the string that it is in
 */
export function jsonPlace(text, at) {
  let open = "", last = "";
  const value = () => last === ":" || last === "[" || last === "" || last === "," && open.endsWith("[");
  for (const { 0: found, 1: inside, index } of text.matchAll(jsonWord)) {
    if (index >= at) break;
    if (inside !== undefined && at <= index + 1 + inside.length) return { value: value(), open, from: index + 1, to: index + 1 + inside.length };
    if (/[{[]/.test(found) && inside === undefined) open += found;
    if (found === "}" || found === "]") open = open.slice(0, -1);
    last = found;
  }
  return { value: value(), open };
}

/**
 * JSON on lines, with all that is in it written as it was.
 * @param {string} text that is JSON
 */
export function jsonLines(text) {
  let lines = "", depth = 0, before = "";
  for (const [word] of text.matchAll(jsonWord)) {
    const closes = word === "}" || word === "]", opened = before === "{" || before === "[";
    if (closes) depth--;
    if (closes ? !opened : opened || before === ",") lines += "\n" + "  ".repeat(depth);
    if (before === ":") lines += " ";
    lines += word;
    if (word === "{" || word === "[") depth++;
    before = word;
  }
  return lines;
}

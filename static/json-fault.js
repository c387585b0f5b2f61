// Where a text stops being JSON, as browsers do not all tell it. Plain ES
// module, checked by tsc.

const token = /[ \t\n\r]+|[{}[\],:]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** What belongs at a place. @type {Record<string, string>} */
const wanted = {
  value: "a value belongs here", item: "a value or ] belongs here",
  name: "a name in double quotes belongs here", field: "a name in double quotes or } belongs here",
  colon: "a colon belongs here", more: "a comma or the end of the list or object belongs here", end: "nothing may follow here",
};

/**
 * The first fault of a text that is to be JSON; null if it has none.
 * @param {string} text
 * @returns {{at: number, line: number, column: number, what: string} | null} line and column from 1
 */
export function jsonFault(text) {
  /** @type {string[]} what closes the lists and objects that are open */
  const open = [];
  let due = "value", at = 0;
  const ended = () => { due = open.length > 0 ? "more" : "end"; };
  for (token.lastIndex = 0; at < text.length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text)?.[0];
    if (found === undefined) return fault(text, at, text[at] === '"' ? "this text has no end, or something in it that needs a backslash" : wanted[due] ?? "");
    if (/^\s/.test(found)) continue;
    const closes = found === open.at(-1) && (due === "more" || due === (found === "]" ? "item" : "field"));
    if (closes) { open.pop(); ended(); continue; }
    const begins = due === "value" || due === "item";
    if (begins && found === "{") { open.push("}"); due = "field"; }
    else if (begins && found === "[") { open.push("]"); due = "item"; }
    else if (begins && !/^[\]},:]/.test(found)) ended();
    else if ((due === "name" || due === "field") && found.startsWith('"')) due = "colon";
    else if (due === "colon" && found === ":") due = "value";
    else if (due === "more" && found === ",") due = open.at(-1) === "}" ? "name" : "value";
    else return fault(text, at, wanted[due] ?? "");
  }
  return due === "end" ? null : fault(text, text.length, wanted[due] ?? "");
}

/** @param {string} text @param {number} at @param {string} what */
function fault(text, at, what) {
  const before = text.slice(0, at).split("\n");
  return { at, line: before.length, column: [...(before.at(-1) ?? "")].length + 1, what };
}

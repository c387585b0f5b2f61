// A value that is written as JSON, with expressions in its strings: its words, and
// what typing does in it. Plain ES module, checked by tsc.
import { tokenize } from "./expression-language.js";
import { jsonPlace, jsonText, jsonWord } from "./json-text.js";

/** @typedef {import("./expression-language.js").Token} Token */
/** @typedef {import("@codemirror/view").EditorView} EditorView */
/** @typedef {import("@codemirror/state").TransactionSpec} Change */

/**
 * The words of a source, in order; those of expressions are what they are in templates.
 * @param {string} source
 * @returns {Token[]}
 */
export function jsonTokens(source) {
  /** @type {Token[]} */
  const tokens = [];
  /** @type {number[]} indices of brackets that are open */
  const open = [];
  for (const { 0: found, 1: inside, index: from } of source.matchAll(jsonWord)) {
    const to = from + found.length;
    if (inside !== undefined) {
      if (/^\s*:/.test(source.slice(to))) tokens.push({ from, to, kind: "field" });
      else string(source, from, to, from + 1 + inside.length, tokens);
    } else if (/[{[]/.test(found)) open.push(tokens.push({ from, to, kind: "bracket" }) - 1);
    else if (/[}\]]/.test(found)) {
      const match = open.pop(), index = tokens.push({ from, to, kind: "bracket", match }) - 1;
      const other = match === undefined ? undefined : tokens[match];
      if (other) other.match = index;
    } else tokens.push({ from, to, kind: /^[,:]/.test(found) ? "operator" : /^[-\d]/.test(found) ? "number" : "constant" });
  }
  return tokens;
}

/**
 * @param {string} source
 * @param {number} from of the string
 * @param {number} to
 * @param {number} end of what it holds
 * @param {Token[]} tokens takes its words
 */
function string(source, from, to, end, tokens) {
  const { text, places } = jsonText(source, from + 1, end);
  const first = tokens.length;
  /** @type {Token[]} */
  const made = [];
  let at = from, depth = 0;
  const words = text.includes("{{") ? tokenize(text, "template") : [];
  // Between its expressions it is text; where that is counts for what matches.
  /** @type {Map<number, number>} */
  const indices = new Map();
  for (const [index, word] of words.entries()) {
    const begin = places[word.from] ?? end, stop = places[word.to] ?? end;
    const opens = word.kind === "brace" && (word.match === undefined || word.match > index);
    if (opens && depth++ === 0 && begin > at) made.push({ from: at, to: begin, kind: "string" });
    indices.set(index, first + made.push({ ...word, from: begin, to: stop }) - 1);
    if (word.kind === "brace" && !opens) depth--;
    at = stop;
  }
  for (const token of made) if (token.match !== undefined) token.match = indices.get(token.match);
  if (to > at) made.push({ from: at, to, kind: "string" });
  tokens.push(...made);
}

/**
 * What a character that is typed comes to in a place that is in no expression, or in
 * one: quotes within an expression are written with backslashes.
 * @param {EditorView} view
 * @param {number} at
 * @param {string} typed
 * @param {boolean} within an expression
 * @returns {Change | null} null: what it always comes to
 */
export function jsonTyping({ state }, at, typed, within) {
  const next = state.sliceDoc(at, at + 2);
  if (typed === '"') {
    if (within) return next === '\\"' ? { selection: { anchor: at + 2 } } : { changes: { from: at, insert: '\\"\\"' }, selection: { anchor: at + 2 } };
    return next[0] === '"' && jsonPlace(state.doc.toString(), at).to === at ? { selection: { anchor: at + 1 } } : null;
  }
  if (typed !== "{" || within || state.sliceDoc(at - 1, at) !== "{") return null;
  const place = jsonPlace(state.doc.toString(), at);
  if (place.from === undefined) { // an expression belongs into a string
    const to = next[0] === "}" ? at + 1 : at;
    return { changes: { from: at - 1, to, insert: '"{{  }}"' }, selection: { anchor: at + 3 } };
  }
  return place.value ? { changes: { from: at, insert: "{  }}" }, selection: { anchor: at + 2 } } : null;
}

/**
 * A new line, indented like the one that it is begun in.
 * @param {EditorView} view
 * @returns {Change}
 */
export function jsonLine({ state }) {
  const { from, to } = state.selection.main, line = state.doc.lineAt(from);
  const indent = /^\s*/.exec(line.text.slice(0, from - line.from))?.[0] ?? "";
  const opens = /[{[]$/.test(state.sliceDoc(line.from, from).trimEnd()), closes = /^\s*[}\]]/.test(state.sliceDoc(to, to + 20));
  const insert = `\n${indent}${opens ? "  " : ""}`;
  return { changes: { from, to, insert: insert + (opens && closes ? `\n${indent}` : "") }, selection: { anchor: from + insert.length }, userEvent: "input", scrollIntoView: true };
}

/** What is in a string of JSON closes no bracket by itself. @param {string} source @param {number} at */
export const inString = (source, at) => jsonPlace(source, at).from !== undefined;

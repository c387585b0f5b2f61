// The words of the expression language, as far as an editor needs them: what to
// colour, which brackets belong together, where in a template an expression
// stands. What is right or wrong is for the server to say. Plain ES module,
// checked by tsc.

/** @typedef {"template" | "expression" | "condition" | "json"} Language json: its strings are templates */

/**
 * A word of an expression. Text of a template is none.
 * @typedef {object} Token
 * @property {number} from in UTF-16 units, as all places here
 * @property {number} to
 * @property {"name" | "field" | "function" | "keyword" | "constant" | "string" | "number" | "operator" | "bracket" | "brace" | "comment" | "unknown"} kind
 *   brace: the {{ and }} of a template
 * @property {number} [match] of brackets and braces: the index of the other one
 */

// The groups stand in the order of kinds. Text and comments that are not closed
// end with their line or the source, so that one can go on typing.
const word = new RegExp([
  /(\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/u,
  /("(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`]|``)*`?)/u,
  /(0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/u,
  /([\p{L}\p{N}_$]+)/u,
  /([([{}\])])/u,
  /(\?\.|\.\.|\?\?|\|\||&&|\*\*|[=!<>]=|[-+*/%^&|<>=!?:;,.#])/u,
].map((part) => part.source).join("|"), "yu");
const kinds = /** @type {const} */ (["comment", "string", "number", "name", "bracket", "operator"]);

const joining = new Set(["and", "or", "not", "in", "let", "if", "else"]);
/** Words that are operators, and with ( behind them functions. */
const operators = new Set(["matches", "contains", "startsWith", "endsWith"]);
const constants = new Set(["true", "false", "null", "nil"]);
/** @type {Record<string, string>} */
const openers = { ")": "(", "]": "[", "}": "{" };

/**
 * The words of a source, in order.
 * @param {string} source
 * @param {Language} language
 * @returns {Token[]}
 */
export function tokenize(source, language) {
  /** @type {Token[]} */
  const tokens = [];
  if (language !== "template") {
    expression(source, 0, false, tokens);
    return tokens;
  }
  for (let at = source.indexOf("{{"); at >= 0; at = source.indexOf("{{", at)) {
    const opener = tokens.push({ from: at, to: at + 2, kind: "brace" }) - 1;
    at = expression(source, at + 2, true, tokens);
    if (at >= source.length) break;
    pair(tokens, opener, tokens.push({ from: at, to: at + 2, kind: "brace" }) - 1);
    at += 2;
  }
  return tokens;
}

/**
 * Reads an expression, in a template up to the }} that ends it: braces within
 * its text, and those of its objects, end nothing.
 * @param {string} source
 * @param {number} at
 * @param {boolean} braced
 * @param {Token[]} tokens takes the words
 * @returns {number} where it ends
 */
function expression(source, at, braced, tokens) {
  /** @type {number[]} indices of brackets that are open */
  const open = [];
  while (at < source.length) {
    if (braced && source.startsWith("}}", at) && !open.some((index) => source[tokens[index]?.from ?? 0] === "{")) return at;
    if (/\s/.test(source[at] ?? "")) {
      at++;
      continue;
    }
    word.lastIndex = at;
    const found = word.exec(source);
    const to = found ? word.lastIndex : at + String.fromCodePoint(source.codePointAt(at) ?? 0).length;
    const group = found ? found.slice(1).findIndex((part) => part !== undefined) : -1;
    const index = tokens.push({ from: at, to, kind: kinds[group] ?? "unknown" }) - 1;
    if (kinds[group] === "bracket") bracket(source, tokens, index, open);
    if (kinds[group] === "name") nameKind(source, tokens, index);
    at = to;
  }
  return at;
}

/**
 * Pairs a closing bracket with the one that it closes, if that is of its kind.
 * @param {string} source
 * @param {Token[]} tokens
 * @param {number} index
 * @param {number[]} open
 */
function bracket(source, tokens, index, open) {
  const at = tokens[index]?.from ?? 0;
  const opener = openers[source[at] ?? ""];
  if (!opener) {
    open.push(index);
    return;
  }
  const other = open.at(-1);
  if (other === undefined || source[tokens[other]?.from ?? 0] !== opener) return;
  open.pop();
  pair(tokens, other, index);
}

/** @param {Token[]} tokens @param {number} a @param {number} b */
function pair(tokens, a, b) {
  const first = tokens[a], second = tokens[b];
  if (first) first.match = b;
  if (second) second.match = a;
}

/** @param {string} source @param {Token[]} tokens @param {number} index of a name: what kind of one it is */
function nameKind(source, tokens, index) {
  const token = tokens[index];
  if (!token) return;
  const text = source.slice(token.from, token.to);
  const before = tokens[index - 1];
  const member = before?.kind === "operator" && [".", "?."].includes(source.slice(before.from, before.to));
  if (member) token.kind = "field";
  else if (joining.has(text)) token.kind = "keyword";
  else if (/^\s*\(/.test(source.slice(token.to, token.to + 20))) token.kind = "function";
  else if (operators.has(text)) token.kind = "keyword";
  else if (constants.has(text)) token.kind = "constant";
}

/**
 * What stands between the braces of a template around a place; the place right
 * behind {{ and the one right before }} belong to it. In JSON it is the same, and for
 * other languages the whole source.
 * @param {string} source
 * @param {Language} language
 * @param {Token[]} tokens of that source
 * @param {number} at
 * @returns {{from: number, to: number} | null} null in the text of a template
 */
export function expressionAt(source, language, tokens, at) {
  if (language !== "template" && language !== "json") return { from: 0, to: source.length };
  for (const token of tokens) {
    if (token.from >= at) return null;
    if (token.kind !== "brace" || !source.startsWith("{{", token.from)) continue;
    const to = token.match === undefined ? source.length : tokens[token.match]?.from ?? source.length;
    if (token.to <= at && at <= to) return { from: token.to, to };
  }
  return null;
}

/**
 * The place next to one that is not within {{ or }}.
 * @param {Token[]} tokens
 * @param {number} at
 */
function besideBraces(tokens, at) {
  const brace = tokens.find((token) => token.kind === "brace" && token.from < at && at < token.to);
  if (!brace) return at;
  const opens = brace.match === undefined || (tokens[brace.match]?.from ?? 0) > brace.from;
  return opens ? brace.to : brace.from;
}

/** A path as data have it: a.b[0]["c d"], and of an item .b or #. */
const path = /(?:#|\.?[\p{L}_$][\p{L}\p{N}_$]*)(?:\??\.[\p{L}_$][\p{L}\p{N}_$]*|(?:\?\.)?\[(?:\d+|"[^"\n]*"|'[^'\n]*')\])*\.?/gu;

/**
 * The path that a place is in, or next to; null: there is none, or it is a piece of
 * something else.
 * @param {string} source
 * @param {Token[]} tokens of that source
 * @param {number} at
 * @returns {{from: number, to: number} | null}
 */
function pathAt(source, tokens, at) {
  for (const { 0: found, index: from } of source.matchAll(path)) {
    const to = from + found.length;
    if (from > at || to < at) continue;
    const word = tokens.find((token) => token.from === from);
    const apart = !/[\p{L}\p{N}_$)\]"'`?]$/u.test(source.slice(0, from)) && !/^\s*\(/.test(source.slice(to));
    return apart && word && word.kind !== "keyword" && word.kind !== "constant" ? { from, to } : null;
  }
  return null;
}

/**
 * A text between others, none of which it runs into.
 * @param {string} source
 * @param {number} from
 * @param {number} to
 * @param {string} text
 */
function apart(source, from, to, text) {
  const touches = /[\p{L}\p{N}_$)\]"'`]/u;
  return (touches.test(source.charAt(from - 1)) ? " " : "") + text + (touches.test(source.charAt(to)) && !/[)\]]/.test(source.charAt(to)) ? " " : "");
}

/**
 * How an expression gets into a source: in the text of a template between
 * braces, anywhere else as it is. Into an empty template it goes alone, so that
 * its value keeps its type. A path that the place is in, or next to, is replaced: two in
 * a row mean nothing.
 * @param {string} source
 * @param {Language} language
 * @param {number} from what is chosen, and is replaced
 * @param {number} to
 * @param {string} text
 * @returns {{from: number, to: number, insert: string}}
 */
export function insertion(source, language, from, to, text) {
  if (language !== "template") return intoExpression(source, tokenize(source, language), from, to, text);
  if (/^\s*(\{\{\s*\}\}\s*)?$/.test(source)) return { from: 0, to: source.length, insert: `{{ ${text} }}` };
  const tokens = tokenize(source, language);
  from = besideBraces(tokens, from);
  to = Math.max(from, besideBraces(tokens, to));
  const around = expressionAt(source, language, tokens, from);
  if (around) return intoExpression(source, tokens, from, Math.min(to, around.to), text);
  // What ends within an expression would cut it; only whole ones are replaced.
  if (expressionAt(source, language, tokens, to)) to = from;
  return { from, to, insert: `{{ ${text} }}` };
}

/**
 * @param {string} source
 * @param {Token[]} tokens of that source
 * @param {number} from
 * @param {number} to
 * @param {string} text
 */
function intoExpression(source, tokens, from, to, text) {
  const quoted = tokens.some((token) => (token.kind === "string" || token.kind === "comment") && token.from < from && from < token.to);
  if (quoted) return { from, to, insert: text };
  const replaced = from === to ? pathAt(source, tokens, from) : null;
  if (replaced) ({ from, to } = replaced);
  return { from, to, insert: apart(source, from, to, text) };
}

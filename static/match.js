// How well what somebody types fits a name: by words and by initials. Plain ES
// module, checked by tsc.

/** @typedef {{at: number, lower: string}} Word of a text: where it begins */
/**
 * How a query fits a text.
 * @typedef {object} Match
 * @property {number} score the higher, the better
 * @property {[number, number][]} marks the parts of the text that fit, from and to, in order
 */

const longestQuery = 100;
const mostWords = 40;

/** @param {string} text @returns {Word[]} */
function wordsOf(text) {
  /** @type {Word[]} */
  const words = [];
  // A capital within a word begins a new one: QuickBooks.
  for (const found of text.matchAll(/\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+|\p{Lu}+|\p{N}+/gu)) {
    if (words.length === mostWords) break;
    words.push({ at: found.index, lower: found[0].toLowerCase() });
  }
  return words;
}

/**
 * The beginnings of following words that a part of a query is made of: "crin" is
 * create invoice, as is "ci". Long beginnings are tried first.
 * @param {string} part
 * @param {Word[]} words
 * @param {number} from the first word that may be used
 * @param {Set<string>} [vain] what was tried in vain, so that nothing is tried twice
 * @returns {[number, number][] | null}
 */
function beginnings(part, words, from, vain = new Set()) {
  if (part === "") return [];
  const word = words[from], attempt = `${part.length} ${from}`;
  if (!word || vain.has(attempt)) return null;
  let most = 0;
  while (most < part.length && most < word.lower.length && part[most] === word.lower[most]) most++;
  for (let length = most; length > 0; length--) {
    const rest = beginnings(part.slice(length), words, from + 1, vain);
    if (rest) return [[word.at, word.at + length], ...rest];
  }
  vain.add(attempt);
  return null;
}

/** @param {string} part of the query @param {string} lower @param {Word[]} words @returns {Match | null} */
function matchPart(part, lower, words) {
  for (let from = 0; from < words.length; from++) {
    const marks = beginnings(part, words, from);
    if (!marks) continue;
    const whole = marks.length === 1 && words[from]?.lower === part;
    return { score: (whole ? 8 : marks.length === 1 ? 6 : 4) + (from === 0 ? 1 : 0), marks };
  }
  const at = lower.indexOf(part);
  return at < 0 ? null : { score: 1, marks: [[at, at + part.length]] };
}

/**
 * Every word of the query must be somewhere in the text: as the beginning of a
 * word, as the beginnings of words that follow each other, or at least within
 * the text. An empty query fits all.
 * @param {string} query
 * @param {string} text
 * @returns {Match | null} null: it does not fit
 */
export function match(query, text) {
  const lower = text.toLowerCase();
  const words = wordsOf(text);
  let score = 0;
  /** @type {[number, number][]} */
  const marks = [];
  for (const part of query.slice(0, longestQuery).toLowerCase().split(/\s+/)) {
    if (!part) continue;
    const found = matchPart(part, lower, words);
    if (!found) return null;
    score += found.score;
    marks.push(...found.marks);
  }
  if (lower.length !== text.length) return { score, marks: [] }; // letters whose small form is longer
  return { score, marks: marks.sort(([a], [b]) => a - b) };
}

/**
 * A text with what fits marked, for a page.
 * @param {string} text
 * @param {[number, number][]} marks
 * @returns {(Node | string)[]}
 */
export function marked(text, marks) {
  /** @type {(Node | string)[]} */
  const pieces = [];
  let at = 0;
  for (const [from, to] of marks) {
    if (from < at) continue;
    const mark = document.createElement("mark");
    mark.textContent = text.slice(from, to);
    pieces.push(text.slice(at, from), mark);
    at = to;
  }
  return [...pieces, text.slice(at)];
}

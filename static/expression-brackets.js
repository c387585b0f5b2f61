// Brackets while an expression is typed: they close by themselves, and so do the
// braces of a template. The text of a template is nobody's business. Plain ES
// module, checked by tsc.
import { inString, jsonTyping } from "./expression-json.js";
import { expressionAt } from "./expression-language.js";
import { EditorState, EditorView, closeBrackets } from "./vendor/codemirror.js";

/** @typedef {import("./expression-language.js").Language} Language */
/** @typedef {import("./expression-language.js").Token} Token */
/** @typedef {import("@codemirror/state").StateField<Token[]>} Words */

const pairs = { brackets: ["(", "[", "{", '"', "'"] };
const none = { brackets: [] };
/** Of JSON, around its strings and in the expressions in them. */
const outer = { brackets: ["[", "{", '"'] }, inner = { brackets: ["(", "[", "{", "'"] };

/**
 * @param {Language} language
 * @param {Words} words of what is in the editor
 */
export function brackets(language, words) {
  /** @param {EditorState} state @param {number} at */
  const within = (state, at) => expressionAt(state.doc.toString(), language, state.field(words), at) !== null;
  /** @param {EditorState} state @param {number} at */
  const closing = (state, at) => {
    if (within(state, at)) return language === "json" ? inner : pairs;
    return language === "json" && !inString(state.doc.toString(), at) ? outer : none;
  };
  return [
    language !== "json" ? [] : EditorView.inputHandler.of((view, from, to, text) => {
      const change = from === to ? jsonTyping(view, from, text, within(view.state, from)) : null;
      if (change) view.dispatch({ ...change, userEvent: "input.type" });
      return change !== null;
    }),
    closeBrackets(),
    EditorState.languageData.of((state, at) => [{ closeBrackets: closing(state, at) }]),
    language !== "template" && language !== "json" ? [] : EditorView.inputHandler.of((view, from, to, text) => {
      if (from !== to || text.length !== 1) return false;
      const { state } = view;
      const before = state.sliceDoc(Math.max(0, from - 3), from), after = state.sliceDoc(from, from + 3);
      // A second { in the text opens an expression, and closes it.
      if (language === "template" && text === "{" && before.endsWith("{") && !within(state, from)) {
        view.dispatch({ changes: { from, insert: "{  }}" }, selection: { anchor: from + 2 }, userEvent: "input.type" });
        return true;
      }
      // Who types the space and the braces that came by themselves, types over them.
      if (text === " " && before === "{{ " && after === " }}") return true;
      const over = text === "}" ? behind(state, words, from) : null;
      if (over) view.dispatch({ ...over, userEvent: "input.type" });
      return over !== null;
    }),
  ];
}

/**
 * What becomes of a } that is there already, as a part of the braces that end an
 * expression: the caret goes behind it, and one space remains before the braces.
 * Null: it is a new one.
 * @param {EditorState} state
 * @param {Words} words
 * @param {number} at
 */
function behind(state, words, at) {
  const tokens = state.field(words);
  const end = tokens.findIndex((token) => token.kind === "brace" && token.to > at && state.sliceDoc(token.from, token.to) === "}}");
  const brace = tokens[end], begin = brace?.match;
  if (!brace || begin === undefined || state.sliceDoc(at, brace.from).trim() !== "") return null;
  const open = tokens.slice(begin, end).some((token) => token.kind === "bracket" && token.match === undefined && state.sliceDoc(token.from, token.to) === "{");
  if (open || (tokens[begin]?.to ?? 0) > at) return null;
  if (at > brace.from) return { selection: { anchor: at + 1 } };
  const inside = state.sliceDoc(tokens[begin]?.to ?? 0, brace.from), from = brace.from - (inside.length - inside.trimEnd().length);
  const changes = { from, to: brace.from, insert: brace.from > from ? " " : "" };
  return { changes, selection: { anchor: from + changes.insert.length + 1 } };
}

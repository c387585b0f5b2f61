// Colours of an expression in the editor, the brackets that belong together, and
// what is underlined. Plain ES module, checked by tsc.
import { jsonTokens } from "./expression-json.js";
import { tokenize } from "./expression-language.js";
import { Decoration, EditorView, StateEffect, StateField, ViewPlugin } from "./vendor/codemirror.js";

/** @typedef {import("./expression-language.js").Language} Language */
/** @typedef {import("./expression-language.js").Token} Token */
/** @typedef {import("./expression-server.js").Fault} Fault */
/** @typedef {import("@codemirror/state").Range<Decoration>} Mark */

/**
 * The words of what is in an editor.
 * @param {Language} language
 */
export function words(language) {
  const read = (/** @type {string} */ source) => (language === "json" ? jsonTokens(source) : tokenize(source, language));
  return StateField.define({
    create: (state) => read(state.doc.toString()),
    update: (tokens, change) => change.docChanged ? read(change.newDoc.toString()) : tokens,
  });
}

/**
 * Colours words, and shows which bracket belongs to the one at the caret.
 * @param {StateField<Token[]>} field
 */
export function colours(field) {
  return ViewPlugin.define((view) => {
    const plugin = {
      decorations: marks(view, field),
      update: (/** @type {import("@codemirror/view").ViewUpdate} */ update) => {
        if (update.docChanged || update.selectionSet || update.viewportChanged) plugin.decorations = marks(view, field);
      },
    };
    return plugin;
  }, { decorations: (plugin) => plugin.decorations });
}

/** @param {EditorView} view @param {StateField<Token[]>} field */
function marks(view, field) {
  const tokens = view.state.field(field);
  const { from, to } = view.viewport;
  const pair = matching(tokens, view.state.selection.main);
  /** @type {Mark[]} */
  const made = [];
  for (const [index, token] of tokens.entries()) {
    const opens = token.kind === "brace" && (token.match === undefined || token.match > index);
    if (opens) {
      const end = token.match === undefined ? view.state.doc.length : tokens[token.match]?.to ?? token.to;
      if (token.from < to && end > from) made.push(Decoration.mark({ class: "expression-code" }).range(token.from, end));
    }
    if (token.to <= from || token.from >= to) continue;
    const kind = `expression-${token.kind}${pair.includes(token) ? " expression-pair" : ""}`;
    made.push(Decoration.mark({ class: kind }).range(token.from, token.to));
  }
  return Decoration.set(made, true);
}

/**
 * The bracket next to the caret and the one that belongs to it.
 * @param {Token[]} tokens
 * @param {{empty: boolean, head: number}} selection
 * @returns {Token[]}
 */
function matching(tokens, { empty, head }) {
  if (!empty) return [];
  const paired = tokens.filter((token) => token.match !== undefined && token.from <= head && head <= token.to);
  const here = paired.find((token) => token.to === head) ?? paired.find((token) => token.from === head);
  const other = here?.match === undefined ? undefined : tokens[here.match];
  return here && other ? [here, other] : [];
}

/** Says which faults are underlined from now on. @type {import("@codemirror/state").StateEffectType<Fault[]>} */
export const setFaults = StateEffect.define();

/** What is underlined; it moves along with the text around it. */
export const underlines = StateField.define({
  create: () => Decoration.none,
  update: (shown, change) => {
    const told = change.effects.find((effect) => effect.is(setFaults));
    if (!told) return shown.map(change.changes);
    const length = change.newDoc.length;
    const made = told.value.flatMap((/** @type {Fault} */ fault) => {
      // What is missing has no width: the character before it or behind it stands for it.
      const end = Math.min(length, Math.max(fault.end, fault.start + 1));
      const start = Math.min(fault.start, Math.max(0, end - 1));
      if (start >= end) return [];
      return [Decoration.mark({ class: `expression-fault${fault.severity === "warning" ? " expression-warning" : ""}`, attributes: { title: fault.message } }).range(start, end)];
    });
    return Decoration.set(made, true);
  },
  provide: (field) => EditorView.decorations.from(field),
});

// What static/vendor/codemirror.js exports, and with it what is bundled. The
// same lines are its types, static/vendor/codemirror.d.ts.
export { Compartment, EditorSelection, EditorState, Prec, StateEffect, StateField, Transaction } from "@codemirror/state";
export { Decoration, EditorView, ViewPlugin, dropCursor, keymap, placeholder } from "@codemirror/view";
export { history, historyKeymap, insertNewline, standardKeymap } from "@codemirror/commands";
export {
  acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap, completionStatus,
  startCompletion,
} from "@codemirror/autocomplete";

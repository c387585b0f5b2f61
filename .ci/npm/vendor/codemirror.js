// What static/vendor/codemirror.js exports, and with it what is bundled. The
// same lines are its types, static/vendor/codemirror.d.ts.
export { EditorSelection, EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
export { Decoration, EditorView, ViewPlugin, dropCursor, keymap, placeholder } from "@codemirror/view";
export { history, historyKeymap, standardKeymap } from "@codemirror/commands";
export {
  acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap, completionStatus,
  pickedCompletion,
} from "@codemirror/autocomplete";

// What may be written at the caret: the server's candidates in CodeMirror's list.
// Plain ES module, checked by tsc.
import { element, icon } from "./dom.js";
import { autocompletion, pickedCompletion } from "./vendor/codemirror.js";

/** @typedef {import("./expression-server.js").ExpressionServer} ExpressionServer */
/** @typedef {import("./expression-server.js").Candidate} Candidate */
/** @typedef {import("@codemirror/autocomplete").Completion & {candidate: Candidate, order: number}} Option */
/** @typedef {import("@codemirror/autocomplete").CompletionContext} Context */

/** @type {Record<string, string>} */
const icons = {
  name: "layers", step: "step-forward", field: "list-tree", index: "hash", function: "code", operator: "shuffle",
  keyword: "key", value: "receipt-text", template: "braces",
};

/** After what a list opens by itself: the beginning of a name, a dot, a bracket. */
const begins = /[\p{L}\p{N}_$.[{]$/u;

/**
 * Completion for one field.
 * @param {ExpressionServer} server
 */
export function completion(server) {
  return autocompletion({
    icons: false, activateOnTypingDelay: 80, maxRenderedOptions: 200,
    override: [(context) => candidates(server, context)],
    activateOnCompletion: (option) => /** @type {Option} */ (option).candidate.kind === "template",
    compareCompletions: (a, b) => /** @type {Option} */ (a).order - /** @type {Option} */ (b).order,
    optionClass: (option) => /** @type {Option} */ (option).candidate.refused ? "refused" : "",
    addToOptions: [{ position: 20, render: (option) => {
      const { kind } = /** @type {Option} */ (option).candidate;
      const image = icon(icons[kind] ?? "circle");
      image.classList.add("icon-small");
      return image;
    } }],
  });
}

/**
 * @param {ExpressionServer} server
 * @param {Context} context
 */
async function candidates(server, context) {
  const source = context.state.doc.toString();
  if (!context.explicit && !begins.test(source.slice(0, context.pos))) return null;
  const stop = new AbortController();
  context.addEventListener("abort", () => stop.abort(), { onDocChange: true });
  const found = await server.complete(source, context.pos, stop.signal).catch(() => null);
  if (!found || found.items.length === 0 || context.aborted) return null;
  // The server has chosen and ranked for this very text; each further letter
  // asks again.
  return { from: found.from, to: found.to, filter: false, options: found.items.map(option) };
}

/**
 * @param {Candidate} candidate
 * @param {number} order
 * @returns {Option}
 */
function option(candidate, order) {
  return {
    candidate, order, label: candidate.label, detail: candidate.type ?? "",
    info: candidate.help || candidate.example ? () => about(candidate) : undefined,
    apply: (view, picked, from, to) => {
      if (candidate.refused) return;
      const start = candidate.from ?? from;
      view.dispatch({
        changes: { from: start, to, insert: candidate.insert },
        selection: { anchor: start + (candidate.caret ?? candidate.insert.length) },
        annotations: pickedCompletion.of(picked), userEvent: "input.complete", scrollIntoView: true,
      });
    },
  };
}

/** @param {Candidate} candidate */
function about(candidate) {
  return element("div", { class: "expression-about" },
    candidate.help ? element("p", {}, candidate.help) : null,
    candidate.example ? element("code", {}, candidate.example) : null);
}

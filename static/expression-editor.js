// The editor of an expression: CodeMirror in place of the control of an
// <expression-field>. Tab leaves the field; while the list of suggestions is open
// it takes the chosen one, and Escape closes the list. Plain ES module, checked
// by tsc.
import { brackets } from "./expression-brackets.js";
import { colours, setFaults, underlines, words } from "./expression-colours.js";
import { completion } from "./expression-complete.js";
import { jsonLine } from "./expression-json.js";
import { insertion } from "./expression-language.js";
import { ExpressionEvaluation } from "./expression-evaluation.js";
import { jsonInsertion } from "./json-insertion.js";
import { ExpressionServer, Places, inUnits } from "./expression-server.js";
import {
  EditorState, EditorView, Prec, StateEffect, acceptCompletion, closeBracketsKeymap, closeCompletion, completionKeymap,
  completionStatus, dropCursor, history, historyKeymap, keymap, placeholder, standardKeymap,
} from "./vendor/codemirror.js";

/** @typedef {import("./expression-field.js").ExpressionField} ExpressionField */
/** @typedef {import("./expression-field.js").Control} Control */
/** @typedef {import("@codemirror/state").Extension} Extension */
/** @typedef {import("@codemirror/view").ViewUpdate} ViewUpdate */

/** How much a field takes, in UTF-16 units. */
export const longest = 64 * 1024;

/** The command of Ctrl-Space. @type {import("@codemirror/view").Command} */
const startCompletion = (view) => completionKeymap[0]?.run?.(view) ?? false;

/** Marks a change that grew beyond that, and was not made. */
const refused = StateEffect.define();

export class ExpressionEditor {
  /**
   * @param {ExpressionField} field
   * @param {Control} control
   */
  constructor(field, control) {
    this.field = field;
    this.control = control;
    this.server = new ExpressionServer(field);
    this.words = words(field.language);
    this.ends = new AbortController();
    this.before = control.value; // what it was when the focus came
    /** Whether Enter begins a new line. */
    this.lines = control instanceof HTMLTextAreaElement && control.rows > 1 || field.language === "json";
    /** Whether it offers what there is as soon as it is entered; who goes on takes nothing of it. */
    this.picks = field.hasAttribute("data-pick");
    this.evaluation = new ExpressionEvaluation(this);
    const focused = document.activeElement === control;
    const { anchor, head } = caretOf(control, focused);
    this.view = new EditorView({ state: this.state(control.value, anchor, head) });
    this.box = document.createElement("div");
    this.box.className = "expression-box";
    this.box.append(this.view.dom);
    this.listen();
    control.after(this.box, this.evaluation.result.element);
    control.tabIndex = -1;
    control.setAttribute("aria-hidden", "true");
    field.toggleAttribute("data-open", true);
    if (focused) this.view.focus();
    this.evaluation.begin();
  }

  /** @param {string} text @param {number} anchor @param {number} [head] */
  state(text, anchor, head = anchor) {
    const length = EditorState.create({ doc: text }).doc.length; // line ends count once
    return EditorState.create({
      doc: text, selection: { anchor: Math.min(anchor, length), head: Math.min(head, length) }, extensions: this.extensions(),
    });
  }

  /** @returns {Extension[]} */
  extensions() {
    const { control, field } = this;
    const single = control instanceof HTMLInputElement;
    return [
      this.words, colours(this.words), underlines, history(), dropCursor(), completion(this.server),
      brackets(field.language, this.words),
      Prec.high(keymap.of([
        { key: "Tab", run: (view) => !(this.picks && this.text === "") && acceptCompletion(view) },
        { key: "Enter", run: (view) => acceptCompletion(view) || this.enter(view), shift: () => single },
        { key: "ArrowDown", run: (view) => (!this.lines || this.text === "") && completionStatus(view.state) === null && startCompletion(view) },
      ])),
      keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...standardKeymap]),
      placeholder(control.placeholder), EditorView.lineWrapping,
      EditorView.contentAttributes.of(() => this.attributes()),
      EditorState.readOnly.of(field.locked),
      single ? EditorView.clipboardInputFilter.of((text) => oneLine(text)) : [],
      EditorState.transactionFilter.of((change) => {
        const grows = change.docChanged && change.newDoc.length > longest && change.newDoc.length > change.startState.doc.length;
        return grows ? { effects: refused.of(null) } : change;
      }),
      EditorView.updateListener.of((update) => this.updated(update)),
      EditorView.domEventHandlers({
        blur: () => { closeCompletion(this.view); return false; },
        beforeinput: (event, view) => typedOver(event, view),
        drop: (event) => this.field.dropped(event),
      }),
      field.language === "template" ? EditorView.editorAttributes.of({ class: "template" }) : [],
    ];
  }

  /** What the editor is called, and described by, is what its control is. */
  attributes() {
    const { control } = this;
    /** @type {Record<string, string>} */
    const attributes = { "aria-multiline": String(this.lines), spellcheck: "false", autocapitalize: "off" };
    const labels = [...(control.labels ?? [])].map((label) => (label.id ||= `${control.id}-label`));
    const labelled = control.getAttribute("aria-labelledby") ?? labels.join(" ");
    if (labelled) attributes["aria-labelledby"] = labelled;
    else attributes["aria-label"] = control.getAttribute("aria-label") ?? "Expression";
    attributes["aria-describedby"] = [control.getAttribute("aria-describedby"), this.evaluation.result.id].filter(Boolean).join(" ");
    const invalid = this.evaluation.failed ?? control.getAttribute("aria-invalid") === "true";
    if (invalid) attributes["aria-invalid"] = "true";
    if (control.getAttribute("aria-required") === "true" || control.required) attributes["aria-required"] = "true";
    if (this.field.locked) attributes["aria-readonly"] = "true";
    return attributes;
  }

  listen() {
    const { box, control, ends: { signal }, field } = this;
    // To whoever listens outside, it is the control that is typed into.
    for (const type of ["input", "beforeinput", "change"]) box.addEventListener(type, (event) => event.stopPropagation(), { signal });
    // A key that did something here does nothing else.
    box.addEventListener("keydown", (event) => { if (event.defaultPrevented) event.stopPropagation(); }, { signal });
    box.addEventListener("focusin", () => this.entered(), { signal });
    box.addEventListener("focusout", (event) => { if (!box.contains(/** @type {Node | null} */ (event.relatedTarget))) this.left(); }, { signal });
    box.addEventListener("mousedown", (event) => {
      if (event.target !== box) return;
      event.preventDefault();
      this.view.focus();
    }, { signal });
    // Its label and scripts focus the control.
    control.addEventListener("focus", (event) => {
      if (!event.isTrusted) return;
      if (control.value !== this.text) this.reset(control.value);
      this.focus();
    }, { signal });
    document.addEventListener("draft-changed", (event) => { if (event instanceof CustomEvent) this.draftChanged(event.detail); }, { signal });
    // There are other values to try the text with.
    for (const type of ["flow-run-ended", "pins-changed"]) document.addEventListener(type, () => { this.server.forget(); this.evaluation.changed(); }, { signal });
    this.around = new MutationObserver(() => this.surroundings());
    this.around.observe(control, { attributeFilter: ["aria-invalid", "aria-describedby", "aria-labelledby"] });
    const form = field.closest(".field");
    if (form) this.around.observe(form, { childList: true });
  }

  /** What is in the editor. */
  get text() { return this.view.state.doc.toString(); }

  focus() { this.view.focus(); }

  /** @param {string} value */
  reset(value) {
    const { anchor, head } = this.view.state.selection.main;
    this.before = value;
    if (value !== this.text) this.view.setState(this.state(value, anchor, head));
    this.evaluation.changed();
  }

  /**
   * @param {string} text an expression
   * @param {{x: number, y: number}} [point] in the window; absent: the caret
   */
  insert(text, point) {
    const { state } = this.view;
    if (state.readOnly) return;
    const at = point ? this.view.posAtCoords(point, false) : null;
    const { from, to } = at === null ? state.selection.main : { from: at, to: at };
    const json = this.field.language === "json", line = this.own(this.control instanceof HTMLInputElement ? oneLine(text) : text);
    const change = json ? jsonInsertion(this.text, from, to, text) : insertion(this.text, this.field.language, from, to, line);
    if (!change) {
      this.view.focus();
      this.evaluation.result.refuse("A value cannot stand there: put the caret between quotes, or where a value belongs, or select the value that it replaces.");
      return;
    }
    const end = change.from + change.insert.length;
    this.view.dispatch({ changes: change, selection: argumentsOf(text, change) ?? { anchor: end }, userEvent: "input.paste", scrollIntoView: true });
    this.view.focus();
  }

  /**
   * What an expression from outside is here: of an item of the list it is what it is of
   * each, and an item of a list that is to be gone through is the list.
   * @param {string} text
   */
  own(text) {
    if (this.control.dataset.part === "list") return text.replace(/(?:\[\d+\])+$/, "");
    const { list } = this.server;
    const rest = this.field.hasAttribute("data-of-item") && list && text.startsWith(`${list}[`) ? /^\[\d+\](.*)$/s.exec(text.slice(list.length))?.[1] : undefined;
    return rest === undefined ? text : rest.startsWith(".") ? rest : `#${rest}`;
  }

  /** @param {import("./expression-server.js").Fix} fix */
  mend({ start, end, text }) {
    if (end > this.view.state.doc.length) return;
    this.view.dispatch({ changes: { from: start, to: end, insert: text }, selection: { anchor: start + text.length }, userEvent: "input" });
    this.view.focus();
  }

  destroy() {
    this.ends.abort();
    this.around?.disconnect();
    this.evaluation.end();
    this.view.destroy();
    this.box.remove();
    this.evaluation.result.element.remove();
    this.control.removeAttribute("tabindex");
    this.control.removeAttribute("aria-hidden");
    this.field.removeAttribute("data-open");
  }

  /** @param {EditorView} view */
  enter(view) {
    if (this.field.language === "json") view.dispatch(jsonLine(view));
    else if (this.lines) view.dispatch(view.state.replaceSelection(view.state.lineBreak), { userEvent: "input", scrollIntoView: true });
    else this.commit();
    return true;
  }

  /** @param {ViewUpdate} update */
  updated(update) {
    for (const effect of update.transactions.flatMap((change) => change.effects)) {
      if (effect.is(refused)) this.evaluation.result.refuse(`This is too long: a field holds at most ${longest.toLocaleString("en")} characters. Nothing was changed.`);
    }
    if (completionStatus(update.startState) !== completionStatus(update.state)) this.evaluation.listChanged();
    if (!update.docChanged) return;
    this.control.value = this.text;
    this.evaluation.changed();
    this.control.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  entered() {
    if (this.inside) return;
    this.inside = true;
    this.before = this.text;
    this.control.dispatchEvent(new FocusEvent("focus"));
    // The panel of data offers the same, and must not be covered.
    if (this.picks && this.text === "" && !document.querySelector("#data-panel:not([hidden])")) startCompletion(this.view);
  }

  left() {
    this.inside = false;
    this.strip();
    void this.evaluation.left();
    this.commit();
    this.control.dispatchEvent(new FocusEvent("blur"));
  }

  /** Takes off the braces around all of an expression that is none of a template. */
  strip() {
    const inside = /^\s*\{\{((?:(?!\{\{|\}\})[^])*)\}\}\s*$/.exec(this.text)?.[1];
    if (inside === undefined || this.field.language === "template" || this.field.language === "json") return;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: inside.trim() }, userEvent: "input" });
  }

  /** Says that the value is as it is meant. */
  commit() {
    if (this.before === this.text) return;
    this.before = this.text;
    this.control.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** @param {import("./draft.js").DraftChange} change */
  draftChanged(change) {
    const { step, path } = this.field.dataset;
    // A row is but a piece of what they are about.
    const own = (this.control.matches("[data-part]") ? [] : change.fields ?? []).filter((problem) => problem.step === step && problem.path === path && problem.end !== undefined);
    const faults = own.map((problem) => ({ ...problem, start: problem.start ?? 0, end: problem.end ?? 0 }));
    this.server.forget();
    this.evaluation.draftChanged(inUnits(faults, new Places(this.text)), change.own);
  }

  /** @param {import("./expression-server.js").Fault[]} faults */
  underline(faults) { this.view.dispatch({ effects: setFaults.of(faults) }); }

  /** The caret, while what stands before it is being chosen from the list. */
  get choosing() { return completionStatus(this.view.state) === "active" ? this.view.state.selection.main.head : null; }

  /** Takes over what the form around the field says now. */
  surroundings() {
    this.view.dispatch({});
    this.evaluation.hideRepeated();
  }
}

/**
 * Replaces what is chosen by what is typed. Left to itself, Chromium would keep
 * the look of the old text by a style attribute, which our policy forbids.
 * @param {InputEvent} event
 * @param {EditorView} view
 */
function typedOver(event, view) {
  const { data } = event, { from, to, empty } = view.state.selection.main;
  if (event.inputType !== "insertText" || !data || empty || view.composing || view.state.readOnly) return false;
  const replace = () => view.state.update({
    changes: { from, to, insert: data }, selection: { anchor: from + data.length }, userEvent: "input.type", scrollIntoView: true,
  });
  if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, replace))) view.dispatch(replace());
  return true;
}

/**
 * Where the values of a function that was inserted stand: they are written next.
 * @param {string} text
 * @param {{from: number, insert: string}} change
 */
function argumentsOf(text, { from, insert }) {
  const call = /^(\w+\()([^()"']*)\)$/.exec(text);
  if (!call || !insert.includes(text)) return null;
  const anchor = from + insert.indexOf(text) + (call[1]?.length ?? 0);
  return { anchor, head: anchor + (call[2]?.length ?? 0) };
}

/** @param {string} text */
const oneLine = (text) => text.replace(/\s*[\r\n]+\s*/g, " ");

/**
 * @param {Control} control
 * @param {boolean} focused
 */
function caretOf(control, focused) {
  const end = control.value.length;
  if (!focused) return { anchor: end, head: end };
  const from = control.selectionStart ?? end, to = control.selectionEnd ?? end;
  return control.selectionDirection === "backward" ? { anchor: to, head: from } : { anchor: from, head: to };
}

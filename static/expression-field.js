// <expression-field language="template|expression|condition|json" data-step data-path>
// around a textarea or an input: a field that holds an expression. The control
// works by itself. When the field is first used, the editor is loaded and stands
// in for it; the control keeps the value, and its input, change, focus and blur
// events happen as if it were the one typed into. Plain ES module, checked by tsc.

/** @typedef {import("./expression-language.js").Language} Language */
/** @typedef {HTMLTextAreaElement | HTMLInputElement} Control */
/** @typedef {import("./expression-editor.js").ExpressionEditor} Editor */

/** What a dragged expression is called. */
const dragged = "text/x-redial-expression";

/** @type {Promise<typeof import("./expression-editor.js")> | null} */
let loading = null;

function load() {
  loading ??= import("./expression-editor.js");
  loading.catch(() => { loading = null; }); // whoever comes next tries again
  return loading;
}

export class ExpressionField extends HTMLElement {
  /** @type {Editor | null} */
  editor = null;
  /** @type {Promise<Editor | null> | null} */
  opening = null;
  composing = false;
  ends = new AbortController();

  /** The control that holds the value. @returns {Control} */
  get control() {
    const found = this.querySelector("textarea, input");
    if (found instanceof HTMLTextAreaElement || found instanceof HTMLInputElement) return found;
    throw new Error("an expression-field needs a textarea or an input");
  }

  /** @returns {Language} */
  get language() {
    const name = this.getAttribute("language");
    return name === "template" || name === "condition" || name === "json" ? name : "expression";
  }

  get value() { return this.control.value; }

  /** Whether nobody may change it. */
  get locked() { return this.control.readOnly || this.control.matches(":disabled"); }

  connectedCallback() {
    this.ends = new AbortController();
    const listen = (/** @type {string} */ type, /** @type {(event: any) => void} */ run) => this.addEventListener(type, run, { signal: this.ends.signal });
    listen("focusin", () => void this.open());
    listen("compositionstart", () => { this.composing = true; });
    listen("compositionend", () => { this.composing = false; });
    listen("dragenter", (event) => this.dragOver(event));
    listen("dragover", (event) => this.dragOver(event));
    listen("dragleave", (event) => { if (!this.contains(event.relatedTarget)) this.removeAttribute("data-drop"); });
    listen("drop", (event) => this.dropped(event));
    if (this.contains(document.activeElement)) void this.open();
  }

  disconnectedCallback() {
    this.ends.abort();
    this.editor?.destroy();
    this.editor = this.opening = null;
  }

  /**
   * Puts the editor in place of the control; caret, focus and what is typed
   * meanwhile are kept. Null: it cannot be loaded, and the control stays.
   * @returns {Promise<Editor | null>}
   */
  open() {
    this.opening ??= this.load().then((editor) => {
      if (!editor) this.opening = null;
      return editor;
    });
    return this.opening;
  }

  /** @returns {Promise<Editor | null>} */
  async load() {
    const { ends, control } = this;
    const module = await load().catch(() => null);
    // An editor put in the middle of a composed character would break it.
    if (this.composing) await new Promise((resolve) => this.addEventListener("compositionend", resolve, { once: true, signal: ends.signal }));
    if (!module || ends.signal.aborted || control.value.length > module.longest) return null;
    this.editor = new module.ExpressionEditor(this, control);
    return this.editor;
  }

  /** Focuses the field. */
  focus() {
    if (this.editor) this.editor.focus();
    else this.control.focus();
  }

  /**
   * Takes a value from outside. No event happens, and what was typed before
   * cannot be undone in the field any more.
   * @param {string} value
   */
  reset(value) {
    this.control.value = value;
    this.editor?.reset(value);
  }

  /**
   * Inserts an expression at the caret, in the text of a template with braces
   * around it, and focuses the field.
   * @param {string} text
   */
  async insert(text) {
    const editor = this.editor ?? await this.open();
    editor?.insert(text);
  }

  /** @param {DragEvent} event */
  dragOver(event) {
    if (!event.dataTransfer?.types.includes(dragged) || this.locked) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.toggleAttribute("data-drop", true);
    void this.open(); // it knows which place is under the pointer
  }

  /**
   * @param {DragEvent} event of the field, or of its editor, which hears it first
   * @returns {boolean} it was an expression
   */
  dropped(event) {
    this.removeAttribute("data-drop");
    const text = event.dataTransfer?.getData(dragged);
    if (!text || event.defaultPrevented || this.locked) return false;
    event.preventDefault();
    const { clientX: x, clientY: y } = event;
    void this.open().then((editor) => editor?.insert(text, { x, y }));
    return true;
  }
}

customElements.define("expression-field", ExpressionField);

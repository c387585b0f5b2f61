// What is done to the selected steps, by a key or from the menu: some are edits,
// others the page carries out.

/** @typedef {import("./canvas-stage.js").Stage} Stage */
/** @typedef {import("./canvas-select.js").Selection} Selection */

export class Commands {
  /** @param {Stage} stage @param {Selection} selection */
  constructor(stage, selection) {
    this.stage = stage;
    this.selection = selection;
  }

  /** The steps that can be worked on: the trigger stays. */
  get steps() { return this.selection.ids.filter((id) => !this.stage.graph.cards.get(id)?.trigger); }

  /** Whether all of them are switched off. */
  get off() { return this.steps.length > 0 && this.steps.every((id) => this.stage.graph.cards.get(id)?.disabled); }

  /** @param {boolean} heal what led to them leads to what followed them */
  remove(heal) {
    const { steps, stage } = this;
    if (steps.length === 0) {
      if (this.selection.ids.length > 0) stage.say("A flow needs its trigger. Replace it from the menu.");
      return;
    }
    stage.edit([{ op: "remove", steps, heal }]);
    stage.say(steps.length === 1 ? "1 step deleted." : `${steps.length} steps deleted.`);
  }

  duplicate() {
    if (this.steps.length > 0) this.stage.edit([{ op: "duplicate", steps: this.steps }], true);
  }

  /** Switches the steps off, or on if all are off. */
  toggle() {
    const { steps, off } = this;
    this.stage.edit(steps.map((step) => off ? { op: "unset", step, path: "disabled" } : { op: "set", step, path: "disabled", value: true }));
    if (steps.length > 0) this.stage.say(off ? "Switched on." : "Switched off.");
  }

  /** Tidies up the selected steps, or the flow. */
  tidy() {
    const { ids } = this.selection;
    this.stage.edit([ids.length > 1 ? { op: "tidy", steps: ids } : { op: "tidy" }]);
  }

  /** @param {string} name as in the menu */
  run(name) {
    switch (name) {
      case "duplicate": this.duplicate(); break;
      case "toggle": this.toggle(); break;
      case "tidy": this.tidy(); break;
      case "delete": this.remove(true); break;
      case "delete-gap": this.remove(false); break;
      default: this.stage.command(name, this.selection.ids);
    }
  }
}

// A list to choose from by typing: a field with a listbox below it. The field
// keeps the focus; arrow keys move through the list, Enter and a click choose.
// The palette, what is asked at a port, and the command search are such lists.
// Plain ES module, checked by tsc.
import { element, part } from "./dom.js";
import { marked, match } from "./match.js";

/**
 * Something that can be chosen.
 * @typedef {object} Choice
 * @property {string} id unique in the list
 * @property {string} title
 * @property {string} [of] what it belongs to, shown behind the title and searched too
 * @property {string} [also] other words that it is found by
 * @property {string} [group] under which it stands while nothing is typed
 * @property {string} [keys] that do the same
 * @property {() => HTMLElement} draw without the title; a new element each time
 */

const mostFound = 60;

let lists = 0;

export class ChoiceList {
  /** @type {Choice[]} */
  #choices = [];
  /** @type {string[]} */
  #first = [];
  /** @type {Map<Element, Choice>} */
  #shown = new Map();
  #prefix = `choice-${++lists}-`;

  /**
   * @param {HTMLElement} root with the parts filter, list and nothing
   * @param {(choice: Choice) => void} onChoose
   */
  constructor(root, onChoose) {
    this.filter = /** @type {HTMLInputElement} */ (part('[data-part="filter"]', root));
    this.list = part('[data-part="list"]', root);
    this.nothing = part('[data-part="nothing"]', root);
    this.onChoose = onChoose;
    this.filter.addEventListener("input", () => this.show());
    this.filter.addEventListener("keydown", (event) => this.#key(event));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => {
      const choice = this.at(event.target);
      if (choice) this.onChoose(choice);
    });
    this.list.addEventListener("pointermove", (event) => {
      const option = event.target instanceof Element ? event.target.closest('[role="option"]') : null;
      if (option && document.activeElement === this.filter) this.#activate(option, false);
    });
  }

  /**
   * The choice under a pointer.
   * @param {EventTarget | null} target
   * @returns {Choice | undefined}
   */
  at(target) {
    const option = target instanceof Element ? target.closest('[role="option"]') : null;
    return option ? this.#shown.get(option) : undefined;
  }

  /**
   * @param {Choice[]} choices in the order in which they stand while nothing is typed
   * @param {string[]} [first] IDs of those that stand before, as used recently
   */
  offer(choices, first = []) {
    this.#choices = choices;
    this.#first = first;
    this.show();
  }

  /** Shows what fits what is typed; all of it when nothing is. */
  show() {
    const query = this.filter.value.trim();
    this.#shown.clear();
    this.list.replaceChildren(...(query ? this.#found(query) : this.#all()));
    let n = 0;
    for (const option of this.#shown.keys()) option.id = this.#prefix + n++;
    this.nothing.hidden = n > 0;
    this.list.scrollTop = 0;
    const first = this.#shown.keys().next().value;
    this.#activate(query ? first : undefined, true);
  }

  /** Empties the field and shows all. */
  clear() {
    this.filter.value = "";
    this.show();
  }

  #all() {
    /** @type {Map<string, Choice[]>} */
    const groups = new Map();
    const byId = new Map(this.#choices.map((choice) => [choice.id, choice]));
    const recent = this.#first.map((id) => byId.get(id)).filter((choice) => choice !== undefined);
    if (recent.length > 0) groups.set("Recently used", recent);
    for (const choice of this.#choices) {
      if (choice.group === undefined) continue;
      const group = groups.get(choice.group) ?? [];
      if (group.length === 0) groups.set(choice.group, group);
      group.push(choice);
    }
    return [...groups].map(([title, choices]) => element("div", { class: "palette-group", role: "group", "aria-label": title },
      element("p", { class: "palette-title", role: "presentation", "aria-hidden": "true" }, element("bdi", {}, title)),
      ...choices.map((choice) => this.#option(choice, [choice.title], title !== choice.of))));
  }

  /** @param {string} query */
  #found(query) {
    const found = [];
    for (const [place, choice] of this.#choices.entries()) {
      const { title, of = "", also = "" } = choice;
      const own = match(query, title);
      const wide = own ?? match(query, `${title} ${of}`) ?? match(query, `${title} ${of} ${also}`);
      if (!wide) continue;
      const lately = this.#first.includes(choice.id) ? 1 : 0;
      found.push({ choice, place, score: wide.score + lately + (own ? 3 : 0), marks: own?.marks ?? [] });
    }
    found.sort((a, b) => b.score - a.score || a.place - b.place);
    return found.slice(0, mostFound).map(({ choice, marks }) => this.#option(choice, marked(choice.title, marks), true));
  }

  /**
   * @param {Choice} choice
   * @param {(Node | string)[]} title
   * @param {boolean} withOf
   */
  #option(choice, title, withOf) {
    const option = choice.draw();
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.classList.add("palette-item");
    option.append(
      element("bdi", { class: "palette-name truncate" }, ...title),
      withOf && choice.of ? element("bdi", { class: "palette-of truncate" }, choice.of) : "",
      choice.keys ? element("kbd", { class: "key" }, choice.keys) : "",
    );
    this.#shown.set(option, choice);
    return option;
  }

  /** @param {Element | undefined} option @param {boolean} intoSight */
  #activate(option, intoSight) {
    this.list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    if (option) this.filter.setAttribute("aria-activedescendant", option.id);
    else this.filter.removeAttribute("aria-activedescendant");
    if (intoSight) option?.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.isComposing) return;
    const options = [...this.#shown.keys()];
    const here = options.findIndex((option) => option.ariaSelected === "true");
    const active = options[here];
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: here + 1, ArrowUp: here < 0 ? options.length - 1 : here - 1, PageDown: Math.min(here + 8, options.length - 1), PageUp: Math.max(here - 8, 0) };
    const to = moves[event.key];
    if (to !== undefined && options.length > 0) {
      event.preventDefault();
      this.#activate(options[(to + options.length) % options.length], true);
    } else if (event.key === "Enter" && active) {
      event.preventDefault();
      const choice = this.#shown.get(active);
      if (choice) this.onChoose(choice);
    }
  }
}

// Values of a field that the service behind the step knows: asked for when
// somebody wants to choose, and found by typing. Plain ES module, checked by tsc.
import { ChoiceList } from "./choice-list.js";
import { element, request } from "./dom.js";
import { pathOf } from "./inspector-value.js";

/** @typedef {{value: unknown, title: string}} Offered */

let lists = 0;

/**
 * Offers the choices of a field below it.
 * @param {HTMLElement} button that asks for them
 * @param {string} step the address of the step
 * @param {(path: string, value: unknown) => void} take
 */
export async function offerChoices(button, step, take) {
  const field = button.closest(".field");
  const notes = field?.querySelector(":scope > .field-notes");
  if (!field || !notes) return;
  field.querySelector(":scope > [data-part=choices]")?.remove();
  const path = pathOf(field);
  const place = element("div", { class: "service-choices", "data-part": "choices" },
    element("p", { class: "help", role: "status" }, "Asking the service for its values…"));
  notes.before(place);
  const close = () => {
    place.remove();
    const again = document.querySelector(`#inspector .field[data-path="${CSS.escape(path)}"] [data-action="choices"]`);
    if (again instanceof HTMLElement) again.focus();
  };
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  try {
    /** @type {{choices: Offered[]}} */
    const { choices } = await request(`${step}/choices?path=${encodeURIComponent(path)}`);
    if (!place.isConnected) return;
    if (choices.length === 0) place.replaceChildren(element("p", { class: "help", role: "status" }, "The service has none."));
    else list(place, choices, (value) => { place.remove(); take(path, value); });
  } catch (error) {
    const again = element("button", { class: "button dense", type: "button" }, "Try again");
    again.addEventListener("click", () => void offerChoices(button.isConnected ? button : place, step, take));
    place.replaceChildren(element("p", { class: "problem error", role: "alert" }, error instanceof Error ? error.message : ""), again);
  }
}

/**
 * @param {HTMLElement} place
 * @param {Offered[]} choices
 * @param {(value: unknown) => void} take
 */
function list(place, choices, take) {
  const id = `service-choices-${++lists}`;
  const filter = element("input", {
    class: "input", type: "text", role: "combobox", "data-part": "filter", "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list",
    "aria-label": "Find a value of the service", placeholder: `Find one of ${choices.length}`, maxlength: "100", autocomplete: "off", spellcheck: "false",
  });
  place.replaceChildren(filter,
    element("div", { class: "palette-list", id, role: "listbox", "data-part": "list", "aria-label": "Values of the service" }),
    element("p", { class: "help", "data-part": "nothing", role: "status", hidden: "" }, "The service has none that is called that."));
  const found = new ChoiceList(place, (choice) => take(choices[Number(choice.id)]?.value));
  found.offer(choices.map(({ value, title }, index) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return { id: String(index), title: title || text, of: title && title !== text ? text : "", group: "Values of the service", draw: () => element("div", {}) };
  }));
  filter.focus();
}

// Values of a field that the service behind the step knows: asked for when
// somebody wants to choose. Plain ES module, checked by tsc.
import { element, request } from "./dom.js";
import { pathOf } from "./inspector-value.js";

/** @typedef {{value: unknown, title: string}} Choice */

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
  const place = element("div", { class: "service-choices", "data-part": "choices", "aria-live": "polite" });
  notes.before(place);
  place.replaceChildren(element("p", { class: "help" }, "Asking the service for its values…"));
  button.setAttribute("aria-busy", "true");
  const path = pathOf(field);
  try {
    /** @type {{choices: Choice[]}} */
    const { choices } = await request(`${step}/choices?path=${encodeURIComponent(path)}`);
    if (choices.length === 0) {
      place.replaceChildren(element("p", { class: "help" }, "The service has none."));
      return;
    }
    const select = /** @type {HTMLSelectElement} */ (element("select", { class: "input", "aria-label": "Values of the service" },
      element("option", { value: "" }, `Choose one of ${choices.length}`),
      ...choices.map((choice, index) => element("option", { value: String(index) }, choice.title || String(choice.value)))));
    select.addEventListener("change", () => {
      const chosen = choices[Number(select.value)];
      if (chosen && select.value !== "") { place.remove(); take(path, chosen.value); }
    });
    place.replaceChildren(select);
    select.focus();
  } catch (error) {
    const again = element("button", { class: "button dense", type: "button" }, "Try again");
    again.addEventListener("click", () => void offerChoices(button, step, take));
    place.replaceChildren(element("p", { class: "problem error" }, error instanceof Error ? error.message : ""), again);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

// Puts a newer rendering of a form into the page and leaves alone what somebody
// is typing into. Plain ES module, checked by tsc.

/** What keeps its state while it has the focus. */
const kept = "input, select, textarea, button, summary, expression-field, [data-part=choices]";

/** Attributes that a kept control takes over. Its value is the typist's. */
const taken = ["id", "class", "placeholder", "aria-invalid", "aria-describedby", "aria-labelledby", "data-edit", "data-focus", "data-name", "data-step", "aria-pressed", "aria-expanded", "aria-label"];

/** What a person is at: where the focus is, or the expression that waits for a function out of the help. */
export const inUse = () => document.querySelector("[data-asking]") ?? document.activeElement;

/**
 * Replaces an element by a newer one, but for the control in it that has the
 * focus and what lies around that.
 * @param {Element} old in the page
 * @param {Element} fresh
 */
export function merge(old, fresh) {
  const focused = inUse();
  if (!focused || !old.contains(focused) || old === focused && !old.matches(kept)) { old.replaceWith(fresh); return; }
  if (old.matches(kept)) { keep(old, fresh); return; }
  if (old.matches("[data-unsent]")) return; // rows, of which the draft has none yet
  const child = [...old.children].find((item) => item.contains(focused));
  // Rows are alike; of those it is the one at the same place.
  const like = (/** @type {Element} */ root) => [...root.children].filter((item) => child && alike(child, item));
  const twin = child && like(fresh)[like(old).indexOf(child)];
  if (!child || !twin) { old.replaceWith(fresh); return; }
  adopt(old, fresh, fresh.getAttributeNames());
  for (const node of [...old.childNodes]) if (node !== child) node.remove();
  const nodes = [...fresh.childNodes];
  const at = nodes.indexOf(twin);
  child.before(...nodes.slice(0, at));
  child.after(...nodes.slice(at + 1));
  merge(child, twin);
}

/** @param {Element} old @param {Element} fresh */
function keep(old, fresh) {
  adopt(old, fresh, taken);
  const own = old.matches("[data-as]") ? old : old.querySelector("[data-as]");
  const other = fresh.matches("[data-as]") ? fresh : fresh.querySelector("[data-as]");
  if (!own || !other) return;
  adopt(own, other, taken);
  if (own instanceof HTMLInputElement && other instanceof HTMLInputElement && ["checkbox", "radio"].includes(own.type)) own.checked = other.checked;
  else if (own instanceof HTMLSelectElement && other instanceof HTMLSelectElement) {
    const chosen = other.value;
    own.replaceChildren(...other.childNodes);
    own.value = chosen;
  }
  else if (own instanceof HTMLInputElement || own instanceof HTMLTextAreaElement) follow(old, own, /** @type {HTMLInputElement} */ (other).value);
}

/**
 * Shows what the draft holds, unless somebody has typed something else.
 * @param {Element} around the control: an <expression-field> perhaps, which has an editor
 * @param {HTMLInputElement | HTMLTextAreaElement} control
 * @param {string} value
 */
function follow(around, control, value) {
  const typed = control.value !== control.defaultValue;
  control.defaultValue = value;
  if (typed || control.value === value) return;
  if ("reset" in around && typeof around.reset === "function") around.reset(value);
  else control.value = value;
}

/** @param {Element} to @param {Element} from @param {string[]} names */
function adopt(to, from, names) {
  for (const name of names) {
    const value = from.getAttribute(name);
    if (value === null) to.removeAttribute(name);
    else if (to.getAttribute(name) !== value) to.setAttribute(name, value);
  }
}

/** @param {Element} a @param {Element} b @returns {boolean} they are the same part of the form */
function alike(a, b) {
  const same = ["data-path", "data-key", "data-fold", "data-control", "data-part", "data-as", "data-button", "data-action", "data-view", "data-rows"].every((name) => a.getAttribute(name) === b.getAttribute(name));
  return same && a.tagName === b.tagName && a.classList[0] === b.classList[0];
}

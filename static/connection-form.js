// The form of a connection: fields that belong to a choice are there while it is
// made, and secrets that others present can be made here. Plain ES module, checked
// by tsc.

document.addEventListener("change", ({ target }) => {
  if (!(target instanceof HTMLSelectElement)) return;
  for (const part of target.form?.querySelectorAll(`[data-for="${target.name}"]`) ?? []) {
    if (part instanceof HTMLElement) part.hidden = !part.dataset.values?.split(" ").includes(target.value);
  }
});

document.addEventListener("click", ({ target }) => {
  const button = target instanceof Element ? target.closest("[data-generates]") : null;
  if (!(button instanceof HTMLElement)) return;
  const { generates = "", prefix = "" } = button.dataset;
  const input = document.getElementById(generates);
  if (!(input instanceof HTMLInputElement)) return;
  input.value = prefix + random();
  forgive(input);
  show(input);
});

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLElement) || !target.closest(".connection-form")) return;
  forgive(target);
  if (target instanceof HTMLInputElement && target.type === "password") show(target, false);
});

/** What was wrong with a field is not known of its new value. @param {HTMLElement} control */
function forgive(control) {
  control.removeAttribute("aria-invalid");
  control.closest(".field")?.querySelector("p.error")?.remove();
}

/** A secret that nobody guesses: 32 bytes in base64, as all who take secrets can send it. */
const random = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))));

/** Shows a secret that was made here, or no longer. @param {HTMLInputElement} input @param {boolean} [made] */
function show(input, made = true) {
  const notice = document.getElementById(`${input.id}-made`), text = document.getElementById(`${input.id}-text`);
  if (!notice || !text) return;
  text.textContent = made ? input.value : "";
  notice.hidden = !made;
  const said = document.getElementById(`${input.id}-said`);
  if (said) said.textContent = made ? notice.querySelector("p")?.textContent ?? "" : "";
}

/** @param {ParentNode} root @returns {HTMLInputElement[]} */
const secrets = (root) => [...root.querySelectorAll("input")].filter((input) => input.type === "password");

/** @param {HTMLInputElement} input @returns {string} whose secret it is */
function key(input) {
  const component = input.form?.elements.namedItem("component");
  return `${input.form?.action} ${component instanceof HTMLInputElement ? component.value : ""} ${input.name}`;
}

/**
 * Secrets never come back from the server, so what was typed is kept over an answer
 * that says what to mend.
 * @param {ParentNode} root of the form as it is
 * @returns {(root: ParentNode) => void} puts them into the form as it came back
 */
export function keepSecrets(root) {
  const kept = new Map(secrets(root).filter((input) => input.value)
    .map((input) => [key(input), { value: input.value, made: document.getElementById(`${input.id}-made`)?.hidden === false }]));
  return (fresh) => {
    for (const input of secrets(fresh)) {
      const before = kept.get(key(input));
      if (!before || input.value) continue;
      input.value = before.value;
      if (before.made) show(input);
    }
  };
}

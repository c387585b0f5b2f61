// Whole values of steps: pages bring them shortened, and here they are shown
// and copied in full. Plain ES module, checked by tsc.
import { element } from "./dom.js";
import { toast } from "./page.js";

/** More than this is opened in a tab of its own, in characters. */
const most = 1_000_000;

/** @param {string} path */
async function read(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error("The value could not be loaded.");
  return response.text();
}

/** @param {HTMLElement} button @param {string} path */
async function showAll(button, path) {
  const text = await read(path);
  const whole = element("pre", { class: "code wrap whole" }, text.slice(0, most));
  button.closest(".value-part")?.querySelector(".tree")?.replaceWith(whole);
  if (text.length <= most) button.remove();
  else button.replaceWith(element("a", { class: "button quiet dense", href: path, target: "_blank", rel: "noopener" }, "Open all"));
}

/** @param {string} path */
async function copy(path) {
  await navigator.clipboard.writeText(await read(path));
  toast("Copied");
}

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  const { showAll: shown, copyValue: copied } = button?.dataset ?? {};
  if (!button || (!shown && !copied) || button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    if (shown) await showAll(button, shown);
    else if (copied) await copy(copied);
  } catch (error) {
    toast(error instanceof Error && error.name === "Error" ? error.message : "This did not work; the server cannot be reached");
  } finally {
    button.removeAttribute("aria-disabled");
  }
});

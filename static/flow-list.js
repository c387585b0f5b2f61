// The flows: deleting with a question first, and importing a file that was
// dropped anywhere on the page.
import { toast } from "./page.js";
import "./overlay.js";

/** Asks before a flow is deleted. @param {HTMLElement} button */
function askToDelete(button) {
  const dialog = document.getElementById("delete-flow");
  const form = dialog?.querySelector("form");
  const name = dialog?.querySelector(".confirm-name");
  if (!(dialog instanceof HTMLDialogElement) || !form || !name) return;
  const menu = button.closest("[popover]");
  if (menu instanceof HTMLElement) menu.hidePopover();
  const published = "published" in button.dataset;
  form.action = `${form.dataset.action}${button.dataset.delete}/delete`;
  name.textContent = button.dataset.name ?? "";
  for (const [part, shown] of /** @type {const} */ ([["[data-if-published]", published], ["[data-if-draft]", !published]])) {
    dialog.querySelector(part)?.toggleAttribute("hidden", !shown);
  }
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-delete]") : null;
  if (button instanceof HTMLElement) askToDelete(button);
});

// The form of a new flow: its URL is made of its name until a person writes one.

/** @param {string} name @returns {HTMLInputElement} */
const control = (name) => /** @type {HTMLInputElement} */ (document.querySelector(`#new-flow-form [name="${name}"]`));

/** What is asked for; the answers to earlier questions are of no use. */
let asked = 0;

/** Asks the server for the URL of the name, or what is wrong with the one that was written. */
async function askSlug() {
  const question = ++asked, derived = control("derived").value !== "";
  const [key, value] = derived ? ["name", control("name").value] : ["slug", control("slug").value];
  if (value === "") { showSlug("", derived ? "" : control("slug").value); return; }
  await new Promise((resolve) => setTimeout(resolve, 120));
  if (question !== asked) return;
  const response = await fetch(`/flow-slug?${key}=${encodeURIComponent(value)}`);
  if (!response.ok || question !== asked) return;
  const { slug, fault } = await response.json();
  showSlug(fault, slug);
}

/** @param {string} fault @param {string} slug */
function showSlug(fault, slug) {
  const line = document.getElementById("new-flow-slug-error");
  if (control("slug").value !== slug) control("slug").value = slug;
  control("slug").ariaInvalid = String(fault !== "");
  if (!line) return;
  line.textContent = fault;
  line.hidden = fault === "";
}

/** Proposes the name of the template that is chosen, unless a person wrote one. @param {HTMLInputElement} radio */
function takeTemplate(radio) {
  const name = control("name");
  if (name.value !== "" && name.value !== name.dataset.proposed) return;
  name.value = name.dataset.proposed = "empty" in radio.dataset ? "" : radio.dataset.name ?? "";
  void askSlug();
}

document.addEventListener("input", ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.form?.id !== "new-flow-form") return;
  if (target.name === "template") { takeTemplate(target); return; }
  if (target.name === "slug") control("derived").value = target.value === "" ? "yes" : "";
  void askSlug();
});

document.addEventListener("click", (event) => {
  const card = event.target instanceof Element ? event.target.closest("[data-opens=new-flow][data-template]") : null;
  const radio = card instanceof HTMLElement ? document.querySelector(`#new-flow-form [value="${card.dataset.template}"]`) : null;
  if (!(radio instanceof HTMLInputElement)) return;
  radio.checked = true;
  takeTemplate(radio);
});

const form = document.getElementById("import");
const input = document.getElementById("flow-file");
const zone = document.querySelector(".drop-zone");
const outcome = document.getElementById("import-outcome");

/** Takes the first of some files. @param {FileList} files */
function take(files) {
  if (!(input instanceof HTMLInputElement) || files.length === 0) return;
  if (files.length > 1) toast("One file at a time: the first one is imported");
  const first = files[0];
  if (!first) return;
  const transfer = new DataTransfer();
  transfer.items.add(first);
  input.files = transfer.files;
  send();
}

function send() {
  if (form instanceof HTMLFormElement) form.requestSubmit();
}

/** @param {DragEvent} event */
function carriesFile(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

input?.addEventListener("change", send);

// Entering and leaving come once for each element that the pointer crosses.
let within = 0;
/** @param {number} change */
function shift(change) {
  within = Math.max(0, within + change);
  zone?.toggleAttribute("hidden", within === 0);
}
addEventListener("dragenter", (event) => {
  if (carriesFile(event)) { event.preventDefault(); shift(1); }
});
addEventListener("dragleave", (event) => {
  if (carriesFile(event)) shift(-1);
});
addEventListener("dragover", (event) => {
  if (carriesFile(event)) event.preventDefault();
});
addEventListener("drop", (event) => {
  if (!carriesFile(event) || !event.dataTransfer) return;
  event.preventDefault();
  shift(-within);
  take(event.dataTransfer.files);
});

document.addEventListener("htmx:after:swap", () => {
  const wrong = document.querySelector("#new-flow-form [aria-invalid=true]");
  if (wrong instanceof HTMLElement) wrong.focus();
  if (outcome instanceof HTMLDialogElement && outcome.childElementCount > 0 && !outcome.open) outcome.showModal();
});
outcome?.addEventListener("close", () => {
  outcome.replaceChildren();
  if (form instanceof HTMLFormElement) form.reset();
});
document.addEventListener("htmx:error", () => toast("The server does not answer; try again"));

// A list and the detail of what is chosen in it, side by side.
import { toast } from "./page.js";
import "./overlay.js";
import { keepSecrets } from "./connection-form.js";

/** Hides the entries of a list that lack a word of the search. @param {HTMLInputElement} search */
function filter(search) {
  const list = document.getElementById(search.dataset.filters ?? "");
  if (!list) return;
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const item of list.children) {
    if (!(item instanceof HTMLElement)) continue;
    const text = item.dataset.words ?? "";
    item.hidden = !words.every((word) => text.includes(word));
    if (!item.hidden) shown++;
  }
  list.parentElement?.querySelector(".side-nothing")?.toggleAttribute("hidden", shown > 0);
}

/** Marks the entry that the address names. */
function markChosen() {
  for (const link of document.querySelectorAll(".side-item")) {
    const chosen = link instanceof HTMLAnchorElement && link.pathname === location.pathname;
    if (chosen) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

document.addEventListener("input", (event) => {
  const search = event.target;
  if (search instanceof HTMLInputElement && search.dataset.filters) filter(search);
});

let restore = keepSecrets(document);
/** What had the focus before the detail changed. @type {Element | null} */
let left = null;
document.addEventListener("htmx:before:swap", () => {
  restore = keepSecrets(document);
  left = document.activeElement;
});
document.addEventListener("htmx:after:swap", () => {
  markChosen();
  restore(document);
  const detail = document.getElementById("detail"), wrong = detail?.querySelector("[aria-invalid=true]");
  if (wrong instanceof HTMLElement) wrong.focus();
  // What led here is gone, or leads nowhere else: Tab goes on in what it led to.
  else if (left && !left.isConnected || left?.matches("[data-leads]")) detail?.focus();
});
document.addEventListener("htmx:error", () => toast("The server does not answer; try again"));

// Dialogs and menus: opening, closing, and where a menu stands. And the end of a
// session, which any part of a page may meet.

/** @param {Event} event */
function clicked(event) {
  const target = event.target;
  if (!(target instanceof Element)) return;
  const opener = target.closest("[data-opens]");
  if (opener instanceof HTMLElement) {
    const dialog = document.getElementById(opener.dataset.opens ?? "");
    if (!(dialog instanceof HTMLDialogElement)) return;
    dialog.dataset.at = opener.dataset.at ?? "";
    dialog.showModal();
    return;
  }
  const closer = target.closest("[data-closes]");
  const dialog = closer?.closest("dialog");
  if (dialog) {
    event.preventDefault(); // a link stands there for those without scripts
    dialog.close();
    return;
  }
  // A click beside a dialog is one on its backdrop.
  if (target instanceof HTMLDialogElement && event instanceof MouseEvent) {
    const box = target.getBoundingClientRect();
    const within = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!within) target.close();
  }
}

/**
 * Places a menu below its button, or above it where there is no room, within
 * the window.
 * @param {HTMLElement} menu
 */
function place(menu) {
  const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  if (!button) return;
  const gap = 4;
  const at = button.getBoundingClientRect();
  const left = Math.min(Math.max(gap, at.right - menu.offsetWidth), innerWidth - menu.offsetWidth - gap);
  const below = at.bottom + gap;
  const top = below + menu.offsetHeight > innerHeight - gap ? Math.max(gap, at.top - gap - menu.offsetHeight) : below;
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}

/** @param {HTMLElement} menu */
function items(menu) {
  return [...menu.querySelectorAll("a, button")].filter((item) => item instanceof HTMLElement);
}

document.addEventListener("click", clicked);

// The event does not bubble, hence the capture.
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]") || !(event instanceof ToggleEvent)) return;
  if (event.newState !== "open") return;
  place(menu);
  items(menu)[0]?.focus();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const here = event.target;
  const menu = here instanceof HTMLElement ? here.closest(".menu[popover]") : null;
  if (!(menu instanceof HTMLElement) || !(here instanceof HTMLElement)) return;
  const all = items(menu);
  const step = event.key === "ArrowDown" ? 1 : -1;
  event.preventDefault();
  all[(all.indexOf(here) + step + all.length) % all.length]?.focus();
});

// A menu stays at its place in the window, so it closes when the page moves.
addEventListener("scroll", () => {
  for (const menu of document.querySelectorAll(".menu:popover-open")) {
    if (menu instanceof HTMLElement) menu.hidePopover();
  }
}, { passive: true, capture: true });

// Whoever is not signed in any more is asked to be, by the page as a whole.
document.addEventListener("htmx:before:swap", (event) => {
  if (event instanceof CustomEvent && event.detail?.ctx?.response?.status === 401) {
    event.preventDefault();
    location.reload();
  }
});

// The drawer of the run panel: open or not, how high, and which of its panes is
// shown where there is room for one. Plain ES module, checked by tsc.
import { part, tabs } from "./dom.js";

const drawer = part("#drawer");
const body = part("#drawer-body");
const grip = part("#drawer-grip");
const heightKey = "redial.run-panel.height";
const openKey = "redial.run-panel.open";
const bounds = { least: 200, step: 24 };

/** @param {string} key @param {string} [value] */
function remembered(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key);
    localStorage.setItem(key, value);
  } catch { /* a browser that remembers nothing */ }
  return null;
}

const most = () => Math.max(bounds.least, innerHeight - 160);

/** @param {number} height */
function setHeight(height) {
  const fitting = Math.round(Math.max(bounds.least, Math.min(most(), height)));
  drawer.style.setProperty("--drawer-height", `${fitting}px`);
  grip.setAttribute("aria-valuemin", String(bounds.least));
  grip.setAttribute("aria-valuemax", String(most()));
  grip.setAttribute("aria-valuenow", String(fitting));
  return fitting;
}

/** @param {boolean} open */
export function openDrawer(open) {
  drawer.toggleAttribute("data-open", open);
  body.hidden = !open;
  part("#drawer-toggle").setAttribute("aria-expanded", String(open));
  remembered(openKey, open ? "yes" : "no");
}

/** @param {"payload" | "steps" | "latest"} pane */
export function choosePane(pane) {
  body.dataset.pane = pane;
  for (const tab of drawer.querySelectorAll('.drawer-tabs [role="tab"]')) {
    const own = tab.id === `tab-${pane}`;
    tab.setAttribute("aria-selected", String(own));
    /** @type {HTMLElement} */ (tab).tabIndex = own ? 0 : -1;
  }
}

/** Shows what has just run, where the panes share one place. */
export function showSteps() {
  if (innerWidth <= 1080) choosePane("steps");
}

/** Opens the drawer where tests are started. */
export function openStart() {
  openDrawer(true);
  choosePane("payload");
  part("#run-start").focus();
}

/** Opens the drawer where the body of the payload is written. */
export function openBody() {
  openStart();
  part("#tab-body").click();
  const body = /** @type {HTMLTextAreaElement} */ (part("#payload-body"));
  if (body.value.trim() === "{}") body.select(); // what is pasted takes its place
  body.focus();
}

part("#drawer-toggle").addEventListener("click", () => openDrawer(body.hidden === true));
grip.addEventListener("keydown", (event) => {
  const move = { ArrowUp: bounds.step, ArrowDown: -bounds.step, PageUp: 120, PageDown: -120 }[event.key];
  const to = event.key === "Home" ? bounds.least : event.key === "End" ? most() : move ? drawer.offsetHeight + move : null;
  if (to === null) return;
  event.preventDefault();
  remembered(heightKey, String(setHeight(to)));
});
grip.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  grip.setPointerCapture(event.pointerId);
  grip.dataset.moving = "";
});
grip.addEventListener("pointermove", (event) => {
  if (grip.hasPointerCapture(event.pointerId)) setHeight(innerHeight - event.clientY);
});
for (const name of ["pointerup", "pointercancel"]) {
  grip.addEventListener(name, () => {
    if (!("moving" in grip.dataset)) return;
    delete grip.dataset.moving;
    remembered(heightKey, String(drawer.offsetHeight));
  });
}
tabs(part(".drawer-head"), (tab) => choosePane(/** @type {"payload" | "steps" | "latest"} */ (tab.id.replace("tab-", ""))));

setHeight(Number(remembered(heightKey)) || 360);
choosePane("payload");
if (remembered(openKey) === "yes" && innerWidth > 720) openDrawer(true);

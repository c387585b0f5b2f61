// F6 goes from one region of the page to the next, and Shift+F6 back, as in other
// tools: what stands above the canvas is one key away from any card. Plain ES
// module, checked by tsc.

const regions = ["#palette", ".flow-actions", "#main", "#inspector", "#drawer"];
const controls = ":is(a[href], button, input, select, textarea, [tabindex]):not(:disabled, [tabindex='-1'])";

/** @param {Element} region @returns {Element | undefined} what has the focus there first: on the canvas the card that is selected */
const first = (region) => region.querySelector("li[data-selected] .card-link") ?? [...region.querySelectorAll(`.card-link, ${controls}`)].find((item) => item.checkVisibility());

addEventListener("keydown", (event) => {
  if (event.key !== "F6" || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog:modal")) return;
  event.preventDefault();
  const seen = regions.flatMap((selector) => document.querySelector(selector) ?? []).filter((region) => region.checkVisibility() && first(region));
  const here = seen.findIndex((region) => region.contains(document.activeElement));
  const next = seen.at((event.shiftKey ? Math.max(here, 0) - 1 : here + 1) % seen.length);
  const target = next && first(next);
  if (target instanceof HTMLElement) target.focus();
});

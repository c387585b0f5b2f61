// What was begun at a step and cannot be sent yet, such as JSON that is not whole:
// it is there again when its step is, and asked about before the page is closed.
// Plain ES module, checked by tsc.

/** @typedef {{text: string, instead?: string}} Begun with what the server has instead of it */

/** @type {Map<string, Map<string, Begun>>} by step, and by place of it */
const kept = new Map();

/** @param {string} step @param {string} place @param {Begun} begun */
export function keep(step, place, begun) {
  kept.set(step, (kept.get(step) ?? new Map()).set(place, begun));
}

/** @param {string} step @param {string} place */
export const begun = (step, place) => kept.get(step)?.get(place);

/** @param {string} step @param {string} place */
export function forget(step, place) { kept.get(step)?.delete(place); }

document.addEventListener("draft-changed", (event) => {
  if (!(event instanceof CustomEvent)) return;
  for (const [step, places] of [...kept]) {
    const now = event.detail.renamed?.[step];
    if (now === undefined) continue;
    kept.delete(step);
    kept.set(now, places);
  }
});

addEventListener("beforeunload", (event) => {
  for (const [step, places] of kept) {
    if (places.size > 0 && document.querySelector(`flow-canvas [data-step="${CSS.escape(step)}"]`)) event.preventDefault();
  }
});

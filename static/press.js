// Whether something is being pressed: what is drawn anew between the press and the
// release of a button is not clicked. Plain ES module, checked by tsc.

let pressed = Promise.resolve();

addEventListener("pointerdown", ({ button, isPrimary }) => {
  if (button !== 0 || !isPrimary) return;
  pressed = new Promise((resolve) => {
    const ends = new AbortController();
    const end = (/** @type {Event} */ { type, target }) => {
      if (type === "blur" && target !== window) return; // the focus moves with the press
      ends.abort();
      setTimeout(resolve); // the click comes after the release
    };
    for (const type of ["pointerup", "pointercancel", "blur", "dragend"]) addEventListener(type, end, { capture: true, signal: ends.signal });
  });
}, { capture: true });

/** Resolves when nothing is pressed. */
export async function released() {
  for (let before; before !== pressed;) await (before = pressed);
}

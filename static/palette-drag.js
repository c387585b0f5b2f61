// Dragging a kind of step from the palette onto the canvas. Only with a mouse or
// a pen: a finger scrolls the list, and a touch adds.
import { element } from "./dom.js";

/** @typedef {import("./canvas.js").FlowCanvas} FlowCanvas */
/** @typedef {{x: number, y: number, in?: string, into?: {from: string, port: string, to: string}}} Drop as <flow-canvas>.place tells it */

const slack = 4; // pixels that the pointer moves before it drags

/**
 * @param {HTMLElement} list
 * @param {FlowCanvas} canvas
 * @param {{what: (target: EventTarget | null) => {id: string, ghost: HTMLElement} | undefined, drop: (id: string, at: Drop) => void}} does
 */
export function dragFrom(list, canvas, { what, drop }) {
  /** @type {{id: string, ghost: HTMLElement, x: number, y: number, moving: boolean} | null} */
  let drag = null;

  /** The canvas is below the pointer, and nothing that lies on it. @param {PointerEvent} event */
  const over = (event) => document.elementFromPoint(event.clientX, event.clientY)?.closest("flow-canvas") === canvas;

  const end = () => {
    drag?.ghost.remove();
    drag = null;
    document.documentElement.removeAttribute("data-dragging-step");
  };

  list.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const found = what(event.target);
    if (found) drag = { ...found, x: event.clientX, y: event.clientY, moving: false };
  });

  addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.moving) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < slack) return;
      drag.moving = true;
      document.documentElement.setAttribute("data-dragging-step", "");
      drag.ghost.append(element("span", { class: "palette-ghost-says" }));
      document.body.append(drag.ghost);
    }
    drag.ghost.style.transform = `translate(${event.clientX}px, ${event.clientY}px) translate(-24px, -50%)`;
    const place = over(event) ? canvas.place(event.clientX, event.clientY) : null;
    drag.ghost.toggleAttribute("data-nowhere", !place);
    const says = drag.ghost.querySelector(".palette-ghost-says");
    if (says) says.textContent = place?.into ? "Insert here" : place?.in ? "Into the loop" : "";
  });

  addEventListener("pointerup", (event) => {
    const ended = drag;
    end();
    if (!ended?.moving) return;
    // Let go over the list, it was no click either.
    const ends = new AbortController();
    list.addEventListener("click", (click) => click.stopImmediatePropagation(), { capture: true, signal: ends.signal });
    setTimeout(() => ends.abort());
    if (over(event)) drop(ended.id, canvas.place(event.clientX, event.clientY));
  });
  addEventListener("pointercancel", end);
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drag?.moving) return;
    event.stopPropagation();
    end();
  }, { capture: true });
}

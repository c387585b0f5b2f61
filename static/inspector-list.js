// Lists and maps of a form: dragging an item to another place, and the names in
// a map. Plain ES module, checked by tsc.
import { parse } from "./inspector-value.js";

/** @typedef {import("./edit-queue.js").Operation} Operation */

/** @param {string} path @param {string} name @returns {string} the path of a member, as operations write it */
export const member = (path, name) => (/^[A-Za-z_]\w*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`);

/**
 * Lets items of lists be dragged by their handles.
 * @param {HTMLElement} root
 * @param {(operation: Omit<Operation, "step"> & {op: string}) => void} move
 */
export function dragItems(root, move) {
  /** @type {HTMLElement | null} */
  let dragged = null;
  /** @param {Event} event @returns {HTMLElement | null} the item of the same list under the pointer */
  const over = (event) => {
    const item = event.target instanceof Element ? event.target.closest("li[data-index]") : null;
    return dragged && item instanceof HTMLElement && item !== dragged && item.parentElement === dragged.parentElement ? item : null;
  };
  const unmark = () => { for (const item of root.querySelectorAll("[data-drop]")) item.removeAttribute("data-drop"); };
  root.addEventListener("dragstart", (event) => {
    const handle = event.target instanceof Element ? event.target.closest("[data-handle]") : null;
    dragged = /** @type {HTMLElement | null} */ (handle?.closest("li[data-index]") ?? null);
    if (!dragged || !event.dataTransfer) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(dragged, 8, 8);
    dragged.classList.add("dragged");
  });
  root.addEventListener("dragover", (event) => {
    unmark();
    const item = over(event);
    if (!item || !dragged) return;
    event.preventDefault();
    item.dataset.drop = Number(item.dataset.index) > Number(dragged.dataset.index) ? "after" : "before";
  });
  root.addEventListener("drop", (event) => {
    const item = over(event);
    if (!item || !dragged) return;
    event.preventDefault();
    const list = item.closest("[data-list]");
    if (list instanceof HTMLElement) move({ op: "shift", path: list.dataset.list, from: Number(dragged.dataset.index), to: Number(item.dataset.index) });
  });
  root.addEventListener("dragend", () => { unmark(); dragged?.classList.remove("dragged"); dragged = null; });
}

/**
 * What a changed or a new name in a map comes to.
 * @param {HTMLInputElement} control
 * @param {string} value what a new name gets
 * @returns {{operation?: {op: string, path: string, value: unknown}, focus?: string, fault?: string}}
 */
export function named(control, value) {
  const map = control.closest("[data-map]");
  if (!(map instanceof HTMLElement)) return {};
  const path = map.dataset.map ?? "", name = control.value, before = control.dataset.name;
  if (name === before || name === "" && before === undefined) return {};
  if (name === "") return { fault: "A name is missing. Write one, or remove the row." };
  /** @type {Record<string, unknown>} */
  const entries = /** @type {any} */ (parse(map.dataset.entries ?? "{}"));
  if (Object.hasOwn(entries, name)) return { fault: `There is ${name} already. Names are there once.` };
  const focus = member(path, name);
  if (before === undefined) return { operation: { op: "set", path: focus, value }, focus };
  /** @type {Record<string, unknown>} */
  const renamed = Object.create(null);
  for (const [key, value] of Object.entries(entries)) renamed[key === before ? name : key] = value;
  return { operation: { op: "set", path, value: renamed }, focus };
}

// Cards and edges as the server draws them, read from their elements.
import { edgeKey } from "./canvas-graph.js";
import { rowPortY, sizes } from "./geometry.js";

/** @typedef {import("./canvas-graph.js").Card} Card */
/** @typedef {import("./canvas-graph.js").Edge} Edge */

/**
 * @param {Element} item
 * @returns {Card | null} null: that is no card
 */
export function readCard(item) {
  const link = item.querySelector(".card-link");
  if (!(item instanceof HTMLElement) || !(link instanceof HTMLElement)) return null;
  const { step = "", x, y, width, height, parent = "", origin = "" } = item.dataset;
  const [originX = 0, originY = 0] = origin.split(" ").map(Number);
  const rows = item.querySelectorAll(".card-row");
  /** @type {import("./canvas-graph.js").Port[]} */
  const ports = item.querySelector(".card-head > .port-out") ? [{ port: "", y: sizes.portY }] : [];
  rows.forEach((row, i) => {
    if (row instanceof HTMLElement) ports.push({ port: row.dataset.port ?? "", y: rowPortY(Number(height), rows.length, i) });
  });
  for (const silent of item.querySelectorAll(".card-silent")) {
    if (!(silent instanceof HTMLElement)) continue;
    const { y, drop } = silent.dataset;
    silent.style.setProperty("--y", `${y}px`);
    silent.style.setProperty("--drop", `${drop}px`);
    silent.toggleAttribute("data-up", Number(drop) < 0);
  }
  return {
    id: step, item, link, parent, ports, x: Number(x), y: Number(y), width: Number(width), height: Number(height),
    title: link.querySelector(".card-title")?.textContent ?? step,
    frame: "frame" in item.dataset, trigger: "trigger" in item.dataset, disabled: "disabled" in item.dataset,
    origin: { x: originX, y: originY },
  };
}

/** Puts a card where it stands. @param {Card} card */
export function placeCard(card) {
  const { style, dataset } = card.item;
  style.setProperty("--x", `${card.x}px`);
  style.setProperty("--y", `${card.y}px`);
  style.setProperty("--width", `${card.width}px`);
  style.setProperty("--height", `${card.height}px`);
  if (dataset.tint) style.setProperty("--tint", dataset.tint);
  card.link.draggable = false;
}

/** @param {SVGPathElement} line @returns {Edge} */
export function readEdge(line) {
  const { from = "", port = "", to = "", x, y } = line.dataset;
  return { key: edgeKey(from, port, to), from, port, to, line, d: line.getAttribute("d") ?? "", at: { x: Number(x), y: Number(y) }, label: null, points: null };
}

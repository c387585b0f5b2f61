// What an edit changed, put onto the canvas: only what it names is touched.
import { placeCard, readCard, readEdge } from "./canvas-read.js";

/** @typedef {import("./canvas-stage.js").Stage} Stage */
/** @typedef {import("./canvas-graph.js").Card} Card */
/** @typedef {import("./canvas-graph.js").Edge} Edge */

/**
 * What changed on the canvas, as the server tells.
 * @typedef {object} Delta
 * @property {boolean} [full] cards and edges are all there are
 * @property {string} bounds
 * @property {string[] | null} [order] of all cards, if it changed
 * @property {{id: string, html: string}[]} cards new ones, and those that changed
 * @property {string[]} removed
 * @property {{key: string, html: string}[]} edges
 * @property {string[]} removedEdges
 * @property {{cards: string, frames: string, box: string}} [minimap]
 */
/** @typedef {{cards: Card[], edges: Edge[]}} Changed what is there anew */

const motion = { duration: 140, easing: "cubic-bezier(0.2, 0, 0, 1)" };
const still = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * @param {Stage} stage
 * @param {Delta} delta
 * @returns {Changed}
 */
export function patch(stage, delta) {
  const { graph } = stage;
  const cards = delta.cards ?? [], edges = delta.edges ?? [];
  const removed = new Set(delta.removed ?? []), cut = new Set(delta.removedEdges ?? []);
  if (delta.full) {
    const kept = new Set(cards.map(({ id }) => id)), joined = new Set(edges.map(({ key }) => key));
    for (const id of graph.cards.keys()) if (!kept.has(id)) removed.add(id);
    for (const key of graph.edges.keys()) if (!joined.has(key)) cut.add(key);
  }
  stage.ahead.known([...removed, ...cards.map(({ id }) => id)], [...cut, ...edges.map(({ key }) => key)]);
  for (const key of cut) cutEdge(graph.cut(key));
  for (const id of removed) {
    graph.cards.get(id)?.item.remove();
    graph.drop(id);
  }
  const changed = { cards: putCards(stage, cards), edges: putEdges(stage, edges) };
  arrange(stage, delta.order ?? null);
  if (delta.minimap) {
    const map = stage.part("minimap");
    map.setAttribute("viewBox", delta.minimap.box);
    map.querySelector(".map-cards")?.setAttribute("d", delta.minimap.cards);
    map.querySelector(".map-frames")?.setAttribute("d", delta.minimap.frames);
  }
  return changed;
}

/** @param {Stage} stage @param {{html: string}[]} sent */
function putCards(stage, sent) {
  const made = document.createElement("template");
  made.innerHTML = sent.map(({ html }) => html).join("");
  const list = stage.part("steps");
  /** @type {Card[]} */
  const cards = [];
  for (const item of [...made.content.children]) {
    const card = readCard(item);
    if (!card) continue;
    const before = stage.graph.cards.get(card.id);
    placeCard(card);
    card.link.tabIndex = before?.link.tabIndex ?? -1;
    const focused = before?.item.contains(document.activeElement);
    if (before) before.item.replaceWith(item);
    else list.append(item);
    stage.graph.put(card);
    cards.push(card);
    if (focused) card.link.focus({ preventScroll: true });
    glide(card, before);
  }
  return cards;
}

/** New cards fade in, moved ones glide to their place. @param {Card} card @param {Card | undefined} before */
function glide(card, before) {
  if (still.matches) return;
  if (!before) { card.item.animate([{ opacity: 0 }, { opacity: 1 }], motion); return; }
  const x = before.x - card.x, y = before.y - card.y;
  if (Math.abs(x) + Math.abs(y) > 1) card.item.animate([{ translate: `${x}px ${y}px` }, { translate: "0 0" }], motion);
}

/** @param {Stage} stage @param {{html: string}[]} sent */
function putEdges(stage, sent) {
  const made = document.createElement("template");
  made.innerHTML = `<svg>${sent.map(({ html }) => html).join("")}</svg>`;
  const layer = stage.part("edges");
  /** @type {Edge[]} */
  const edges = [];
  for (const line of made.content.querySelectorAll("path")) {
    const edge = readEdge(line);
    cutEdge(stage.graph.cut(edge.key));
    layer.append(line);
    stage.graph.join(edge);
    edges.push(edge);
  }
  return edges;
}

/** @param {Edge | undefined} edge */
function cutEdge(edge) {
  edge?.line.remove();
  edge?.label?.remove();
}

/**
 * Puts the cards into their reading order. Elements that stand right already are
 * not moved: moving takes the focus from what is in them.
 * @param {Stage} stage
 * @param {string[] | null} order
 */
function arrange(stage, order) {
  const { graph } = stage;
  const list = stage.part("steps");
  if (order) {
    const focused = document.activeElement;
    let here = list.firstElementChild;
    for (const id of order) {
      const item = graph.cards.get(id)?.item;
      if (!item) continue;
      if (item === here) here = here.nextElementSibling;
      else list.insertBefore(item, here);
    }
    if (focused instanceof HTMLElement && list.contains(focused) && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }
  graph.order = [...list.children].map((item) => item instanceof HTMLElement ? graph.cards.get(item.dataset.step ?? "") : undefined).filter((card) => card !== undefined);
}

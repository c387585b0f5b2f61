// The palette: which steps there are, to be dragged or clicked onto the canvas,
// and the same list at the place where the canvas asks for a step. Plain ES
// module, checked by tsc.
import { ChoiceList } from "./choice-list.js";
import { element, part } from "./dom.js";
import { choose, edit } from "./draft.js";
import { commandKey } from "./key-names.js";
import { toast } from "./page.js";
import { dragFrom } from "./palette-drag.js";
import { recent } from "./recent.js";

/** @typedef {import("./canvas.js").FlowCanvas} FlowCanvas */
/** @typedef {import("./choice-list.js").Choice} Choice */
/** @typedef {{step: string, port: string}} Exit */
/** @typedef {{from: string, port: string, to: string}} Route */
/**
 * Where a new step goes. Nothing: to the next free end.
 * @typedef {{at?: [number, number] | undefined, after?: Exit | undefined, into?: Route | undefined, in?: string | undefined}} Place
 */

const canvas = /** @type {FlowCanvas} */ (part("flow-canvas"));
const palette = part("#palette");
const used = recent("palette");

// What there is, as the server has drawn it.

/** @type {Map<string, Element>} */
const tiles = new Map();
/** @param {ParentNode} drawn @returns {Choice[]} */
const read = (drawn) => /** @type {HTMLElement[]} */ ([...drawn.querySelectorAll(".palette-item")]).map((item) => {
  const { uses = "", title = "", of = "" } = item.dataset;
  const tile = item.querySelector(".tile");
  const help = item.title;
  if (tile) tiles.set(uses, tile);
  return {
    id: uses, title, of, also: `${uses} ${help}`, group: item.closest(".palette-group")?.getAttribute("aria-label") ?? "",
    draw: () => element("div", { title: help, "aria-description": help }, tile?.cloneNode(true)),
  };
});
const kinds = read(palette);
const triggers = read(/** @type {HTMLTemplateElement} */ (part("#trigger-kinds")).content);
part(".palette-search .key").textContent = `${commandKey}K`;

/** All kinds of steps that can be added. */
export const stepKinds = () => kinds;

// Adding.

/**
 * Adds a step, selects it and thereby opens its inspector.
 * @param {string} uses
 * @param {Place} [place]
 */
export async function addStep(uses, place = freeEnd()) {
  used.use(uses);
  panel.offer(kinds, used.list());
  const { at, after, into, in: frame } = place;
  try {
    const { created } = await edit([{ op: "add", uses, at, after, into, in: frame || undefined }]);
    choose(created);
  } catch { /* the draft has told */ }
}

/** @param {string} step @returns {HTMLElement | null} its card */
const cardOf = (step) => canvas.querySelector(`li.step[data-step="${CSS.escape(step)}"]`);

/**
 * The port of a card from which to go on: the first that leads nowhere, or else
 * the first. Errors are not gone on from by themselves.
 * @param {HTMLElement} card
 * @param {boolean} [free] only one that leads nowhere
 * @returns {string | undefined}
 */
function exitOf(card, free = false) {
  const ports = /** @type {HTMLElement[]} */ ([...card.querySelectorAll(".port-out")]).filter((port) => !port.closest("[data-error]"));
  const found = ports.find((port) => !("used" in port.dataset)) ?? (free ? undefined : ports[0]);
  return found?.dataset.port;
}

/**
 * Where a step goes for which nobody said where: after the selected one, or else
 * after the last that leads nowhere, or else before the one end of the flow.
 * @returns {Place}
 */
function freeEnd() {
  const chosen = canvas.selected ? cardOf(canvas.selected) : null;
  const from = chosen ? exitOf(chosen) : undefined;
  if (chosen && from !== undefined) return afterCard(chosen, from);
  const cards = /** @type {HTMLElement[]} */ ([...canvas.querySelectorAll("li.step:not([data-parent])")]);
  const loose = cards.filter((card) => !("end" in card.dataset) && exitOf(card, true) !== undefined).at(-1);
  if (loose) return afterCard(loose, exitOf(loose, true) ?? "");
  const [end, ...more] = cards.filter((card) => "end" in card.dataset);
  const before = /** @type {NodeListOf<SVGPathElement>} */ (canvas.querySelectorAll(`path.edge[data-to="${CSS.escape(end?.dataset.step ?? "")}"]`));
  const [edge] = before;
  if (!edge || more.length > 0 || before.length > 1) return {};
  const { from: step = "", port = "", to = "" } = edge.dataset;
  return { into: { from: step, port, to } };
}

/** @param {HTMLElement} card @param {string} port @returns {Place} */
const afterCard = (card, port) => ({ after: { step: card.dataset.step ?? "", port }, in: card.dataset.parent });

// The panel.

const panel = new ChoiceList(part("#palette-open"), ({ id }) => void addStep(id));
panel.offer(kinds, used.list());

const foldKey = "redial.palette.folded";
/** @param {boolean} folded */
function fold(folded) {
  palette.toggleAttribute("data-folded", folded);
  try {
    localStorage.setItem(foldKey, folded ? "yes" : "no");
  } catch { /* a browser that remembers nothing */ }
}
/** Folds it as it was left, and where there is no room for it beside the data panel. */
function refold() {
  let folded = innerWidth < 1600 && !part("#data-panel").hidden;
  try {
    folded ||= localStorage.getItem(foldKey) === "yes";
  } catch { /* as above */ }
  palette.toggleAttribute("data-folded", folded);
}
refold();
new MutationObserver(refold).observe(part("#data-panel"), { attributeFilter: ["hidden"] });

/** Shows the palette, or hides it. */
export function togglePalette() {
  const folded = !palette.hasAttribute("data-folded");
  fold(folded);
  part(folded ? '[data-action="unfold-palette"]' : "#palette-filter").focus();
}

/** @type {Record<string, (from: HTMLElement) => void>} */
const actions = {
  "fold-palette": togglePalette,
  "unfold-palette": togglePalette,
  "add-step": (from) => {
    const box = from.getBoundingClientRect();
    askStep({ clientX: box.right, clientY: box.top, ...freeEnd() });
  },
};
document.addEventListener("click", (event) => {
  const from = event.target instanceof Element ? event.target.closest("[data-action]") : null;
  if (from instanceof HTMLElement && !canvas.contains(from)) actions[from.dataset.action ?? ""]?.(from);
});

dragFrom(panel.list, canvas, {
  /** @param {EventTarget | null} target */
  what: (target) => {
    const choice = panel.at(target);
    return choice && { id: choice.id, ghost: element("div", { class: "palette-ghost" }, tiles.get(choice.id)?.cloneNode(true), element("bdi", { class: "truncate" }, choice.title)) };
  },
  drop: (uses, { x, y, in: frame, into }) => void addStep(uses, into ? { into, in: frame } : { at: [x, y], in: frame }),
});

// What is asked at a port, on an edge, or for another kind of a step.

const menu = part("#step-menu");
/** @type {(uses: string) => void} */
let answer = () => undefined;
/** @type {HTMLElement | null} */
let back = null;
const asked = new ChoiceList(menu, ({ id }) => {
  const run = answer;
  menu.hidePopover();
  run(id);
});

/**
 * Opens the list at a place in the window, or to the left of what is there.
 * @param {{clientX: number, clientY: number, left?: number}} at
 * @param {string} question
 * @param {(uses: string) => void} onAnswer
 * @param {Choice[]} [offered]
 */
function ask({ clientX, clientY, left: before = clientX }, question, onAnswer, offered = kinds) {
  back = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  // The press that asks must be over, or it closes what it opens.
  setTimeout(() => {
    answer = onAnswer;
    asked.filter.placeholder = question;
    asked.filter.setAttribute("aria-label", question);
    asked.filter.value = "";
    menu.showPopover();
    asked.offer(offered, used.list());
    const gap = 8, { offsetWidth, offsetHeight, style } = menu;
    const left = clientX + gap + offsetWidth > innerWidth ? before - gap - offsetWidth : clientX + gap;
    style.setProperty("--left", `${Math.max(gap, Math.min(left, innerWidth - offsetWidth - gap))}px`);
    style.setProperty("--top", `${Math.max(gap, Math.min(clientY - 24, innerHeight - offsetHeight - gap))}px`);
    asked.filter.focus();
  });
}
menu.addEventListener("toggle", (event) => {
  if (!(event instanceof ToggleEvent) || event.newState !== "closed") return;
  answer = () => undefined;
  if (document.activeElement === document.body || menu.contains(document.activeElement)) back?.focus();
});

/** @param {{clientX: number, clientY: number} & Place} where */
function askStep(where) {
  ask(where, "What comes next?", (uses) => void addStep(uses, where));
}

canvas.addEventListener("canvas-palette", (event) => {
  if (event instanceof CustomEvent) askStep(event.detail);
});

canvas.addEventListener("canvas-command", (event) => {
  if (!(event instanceof CustomEvent)) return;
  const { name, steps: [step] } = /** @type {{name: string, steps: string[]}} */ (event.detail);
  if (!step) return;
  if (name === "replace") askReplacement(step, cardOf(step)?.getBoundingClientRect());
});

/**
 * Asks what takes the place of a step or of the trigger.
 * @param {string} step
 * @param {DOMRect} [beside] of what asks
 */
export function askReplacement(step, beside) {
  const { right: clientX = 0, top: clientY = 0, left = 0 } = beside ?? {};
  ask({ clientX, clientY, left }, "Replace it by", (uses) => {
    used.use(uses);
    edit([{ op: "replace", step, uses }]).then(() => choose([step]), () => undefined);
  }, step === "trigger" ? triggers : kinds);
}

// A flow without steps.

part("#flow-empty").addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-template]") : null;
  if (button instanceof HTMLElement) void begin(button.dataset.template ?? "");
});

/**
 * Takes a template over; the flow keeps its name.
 * @param {string} template
 */
async function begin(template) {
  try {
    const response = await fetch(`/templates/${encodeURIComponent(template)}`);
    if (!response.ok) throw new Error(`The server answered ${response.status}.`);
    const name = part("#flow-name").textContent ?? "";
    await edit([{ op: "load", text: await response.text() }, { op: "set", path: "name", value: name }]);
    canvas.fit();
  } catch (error) {
    if (error instanceof TypeError) toast("The server cannot be reached. Try again.");
  }
}

// How a run looks on the canvas: the words and icons of states, and what they
// mean for edges. Plain ES module, checked by tsc.
import { span } from "./times.js";

/**
 * How a step stands in a run.
 * @typedef {object} StepState
 * @property {string} status queued running waiting succeeded failed skipped needs_attention canceled
 * @property {number} [ms] how long it took
 * @property {number} [attempt] from 1; shown from 2 on
 * @property {string | string[]} [port] the way or ways that it took, once it has ended
 * @property {number} [items] how many items it worked on
 * @property {boolean} [passed] a skipped step whose edges arrive nevertheless
 */

/** Icon and word of each status; designer/canvas/view.go has the same. @type {Record<string, [string, string]>} */
const looks = {
  queued: ["clock", "Queued"],
  running: ["loader-circle", "Running"],
  waiting: ["pause", "Waiting"],
  succeeded: ["check", "Succeeded"],
  failed: ["x", "Failed"],
  skipped: ["minus", "Skipped"],
  needs_attention: ["hand", "Needs attention"],
  canceled: ["circle-stop", "Canceled"],
};

const svg = "http://www.w3.org/2000/svg";
const sprite = new URL("icons.svg", import.meta.url).href;

/** @param {string} status */
export const isStatus = (status) => Object.hasOwn(looks, status);

/**
 * What stands in the badge of a card.
 * @param {StepState} state
 * @returns {(Node | string)[]}
 */
export function badge(state) {
  const [name, word] = looks[state.status] ?? ["", ""];
  const icon = document.createElementNS(svg, "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  icon.append(use);
  const said = detail(state);
  if (!said) return [icon, word];
  const more = document.createElement("span");
  more.className = "card-detail";
  more.textContent = said;
  return [icon, word, " ", more];
}

/** @param {StepState} state */
function detail(state) {
  const said = [];
  if ((state.attempt ?? 1) > 1) said.push(`attempt ${state.attempt}`);
  if (state.ms !== undefined && state.status !== "skipped") said.push(span(state.ms));
  return said.join(", ");
}

/**
 * How an edge looks between two steps: idle, taken, running (taken, and the
 * step it leads to is at work) or dead.
 * @param {StepState | undefined} from
 * @param {StepState | undefined} to
 * @param {string} port
 * @returns {"idle" | "taken" | "running" | "dead"}
 */
export function edgeState(from, to, port) {
  switch (from?.status) {
    case "succeeded":
    case "failed": {
      const usual = from.status === "succeeded" ? "" : undefined;
      const ports = [from.port ?? usual].flat();
      if (!ports.includes(port)) return "dead";
      break;
    }
    case "skipped":
      if (!from.passed) return "dead";
      break;
    default:
      return "idle";
  }
  return to?.status === "running" ? "running" : "taken";
}

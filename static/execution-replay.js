// Which moment of an execution is shown: the slider below the canvas, and playing
// from one moment to the end. Plain ES module, checked by tsc.
import { element, icon, part } from "./dom.js";
import { span } from "./times.js";

/** @typedef {import("./reducer.js").LiveEvent} LiveEvent */
/** @typedef {import("./reducer.js").ExecutionState} ExecutionState */

/** A replay takes no longer, in milliseconds, however long the execution took. */
const longest = 8000;

export class Player {
  #slider = /** @type {HTMLInputElement} */ (part("#slider"));
  #button = part("#play");
  #toEnd = part("#to-end");
  #says = part("#moment");
  /** How many events are shown; null: all there are. @type {number | null} */
  position = null;
  /** Where a replay that plays is, in milliseconds since 1970. @type {number | null} */
  playing = null;

  /**
   * @param {object} around
   * @param {import("./reducer.js").Replay} around.replay
   * @param {number} around.started when the execution began, until its events tell
   * @param {(step: string) => string} around.titleOf
   * @param {() => void} around.frame another moment is to be shown at once
   * @param {() => void} around.moved another moment is shown, which stays
   */
  constructor(around) {
    this.around = around;
    this.#slider.addEventListener("input", () => {
      this.stop();
      this.seek(Number(this.#slider.value));
    });
    this.#button.addEventListener("click", () => this.play());
    this.#toEnd.addEventListener("click", () => {
      this.stop();
      this.seek(null);
    });
  }

  /** @param {number | null} to how many events are shown; null: all, those that come too */
  seek(to) {
    this.position = to === null || to >= this.around.replay.length ? null : Math.max(0, to);
    this.around.moved();
  }

  stop() {
    this.playing = null;
    this.#show("play", "Play");
  }

  /** Plays from the moment that is shown, or stops. */
  play() {
    if (this.playing !== null) {
      this.stop();
      return;
    }
    const { replay, started } = this.around;
    const from = this.position ?? 0;
    const first = replay.latest.startedAt ?? started;
    const last = replay.latest.at ?? first;
    const speed = Math.max(1, (last - first) / longest);
    this.playing = from === 0 ? first : replay.at(from).at ?? first;
    this.#show("pause", "Pause");
    this.position = from;
    let before = performance.now();
    const frame = (/** @type {number} */ time) => {
      if (this.playing === null) return;
      this.playing = Math.min(last, this.playing + (time - before) * speed);
      before = time;
      let at = this.position ?? 0;
      while (at < replay.length && Date.parse(replay.events[at]?.at ?? "") <= this.playing) at++;
      this.position = at;
      if (this.playing >= last || at >= replay.length) {
        this.stop();
        this.seek(null);
        return;
      }
      this.around.frame();
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  /** @param {string} name of the icon @param {string} label */
  #show(name, label) {
    this.#button.replaceChildren(icon(name));
    this.#button.setAttribute("aria-label", label);
  }

  /** Shows which moment it is. @param {ExecutionState} state at it @param {number} start of the execution */
  paint(state, start) {
    const { replay } = this.around, { length } = replay, { position } = this;
    const slider = this.#slider;
    slider.max = String(length);
    slider.disabled = length === 0;
    slider.value = String(position ?? length);
    slider.style.setProperty("--part", `${length === 0 ? 0 : (position ?? length) / length * 100}%`);
    this.#toEnd.hidden = position === null;
    const event = replay.events[state.seq - 1];
    const words = event ? this.#words(event) : "before the first event";
    slider.setAttribute("aria-valuetext", `${state.seq} of ${length}: ${words}`);
    this.#says.textContent = position === null ? `${length} events` : `${state.seq} of ${length}`;
    if (position === null || !event) return;
    this.#says.append(element("span", { class: "secondary" }, ` +${span(Math.max(0, (state.at ?? start) - start))} `), element("bdi", { class: "truncate" }, words));
  }

  /** Says how many events there are of those that are to come. @param {number} length @param {number} all */
  loading(length, all) { this.#says.textContent = `${length} of ${all} events loaded`; }

  /** @param {LiveEvent} event */
  #words(event) {
    const title = this.around.titleOf(event.step ?? "");
    const round = event.iteration === undefined ? "" : ` (${(event.iterations ?? [event.iteration]).map((n) => n + 1).join(".")})`;
    switch (event.type) {
      case "execution.started": return "execution started";
      case "step.started": return `${title}${round} started`;
      case "step.retrying": return `${title}${round} will be tried again`;
      case "step.finished": return `${title}${round} ${event.outcome}`;
      case "response.stored": return `answer stored: ${event.status}`;
      case "execution.finished": return `execution ${event.status}`;
      default: return event.type;
    }
  }
}

// Times that go on, times of the day where the viewer is, and how the line to
// the server stands: what the pages of executions have in common. Plain ES
// module, checked by tsc.
import { span, written } from "./times.js";

/** Lets spans that have not ended go on, once a second. */
export function keepTime() {
  const tick = () => {
    const now = Date.now();
    for (const element of document.querySelectorAll("[data-since]")) {
      const since = Date.parse(element.getAttribute("data-since") ?? "");
      if (!Number.isNaN(since)) element.textContent = span(Math.max(0, now - since));
    }
  };
  tick();
  setInterval(() => { if (!document.hidden) tick(); }, 1000);
}

/** Writes every <time data-clock> in the viewer's own time, and when exactly it was beside every other. */
export function writeClocks(/** @type {ParentNode} */ root = document) {
  const today = new Date().toDateString();
  for (const element of root.querySelectorAll("time[datetime]")) {
    const at = new Date(element.getAttribute("datetime") ?? "");
    if (Number.isNaN(at.getTime())) continue;
    const clock = element.getAttribute("data-clock");
    if (clock !== null) element.textContent = written(at, clock === "seconds" ? "seconds" : at.toDateString() === today ? "clock" : "day");
    element.setAttribute("title", written(at, "exact"));
  }
}

/**
 * Tells how the line stands, where that is worth a word.
 * @param {HTMLElement | null} place
 * @param {import("./live.js").LineState} state
 * @param {() => void} retry
 */
export function showLine(place, state, retry) {
  if (!place) return;
  place.dataset.state = state.name;
  place.hidden = state.name === "ended" || state.name === "connecting";
  if (state.name === "live") place.replaceChildren("Live");
  if (state.name === "offline") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link";
    button.textContent = "Try now";
    button.addEventListener("click", retry);
    place.replaceChildren("Connection lost, trying again ", button);
  }
}

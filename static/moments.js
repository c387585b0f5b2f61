// Times that go on, times of the day where the viewer is, and how the line to
// the server stands: what the pages of executions have in common. Plain ES
// module, checked by tsc.

/**
 * A span of time as people read it; the server's pages say it in the same words.
 * @param {number} ms
 */
export function span(ms) {
  if (ms < 1) return "< 1 ms";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds) % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

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

const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });

/** Writes every <time data-clock> in the viewer's own time. */
export function writeClocks(/** @type {ParentNode} */ root = document) {
  const today = new Date().toDateString();
  for (const element of root.querySelectorAll("time[data-clock]")) {
    const at = new Date(element.getAttribute("datetime") ?? "");
    if (Number.isNaN(at.getTime())) continue;
    const format = element.getAttribute("data-clock") === "seconds" ? exact : at.toDateString() === today ? clock : day;
    element.textContent = format.format(at);
    element.setAttribute("title", at.toLocaleString());
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

// Keeps a page fresh: when the server says that something changed, the page
// is read anew and every element marked data-live takes its new content.

/** @param {Element} element */
const editing = (element) => {
  const focus = document.activeElement;
  return focus instanceof HTMLElement && element.contains(focus) && focus.matches("input, select, textarea");
};

/**
 * Puts one element's new content in place. Open details stay open, and rows
 * that were not there before show it.
 * @param {Element} now
 * @param {Element} next
 */
function exchange(now, next) {
  const known = new Set([...now.querySelectorAll("[data-key]")].map((row) => row.getAttribute("data-key")));
  const open = [...now.querySelectorAll("details[open]")].map((details) => details.id);
  const focused = document.activeElement instanceof HTMLElement && now.contains(document.activeElement) ? document.activeElement.id : "";
  now.replaceChildren(...next.childNodes);
  for (const row of now.querySelectorAll("[data-key]")) {
    if (!known.has(row.getAttribute("data-key"))) row.classList.add("fresh");
  }
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// What the server last sent for each element: the page itself rewrites times,
// and an element is exchanged only when the server has something new.
/** @type {WeakMap<Element, string>} */
const sent = new WeakMap();
for (const element of document.querySelectorAll("[data-live]")) sent.set(element, element.innerHTML);

/**
 * Reads the page anew. An element with a control in use, or without news, is
 * left alone unless force is given: then what a control shows is undone too.
 * @param {boolean} [force]
 */
export async function refresh(force = false) {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!response.ok) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const live = document.querySelectorAll("[data-live]");
  for (const element of live) {
    const next = fresh.getElementById(element.id);
    if (!next) {
      location.reload(); // the page has another shape now
      return;
    }
    const html = next.innerHTML;
    if (!force && (editing(element) || sent.get(element) === html)) continue;
    sent.set(element, html);
    exchange(element, next);
  }
  relativeTimes();
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "narrow" });

/** Writes every time as people say it; the exact one is in its title. */
export function relativeTimes() {
  for (const element of document.querySelectorAll("time[datetime]")) {
    const at = Date.parse(element.getAttribute("datetime") ?? "");
    const seconds = Math.round((Date.now() - at) / 1000);
    let text = "just now";
    if (seconds >= 86400) text = relative.format(-Math.round(seconds / 86400), "day");
    else if (seconds >= 3600) text = relative.format(-Math.round(seconds / 3600), "hour");
    else if (seconds >= 60) text = relative.format(-Math.round(seconds / 60), "minute");
    else if (seconds >= 3) text = relative.format(-seconds, "second");
    if (element.textContent !== text) element.textContent = text;
  }
}

// Many changes in a row make one refresh, and never two at a time.
let waiting = false;
async function changed() {
  if (waiting) return;
  waiting = true;
  await new Promise((resolve) => setTimeout(resolve, 150));
  waiting = false;
  try {
    await refresh();
  } catch {
    // The server is gone; the stream of changes connects again by itself.
  }
}

document.querySelector("nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
relativeTimes();
setInterval(relativeTimes, 5000);
if (document.querySelector("[data-live]")) {
  const changes = new EventSource("/control/changes");
  changes.addEventListener("change", changed);
  changes.addEventListener("open", changed);
  addEventListener("pagehide", () => changes.close());
}

// Finding parts of a page and talking to the server. Plain ES module, checked
// by tsc.

/**
 * An element that the page has for certain.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export function part(selector, root = document) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** @typedef {{severity: string, message: string, step?: string, path?: string}} FlowProblem */
/** @typedef {{pointer: string, detail: string}} Violation */

/** What the server refused, in its own words. */
export class RequestError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {FlowProblem[]} [problems]
   * @param {Violation[]} [violations]
   */
  constructor(status, message, problems = [], violations = []) {
    super(message);
    this.status = status;
    this.problems = problems;
    this.violations = violations;
  }
}

/** Bodies up to this many characters may outlive their page: browsers allow 64 KiB in all. */
const mostAlive = 8 << 10;

/**
 * Asks the server for JSON, or sends some.
 * @param {string} path
 * @param {{method?: string, body?: unknown, text?: string, headers?: Record<string, string>, signal?: AbortSignal}} [options] text: a body that is JSON already
 * @returns {Promise<any>} null where the answer has no body
 */
export async function request(path, options = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", ...options.headers };
  const body = options.text ?? (options.body === undefined ? null : JSON.stringify(options.body));
  if (body !== null) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, {
      method: options.method ?? "GET", headers, signal: options.signal ?? null, body,
      keepalive: body !== null && body.length < mostAlive, // it gets there although the page is left
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new RequestError(0, "The server cannot be reached.");
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  if (response.status === 401) throw new RequestError(401, "You are signed out. Sign in again with a new link.");
  throw new RequestError(
    response.status, answer?.detail ?? answer?.title ?? `The server answered ${response.status}.`,
    answer?.problems ?? [], answer?.errors ?? [],
  );
}

/**
 * Makes lists of tabs work: a click or an arrow key shows a panel.
 * @param {ParentNode} root
 * @param {(tab: HTMLElement) => void} [onSelect] instead of showing the panel
 */
export function tabs(root, onSelect) {
  for (const list of root.querySelectorAll('[role="tablist"]')) {
    const all = /** @type {HTMLElement[]} */ ([...list.querySelectorAll('[role="tab"]')]);
    const show = (/** @type {HTMLElement} */ chosen) => {
      for (const tab of all) {
        const own = tab === chosen;
        tab.setAttribute("aria-selected", String(own));
        tab.tabIndex = own ? 0 : -1;
        const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
        if (panel && !onSelect) panel.hidden = !own;
      }
      onSelect?.(chosen);
    };
    for (const tab of all) tab.addEventListener("click", () => show(tab));
    list.addEventListener("keydown", (event) => {
      const step = event instanceof KeyboardEvent ? { ArrowRight: 1, ArrowLeft: -1 }[event.key] : undefined;
      const here = all.findIndex((tab) => tab === document.activeElement);
      const next = step ? all[(here + step + all.length) % all.length] : undefined;
      if (!next) return;
      event.preventDefault();
      next.focus();
      show(next);
    });
  }
}

/**
 * An icon of the sprite.
 * @param {string} name
 */
export function icon(name) {
  const svg = "http://www.w3.org/2000/svg";
  const element = document.createElementNS(svg, "svg");
  element.setAttribute("class", "icon");
  element.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `${new URL("icons.svg", import.meta.url).href}#${name}`);
  element.append(use);
  return element;
}

/**
 * An element with attributes and what is in it. Texts stay texts.
 * @param {string} name
 * @param {Record<string, string | boolean | undefined>} [attributes]
 * @param {...(Node | string | null | undefined)} content
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (typeof value === "string") made.setAttribute(key, value);
  }
  made.append(...content.filter((item) => item !== null && item !== undefined));
  return made;
}

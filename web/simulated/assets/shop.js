// The shop's form: sends the order to the shop's backend and shows what the
// backend got from Redial, and when.

/** @typedef {{name: string, value: string}} Header */
/** @typedef {{status: number, headers: Header[], body: string, ms: number, error?: string}} Answer */

const form = /** @type {HTMLFormElement} */ (document.getElementById("order"));
const panel = /** @type {HTMLElement} */ (document.getElementById("answer"));
const label = /** @type {HTMLElement} */ (document.getElementById("answer-order"));
const icons = /** @type {HTMLTemplateElement} */ (document.getElementById("icons"));
const button = /** @type {HTMLButtonElement} */ (form.querySelector("button[type=submit]"));

/**
 * @param {string} name
 * @param {string} [className]
 * @param {(Node | string)[]} children
 */
function element(name, className = "", ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** @param {string} tone @param {string} icon @param {string} word */
function badge(tone, icon, word) {
  const sign = icons.content.querySelector(`[data-icon="${icon}"] svg`)?.cloneNode(true);
  return element("span", `badge ${tone}`, ...(sign ? [sign] : []), word);
}

/** @param {number} ms */
const duration = (ms) => (ms < 1 ? "< 1 ms" : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** @type {Record<number, string>} */
const words = { 200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 410: "Gone", 413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content", 429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout" };

/** @param {Answer} answer */
function answerBadge(answer) {
  if (answer.status === 0) return badge("failed", "cross", "No answer");
  const word = `${answer.status} ${words[answer.status] ?? ""}`.trim();
  if (answer.status === 202) return badge("waiting", "clock", word);
  return answer.status < 300 ? badge("succeeded", "check", word) : badge("failed", "cross", word);
}

/** @param {string} body */
function readable(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** @param {string} title @param {Answer} answer @param {string} time */
function answerCard(title, answer, time) {
  const head = element("div", "answer-head", element("h3", "", title), answerBadge(answer), element("span", "time", time));
  const parts = [head];
  if (answer.error) parts.push(element("p", "field-error", answer.error));
  if (answer.headers.length > 0) {
    const list = element("dl", "headers");
    for (const { name, value } of answer.headers) {
      list.append(element("div", "", element("dt", "mono", name), element("dd", "mono", value)));
    }
    parts.push(list);
  }
  if (answer.body) {
    const body = element("pre", "body", readable(answer.body));
    body.tabIndex = 0; // a long one scrolls, also by keys
    parts.push(body);
  }
  return element("div", "answer", ...parts);
}

/** A card that counts the time until it is taken away. @param {string} text */
function waitingCard(text) {
  const time = element("span", "time", "0.0 s");
  const begun = performance.now();
  const card = element("div", "answer", element("div", "answer-head", badge("running", "spinner", text), time));
  const timer = setInterval(() => {
    if (!card.isConnected) clearInterval(timer);
    time.textContent = `${((performance.now() - begun) / 1000).toFixed(1)} s`;
  }, 100);
  return card;
}

/** @param {string} field @param {string} message */
function showError(field, message) {
  const place = form.querySelector(`[data-error="${field || "quantities"}"]`);
  if (place instanceof HTMLElement) {
    place.textContent = message;
    place.hidden = false;
  }
  const input = form.elements.namedItem(field);
  if (input instanceof HTMLInputElement) input.focus();
}

// A later order takes the panel over; the polling of an earlier one ends.
let turn = 0;

/** @param {string} orderId @param {number} pause @param {number} mine */
async function poll(orderId, pause, mine) {
  while (mine === turn) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const response = await fetch(`/acme/shop/orders/${encodeURIComponent(orderId)}/answer`);
    const result = await response.json();
    if (mine !== turn) return;
    if (!response.ok) {
      panel.lastElementChild?.replaceWith(element("p", "field-error", result.message));
      return;
    }
    if (!result.pending) {
      panel.lastElementChild?.replaceWith(answerCard("Final answer", result.answer, `after ${duration(result.answer.ms)}`));
      return;
    }
    pause = result.retryMs || 500;
  }
}

/** Fetches the answer of an order that an earlier visit left behind. @param {string} orderId */
async function settle(orderId) {
  for (let pause = 500; pause > 0; ) {
    const response = await fetch(`/acme/shop/orders/${encodeURIComponent(orderId)}/answer`);
    const result = response.ok ? await response.json() : { pending: false };
    pause = result.pending ? result.retryMs || 500 : 0;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

for (const row of [...document.querySelectorAll("[data-pending]")].slice(0, 5)) {
  if (row instanceof HTMLElement) settle(row.dataset.order ?? "").catch(() => {});
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  for (const place of form.querySelectorAll("[data-error]")) place.toggleAttribute("hidden", true);
  const data = new FormData(form);
  /** @type {Record<string, number>} */
  const quantities = {};
  for (const input of form.querySelectorAll("table input")) {
    if (input instanceof HTMLInputElement) quantities[input.name] = Math.trunc(Number(input.value));
  }
  const mine = ++turn;
  const before = [...panel.childNodes];
  button.disabled = true;
  panel.replaceChildren(waitingCard("The shop holds the line"));
  try {
    const response = await fetch("/acme/shop/orders", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ customer: data.get("customer"), email: data.get("email"), quantities }),
    });
    const result = await response.json();
    if (!response.ok) {
      panel.replaceChildren(...before);
      showError(result.field, result.message);
      return;
    }
    label.textContent = `Order ${result.orderId}`;
    panel.replaceChildren(answerCard("Answer of the hook", result.answer, `in ${duration(result.answer.ms)}`));
    if (result.pending) {
      panel.append(waitingCard("The line is free; the shop asks the response URL"));
      poll(result.orderId, 100, mine);
    }
  } catch {
    panel.replaceChildren(...before);
    showError("", "The shop's backend cannot be reached. Is the demo still running?");
  } finally {
    button.disabled = false;
  }
});

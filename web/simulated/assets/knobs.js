// The knobs of the overview: each change goes to the control API at once.
import { refresh } from "./live.js";

const notice = /** @type {HTMLElement} */ (document.querySelector("[data-notice]"));

/** @param {string} method @param {string} path @param {unknown} [body] */
async function send(method, path, body) {
  notice.hidden = true;
  try {
    const response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Error((await response.json()).error);
  } catch (error) {
    notice.textContent = `The change was not made. ${error instanceof Error ? error.message : ""}`;
    notice.hidden = false;
  }
  await refresh(true);
}

document.addEventListener("change", (event) => {
  const control = event.target;
  if (control instanceof HTMLInputElement && control.dataset.stock) {
    send("PUT", "/control", { stock: { [control.dataset.stock]: Math.trunc(Number(control.value)) } });
    return;
  }
  const row = control instanceof HTMLSelectElement ? control.closest("[data-service]") : null;
  if (!(row instanceof HTMLElement) || !(control instanceof HTMLSelectElement)) return;
  const knobs = control.name === "times" ? { times: Number(control.value) } : { [control.name]: control.value };
  send("PUT", "/control", { services: { [row.dataset.service ?? ""]: knobs } });
});

document.querySelector("[data-reset]")?.addEventListener("click", () => send("POST", "/control/reset"));

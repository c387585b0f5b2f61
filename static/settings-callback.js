// Whom a flow calls back: address, hosts and the connection that signs are one
// setting, kept as soon as they make sense together. And a try of it. Plain ES
// module, checked by tsc.
import { element, icon, part, request } from "./dom.js";
import { askConnection } from "./inspector-connection.js";
import { span } from "./times.js";

/** @typedef {(setting: object, at: (message: string) => HTMLElement) => Promise<boolean>} Keep keeps a setting, or says at a control what is wrong with it */

/** What stands for a connection that is to be made. */
const fresh = "+";

/** @param {string} name @returns {HTMLInputElement} or a text area, or a list */
const control = (name) => /** @type {any} */ (part(`#callback-${name}`));

/** What is filled in; null: nothing. */
function filled() {
  const url = control("url").value.trim(), secret = control("secret").value;
  const hosts = control("hosts").value.split(/[\s,]+/).filter(Boolean);
  return url || secret || hosts.length > 0 ? { url, hosts, secret } : null;
}

/** What is wrong with the connection that is chosen; empty: nothing. */
const fault = () => control("secret").querySelector("option:checked")?.getAttribute("data-fault") ?? "";

/** What keeps it from being of use; empty: nothing. @param {ReturnType<typeof filled>} callback */
function missing(callback) {
  if (!callback) return "";
  if (fault()) return "Not saved yet: choose a connection that can sign, or edit this one.";
  if (!callback.url && callback.hosts.length === 0) return "Not saved yet: give an address, or the hosts that calls may name.";
  return callback.secret ? "" : "Not saved yet: choose the connection that signs.";
}

/** Shows what there is to do with what is filled in. @param {string} [lacks] */
export function showCallback(lacks = "") {
  const callback = filled(), line = part("#callback-says");
  line.textContent = lacks;
  line.hidden = !lacks;
  if (lacks) part("#settings-saved").textContent = "";
  part("#callback-result").replaceChildren();
  part("#callback-named").hidden = !callback || callback.url !== "" || callback.hosts.length === 0;
  const button = (/** @type {string} */ action) => /** @type {HTMLButtonElement} */ (part(`[data-action="${action}-callback"]`));
  button("test").disabled = !callback || lacks !== "";
  button("remove").hidden = !callback;
  button("test").disabled ||= fault() !== "";
  part("#callback-fault").textContent = fault();
  part("#callback-fault").hidden = !fault();
  control("secret").ariaInvalid = String(fault() !== "");
  part('[data-action="edit-signer"]').hidden = !callback?.secret;
}

/** The change that is on its way; whether all is kept. */
let keeping = Promise.resolve(true);

/** @param {Element} target the control that was changed @param {Keep} keep */
export function callbackChanged(target, keep) {
  if (target.id !== "callback-named-url") keeping = change(keep);
}

/** @param {Keep} keep */
async function change(keep) {
  if (control("secret").value === fresh) await makeConnection();
  const callback = filled(), lacks = missing(callback);
  showCallback(lacks);
  return lacks === "" && keep({ callback }, (message) => control(/\bhosts?\b/.test(message) && !message.includes("address") ? "hosts" : "url"));
}

/** Makes the connection that signs, and chooses it. */
async function makeConnection() {
  const list = control("secret"), option = part("[data-new-connection]", list);
  list.value = "";
  await choose(await askConnection({ component: option.dataset.newConnection ?? "" }) ?? "");
}

/**
 * Chooses a connection of those that there are now.
 * @param {string} name
 */
async function choose(name) {
  const list = control("secret"), page = document.createElement("template");
  page.innerHTML = await fragment(`${path()}/settings`);
  list.replaceChildren(...part("#callback-secret", page.content).childNodes);
  list.value = name;
  list.focus();
}

/** Where the flow is. */
const path = () => `/flows/${encodeURIComponent(part("#flow-page").dataset.slug ?? "")}`;

/** @param {string} url @param {string} [method] */
const fragment = async (url, method) => (await fetch(url, { method, headers: { "HX-Request": "true", "HX-Request-Type": "partial" } })).text();

/** Makes a connection with a secret of our own, which is shown once. @param {Keep} keep */
export async function generateSigner(keep) {
  const callback = filled();
  if (!callback?.url && !callback?.hosts.length) { // the secret would be lost with the dialog
    showCallback("Give an address first, or the hosts that calls may name.");
    control("url").focus();
    return;
  }
  const place = part("#callback-generated");
  place.innerHTML = await fragment(`${path()}/callback-secret`, "POST");
  await choose(part("[data-name]", place).dataset.name ?? "");
  keeping = change(keep);
}

/** Opens the connection that signs. @param {Keep} keep */
export async function editSigner(keep) {
  const name = control("secret").value;
  await askConnection({ name });
  await choose(name);
  keeping = change(keep);
}

/** Calls nobody back any more. @param {Keep} keep */
export function removeCallback(keep) {
  for (const name of ["url", "hosts", "secret"]) control(name).value = "";
  keeping = change(keep);
  control("url").focus();
}

/**
 * Sends a made-up callback, and shows what came of it.
 * @param {HTMLElement} button
 * @param {string} path of the flow in the API
 */
export async function testCallback(button, path) {
  const place = part("#callback-result"), named = part("#callback-named");
  if (!await keeping || button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  place.replaceChildren(element("p", { class: "secondary" }, "Sending…"));
  try {
    const url = named.hidden ? undefined : control("named-url").value.trim();
    const { delivered, status, ms, error, url: to, listeners } = await request(`${path}/callback/test`, { method: "POST", body: { url } });
    const heard = listeners > 0 ? ` redial listen has it${listeners > 1 ? ` in ${listeners} places` : ""}${delivered ? ", too" : ""}.` : "";
    result(delivered, (delivered ? `Delivered to ${to} in ${span(ms)}: it answered ${status}.` : `Not delivered to ${to}: ${error}, after ${span(ms)}.`) + heard);
  } catch (error) {
    result(false, error instanceof Error ? error.message : "");
  } finally {
    button.ariaDisabled = null;
  }
}

/** @param {boolean} good @param {string} text */
function result(good, text) {
  const place = part("#callback-result");
  place.replaceChildren(element("p", { class: `notice ${good ? "success" : "error"}` }, icon(good ? "circle-check" : "circle-x"), element("span", {}, text)));
  place.scrollIntoView({ block: "nearest" });
}

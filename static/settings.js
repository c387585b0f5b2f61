// The settings of a flow. Each change is kept by itself: those of calls at once
// and for callers too, the others in the draft. Loaded when the dialog first
// opens. Plain ES module, checked by tsc.
import { edit, settled } from "./draft.js";
import { part, request, RequestError } from "./dom.js";
import { callbackChanged, editSigner, generateSigner, removeCallback, showCallback, testCallback } from "./settings-callback.js";

const dialog = /** @type {HTMLDialogElement} */ (part("#settings"));
const content = part('[data-part="content"]', dialog);
const saved = part("#settings-saved");
const api = `/api/flows/${encodeURIComponent(part("#flow-page").dataset.slug ?? "")}`;

/** Says what became of a change. @param {string} [text] */
const tell = (text = dialog.querySelector("#callback-says:not([hidden])") ? "Saved, except the callback" : "Saved") => { saved.textContent = text; };

const away = () => tell("The server cannot be reached");

/** @param {unknown} error */
const words = (error) => (error instanceof Error ? error.message : "It was not saved.");

/** Reads the settings anew. */
async function load() {
  saved.textContent = sessionStorage.getItem("settings-say");
  sessionStorage.removeItem("settings-say");
  try {
    const response = await fetch(dialog.dataset.src ?? "", { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
    content.innerHTML = await response.text();
    if (content.querySelector("#callback-form")) showCallback();
    if (dialog.dataset.at) part(dialog.dataset.at, content).focus();
  } catch {
    content.textContent = "The server cannot be reached.";
  }
}

/** Reads the settings each time that they are opened. */
function opened() {
  if (dialog.open) void load();
}
new MutationObserver(opened).observe(dialog, { attributeFilter: ["open"] });
opened();

/**
 * Shows what is wrong with a field, below it.
 * @param {HTMLElement} control
 * @param {string} message empty: nothing
 */
function fault(control, message) {
  const field = control.closest(".config-row, .field");
  control.setAttribute("aria-invalid", String(message !== ""));
  let line = field?.querySelector(".error");
  if (!line && message && field) {
    line = document.createElement("p");
    line.className = "error";
    line.setAttribute("role", "alert");
    field.append(line);
  }
  if (!(line instanceof HTMLElement)) return;
  line.textContent = message;
  line.hidden = message === "";
}

/** Changes a setting for callers, at once. @param {HTMLInputElement} control */
function change(control) {
  const name = control.dataset.setting ?? "";
  let value = /** @type {string | number | boolean} */ (control.value.trim());
  if (control.type === "checkbox") value = control.checked;
  if (control.type === "number") value = control.value === "" ? 0 : Number(control.value);
  return keepSetting({ [name]: value }, () => control);
}

/** @type {import("./settings-callback.js").Keep} */
async function keepSetting(setting, at) {
  const group = at("").closest(".settings-section");
  try {
    await request(api, { method: "PATCH", body: setting });
    for (const control of group?.querySelectorAll("[aria-invalid=true]") ?? []) if (control instanceof HTMLElement) fault(control, "");
    tell();
    document.dispatchEvent(new CustomEvent("flow-settings"));
    return true;
  } catch (error) {
    const message = error instanceof RequestError && error.problems[0] ? error.problems[0].message : words(error);
    tell("Not saved");
    fault(at(message), message.replace(/^callback\.\w+: ./i, (start) => start.slice(-1).toUpperCase()));
    return false;
  }
}

/**
 * Keeps a change in the draft.
 * @param {HTMLElement} control
 * @param {import("./edit-queue.js").Operation[]} operations
 */
async function keep(control, operations) {
  try {
    await edit(operations, { quiet: true });
    fault(control, "");
    tell();
    return true;
  } catch (error) {
    tell("Not saved");
    fault(control, words(error));
    return false;
  }
}

/**
 * Gives the flow, or a copy of it, another URL, and goes there.
 * @param {HTMLInputElement} control that holds it
 * @param {"slug" | "copy-as"} how
 */
async function giveSlug(control, how) {
  const page = part("#flow-page");
  try {
    await settled();
    page.toggleAttribute("data-moving", how === "slug");
    const { slug } = await request(`/flows/${encodeURIComponent(page.dataset.slug ?? "")}/${how}`, { method: "POST", body: { slug: control.value } });
    if (how === "slug") sessionStorage.setItem("settings-say", `The URL ends in ${slug} now`);
    else sessionStorage.setItem("flow-says", `This is the copy, a draft with the URL ${slug}.`);
    location.assign(`/flows/${encodeURIComponent(slug)}`);
  } catch (error) {
    page.removeAttribute("data-moving");
    tell("Not saved");
    fault(control, words(error));
  }
}

/** Where a config value stands. @param {string} name */
const configPath = (name) => `config[${JSON.stringify(name)}]`;

/**
 * The value of a row, of the kind that it says.
 * @param {string} kind
 * @param {string} text
 */
function configValue(kind, text) {
  if (kind === "text") return text;
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(kind === "json" ? "This is not JSON; write texts in quotes." : `This is not a ${kind === "number" ? "number" : "true or false"}.`);
  }
  if (kind === "number" && typeof value !== "number") throw new Error("This is not a number.");
  if (kind === "boolean" && typeof value !== "boolean") throw new Error("Write true or false.");
  return value;
}

/** Keeps a row of the config values. @param {HTMLElement} row */
async function keepRow(row) {
  const name = /** @type {HTMLInputElement} */ (part('[data-part="name"]', row));
  const kind = /** @type {HTMLSelectElement} */ (part('[data-part="kind"]', row));
  const value = /** @type {HTMLTextAreaElement} */ (part('[data-part="value"]', row));
  const before = row.dataset.name ?? "", now = name.value.trim();
  if (!now) return;
  const taken = [...content.querySelectorAll(".config-row")].some((other) => other !== row && other instanceof HTMLElement && other.dataset.name === now);
  if (taken) { fault(name, "Another value has this name."); return; }
  try {
    const operations = before && before !== now ? [{ op: "unset", path: configPath(before) }] : [];
    const done = await keep(value, [...operations, { op: "set", path: configPath(now), value: configValue(kind.value, value.value) }]);
    if (done) row.dataset.name = now;
  } catch (error) {
    fault(value, words(error));
  }
}

content.addEventListener("change", (event) => {
  const control = event.target;
  if (!(control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement || control instanceof HTMLSelectElement)) return;
  const row = control.closest(".config-row");
  if (row instanceof HTMLElement) void keepRow(row);
  else if (control.closest("#callback-form")) callbackChanged(control, keepSetting);
  else if (control.dataset.setting && control instanceof HTMLInputElement) void change(control);
  else if (control.dataset.slug !== undefined && control instanceof HTMLInputElement) void giveSlug(control, "slug");
  else if (control.dataset.path) {
    const path = control.dataset.path;
    void keep(control, [control.value === "" ? { op: "unset", path } : { op: "set", path, value: control.value }]);
  }
});

content.addEventListener("click", (event) => {
  const action = event.target instanceof Element ? event.target.closest("[data-action]") : null;
  switch (action instanceof HTMLElement ? action.dataset.action : "") {
    case "copy-as": void giveSlug(/** @type {HTMLInputElement} */ (part("#settings-copy")), "copy-as"); break;
    case "add-config": addRow(); break;
    case "remove-config": void removeRow(action?.closest(".config-row")); break;
    case "make-async": makeAsync(); break;
    case "test-callback": void testCallback(/** @type {HTMLElement} */ (action), api); break;
    case "edit-signer": editSigner(keepSetting).catch(away); break;
    case "generate-signer": generateSigner(keepSetting).catch(away); break;
    case "remove-callback": removeCallback(keepSetting); break;
  }
});

function addRow() {
  const template = /** @type {HTMLTemplateElement} */ (part("#config-template"));
  part("#config-list").append(template.content.cloneNode(true));
  const row = part("#config-list").lastElementChild;
  if (row instanceof HTMLElement) part('[data-part="name"]', row).focus();
}

/** @param {Element | null | undefined} row */
async function removeRow(row) {
  if (!(row instanceof HTMLElement)) return;
  const name = row.dataset.name;
  if (!name || await keep(row, [{ op: "unset", path: configPath(name) }])) row.remove();
}

function makeAsync() {
  dialog.close();
  const option = document.querySelector('#mode [data-mode="async"]');
  if (option instanceof HTMLElement) option.click();
}

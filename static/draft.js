// The draft of the flow that a page shows: the one place that sends edits and
// takes in what they come to, also those of others. It announces on the document
//   draft-changed {EditResult & {own: boolean}}  after the canvas shows it
//   draft-saving  {saving: Saving}
// Plain ES module, checked by tsc.
import { part, request, RequestError } from "./dom.js";
import { EditQueue } from "./edit-queue.js";
import { toast } from "./page.js";
import { released } from "./press.js";

/** @typedef {import("./canvas.js").FlowCanvas} FlowCanvas */
/** @typedef {import("./edit-queue.js").Operation} Operation */
/** @typedef {{step: string, path: string, severity: "error" | "warning", message: string, start?: number, end?: number, code?: string}} FieldProblem */

/**
 * What an edit came to, as the server tells it.
 * @typedef {object} EditResult
 * @property {number} revision
 * @property {string} label what was done: "Add Check inventory"
 * @property {string} notice what more there is to know of it; mostly empty
 * @property {string[]} created IDs of new steps
 * @property {Record<string, string>} renamed old IDs to new ones
 * @property {string} by who did it
 * @property {string | null} undo what would be undone; null: nothing
 * @property {string | null} redo
 * @property {string} name of the flow
 * @property {number} steps how many it has
 * @property {import("./canvas-patch.js").Delta | null} canvas
 * @property {{html: string, count: number, errors: number, word: string}} problems
 * @property {FieldProblem[]} fields
 * @property {import("./flow.js").FlowState} state
 * @property {object | null} graph
 */
/** @typedef {EditResult & {own: boolean}} DraftChange */

const page = part("#flow-page");
const base = `/flows/${encodeURIComponent(page.dataset.slug ?? "")}`;
const canvas = /** @type {FlowCanvas} */ (part("flow-canvas"));

let known = Number(page.dataset.revision);
/** The problems may be others, although the draft is the same. */
let behind = false;

/** A UUID; crypto.randomUUID is not there on pages without TLS. */
function token() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const queue = new EditQueue({
  token,
  later: (run, ms) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  report: (saving) => document.dispatchEvent(new CustomEvent("draft-saving", { detail: { saving } })),
  // What came of an edit is shown before the next one is sent: it builds on it.
  send: async (entry) => {
    if (entry.kind === "look") {
      const again = behind ? "&again=1" : "";
      behind = false;
      const result = await request(`${base}/edits?since=${known}${again}`);
      await released();
      take(result, false);
      return result;
    }
    const body = { base: known, token: entry.token, merge: entry.merge || undefined, operations: entry.kind === "edits" ? entry.operations : undefined };
    const result = await request(`${base}/${entry.kind}`, { method: "POST", body });
    await released();
    take(result, true);
    return result;
  },
});

/**
 * Shows what an edit came to.
 * @param {EditResult} result
 * @param {boolean} own
 */
function take(result, own) {
  known = result.revision;
  page.dataset.revision = String(known);
  if (!result.state) return; // nothing has changed
  Object.setPrototypeOf(result.renamed, null); // an ID may be constructor
  if (result.canvas) canvas.patch(result.canvas, result.renamed);
  document.dispatchEvent(new CustomEvent("draft-changed", { detail: { ...result, own } }));
}

/**
 * Edits the draft. Edits are sent in the order in which they are made, one at a
 * time, for as long as it takes; together they are one step of undo.
 * @param {Operation[]} operations
 * @param {{merge?: string, quiet?: boolean}} [options] merge: consecutive edits
 *   with the same text are one step of undo; quiet: the caller tells what was
 *   refused
 * @returns {Promise<EditResult>} rejects with a RequestError when it is refused
 */
export async function edit(operations, { merge = "", quiet = false } = {}) {
  try {
    const result = await queue.add("edits", operations, merge);
    if (result.notice) toast(`${done(result.label)}. ${result.notice}`, { label: "Undo", run: () => void undo() });
    return result;
  } catch (error) {
    refused(error, quiet);
    throw error;
  }
}

/** Takes the newest edit of this person back. */
export const undo = () => step("undo", "Undone");

/** Makes what was taken back again. */
export const redo = () => step("redo", "Redone");

/** The revision that the page shows. */
export const revision = () => known;

/** Resolves when all that people did here is with the server, or refused. */
export const settled = () => queue.settled();

/**
 * Fetches and shows what others changed.
 * @param {boolean} [own] it was this page that changed it, in another way than by edits
 */
export async function look(own = false) {
  try {
    const result = await queue.add("look");
    if (!own && result.label) toast(`${result.by || "A command on the server"} ${inner(done(result.label))}`);
  } catch { /* the next look tells */ }
}

/** Checks the draft again, after something that it uses has changed. */
export function recheck() {
  behind = true;
  return look(true);
}

/**
 * @param {"undo" | "redo"} kind
 * @param {string} word
 * @returns {Promise<EditResult | null>} null when there is nothing to do, or something in the way
 */
async function step(kind, word) {
  const gone = canvas.selection;
  try {
    const result = await queue.add(kind);
    if (result.created?.length) canvas.select(result.created);
    else if (gone.length > 0 && canvas.selection.length === 0) canvas.select(chosenBefore.get(gone.join()) ?? []);
    toast(`${word}: ${inner(result.label)}`);
    return result;
  } catch (error) {
    refused(error, false);
    return null;
  }
}

/** @param {string} label @returns {string} as it stands within a sentence */
const inner = (label) => label.replace(/^(Undo|Redo) /, "").replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase());

/** A label in the past: Delete Confirm, Deleted Confirm. @param {string} label */
function done(label) {
  /** @type {Record<string, string>} */
  const irregular = { Begin: "Began", Make: "Made", Set: "Set", Undo: "Undid", Redo: "Redid" };
  return label.replace(/^\p{L}+/u, (verb) => irregular[verb] ?? (verb.endsWith("e") ? `${verb}d` : verb.endsWith("y") ? `${verb.slice(0, -1)}ied` : `${verb}ed`));
}

/**
 * Tells what the server refused, and shows the draft as it is where the page
 * was behind.
 * @param {unknown} error
 * @param {boolean} quiet
 */
function refused(error, quiet) {
  if (!(error instanceof RequestError)) throw error;
  if (!quiet) toast(error.message);
  if (error.status === 409) void look();
}

canvas.addEventListener("canvas-edit", (event) => {
  if (event instanceof CustomEvent) void fromCanvas(event.detail);
});

/** @param {{operations: Operation[], select?: boolean}} detail */
async function fromCanvas({ operations, select }) {
  const result = await edit(operations).catch(() => null);
  canvas.answered(operations);
  if (select && result && result.created.length > 0) choose(result.created);
}

/** What was selected before steps were: it is again when they are undone. @type {Map<string, string[]>} */
const chosenBefore = new Map();

/**
 * Selects steps, and opens the one if it is one.
 * @param {string[]} steps
 */
export function choose(steps) {
  chosenBefore.set(steps.join(), canvas.selection);
  const [first = ""] = steps;
  if (steps.length === 1) document.dispatchEvent(new CustomEvent("flow-show-step", { detail: { step: first } }));
  else canvas.select(steps);
}

addEventListener("online", () => queue.retry());
document.addEventListener("visibilitychange", () => { if (!document.hidden) queue.retry(); });
addEventListener("beforeunload", (event) => { if (queue.unsent) event.preventDefault(); });

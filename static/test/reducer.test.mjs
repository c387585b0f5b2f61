import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, edgeKey, fold, inQueue, instant, needAttention, Replay, roundsDone } from "../reducer.js";

const graph = {
  steps: [
    { id: "stock" }, { id: "check", around: "stock" }, { id: "compare", around: "stock" },
    { id: "in_stock" }, { id: "invoice", onError: "route" }, { id: "sorry" }, { id: "mail", onError: "continue" }, { id: "pause" },
  ],
  edges: [
    { from: "trigger", to: "stock" }, { from: "check", to: "compare" }, { from: "stock", to: "in_stock" },
    { from: "in_stock", port: "available", to: "invoice" }, { from: "in_stock", port: "back_ordered", to: "sorry" },
    { from: "invoice", to: "mail" }, { from: "invoice", port: "error", to: "sorry" }, { from: "mail", to: "pause" },
  ],
};

/** Numbers events and gives each a millisecond more than the one before. */
function log(...events) {
  return events.map((event, i) => ({ seq: i + 1, execution: "E", at: new Date(1000 + i).toISOString(), ...event }));
}
const started = (step, more) => ({ type: "step.started", step, attempt: 1, ...more });
const finished = (step, more) => ({ type: "step.finished", step, outcome: "succeeded", ms: 1, ...more });
const edges = (state) => Object.fromEntries([...state.edges].map(([key, { taken, dead }]) => [key, `${taken}/${dead}`]));

const order = log(
  { type: "execution.started", mode: "sync" },
  started("stock", { items: 2 }),
  started("check", { iteration: 0 }), started("check", { iteration: 1 }),
  finished("check", { iteration: 1 }), finished("compare", { iteration: 1 }),
  { type: "step.retrying", step: "check", iteration: 0, attempt: 1, until: new Date(1020).toISOString(), error: { code: "timeout", message: "too slow" } },
  started("check", { iteration: 0, attempt: 2 }), finished("check", { iteration: 0 }), finished("compare", { iteration: 0 }),
  finished("stock"),
  finished("in_stock", { port: "available" }), finished("sorry", { outcome: "skipped", ms: undefined }),
  started("invoice"), finished("invoice"),
  started("mail"), finished("mail", { outcome: "failed", error: { code: "service_error", message: "no" } }),
  { type: "response.stored", status: 201 },
  started("pause", { until: new Date(9000).toISOString() }), finished("pause"),
  { type: "execution.finished", status: "succeeded" },
);
const upTo = (n) => fold(begin(graph), order.slice(0, n));

test("an execution goes from queued to its end", () => {
  assert.equal(upTo(0).status, "queued");
  assert.equal(upTo(1).status, "running");
  assert.equal(upTo(1).mode, "sync");
  assert.equal(upTo(18).answer?.status, 201);
  assert.equal(upTo(19).status, "waiting", "a wait is all that is left");
  const end = upTo(order.length);
  assert.equal(end.status, "succeeded");
  assert.equal(end.endedAt, 1020);
  assert.equal(end.seq, order.length);
});

test("rounds are counted step by step", () => {
  const state = upTo(6);
  const check = state.steps.get("check");
  assert.equal(check.status, "running");
  assert.deepEqual([check.counts.running, check.counts.succeeded], [1, 1]);
  assert.equal(state.steps.get("stock").last.items, 2);
  assert.equal(roundsDone(state, "stock"), 1);
  assert.equal(roundsDone(upTo(10), "stock"), 2);
  assert.deepEqual(edges(state), { "trigger -> stock": "1/0", "check -> compare": "1/0" });
});

test("a retry is a pause and then another attempt", () => {
  const paused = upTo(7).steps.get("check").runs.get("0");
  assert.deepEqual([paused.status, paused.pause, paused.retries.length, paused.until], ["waiting", "retry", 1, 1020]);
  assert.equal(upTo(7).status, "running", "a pause between attempts is no wait of the execution");
  const again = upTo(8).steps.get("check").runs.get("0");
  assert.deepEqual([again.status, again.attempt, again.startedAt, again.until], ["running", 2, 1002, null]);
  assert.deepEqual(again.seqs, [3, 7, 8]);
});

test("edges are taken or dead as the engine settles them", () => {
  assert.deepEqual(edges(upTo(order.length)), {
    "trigger -> stock": "1/0", "check -> compare": "2/0", "stock -> in_stock": "1/0",
    "in_stock.available -> invoice": "1/0", "in_stock.back_ordered -> sorry": "0/1",
    "invoice -> mail": "1/0", "invoice.error -> sorry": "0/1", "mail -> pause": "1/0",
  });
});

test("a failure takes the error port, goes on, or leaves its edges open", () => {
  const failed = { outcome: "failed", error: { code: "service_error", message: "no" } };
  const first = { type: "execution.started" };
  const routed = fold(begin(graph), log(first, finished("invoice", { ...failed, port: "error" })));
  assert.deepEqual(edges(routed), { "trigger -> stock": "1/0", "invoice -> mail": "0/1", "invoice.error -> sorry": "1/0" });
  const fatal = fold(begin(graph), log(first, finished("stock", failed)));
  assert.deepEqual(edges(fatal), { "trigger -> stock": "1/0" });
});

test("a skipped step kills its edges unless it passes", () => {
  const skipped = { outcome: "skipped", ms: undefined };
  const dead = fold(begin(graph), log({ type: "execution.started" }, finished("mail", skipped)));
  assert.equal(edges(dead)["mail -> pause"], "0/1");
  const passed = fold(begin(graph), log({ type: "execution.started" }, finished("mail", { ...skipped, passed: true })));
  assert.equal(edges(passed)["mail -> pause"], "1/0");
});

test("the end of an execution ends what was still open", () => {
  const state = fold(begin(graph), log({ type: "execution.started" }, started("pause", { until: "2030-01-01T00:00:00Z" }),
    { type: "execution.finished", status: "failed", error: { code: "service_error", message: "no" } }));
  assert.equal(state.status, "failed");
  assert.equal(state.error.message, "no");
  assert.equal(state.steps.get("pause").status, "canceled");
});

test("steps that a person has to settle", () => {
  const running = fold(begin(graph), log({ type: "execution.started" }, started("mail")));
  const state = needAttention(running, [{ step: "mail", iteration: null }, { step: "nowhere" }]);
  assert.equal(state.status, "needs_attention");
  assert.equal(state.steps.get("mail").status, "needs_attention");
  assert.equal(running.status, "running", "the state before is as it was");
  const again = fold(state, [{ seq: 3, execution: "E", at: "2026-01-01T00:00:00Z", ...started("mail", { attempt: 2 }) }]);
  assert.equal(again.status, "running");
});

test("what comes twice counts once, and a gap is refused", () => {
  const once = upTo(order.length);
  assert.deepEqual(fold(fold(upTo(9), order.slice(4)), order), once);
  assert.throws(() => fold(upTo(3), order.slice(5)), RangeError);
});

test("folding changes nothing that was handed out", () => {
  for (let n = 0; n < order.length; n++) {
    const state = upTo(n);
    const before = structuredClone({ ...state, graph: null });
    fold(state, order);
    assert.deepEqual({ ...state, graph: null }, before);
  }
});

test("a replay has the state at every point, however the log came", () => {
  const many = log({ type: "execution.started" }, ...Array.from({ length: 2200 }, (_, i) => finished("check", { iteration: i })));
  for (const size of [1, 700, 2048, 3000]) {
    const replay = new Replay(graph);
    for (let i = 0; i < many.length; i += size) replay.push(many.slice(Math.max(0, i - 3), i + size));
    assert.equal(replay.length, many.length);
    for (const n of [0, 1, 2047, 2048, 2049, 2199, 2201]) {
      assert.equal(replay.at(n).seq, n);
      assert.equal(replay.at(n).steps.get("check")?.counts.succeeded ?? 0, Math.max(0, n - 1));
    }
  }
});

test("an event of a type that is not known yet has its number and no more", () => {
  const state = fold(begin(graph), log({ type: "execution.started" }, { type: "execution.dreamt" }, started("mail")));
  assert.deepEqual([state.seq, state.status], [3, "running"]);
});

test("edges are written as in the flow file, times to the microsecond", () => {
  assert.equal(edgeKey({ from: "a", port: "", to: "b" }), "a -> b");
  assert.equal(edgeKey({ from: "a", port: "error", to: "b" }), "a.error -> b");
  assert.equal(instant("1970-01-01T00:00:01.000250Z"), 1000.25);
  assert.equal(instant("1970-01-01T00:00:01Z"), 1000);
});

test("a failed execution goes on where it is reopened", () => {
  const failure = { code: "service_error", message: "no", step: "check", iteration: [1] };
  const events = log(
    { type: "execution.started", mode: "sync" },
    started("pause", { until: new Date(9000).toISOString() }),
    started("stock", { items: 2 }),
    started("check", { iteration: 0 }), finished("check", { iteration: 0 }), finished("compare", { iteration: 0 }),
    started("check", { iteration: 1 }), finished("check", { iteration: 1, outcome: "failed", error: failure }),
    finished("stock", { outcome: "failed", error: failure }),
    { type: "execution.finished", status: "failed", error: failure },
    { type: "step.retrying", step: "check", iteration: 1, attempt: 2, until: new Date(1010).toISOString(), error: failure, resumed: true },
    started("check", { iteration: 1, attempt: 2 }), finished("check", { iteration: 1 }), finished("compare", { iteration: 1 }),
    finished("stock"),
  );
  const at = (n) => fold(begin(graph), events.slice(0, n));
  assert.equal(at(10).status, "failed");
  assert.equal(at(10).steps.get("pause").status, "canceled");
  const again = at(11);
  assert.deepEqual([again.status, again.error, again.endedAt], ["running", null, null]);
  assert.deepEqual(["stock", "check", "pause"].map((id) => again.steps.get(id).status), ["running", "waiting", "waiting"]);
  assert.equal(again.steps.get("stock").last.endedAt, null);
  assert.equal(again.steps.get("check").runs.get("0").status, "succeeded", "what was done stays done");
  const end = at(events.length);
  assert.deepEqual(["stock", "check", "pause"].map((id) => end.steps.get(id).status), ["succeeded", "succeeded", "waiting"]);
  assert.equal(end.steps.get("check").runs.get("1").attempt, 2);
  assert.equal(end.steps.get("check").runs.get("1").retries.length, 1);
  assert.equal(roundsDone(end, "stock"), 2);
  assert.equal(edges(end)["stock -> in_stock"], "1/0");
  assert.deepEqual(events.reduce((state, event) => fold(state, [event]), begin(graph)), end, "one by one it is the same");
});

test("an execution that waited for its turn says how long", () => {
  const events = log({ type: "execution.started", mode: "sync", status: "queued" }, started("stock"), finished("stock"));
  const waits = fold(begin(graph), events.slice(0, 1));
  assert.deepEqual([waits.status, inQueue(waits, 1500), waits.turnAt], ["queued", 500, null]);
  const ran = fold(waits, events.slice(1));
  assert.deepEqual([inQueue(ran, 9000), ran.turnAt], [1, 1001]);
  assert.equal(inQueue(fold(begin(graph), log({ type: "execution.started" }, started("stock"))), 9000), null);
});

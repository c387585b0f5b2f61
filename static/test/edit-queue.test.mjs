import assert from "node:assert/strict";
import { test } from "node:test";
import { EditQueue } from "../edit-queue.js";

/** A server that answers when it is told to, and a clock that a test moves. */
function around() {
  const sent = [], answers = [], pauses = [], reports = [];
  let tokens = 0;
  const queue = new EditQueue({
    token: () => `t${++tokens}`,
    later: (run, ms) => { pauses.push({ run, ms }); return () => undefined; },
    report: (saving) => reports.push(saving),
    send: (entry) => {
      sent.push(structuredClone(entry));
      return new Promise((resolve, reject) => answers.push({ resolve, reject }));
    },
  });
  return { queue, sent, answers, pauses, reports };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const failure = (status) => Object.assign(new Error(`status ${status}`), { status });
const set = (path, value) => ({ op: "set", step: "a", path, value });

test("one edit is under way at a time, in the order of the people", async () => {
  const { queue, sent, answers } = around();
  const first = queue.add("edits", [set("name", 1)]), second = queue.add("undo");
  assert.deepEqual(sent.map(({ kind }) => kind), ["edits"]);
  answers[0].resolve("done");
  assert.equal(await first, "done");
  await turn();
  assert.deepEqual(sent.map(({ kind }) => kind), ["edits", "undo"]);
  answers[1].resolve("undone");
  assert.equal(await second, "undone");
});

for (const status of [0, 401, 429, 502, 503, 504]) {
  test(`after ${status} it is sent again under the same token, with growing pauses`, async () => {
    const { queue, sent, answers, pauses, reports } = around();
    const done = queue.add("edits", [set("name", 1)]);
    for (let attempt = 0; attempt < 8; attempt++) {
      assert.ok(queue.unsent);
      answers[attempt].reject(failure(status));
      await turn();
      pauses[attempt].run();
      await turn();
    }
    answers[8].resolve("done");
    assert.equal(await done, "done");
    assert.deepEqual(new Set(sent.map(({ token }) => token)), new Set(["t1"]));
    assert.deepEqual(pauses.map(({ ms }) => ms), [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
    assert.equal(reports[1], status === 401 ? "signed-out" : "away");
    assert.equal(reports.at(-1), "saved");
    assert.ok(!queue.unsent);
  });
}

test("what is refused is told, and what comes after it is sent", async () => {
  const { queue, answers } = around();
  const refused = queue.add("edits", [set("name", 1)]), next = queue.add("edits", [set("name", 2)]);
  answers[0].reject(failure(422));
  await assert.rejects(refused, { status: 422 });
  await turn();
  answers[1].resolve("done");
  assert.equal(await next, "done");
});

test("typing in one field goes along with what was not sent yet", async () => {
  const { queue, sent, answers } = around();
  queue.add("edits", [set("name", "a")], "field");
  const second = queue.add("edits", [set("name", "ab")], "field"), third = queue.add("edits", [set("name", "abc")], "field");
  queue.add("edits", [set("note", "x")], "other").catch(() => undefined);
  answers[0].resolve("one");
  await turn();
  assert.deepEqual(sent[1].operations, [set("name", "abc")]);
  answers[1].resolve("two");
  assert.deepEqual(await Promise.all([second, third]), ["two", "two"]);
  await turn();
  assert.equal(sent.length, 3);
});

test("a pause ends at once when the line is back", async () => {
  const { queue, sent, answers } = around();
  const done = queue.add("edits", [set("name", 1)]);
  answers[0].reject(failure(0));
  await turn();
  queue.retry();
  await turn();
  assert.equal(sent.length, 2);
  answers[1].resolve("done");
  await done;
  await queue.settled();
});

test("looking for others' edits is no unsaved work and is not repeated", async () => {
  const { queue, sent, answers, reports } = around();
  const look = queue.add("look");
  assert.ok(!queue.unsent);
  answers[0].reject(failure(0));
  await assert.rejects(look);
  assert.equal(sent.length, 1);
  assert.ok(!reports.includes("away"));
});

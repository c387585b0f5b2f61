import assert from "node:assert/strict";
import { test } from "node:test";
import { followExecution, followFlow, Line } from "../live.js";

/** A world without a network, in which time passes when a test says so. */
class World {
  time = 0;
  timers = new Map();
  sockets = [];
  wakers = new Set();
  next = 0;
  surroundings = {
    connect: (path) => {
      const socket = { path, closed: false, close() { this.closed = true; } };
      this.sockets.push(socket);
      return socket;
    },
    later: (run, ms) => {
      const id = this.next++;
      this.timers.set(id, { at: this.time + ms, run });
      return () => this.timers.delete(id);
    },
    now: () => this.time,
    random: () => 0.5,
    onWake: (wake) => { this.wakers.add(wake); return () => this.wakers.delete(wake); },
  };

  get socket() { return this.sockets.at(-1); }
  pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.time = due[1].at;
      due[1].run();
    }
    this.time = end;
  }
  send(seq, more = {}) { this.socket.onmessage({ data: JSON.stringify({ seq, execution: "E", type: "step.started", ...more }) }); }
  wake() { for (const wake of this.wakers) wake(); }
}

function follow(after) {
  const world = new World();
  const seqs = [], states = [];
  const line = followExecution("E", {
    after, surroundings: world.surroundings,
    onEvents: (events) => seqs.push(...events.map((event) => event.seq)), onState: (state) => states.push(state.name),
  });
  return { world, seqs, states, line };
}

test("it goes on from the last event it had", () => {
  const { world, seqs, states } = follow(2);
  assert.equal(world.socket.path, "/executions/E/live?after=2");
  world.socket.onopen();
  world.send(3); world.send(4); world.send(4); world.send(1);
  world.socket.onclose({ code: 1006 });
  world.pass(1000);
  assert.equal(world.socket.path, "/executions/E/live?after=4");
  world.socket.onopen();
  world.send(5, { type: "execution.finished" });
  assert.deepEqual(seqs, [3, 4, 5]);
  assert.deepEqual(states, ["live", "offline", "live", "ended"]);
  assert.ok(world.socket.closed);
  assert.equal(world.timers.size + world.wakers.size, 0, "nothing is left behind");
});

test("it stays after a failure that may heal, if that is wanted", () => {
  const world = new World();
  const seqs = [];
  followExecution("E", { heals: true, surroundings: world.surroundings, onEvents: (events) => seqs.push(...events.map((event) => event.seq)) });
  world.socket.onopen();
  world.send(1, { type: "execution.finished", status: "failed", error: { retryable: true } });
  world.send(2, { type: "step.retrying", resumed: true });
  world.send(3, { type: "execution.finished", status: "failed", error: { retryable: false } });
  assert.deepEqual(seqs, [1, 2, 3]);
  assert.ok(world.socket.closed);
});

test("it never hands out what lies beyond a gap, nor what it cannot read", () => {
  for (const frame of [JSON.stringify({ seq: 3, execution: "E", type: "step.started" }), "{", "null", "[]", new ArrayBuffer(1)]) {
    const { world, seqs } = follow(0);
    world.socket.onopen();
    world.send(1);
    world.socket.onmessage({ data: frame });
    assert.deepEqual(seqs, [1]);
    assert.ok(world.sockets[0].closed);
    world.pass(1000);
    assert.equal(world.socket.path, "/executions/E/live?after=1");
  }
});

test("pauses grow while nothing comes, up to a bound, and begin anew once something does", () => {
  const { world, line } = follow(0);
  const pauses = [];
  for (let i = 0; i < 9; i++) {
    world.socket.onclose({ code: 1006 });
    pauses.push(line.state.retryAt - world.time);
    world.pass(pauses.at(-1));
  }
  assert.deepEqual(pauses, [250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  world.socket.onopen();
  world.send(1);
  world.socket.onclose({ code: 1006 });
  assert.equal(line.state.retryAt - world.time, 250);
});

test("an opening that hangs is given up, a silent line is opened anew", () => {
  const { world, line } = follow(0);
  world.pass(10_000);
  assert.equal(line.state.name, "offline");
  world.pass(250);
  world.socket.onopen();
  world.send(1);
  world.pass(45_000);
  assert.equal(world.sockets.length, 3);
  assert.equal(world.socket.path, "/executions/E/live?after=1");
  assert.equal(line.state.name, "live", "nobody is troubled by it");
});

test("waking up tries at once", () => {
  const { world, line } = follow(0);
  world.socket.onclose({ code: 1006 });
  world.wake();
  assert.equal(world.sockets.length, 2);
  world.socket.onopen();
  world.wake();
  assert.equal(world.sockets.length, 2, "a line that stands is left alone");
  world.time += 50_000; // timers sleep in a tab that does
  world.wake();
  assert.equal(world.sockets.length, 3);
  line.retry();
  assert.equal(world.sockets.length, 3);
});

test("a socket that cannot be made is a loss like others", () => {
  const world = new World();
  let calls = 0;
  const line = new Line({
    path: () => "/x", receive: () => "more",
    surroundings: { ...world.surroundings, connect: () => { calls++; throw new Error("no"); } },
  });
  world.pass(800);
  assert.equal(calls, 3);
  line.stop();
  world.pass(100_000);
  assert.equal(calls, 3);
});

test("a flow's executions are caught up with after a loss", async () => {
  const world = new World();
  const seen = [];
  let listed = ["C1"];
  const flow = followFlow("orders", {
    surroundings: world.surroundings,
    get: async (path) => {
      assert.equal(path, "/api/executions?flow=orders&limit=50");
      return { items: listed.map((executionId) => ({ executionId })) };
    },
    onEvents: (events) => seen.push(...events.map((event) => `${event.execution}/${event.seq}`)),
  });
  const main = world.socket;
  assert.equal(main.path, "/flows/orders/live");
  main.onopen();
  await new Promise(setImmediate);
  world.send(1, { execution: "C2" }); world.send(2, { execution: "C2" });
  world.send(1, { execution: "C3" }); world.send(2, { execution: "C3", type: "execution.finished" });
  world.send(2, { execution: "C0" }); // began before
  main.onclose({ code: 1006 });
  listed = ["C5", "C4", "C3", "C2", "C1"];
  world.pass(1000);
  world.socket.onopen();
  await new Promise(setImmediate);
  assert.deepEqual(world.sockets.slice(2).map((socket) => socket.path),
    ["/executions/C2/live?after=2", "/executions/C4/live?after=0", "/executions/C5/live?after=0"]);
  const [c2, c4] = world.sockets.slice(2);
  const frame = (execution, seq, type = "step.started") => ({ data: JSON.stringify({ execution, seq, type }) });
  c2.onmessage(frame("C2", 3, "execution.finished"));
  c4.onmessage(frame("C4", 1));
  world.sockets[1].onmessage(frame("C4", 1));
  world.sockets[1].onmessage(frame("C4", 2));
  c4.onmessage(frame("C4", 2));
  world.sockets[1].onmessage(frame("C3", 3)); // it was taken up again
  world.sockets[1].onmessage(frame("C3", 5)); // and one event is missing
  assert.equal(world.socket.path, "/executions/C3/live?after=3");
  world.socket.onmessage(frame("C3", 4));
  world.socket.onmessage(frame("C3", 5, "execution.finished"));
  assert.deepEqual(seen, ["C2/1", "C2/2", "C3/1", "C3/2", "C2/3", "C4/1", "C4/2", "C3/3", "C3/4", "C3/5"]);
  flow.stop();
  assert.equal(world.timers.size + world.wakers.size, 0);
});

test("it ends where the execution was deleted", () => {
  const world = new World();
  const states = [];
  followExecution("E", { heals: true, surroundings: world.surroundings, onEvents: () => {}, onState: (state) => states.push(state) });
  world.socket.onopen();
  world.socket.onclose({ code: 4410 });
  assert.deepEqual(states.map((state) => state.name), ["live", "ended"]);
  assert.equal(states[1].gone, true);
  assert.equal(world.timers.size + world.wakers.size, 0, "nothing is left behind");
});

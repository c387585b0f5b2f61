import assert from "node:assert/strict";
import test from "node:test";
import { Graph, boundsOf, edgeKey, overlap } from "../canvas-graph.js";
import { align, stops, toGrid } from "../canvas-guides.js";
import { across, beside, toward } from "../canvas-walk.js";
import { distance, nearest, points } from "../edge-shape.js";
import { lanePath, path } from "../geometry.js";

/** A graph of cards and of edges such as "a.yes->b". */
function graphOf(cards, edges = []) {
  const graph = new Graph();
  for (const [id, more = {}] of Object.entries(cards)) {
    const card = { id, title: id.toUpperCase(), x: 0, y: 0, width: 232, height: 64, parent: "", frame: false, trigger: id === "trigger", origin: { x: 0, y: 0 }, ports: [{ port: "", y: 32 }], ...more };
    graph.put(card);
    graph.order.push(card);
  }
  for (const key of edges) {
    const [, from, port = "", to] = /^(\w+)(?:\.(.+))?->(\w+)$/.exec(key);
    graph.join({ key, from, port, to, d: path(graph.exit(from, port), graph.entry(to)), points: null });
  }
  return graph;
}

test("an edge is called by its ends and its port", () => {
  assert.equal(edgeKey("a", "", "b"), "a->b");
  assert.equal(edgeKey("a", "back ordered", "b"), "a.back ordered->b");
});

test("a port may lead to any card of the same body that does not lead to it", () => {
  const graph = graphOf({ trigger: {}, a: {}, b: {}, c: {}, d: {}, frame: { frame: true }, inner: { parent: "frame" } }, ["trigger->a", "a->b", "b->c"]);
  const why = graph.refusal("b", "");
  assert.equal(why("d"), "");
  assert.equal(why("frame"), "");
  assert.match(why("a"), /^A leads to B already/);
  assert.match(why("b"), /itself/);
  assert.match(why("c"), /connected already/);
  assert.match(why("trigger"), /trigger/);
  assert.match(why("inner"), /border of a frame/);
  assert.match(why("nobody"), /no such step/);
  assert.equal(graph.refusal("b", "error")("c"), "", "another port may lead there too");
});

test("a circle in a draft does not keep the questions from ending", () => {
  const graph = graphOf({ a: {}, b: {} }, ["a->b", "b->a"]);
  assert.deepEqual([...graph.upstream("a")].sort(), ["a", "b"]);
});

test("edges are found at both of their ends, until they are cut", () => {
  const graph = graphOf({ a: { ports: [{ port: "yes", y: 80 }, { port: "no", y: 108 }] }, b: {}, c: {} }, ["a.yes->b", "a.no->c"]);
  assert.deepEqual(graph.outOf("a").map((edge) => edge.to), ["b", "c"]);
  assert.deepEqual(graph.outOf("a", "no").map((edge) => edge.to), ["c"]);
  assert.equal(graph.freePort(graph.cards.get("a")), "yes", "all lead somewhere: the first");
  assert.equal(graph.cut("a.no->c").to, "c");
  assert.equal(graph.cut("a.no->c"), undefined);
  assert.deepEqual(graph.into("c"), []);
  assert.equal(graph.freePort(graph.cards.get("a")), "no");
  assert.deepEqual(graph.exit("a", "no"), { x: 232, y: 108 });
});

test("what lies in a frame, and what is on top at a place", () => {
  const graph = graphOf({
    outer: { frame: true, width: 800, height: 600 }, inner: { frame: true, parent: "outer", x: 40, y: 100, width: 400, height: 300 },
    deep: { parent: "inner", x: 60, y: 200 }, other: { x: 900 },
  });
  assert.deepEqual(graph.inside("outer").map((card) => card.id), ["inner", "deep"]);
  assert.equal(graph.at({ x: 70, y: 210 }).id, "deep");
  assert.equal(graph.at({ x: 70, y: 390 }).id, "inner");
  assert.equal(graph.at({ x: 70, y: 500 }).id, "outer");
  assert.equal(graph.at({ x: 895, y: 30 }), undefined);
  assert.equal(graph.at({ x: 895, y: 30 }, undefined, 12).id, "other");
  assert.equal(graph.at({ x: 70, y: 210 }, (card) => card.frame).id, "inner");
  assert.deepEqual(boundsOf([{ x: 1, y: 2, width: 3, height: 4 }, { x: -1, y: 5, width: 1, height: 9 }]), { x: -1, y: 2, width: 5, height: 12 });
  assert.ok(overlap({ x: 0, y: 0, width: 2, height: 2 }, { x: 1, y: 1, width: 2, height: 2 }));
  assert.ok(!overlap({ x: 0, y: 0, width: 2, height: 2 }, { x: 2, y: 0, width: 2, height: 2 }));
});

test("a card that is dragged comes to stand level with its neighbours, or on the grid", () => {
  const box = { width: 232, height: 64 };
  const near = stops([{ x: 320, y: 100, ...box }]);
  const cases = [
    [{ x: 317, y: 303 }, { x: 320, y: 304 }, 3, "sides and middle of the one above"],
    [{ x: 801, y: 97 }, { x: 800, y: 100 }, 4, "ports, sides and middle of the one beside"],
    [{ x: 801, y: 303 }, { x: 800, y: 304 }, 0, "nothing is near"],
    [{ x: 555, y: 203 }, { x: 552, y: 204 }, 1, "a left side level with a right one"],
  ];
  for (const [at, want, lines, what] of cases) {
    const got = align({ ...box, ...at }, near, 6);
    assert.deepEqual({ x: got.x, y: got.y }, want, what);
    assert.equal(got.lines.length, lines, what);
  }
  const [line] = align({ ...box, x: 320, y: 300 }, near, 6).lines;
  assert.deepEqual(line, { x1: 320, y1: 100, x2: 320, y2: 364 }, "the line reaches over both");
  assert.equal(align({ x: 320, y: 101, width: 232, height: 128 }, near, 6).y, 100, "ports of a taller card");
  assert.equal(toGrid(-6.1), -8);
});

test("how far a place is from an edge", () => {
  for (const d of [path({ x: 0, y: 0 }, { x: 400, y: 200 }), lanePath({ x: 0, y: 0 }, { x: 400, y: 200 }, 300)]) {
    const line = points(d);
    assert.deepEqual([line[0], line[1], line.at(-2), line.at(-1)], [0, 0, 400, 200]);
    assert.ok(distance(line, 0, 5, 7) > 4 && distance(line, 0, 5, 7) <= 5);
    assert.equal(distance(line, 400, 210, 7), Infinity);
  }
  assert.ok(distance(points(path({ x: 0, y: 0 }, { x: 400, y: 200 })), 200, 100, 7) < 1, "halfway");
  assert.equal(distance(points(""), 0, 0, 7), Infinity);
  const edges = [{ d: "M0 0L100 0", points: null }, { d: "M0 6L100 6", points: null }];
  assert.equal(nearest(edges, { x: 50, y: 4 }, 7), edges[1]);
  assert.equal(nearest(edges, { x: 50, y: 40 }, 7), undefined);
});

test("arrow keys lead along edges, to what is above and below, and out of frames", () => {
  const graph = graphOf({
    a: {}, b: { x: 320 }, c: { x: 320, y: 120 }, frame: { frame: true, x: 640, width: 300, height: 200 }, inner: { parent: "frame", x: 664, y: 88 },
  }, ["a->b", "a->c", "b->frame"]);
  const to = (walk, from, key) => walk(graph, graph.cards.get(from), key)?.id;
  assert.equal(to(toward, "a", "ArrowRight"), "b");
  assert.equal(to(toward, "b", "ArrowDown"), "c");
  assert.equal(to(toward, "c", "ArrowUp"), "b");
  assert.equal(to(toward, "c", "ArrowLeft"), "a");
  assert.equal(to(toward, "inner", "ArrowLeft"), "frame");
  assert.equal(to(toward, "a", "x"), undefined);
  assert.equal(to(beside, "a", "ArrowDown"), "b");
  assert.equal(to(beside, "a", "End"), "inner");
  assert.equal(to(across, "c", "ArrowRight"), "frame");
  assert.equal(to(across, "c", "ArrowLeft"), "a");
  assert.equal(to(across, "a", "ArrowLeft"), undefined);
});

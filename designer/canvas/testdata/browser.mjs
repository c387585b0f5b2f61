// Checks the modules that browsers get. Run by geometry_test.go with the folder
// of the modules and the golden file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [dir, goldenFile] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(dir, name)).href);

const golden = JSON.parse(readFileSync(goldenFile, "utf8"));
const { sizes, heightWithRows, rowPortY, path, lanePath } = await load("geometry.js");
assert.deepEqual({ ...sizes }, golden.sizes);
golden.heights.forEach((height, rows) => assert.equal(heightWithRows(rows), height));
for (const { height, rows, row, y } of golden.ports) assert.equal(rowPortY(height, rows, row), y);
for (const { from, to, lane, path: want } of golden.paths) {
  assert.equal(lane === undefined ? path(from, to) : lanePath(from, to, lane), want);
}

const { edgeState, isStatus } = await load("canvas-run.js");
for (const [from, to, port, want] of [
  [undefined, undefined, "", "idle"],
  [{ status: "running" }, undefined, "", "idle"],
  [{ status: "succeeded" }, undefined, "", "taken"],
  [{ status: "succeeded" }, { status: "running" }, "", "running"],
  [{ status: "succeeded", port: "yes" }, undefined, "yes", "taken"],
  [{ status: "succeeded", port: "yes" }, { status: "running" }, "no", "dead"],
  [{ status: "succeeded", port: ["yes", "no"] }, undefined, "no", "taken"], // over the rounds of a frame
  [{ status: "succeeded" }, undefined, "error", "dead"],
  [{ status: "failed" }, undefined, "", "dead"],
  [{ status: "failed", port: "error" }, undefined, "error", "taken"],
  [{ status: "failed", port: "" }, undefined, "", "taken"], // on_error: continue
  [{ status: "skipped" }, undefined, "", "dead"],
  [{ status: "skipped", passed: true }, undefined, "", "taken"],
]) {
  assert.equal(edgeState(from, to, port), want, JSON.stringify([from, to, port]));
}
assert.ok(isStatus("needs_attention"));
for (const wrong of ["", "constructor", "__proto__", "toString"]) assert.ok(!isStatus(wrong), wrong);

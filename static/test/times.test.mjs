import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { span, written } from "../times.js";

test("spans are written as the server writes them", () => {
  for (const [ms, said] of JSON.parse(readFileSync(new URL("spans.json", import.meta.url), "utf8"))) assert.equal(span(ms), said, `${ms} ms`);
});

test("a point in time has the same form wherever the browser is", () => {
  const at = new Date(2026, 10, 2, 4, 5, 9, 7);
  assert.deepEqual(["exact", "day", "clock", "seconds"].map((form) => written(at, form)),
    ["2 Nov 2026, 04:05:09", "2 Nov, 04:05", "04:05", "04:05:09.007"]);
});

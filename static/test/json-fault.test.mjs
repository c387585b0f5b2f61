import assert from "node:assert/strict";
import test from "node:test";
import { jsonFault } from "../json-fault.js";

const faults = {
  '{"a": [}': "1:8 a value or ] belongs here",
  '{"a": 1,}': "1:9 a name in double quotes belongs here",
  '{"a": 1\n "b": 2}': "2:2 a comma or the end of the list or object belongs here",
  "{a: 1}": "1:2 a name in double quotes or } belongs here",
  '{"a" 1}': "1:6 a colon belongs here",
  '{"a":}': "1:6 a value belongs here",
  "[1, 2": "1:6 a comma or the end of the list or object belongs here",
  "[1] 2": "1:5 nothing may follow here",
  "[1}": "1:3 a comma or the end of the list or object belongs here",
  "[01]": "1:3 a comma or the end of the list or object belongs here",
  '["ü': "1:2 this text has no end, or something in it that needs a backslash",
  "": "1:1 a value belongs here",
  "[1,]": "1:4 a value belongs here",
};

test("the first fault is found", () => {
  for (const [text, want] of Object.entries(faults)) {
    const got = jsonFault(text);
    assert.equal(got && `${got.line}:${got.column} ${got.what}`, want, text);
  }
});

test("it agrees with JSON.parse about what is JSON", () => {
  const pieces = ["{", "}", "[", "]", ",", ":", '"a"', "1", "-0.5e3", "null", " ", "\n", "true", '"\\u00e4"', "x"];
  let seed = 7;
  const next = () => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed / 2147483648; };
  for (let i = 0; i < 50_000; i++) {
    const text = Array.from({ length: 1 + Math.floor(next() * 9) }, () => pieces[Math.floor(next() * pieces.length)]).join("");
    let good = true;
    try { JSON.parse(text); } catch { good = false; }
    assert.equal(jsonFault(text) === null, good, JSON.stringify(text));
  }
});

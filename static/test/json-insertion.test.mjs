import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonInsertion } from "../json-insertion.js";

/** Inserts at the caret |, or in place of what stands between two. */
function written(marked, expression = "x.y") {
  const [before, chosen, after] = marked.split("|");
  const text = before + (after === undefined ? "" : chosen) + (after ?? chosen);
  const to = before.length + (after === undefined ? 0 : chosen.length);
  const change = jsonInsertion(text, before.length, to, expression);
  return change && text.slice(0, change.from) + change.insert + text.slice(change.to);
}

test("where a value belongs it is a string of its own", () => {
  for (const [marked, wanted] of [
    ["|", '"{{ x.y }}"'],
    [" | ", ' "{{ x.y }}" '],
    ['|{"a": 1}|', '"{{ x.y }}"'],
    ['{"a": |}', '{"a": "{{ x.y }}"}'],
    ['{"a":|', '{"a":"{{ x.y }}"'],
    ['{"a": |, "b": 2}', '{"a": "{{ x.y }}", "b": 2}'],
    ['{"a": |\n "b": 2}', '{"a": "{{ x.y }}"\n "b": 2}'],
    ["[|]", '["{{ x.y }}"]'],
    ["[1, |]", '[1, "{{ x.y }}"]'],
    ["[1, |2|, 3]", '[1, "{{ x.y }}", 3]'],
    ['{"a": |"old"|}', '{"a": "{{ x.y }}"}'],
    ['{"a": |[1, {"b": 2}]|}', '{"a": "{{ x.y }}"}'],
    ['{"[{\\"": |}', '{"[{\\"": "{{ x.y }}"}'],
  ]) assert.equal(written(marked), wanted, marked);
  assert.equal(written('{"a": |}', 'x["b c"]'), '{"a": "{{ x[\\"b c\\"] }}"}');
});

test("within a string it is a part of that", () => {
  for (const [marked, wanted] of [
    ['{"a": "|"}', '{"a": "{{ x.y }}"}'],
    ['{"a": "Hello |"}', '{"a": "Hello {{ x.y }}"}'],
    ['["Hello |you|, \\"all\\""]', '["Hello {{ x.y }}, \\"all\\""]'],
    ['"|Hello"', '"{{ x.y }}Hello"'],
    ['["\\u00e4\\n|b"]', '["\\u00e4\\n{{ x.y }}b"]'],
    ['["a\\|nb"]', '["a\\n{{ x.y }}b"]'],
    ['["a\\qb|"]', '["a\\qb{{ x.y }}"]'],
    ['["no end|\n, 1]', '["no end{{ x.y }}\n, 1]'],
    ['["a|b", "c|d"]', '["a{{ x.y }}b", "cd"]'],
  ]) assert.equal(written(marked), wanted, marked);
  assert.equal(written('["to |"]', 'x["b \\"c"]'), '["to {{ x[\\"b \\\\\\"c\\"] }}"]');
});

test("within the braces of a string it has none of its own", () => {
  assert.equal(written('["{{ upper(|) }}"]', 'x["b"]'), '["{{ upper(x[\\"b\\"]) }}"]');
  assert.equal(written('["{{ a[\\"}}\\"] + | }}"]'), '["{{ a[\\"}}\\"] + x.y }}"]');
  assert.equal(written('["{{ a[\\"b\\"] }} and |"]'), '["{{ a[\\"b\\"] }} and {{ x.y }}"]');
});

test("where it cannot stand nothing is written", () => {
  for (const marked of [
    "{|}", '{"a|": 1}', '{"a": 1, |}', '{"a"| : 1}', '{"a": 1|}', '{"a": |1}', '{"a": nu|ll}', "[1 |]", '"a"|', "[|12|3]",
    '[|[1|]]', '[|{"a": |1}]', '[|1, "a|b"]', '{|"a"|: 1}',
  ]) assert.equal(written(marked), null, marked);
});

test("what was JSON is JSON after it", () => {
  const text = '{"a b": ["x", {"y": -1.5e3, "z": null}, []], "\\u00e4": "t {{ u[\\"v\\"] }} \\\\ w", "c": {}}';
  let count = 0;
  for (let from = 0; from <= text.length; from++) {
    for (let to = from; to <= text.length; to++) {
      const change = jsonInsertion(text, from, to, 'p["q r"]');
      if (!change) continue;
      count++;
      const now = text.slice(0, change.from) + change.insert + text.slice(change.to);
      assert.doesNotThrow(() => JSON.parse(now), `${from} to ${to}: ${now}`);
    }
  }
  assert.ok(count > 100);
});

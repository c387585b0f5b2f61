import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonTokens } from "../expression-json.js";

/** The words of a source, each with its kind, and the brackets that belong together. */
function read(source) {
  const tokens = jsonTokens(source);
  for (const [index, token] of tokens.entries()) {
    assert.ok(token.from >= (tokens[index - 1]?.to ?? 0) && token.to > token.from, `${source}: word ${index}`);
    if (token.match !== undefined) assert.equal(tokens[token.match]?.match, index, `${source}: the other of ${index}`);
  }
  return tokens.map(({ from, to, kind }) => `${kind} ${source.slice(from, to)}`);
}

test("names, values and expressions are told apart", () => {
  assert.deepEqual(read('{"a": [1, true]}'), ["bracket {", 'field "a"', "operator :", "bracket [", "number 1", "operator ,", "constant true", "bracket ]", "bracket }"]);
  assert.deepEqual(read('"Hi {{ x }}, {{ y"'), ['string "Hi ', "brace {{", "name x", "brace }}", "string , ", "brace {{", "name y", 'string "']);
  assert.deepEqual(read('{"{{ x }}": "no"}'), ["bracket {", 'field "{{ x }}"', "operator :", 'string "no"', "bracket }"]);
});

test("escapes stand for what they mean", () => {
  assert.deepEqual(read('"{{ a[\\"b }}\\"] }}"'), ['string "', "brace {{", "name a", "bracket [", 'string \\"b }}\\"', "bracket ]", "brace }}", 'string "']);
  assert.deepEqual(read('"\\u007b{ x }}"'), ['string "', "brace \\u007b{", "name x", "brace }}", 'string "']);
});

test("what is not whole is read as far as it goes", () => {
  for (const source of ["{", '{"a', '["{{ {', '"\\', '}]"{{ }}', '"{{ "', "\u0000"]) read(source);
});

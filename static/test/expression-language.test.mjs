import assert from "node:assert/strict";
import { test } from "node:test";
import { expressionAt, insertion, tokenize } from "../expression-language.js";

const words = (source, language = "expression") => tokenize(source, language).map((token) => `${token.kind}:${source.slice(token.from, token.to)}`);

test("words of expressions", () => {
  for (const [source, ...wanted] of [
    ["trigger.body.qty >= 10", "name:trigger", "operator:.", "field:body", "operator:.", "field:qty", "operator:>=", "number:10"],
    [`upper(x) + "a\\"b"`, "function:upper", "bracket:(", "name:x", "bracket:)", "operator:+", `string:"a\\"b"`],
    ["not (a in b)", "keyword:not", "bracket:(", "name:a", "keyword:in", "name:b", "bracket:)"],
    ["1..2", "number:1", "operator:..", "number:2"],
    ["0xFF + 1_000.5e-3 ?? null", "number:0xFF", "operator:+", "number:1_000.5e-3", "operator:??", "constant:null"],
    ["größe.and // what", "name:größe", "operator:.", "field:and", "comment:// what"],
    ["`raw }} text` /* no end", "string:`raw }} text`", "comment:/* no end"],
    [`"not closed\nx`, `string:"not closed`, "name:x"],
    ["filter(l, .a > #)", "function:filter", "bracket:(", "name:l", "operator:,", "operator:.", "field:a", "operator:>", "operator:#", "bracket:)"],
    ["a?.b @ 😀", "name:a", "operator:?.", "field:b", "unknown:@", "unknown:😀"],
    ["contains(a, b)", "function:contains", "bracket:(", "name:a", "operator:,", "name:b", "bracket:)"],
    [""],
  ]) assert.deepEqual(words(source), wanted, source);
});

test("words of templates", () => {
  for (const [source, ...wanted] of [
    ["plain 'text' (as it is)"],
    ["Dear {{ name }},", "brace:{{", "name:name", "brace:}}"],
    [`{{ {"a": {}} }}!`, "brace:{{", "bracket:{", `string:"a"`, "operator::", "bracket:{", "bracket:}", "bracket:}", "brace:}}"],
    [`{{ "}}" }}{{b}}`, "brace:{{", `string:"}}"`, "brace:}}", "brace:{{", "name:b", "brace:}}"],
    ["{{ a", "brace:{{", "name:a"],
    ["{{ (a }} b", "brace:{{", "bracket:(", "name:a", "brace:}}"],
    ["{ a } }}"],
  ]) assert.deepEqual(words(source, "template"), wanted, source);
});

test("brackets belong together", () => {
  const source = "{{ f(a[1], {}) }} (";
  const tokens = tokenize(source, "template");
  for (const [index, token] of tokens.entries()) {
    if (token.match !== undefined) assert.equal(tokens[token.match].match, index);
  }
  assert.equal(tokens.filter((token) => token.match !== undefined).length, 8);
  assert.ok(tokenize("(a]", "expression").every((token) => token.match === undefined));
});

test("a long hostile source is read in no time", () => {
  for (const source of ["{{".repeat(32_000), "(".repeat(64_000), "{{ {".repeat(16_000), `"\\`.repeat(32_000), "/*".repeat(32_000)]) {
    for (const language of ["template", "expression"]) assert.ok(tokenize(source, language).length <= 64_000);
  }
});

test("where an expression stands", () => {
  const source = "a {{ b }} c {{ d";
  const tokens = tokenize(source, "template");
  const at = (place) => {
    const found = expressionAt(source, "template", tokens, place);
    return found && source.slice(found.from, found.to);
  };
  for (const [place, wanted] of [[0, null], [2, null], [3, null], [4, " b "], [7, " b "], [8, null], [9, null], [14, " d"], [16, " d"]]) {
    assert.equal(at(place), wanted, String(place));
  }
  assert.deepEqual(expressionAt("abc", "condition", [], 1), { from: 0, to: 3 });
});

test("an expression gets into a source", () => {
  // | is the caret, [ and ] are around what is chosen.
  for (const [language, source, wanted] of [
    ["template", "|", "{{ x.y }}"],
    ["template", "  |\n", "{{ x.y }}"],
    ["template", "Dear |, hi", "Dear {{ x.y }}, hi"],
    ["template", "Dear [you], hi", "Dear {{ x.y }}, hi"],
    ["template", "{{ upper(|) }}", "{{ upper(x.y) }}"],
    ["template", "{{ [a] }}", "{{ x.y }}"],
    ["template", "{{| }}", "{{ x.y }}"],
    ["template", "{{ f(|) }}", "{{ f(x.y) }}"],
    ["template", "{|{ a }}", "{{x.y a }}"],
    ["template", "{{ a }|}", "{{ a x.y}}"],
    ["template", "{{ a }}|", "{{ a }}{{ x.y }}"],
    ["template", "|{{ a }}", "{{ x.y }}{{ a }}"],
    ["template", "[t {{ a }}] u", "{{ x.y }} u"],
    ["template", "[t {{ ]a }} u", "{{ x.y }}t {{ a }} u"],
    ["template", "{{ [a }} u]", "{{ x.y}} u"],
    ["template", "{{ a|", "{{ x.y"],
    ["template", "{{ a.b|.c + 1 }} u", "{{ x.y + 1 }} u"],
    ["template", "{{ a }} b|", "{{ a }} b{{ x.y }}"],
    ["expression", ".unit_price|", "x.y"],
    ["expression", "#|", "x.y"],
    ["expression", "round(|.quantity * .price, 2)", "round(x.y * .price, 2)"],
    ["expression", "a.b?.d.|", "x.y"],
    ["expression", "a == b|", "a == x.y"],
    ["expression", "a and| b", "a and x.y b"],
    ["expression", "5|", "5 x.y"],
    ["expression", "sum|(a)", "sum x.y(a)"],
    ["expression", "f(a).b|", "f(a).b x.y"],
    ["expression", '"a b|"', '"a bx.y"'],
    ["expression", "(|)", "(x.y)"],
    ["expression", "|", "x.y"],
    ["condition", "1 < |", "1 < x.y"],
    ["expression", "[a] + b", "x.y + b"],
  ]) {
    const from = source.search(/[|[]/), plain = source.replace(/[|[\]]/g, "");
    const to = source.includes("]") ? source.indexOf("]") - 1 : from;
    const made = insertion(plain, language, from, to, "x.y");
    assert.equal(plain.slice(0, made.from) + made.insert + plain.slice(made.to), wanted, source);
  }
});

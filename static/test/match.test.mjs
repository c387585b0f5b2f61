import assert from "node:assert/strict";
import { test } from "node:test";
import { match } from "../match.js";

/** What of a text is marked. */
const marks = (query, text) => match(query, text)?.marks.map(([from, to]) => text.slice(from, to)) ?? null;

for (const { query, text, want } of [
  { query: "", text: "Create invoice", want: [] },
  { query: "inv", text: "Create invoice", want: ["inv"] },
  { query: "ci", text: "Create invoice", want: ["C", "i"] },
  { query: "crin", text: "Create invoice", want: ["Cr", "in"] },
  { query: "inv cre", text: "Create invoice", want: ["Cre", "inv"] },
  { query: "books", text: "QuickBooks", want: ["Books"] },
  { query: "qb", text: "QuickBooks", want: ["Q", "B"] },
  { query: "voice", text: "Create invoice", want: ["voice"] },
  { query: "invoices", text: "Create invoice", want: null },
  { query: "create mail", text: "Create invoice", want: null },
  { query: "http", text: "HTTP request", want: ["HTTP"] },
  { query: "étape", text: "Étape suivante", want: ["Étape"] },
  { query: "v2", text: "Send mail v2", want: ["v", "2"] },
  { query: ".*", text: "Send mail", want: null },
  { query: "İ", text: "İstanbul", want: [] },
]) {
  test(`${JSON.stringify(query)} in ${JSON.stringify(text)}`, () => assert.deepEqual(marks(query, text), want));
}

test("whole words come before beginnings, and these before what stands within a word", () => {
  const order = ["Preinvoiced", "Find invoice", "Invoices", "Invoice sent"].sort((a, b) => match("invoice", b)?.score - match("invoice", a)?.score || 0);
  assert.deepEqual(order, ["Invoice sent", "Find invoice", "Invoices", "Preinvoiced"]);
});

test("a hostile name and query end at once", () => {
  for (const word of ["a ", "aa ", "aaaaaaaa "]) {
    assert.equal(match("a".repeat(90) + "b", word.repeat(5000)), null);
    assert.equal(match("a".repeat(5000), "b ".repeat(5000)), null);
  }
});

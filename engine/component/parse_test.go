package component_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redial/engine/component"
	"redial/engine/flow"
)

// manifest is a small one that can be read; tests change parts of it.
const manifest = `component: 1
name: shop
title: Shop
icon: store
tint: "#112233"
connection:
  base: "{{ connection.base_url }}"
  auth: {scheme: bearer, token: "{{ connection.token }}"}
  fields:
    base_url: {type: string, default: https://shop.example}
    token: {type: string, secret: true, required: true}
errors:
  message: response.body.message
actions:
  order:
    title: Order
    effect: unsafe
    summary: "Order {sku} for {note}"
    fields:
      sku: {type: string, required: true, maxLength: 10}
      count: {type: integer, minimum: 1, default: 1}
      price: {type: number}
      gift: {type: boolean}
      colour: {type: string, choices: [red, blue]}
      note: {type: string}
      tags: {type: array, items: {type: string}, maxItems: 3}
      lines:
        type: array
        items:
          type: object
          properties:
            sku: {type: string, required: true}
            quantity: {type: integer}
      extra: {type: object, values: {type: integer}}
      any: {}
    request:
      method: POST
      path: /orders/{{ input.sku }}
      body: "{{ input }}"
`

func parse(t testing.TB, source string) *component.Component {
	t.Helper()
	parsed, problems := component.Parse([]byte(source))
	for _, problem := range problems {
		t.Errorf("%s (%s)", problem, problem.Path)
	}
	if parsed == nil {
		t.FailNow()
	}
	return parsed
}

func TestParse(t *testing.T) {
	t.Parallel()
	shop := parse(t, manifest)
	if shop.Name != "shop" || shop.Title != "Shop" || shop.Tint != "#112233" || len(shop.Hash) != 64 || string(shop.Source) != manifest {
		t.Errorf("the component is %+v", shop)
	}
	order := shop.Action("order")
	var names, kinds []string
	for _, field := range order.Fields {
		names, kinds = append(names, field.Name), append(kinds, string(field.Kind))
	}
	if got := strings.Join(names, " "); got != "sku count price gift colour note tags lines extra any" {
		t.Errorf("the fields are %s", got)
	}
	if got := strings.Join(kinds, " "); got != "text integer number boolean choice text list list map json" {
		t.Errorf("the kinds are %s", got)
	}
	if lines := order.Fields[7]; len(lines.Fields) != 2 || !lines.Fields[0].Required {
		t.Errorf("the fields of a line are %+v", lines.Fields)
	}
	if order.Uses() != "shop/order" || order.Effect != component.Unsafe || shop.Action("none") != nil {
		t.Errorf("the action is %+v", order)
	}
}

func TestParseReportsPlaces(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, old, replacement string
		code, path, says       string
		line, column           int
	}{
		{"unknown key", "title: Shop", "titel: Shop", flow.CodeUnknownKey, "titel", "did you mean title?", 3, 1},
		{"missing key", "icon: store\n", "", flow.CodeMissingField, "", "icon", 1, 1},
		{"format", "component: 1", "component: 2", flow.CodeInvalidValue, "component", "must be 1", 1, 12},
		{"name", "name: shop", "name: Shop 1", flow.CodeInvalidValue, "name", "small letters", 2, 7},
		{"tint", `"#112233"`, "red", flow.CodeInvalidValue, "tint", "colour", 5, 7},
		{"effect", "effect: unsafe", "effect: risky", flow.CodeInvalidValue, "actions.order.effect", "safe, keyed, lookup, unsafe", 17, 13},
		{"keyed without key", "effect: unsafe", "effect: keyed", flow.CodeMissingField, "actions.order", "idempotency", 16, 5},
		{"lookup without lookup", "effect: unsafe", "effect: lookup", flow.CodeMissingField, "actions.order", "lookup", 16, 5},
		{"no address", "  base: \"{{ connection.base_url }}\"\n", "", flow.CodeMissingField, "actions", "connection.base", 14, 3},
		{"no effect", "    effect: unsafe\n", "", flow.CodeMissingField, "actions.order", "effect", 16, 5},
		{"expression", "message: response.body.message", "message: response.body.", flow.CodeExpression, "errors.message", "", 13, 0},
		{"unknown name", "message: response.body.message", "message: secrets.token", flow.CodeExpression, "errors.message", "secrets", 13, 12},
		{"unknown input", "{{ input.sku }}", "{{ input.skuu }}", flow.CodeExpression, "actions.order.request.path", "did you mean sku", 0, 0},
		{"connection in an answer", "message: response.body.message", "message: connection.token", flow.CodeExpression, "errors.message", "connection", 13, 12},
		{"scheme", "scheme: bearer", "scheme: digest", flow.CodeInvalidValue, "connection.auth.scheme", "bearer", 8, 18},
		{"part of another scheme", "scheme: bearer,", "scheme: bearer, username: x,", flow.CodeUnknownKey, "connection.auth", "username", 8, 9},
		{"default", "minimum: 1, default: 1", "minimum: 1, default: 0", flow.CodeInvalidValue, "actions.order.fields", "default", 0, 0},
		{"type", "type: boolean", "type: bool", flow.CodeInvalidValue, "actions.order.fields.gift", "boolean", 23, 13},
		{"pattern", "maxLength: 10", `pattern: "("`, flow.CodeInvalidValue, "actions.order.fields", "pattern", 0, 0},
		{"field name", "      sku: {type: string, required: true, maxLength", "      SKU: {type: string, required: true, maxLength", flow.CodeInvalidValue, "actions.order.fields.SKU", "small letters", 20, 7},
		{"summary", "{note}", "{nota}", flow.CodeUnknownField, "actions.order", "nota", 0, 0},
		{"at least one of no field", "    request:", "    at_least_one: [[note, tgas]]\n    request:", flow.CodeUnknownField, "actions.order.at_least_one[0][1]", "did you mean tags?", 36, 27},
		{"at least one of one", "    request:", "    at_least_one: [[note]]\n    request:", flow.CodeInvalidValue, "actions.order.at_least_one[0]", "two fields or more", 36, 20},
		{"at least one of the same", "    request:", "    at_least_one: [[note, note]]\n    request:", flow.CodeInvalidValue, "actions.order.at_least_one[0][1]", "twice", 36, 27},
		{"at least one that is there", "    request:", "    at_least_one: [[note, count]]\n    request:", flow.CodeInvalidValue, "actions.order.at_least_one[0][1]", "default", 36, 27},
		{"at least one that is required", "    request:", "    at_least_one: [[sku, note]]\n    request:", flow.CodeInvalidValue, "actions.order.at_least_one[0][0]", "required", 36, 21},
		{"at least one, without lists", "    request:", "    at_least_one: [note, tags]\n    request:", flow.CodeInvalidValue, "actions.order.at_least_one[0]", "must be a list", 36, 20},
		{"duplicate", "title: Shop\n", "title: Shop\ntitle: Other\n", flow.CodeDuplicateKey, "", "line 3", 4, 1},
		{"unquoted template", `"{{ connection.base_url }}"`, "{{ connection.base_url }}", flow.CodeSyntax, "", "quoted", 7, 9},
		{"anchor", "title: Shop", "title: &a Shop", flow.CodeSyntax, "", "anchor", 3, 8},
		{"tag", "title: Shop", "title: !!str Shop", flow.CodeSyntax, "", "tag", 3, 8},
		{"no YAML", "title: Shop", "title: [Shop", flow.CodeSyntax, "", "not YAML", 0, 0},
		{"number", "title: Shop", "title: 12", flow.CodeInvalidValue, "title", "text", 3, 8},
		{"infinite", "default: 1}", "default: .inf}", flow.CodeInvalidValue, "actions.order.fields.count.default", "JSON", 21, 51},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			source := strings.Replace(manifest, test.old, test.replacement, 1)
			if source == manifest {
				t.Fatal("the test changes nothing")
			}
			parsed, problems := component.Parse([]byte(source))
			if parsed != nil || len(problems) == 0 {
				t.Fatalf("parsed %v with %v", parsed, problems)
			}
			got := problems[0]
			if got.Code != test.code || got.Path != test.path || !strings.Contains(got.Message, test.says) || strings.HasSuffix(got.Message, ".") {
				t.Errorf("the problem is %q %q %q", got.Code, got.Path, got.Message)
			}
			if test.line > 0 && got.Line != test.line || test.column > 0 && got.Column != test.column {
				t.Errorf("the place is %d:%d, want %d:%d: %s", got.Line, got.Column, test.line, test.column, got.Message)
			}
		})
	}
}

func TestParseIsBounded(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"empty":           "",
		"comment":         "# nothing",
		"scalar":          "hello",
		"list":            "- a",
		"null":            "null",
		"not UTF-8":       "name: \xff",
		"two documents":   "a: 1\n---\nb: 2\n",
		"deep":            strings.Repeat("[", 200_000),
		"deep and closed": strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		"deep keys":       strings.Repeat("a:\n ", 3000),
		"many values":     "a: [" + strings.Repeat("1,", 200_000) + "1]",
		"many keys":       manyKeys(60_000),
		"large":           "a: " + strings.Repeat("x", 1<<20),
		"alias bomb":      "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
		"merge":           "a: {b: 1}\n<<: {c: 2}\n",
		"question marks":  strings.Repeat("? ", 50_000),
		"long template":   strings.Replace(manifest, "{{ input.sku }}", "{{ "+strings.Repeat("(", 100_000)+" }}", 1),
		"many faults":     "component: 1\n" + strings.ReplaceAll(manyKeys(2000), "a: ", "x: "),
	} {
		parsed, problems := component.Parse([]byte(source))
		if parsed != nil || len(problems) == 0 || len(problems) > 100 {
			t.Errorf("%s: %v with %d problems", name, parsed, len(problems))
		}
	}
}

func manyKeys(n int) string {
	var out strings.Builder
	for i := range n {
		out.WriteString("k")
		out.WriteString(strings.Repeat("x", i%7))
		for ; i > 0; i /= 10 {
			out.WriteByte('0' + byte(i%10))
		}
		out.WriteString(": 1\n")
	}
	return out.String()
}

func FuzzParse(f *testing.F) {
	f.Add(manifest)
	files, err := filepath.Glob("../components/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatalf("no manifests to begin with: %v", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(source))
	}
	f.Fuzz(func(t *testing.T, source string) {
		parsed, problems := component.Parse([]byte(source))
		if (parsed == nil) != flow.HasErrors(problems) {
			t.Fatalf("component %v with problems %v", parsed, problems)
		}
		if parsed == nil {
			return
		}
		for _, action := range parsed.Actions {
			action.Check(flow.Object{{Name: "a", Value: []any{"{{ x }}"}}})
			action.Summarize(nil)
		}
	})
}

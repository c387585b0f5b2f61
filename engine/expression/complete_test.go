package expression_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"redial/engine/expression"
)

// completionWorld is what the cases of completion know.
func completionWorld() (*expression.Scope, *expression.Values) {
	body := expression.TypeFromSchema(map[string]any{
		"type": "object", "required": []any{"sku", "quantity"},
		"properties": map[string]any{
			"sku":       map[string]any{"type": "string", "examples": []any{"SKU-9"}},
			"quantity":  map[string]any{"type": "integer"},
			"order id":  map[string]any{"type": "string"},
			"status":    map[string]any{"enum": []any{"open", "paid", "shipped"}},
			"createdAt": map[string]any{"type": "string", "format": "date-time"},
			"lines": map[string]any{"type": "array", "items": map[string]any{
				"type": "object", "properties": map[string]any{"sku": map[string]any{"type": "string"}, "price": map[string]any{"type": "number"}},
			}},
		},
	})
	scope := &expression.Scope{
		Trigger: &expression.Type{Kind: expression.Object, Fields: map[string]*expression.Type{
			"body": body, "method": {Kind: expression.Text}, "headers": {Kind: expression.Object, Open: true},
		}},
		Steps: map[string]expression.StepInfo{
			"check_inventory": {Upstream: true, Output: &expression.Type{Kind: expression.Object, Fields: map[string]*expression.Type{"available": {Kind: expression.Integer}}}},
			"create_invoice":  {Upstream: true, MaySkip: true},
			"later_step":      {Why: "it runs after this step"},
		},
		Config: map[string]*expression.Type{"sender": {Kind: expression.Text}},
		Items:  map[string]*expression.Type{"item": nil, "index": {Kind: expression.Integer}},
	}
	outputs := map[string]any{
		"check_inventory": map[string]any{"available": int64(2), "warehouse-code": "A1"},
		"create_invoice":  map[string]any{"id": "I-1", "lines": []any{int64(4), int64(5)}},
	}
	values := &expression.Values{
		Trigger: map[string]any{"body": map[string]any{
			"sku": "SKU-1", "quantity": int64(3), "extra": true, "not": 1.5,
			"lines": []any{map[string]any{"sku": "a", "price": 1.5}, map[string]any{"sku": "b", "tax rate": 0.2}},
		}, "headers": map[string]any{"x-order": "7"}},
		Step:   func(id string) (any, bool) { output, ran := outputs[id]; return output, ran },
		Config: map[string]any{"sender": "shop@example.com"},
		Items:  map[string]any{"item": map[string]any{"code": "c"}, "index": int64(0)},
		Now:    time.Date(2026, 3, 7, 21, 5, 0, 0, time.UTC), Seed: "seed",
	}
	return scope, values
}

// completionCases: a source with | where the caret stands; labels that come
// first, in order; labels that must not come at all.
var completionCases = []struct {
	name, source, first, never string
	template                   bool
}{
	{name: "names", source: "|", first: "index, item, trigger, steps, config, execution, flow, config.sender, steps.check_inventory"},
	{name: "a name begun", source: "tr|", first: "trigger, trim, truncate, true"},
	{name: "in the middle of a name", source: "tr|igger.body", first: "trigger"},
	{name: "word parts find steps", source: "inv|", first: "steps.check_inventory, steps.create_invoice"},
	{name: "initials", source: "trigger.body.sku == null and ci|", first: "steps.check_inventory, steps.create_invoice"},
	{name: "fields of schema and data", source: "trigger.body.|", first: "createdAt, lines, order id, quantity, sku, status, extra, not"},
	{name: "a field begun", source: "trigger.body.qu|", first: "quantity", never: "sku"},
	{name: "null-safe dot", source: "trigger?.body?.sk|", first: "sku"},
	{name: "inside a call", source: "upper(trigger.body.s|)", first: "sku, status"},
	{name: "steps by ID", source: "steps.|", first: "check_inventory, create_invoice, later_step"},
	{name: "fields of a step", source: "steps.check_inventory.|", first: "available, warehouse-code"},
	{name: "steps in brackets", source: `steps["|"]`, first: "check_inventory"},
	{name: "steps in ran", source: `ran("cr|`, first: "create_invoice"},
	{name: "keys in brackets", source: `trigger.body["or|"]`, first: "order id"},
	{name: "keys without quotes yet", source: "trigger.headers[|", first: "x-order"},
	{name: "places in a list", source: "trigger.body.lines[|]", first: "[0], [-1], [1]"},
	{name: "a dot behind a list", source: "trigger.body.lines.|", first: "[0], [-1], [1]"},
	{name: "fields of an item by place", source: "trigger.body.lines[0].|", first: "price, sku", never: "quantity"},
	{name: "fields in a predicate", source: "map(trigger.body.lines, .|)", first: "price, sku, tax rate"},
	{name: "names in a predicate", source: "filter(trigger.body.lines, |)", first: ".price, .sku, .tax rate, #, #index"},
	{name: "a predicate by pipe", source: "trigger.body.lines | filter(.pr|", first: "price"},
	{name: "after two pipes", source: "trigger.body.lines | filter(.price > 1) | map(.|", first: "price, sku"},
	{name: "nested predicates", source: "map(trigger.body.lines, map([#], .|))", first: "price, sku, tax rate"},
	{name: "braces of a predicate", source: "map(trigger.body.lines, {.|})", first: "price"},
	{name: "an object in a predicate", source: "map(trigger.body.lines, {total: .p|})", first: "price"},
	{name: "the key of an object is free", source: "map(trigger.body.lines, {a: 1, |})", never: "trigger, sku"},
	{name: "pointers", source: "map(trigger.body.lines, #|)", first: "#, #index"},
	{name: "what reduce has", source: "reduce(trigger.body.lines, #a|)", first: "#acc"},
	{name: "no item outside of predicates", source: "#|", never: "#, #index"},
	{name: "let", source: "let order = trigger.body; ord|", first: "order"},
	{name: "fields of a let", source: "let order = trigger.body; order.s|", first: "sku, status"},
	{name: "fields of a let in a predicate", source: "map(trigger.body.lines, {let l = #; l.|})", first: "price"},
	{name: "the name of a let is free", source: "let t|", never: "trigger, trim"},
	{name: "a pipe ranks by type", source: "trigger.body.sku | |", first: "base64, capitalize", never: "sum, round, map"},
	{name: "a pipe of a list", source: "trigger.body.lines | fi|", first: "filter, find, findIndex", never: "fixed"},
	{name: "a dot behind a function", source: "trigger.body.lines | first().|", first: "price, sku"},
	{name: "a dot behind text", source: "trigger.body.sku.up|", first: "upper"},
	{name: "choices of an enum", source: "trigger.body.status == |", first: "open, paid, shipped"},
	{name: "choices within quotes", source: `trigger.body.status == "p|"`, first: "paid", never: "trigger"},
	{name: "choices of in", source: "trigger.body.status in [|", first: "open, paid, shipped"},
	{name: "more choices of in", source: `trigger.body.status in ["open", "s|`, first: "shipped"},
	{name: "the value at hand", source: "trigger.body.sku == |", first: "SKU-1, SKU-9"},
	{name: "operators of a number", source: "trigger.body.quantity |", first: "==, !=, >", never: "trigger"},
	{name: "an operator begun", source: "trigger.body.sku con|", first: "contains"},
	{name: "an argument by type", source: "round(|", never: ""},
	{name: "fields named in text", source: `lookup(trigger.body.lines, "|`, first: "price, sku, tax rate"},
	{name: "fields picked", source: `trigger.body | pick("sk|`, first: "sku"},
	{name: "units", source: `diff(now(), trigger.body.createdAt, "d|`, first: "days"},
	{name: "nothing in text", source: `"trig|"`, never: "trigger"},
	{name: "nothing in a comment", source: "trigger // tri|", never: "trigger, trim"},
	{name: "nothing in a number", source: "12|", never: "trigger"},
	{name: "behind what cannot be read", source: "@ § 3x + trigger.body.sk|", first: "sku"},
	{name: "behind a wrong escape", source: `"\q" + trigger.body.sk|`, first: "sku"},
	{name: "unclosed brackets", source: "[(trigger.body.|", first: "createdAt"},
	{name: "config", source: "config.|", first: "sender"},
	{name: "template, inside", source: "Order {{ trigger.body.sk| }} of", first: "sku", template: true},
	{name: "template, unclosed", source: "Order {{ trigger.body.sk|", first: "sku", template: true},
	{name: "template, the second", source: `{{ "}}" }} and {{ tri|`, first: "trigger", template: true},
	{name: "template, outside", source: "Order |{{ trigger }}", first: "{{ }}", template: true},
	{name: "template, behind", source: "{{ trigger }}|", first: "{{ }}", template: true},
	{name: "template, half a brace", source: "a {|", first: "{{ }}", template: true},
	{name: "template, not closed before", source: "{{ trigger. }} and {{ trigger.body.qu| }}", first: "quantity", template: true},
}

func TestComplete(t *testing.T) {
	t.Parallel()
	scope, values := completionWorld()
	for _, test := range completionCases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := completeAt(test.source, test.template, scope, values)
			labels := labelsOf(c)
			if first := words(test.first); len(labels) < len(first) || !slices.Equal(labels[:len(first)], first) {
				t.Errorf("%s: %q\nwant first %q", test.source, labels[:min(len(labels), 15)], first)
			}
			for _, never := range words(test.never) {
				if slices.Contains(labels, never) {
					t.Errorf("%s: %s is offered", test.source, never)
				}
			}
		})
	}
}

func TestCompleteLeaf(t *testing.T) {
	t.Parallel()
	scope, values := completionWorld()
	labels := labelsOf(expression.CompleteLeaf("", 0, scope, values))
	functions := slices.Index(labels, "abs")
	for _, leaf := range []string{"trigger.body.quantity", "trigger.body.lines", "trigger.method"} {
		if at := slices.Index(labels, leaf); at < 0 || at > functions {
			t.Errorf("%s is at %d of %q", leaf, at, labels[:min(len(labels), 20)])
		}
	}
	if slices.Index(labels, "trigger") < slices.Index(labels, "trigger.body.quantity") {
		t.Errorf("a value that has fields comes before them: %q", labels[:min(len(labels), 20)])
	}
	if typed := labelsOf(expression.CompleteLeaf("quant", 5, scope, values)); len(typed) == 0 || typed[0] != "trigger.body.quantity" {
		t.Errorf("the end of a path leads to %q", typed)
	}
	if behind := labelsOf(expression.CompleteLeaf("1 + ", 4, scope, values)); slices.Contains(behind, "trigger.body.quantity") {
		t.Error("a leaf is offered within an expression")
	}
}

func words(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ", ")
}

// completeAt completes where the last | of a source stands that is no pipe.
func completeAt(source string, template bool, scope *expression.Scope, values *expression.Values) expression.Completion {
	at := strings.LastIndex(source, "|")
	language := expression.LanguageExpression
	if template {
		language = expression.LanguageTemplate
	}
	return expression.Complete(source[:at]+source[at+1:], at, language, scope, values)
}

func labelsOf(c expression.Completion) []string {
	labels := make([]string, len(c.Items))
	for i, item := range c.Items {
		labels[i] = item.Label
	}
	return labels
}

// TestCompleteWrites shows what becomes of the source when a candidate is taken.
func TestCompleteWrites(t *testing.T) {
	t.Parallel()
	scope, values := completionWorld()
	for _, test := range []struct{ source, label, want string }{
		{"trigger.body.qu|", "quantity", "trigger.body.quantity|"},
		{"trigger.body.or|", "order id", `trigger.body["order id"]|`},
		{"trigger.body.n|", "not", `trigger.body["not"]|`},
		{"trigger?.body?.or|", "order id", `trigger?.body["order id"]|`},
		{"(trigger.body.or| + 1)", "order id", `(trigger.body["order id"]| + 1)`},
		{`trigger.body["or|"]`, "order id", `trigger.body["order id"|]`},
		{`trigger.body["or|`, "order id", `trigger.body["order id"]|`},
		{`trigger.body['or|`, "order id", `trigger.body["order id"]|`},
		{"trigger.headers[|]", "x-order", `trigger.headers["x-order"|]`},
		{"map(trigger.body.lines, .t|)", "tax rate", `map(trigger.body.lines, #["tax rate"]|)`},
		{"map(trigger.body.lines, |)", ".tax rate", `map(trigger.body.lines, #["tax rate"]|)`},
		{"trigger.body.lines.|", "[-1]", "trigger.body.lines[-1]|"},
		{"trigger.body.lines.fi|", "first", "trigger.body.lines | first()|"},
		{"trigger.body.lines[|]", "[0]", "trigger.body.lines[0|]"},
		{"up|", "upper", "upper(|)"},
		{"up|(x)", "upper", "upper|(x)"},
		{"no|", "now", "now()|"},
		{"trigger.body.sku | up|", "upper", "trigger.body.sku | upper()|"},
		{"trigger.body.sku | re|", "replace", "trigger.body.sku | replace(|)"},
		{"tri|gger.body", "trigger", "trigger|.body"},
		{"trigger.body.status == |", "paid", `trigger.body.status == "paid"|`},
		{`trigger.body.status == "p|aid"`, "paid", `trigger.body.status == "paid"|`},
		{`steps["|`, "create_invoice", `steps["create_invoice"]|`},
		{`ran("c|")`, "create_invoice", `ran("create_invoice"|)`},
		{"trigger.body.quantity >|", ">=", ""},
	} {
		c := completeAt(test.source, false, scope, values)
		i := slices.Index(labelsOf(c), test.label)
		if i < 0 {
			if test.want != "" {
				t.Errorf("%s: no %s among %q", test.source, test.label, labelsOf(c))
			}
			continue
		}
		at := strings.LastIndex(test.source, "|")
		source := test.source[:at] + test.source[at+1:]
		item := c.Items[i]
		if got := source[:item.From] + item.Insert[:item.Caret] + "|" + item.Insert[item.Caret:] + source[c.To:]; got != test.want {
			t.Errorf("%s: %s gives %s, want %s", test.source, test.label, got, test.want)
		}
	}
}

func TestCompleteTells(t *testing.T) {
	t.Parallel()
	scope, values := completionWorld()
	find := func(source, label string) expression.Candidate {
		t.Helper()
		c := completeAt(source, false, scope, values)
		i := slices.Index(labelsOf(c), label)
		if i < 0 {
			t.Fatalf("%s: no %s among %q", source, label, labelsOf(c))
		}
		return c.Items[i]
	}
	if c := find("trigger.body.|", "extra"); c.Origin != expression.OriginData || c.Type != "true or false" || c.Example != "true" {
		t.Errorf("extra: %+v", c)
	}
	if c := find("trigger.body.|", "status"); c.Origin != expression.OriginType || c.Type != "text, optional" {
		t.Errorf("status: %+v", c)
	}
	if c := find("trigger.body.|", "sku"); c.Origin != expression.OriginBoth || c.Example != `"SKU-1"` {
		t.Errorf("sku: %+v", c)
	}
	if c := find("steps.|", "later_step"); !c.Refused || !strings.Contains(c.Help, "it runs after this step") {
		t.Errorf("later_step: %+v", c)
	}
	if c := find("steps.|", "create_invoice"); c.Refused || !strings.Contains(c.Help, "skipped") {
		t.Errorf("create_invoice: %+v", c)
	}
	if c := find("up|", "upper"); !strings.Contains(c.Help, "upper(text)") || c.Example != `upper("café") is "CAFÉ"` {
		t.Errorf("upper: %+v", c)
	}
	if call := completeAt("round(trigger.body.quantity, |)", false, scope, values).Call; call == nil || call.Signature != "round(x, places?)" || call.Argument != 1 {
		t.Errorf("call: %+v", call)
	}
	if c := completeAt("text |", true, scope, values); !c.Outside {
		t.Errorf("not outside: %+v", c)
	}
}

// checkCompletion holds what must be true of a completion whatever the source.
func checkCompletion(t *testing.T, source string, offset int, c expression.Completion) {
	t.Helper()
	at := max(0, min(offset, len(source)))
	if c.From < 0 || c.From > at || c.To > len(source) || c.To < c.From || len(c.Items) > expression.MaxCandidates {
		t.Errorf("%q at %d: %d to %d, %d items", source, offset, c.From, c.To, len(c.Items))
	}
	for _, item := range c.Items {
		if item.Label == "" || item.Insert == "" || item.Kind == "" || item.From < 0 || item.From > c.To || item.Caret < 0 || item.Caret > len(item.Insert) {
			t.Errorf("%q at %d: %+v", source, offset, item)
		}
	}
}

// TestCompleteEverywhere asks at every place of every prefix of every
// conformance case.
func TestCompleteEverywhere(t *testing.T) {
	t.Parallel()
	scope, values := completionWorld()
	for i, source := range conformanceSources() {
		if raceEnabled && i%10 != 0 {
			continue
		}
		for end := range len(source) + 1 {
			checkCompletion(t, source[:end], end, expression.Complete(source[:end], end, expression.LanguageExpression, scope, values))
			checkCompletion(t, source, end, expression.Complete(source, end, expression.LanguageTemplate, scope, values))
		}
	}
}

func TestCompleteIsBounded(t *testing.T) {
	t.Parallel()
	scope, values := completionWorld()
	for _, source := range []string{
		strings.Repeat("{{", 20_000), strings.Repeat("{{ \"}} ", 9000), strings.Repeat("(", 16_000), strings.Repeat("map([1], ", 1500) + ".",
		strings.Repeat("trigger.body | map(", 800), strings.Repeat("let a = 1; ", 1400) + "a", strings.Repeat("@", 16_000),
		strings.Repeat("x | ", 4000), strings.Repeat("a.", 8000), "x" + strings.Repeat("[0]", 5000) + ".", strings.Repeat("'", 15_999),
		"\xff\xfe", strings.Repeat("é", 5000), strings.Repeat("#", 9000), strings.Repeat("x in [", 2500),
	} {
		for _, language := range []expression.Language{expression.LanguageTemplate, expression.LanguageExpression} {
			checkCompletion(t, source, len(source), expression.Complete(source, len(source), language, scope, values))
			checkCompletion(t, source, -1, expression.Complete(source, -1, language, nil, nil))
			checkCompletion(t, source, len(source)/2, expression.Complete(source, len(source)/2, language, scope, values))
		}
	}
}

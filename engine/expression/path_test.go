package expression_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"redial/engine/expression"
)

func TestPath(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		segments []any
		want     string
	}{
		{[]any{"trigger", "body", "sku"}, "trigger.body.sku"},
		{[]any{"trigger", "body", "order id", 0, "x"}, `trigger.body["order id"][0].x`},
		{[]any{"steps", "a", int64(-1)}, "steps.a[-1]"},
		{[]any{"item", "in"}, `item["in"]`},
		{[]any{"item", "if"}, `item["if"]`},
		{[]any{"item", "0"}, `item["0"]`},
		{[]any{"item", ""}, `item[""]`},
		{[]any{"item", "naïve"}, `item["naïve"]`},
		{[]any{"item", `say "hi" \ {{ }}`}, `item["say \"hi\" \\ {{ }}"]`},
		{[]any{"item", "a\nb\u202e"}, `item["a\nb\u202e"]`},
		{[]any{"item", "__proto__"}, "item.__proto__"},
		{[]any{"index"}, "index"},
	} {
		if got := expression.Path(test.segments...); got != test.want {
			t.Errorf("%v is %s, want %s", test.segments, got, test.want)
		}
	}
}

// TestPathReadsTheValue holds what Path promises: any place in any value is read
// by its path, in an expression and in a template.
func TestPathReadsTheValue(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value, segments := place(t, 4)
		path := expression.Path(append([]any{"item"}, segments...)...)
		scope := &expression.Scope{Items: map[string]*expression.Type{"item": nil}}
		values := &expression.Values{Items: map[string]any{"item": value}}
		want := value
		for _, segment := range segments {
			switch s := segment.(type) {
			case string:
				want = want.(map[string]any)[s]
			case int:
				want = want.([]any)[s]
			}
		}
		p, faults := expression.Compile(path, scope)
		if p == nil {
			t.Fatalf("%s: %v", path, faults)
		}
		if got, err := p.Eval(values); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s is %v (%v), want %v", path, got, err, want)
		}
		tmpl, faults := expression.CompileTemplate("{{ "+path+" }}", scope, expression.TextTemplate)
		if tmpl == nil {
			t.Fatalf("{{ %s }}: %v", path, faults)
		}
		if got, err := tmpl.Eval(values); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("{{ %s }} is %v (%v), want %v", path, got, err, want)
		}
	})
}

// place draws a value and a place in it.
func place(t *rapid.T, depth int) (value any, segments []any) {
	if depth == 0 {
		return rapid.Int64().Draw(t, "leaf"), nil
	}
	inner, segments := place(t, depth-1)
	if rapid.Bool().Draw(t, "list") {
		at := rapid.IntRange(0, 3).Draw(t, "at")
		list := make([]any, at+1)
		list[at] = inner
		return list, append([]any{at}, segments...)
	}
	key := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"in", "not", "let", "order id", "a.b", "if", "null", "é", "0"})).Draw(t, "key")
	return map[string]any{key: inner, "other": nil}, append([]any{key}, segments...)
}

package expression_test

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"redial/engine/expression"
)

// compiled compiles an expression that must be without faults.
func compiled(t testing.TB, source string, scope *expression.Scope) *expression.Program {
	t.Helper()
	p, faults := expression.Compile(source, scope)
	if p == nil {
		t.Fatalf("%s: %v", source, faults)
	}
	return p
}

func compiledTemplate(t testing.TB, source string, scope *expression.Scope, kind expression.TemplateKind) *expression.Template {
	t.Helper()
	tmpl, faults := expression.CompileTemplate(source, scope, kind)
	if tmpl == nil {
		t.Fatalf("%s: %v", source, faults)
	}
	return tmpl
}

func body(v any) *expression.Values {
	return &expression.Values{Trigger: map[string]any{"body": v}}
}

// TestKinds holds what JSON does not show: which numbers are integers.
func TestKinds(t *testing.T) {
	t.Parallel()
	values := body(map[string]any{"n": int64(3), "f": 1.5})
	for source, want := range map[string]any{
		"trigger.body.n":              int64(3),
		"trigger.body.n * 2":          int64(6),
		"6 / 2":                       3.0,
		"div(6, 2)":                   int64(3),
		"trigger.body.n * 1.0":        3.0,
		"round(2.6)":                  int64(3),
		"money(12)":                   int64(12),
		"money(12.3)":                 12.3,
		"number('9007199254740993')":  int64(9007199254740993),
		"number('1e2')":               100.0,
		"len('abc')":                  int64(3),
		"1..2":                        []any{int64(1), int64(2)},
		"sum([1, 2])":                 int64(3),
		"sum([1, 2.0])":               3.0,
		"fromJSON('[1, 1.0]')":        []any{int64(1), 1.0},
		"-9223372036854775808":        int64(-9223372036854775808),
		"min(2, 1.0)":                 1.0,
		"{a: trigger.body.f}":         map[string]any{"a": 1.5},
		"filter([1], false)":          []any{},
		"steps.gone":                  nil,
		"trigger.body.n ?? 'nothing'": int64(3),
	} {
		got, err := compiled(t, source, nil).Eval(values)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s = %#v (%v), want %#v", source, got, err, want)
		}
	}
}

func TestFaultPlaces(t *testing.T) {
	t.Parallel()
	scope := &expression.Scope{Steps: map[string]expression.StepInfo{"a": {Upstream: true}}, Items: map[string]*expression.Type{"ö": nil}}
	for _, test := range []struct{ source, at, code string }{
		{"steps.a.x + stepps.b", "stepps", expression.FaultUnknownName},
		{`"ö" + ö + steps.bee.x`, "steps.bee", expression.FaultUnknownStep},
		{"1 + nofunction(2)", "nofunction", expression.FaultFunction},
		{"map([1], {a: unknown})", "unknown", expression.FaultUnknownName},
		{"round('x')", "'x'", expression.FaultType},
		{"contains('a', oops)", "oops", expression.FaultUnknownName},
		{"true and (1 + 2)", "1 + 2", expression.FaultType},
		{"upper('a', 'b')", "upper('a', 'b')", expression.FaultArguments},
		{"a = 1", "=", expression.FaultSyntax},
		{"[1, 2", "[", expression.FaultSyntax},
		{"'ö' oops", "oops", expression.FaultSyntax},
	} {
		p, faults := expression.Compile(test.source, scope)
		if p != nil || len(faults) == 0 {
			t.Errorf("%s compiled", test.source)
			continue
		}
		f := faults[0]
		if got := test.source[f.Start:f.End]; got != test.at || f.Code != test.code {
			t.Errorf("%s: fault at %q (%s), want %q (%s): %s", test.source, got, f.Code, test.at, test.code, f.Message)
		}
	}
}

func TestTemplateFaultPlaces(t *testing.T) {
	t.Parallel()
	const source = `Lieber Jörg {{ "ö" }}, {{ trigger.bodi }} {{ 1 + }}`
	tmpl, faults := expression.CompileTemplate(source, nil, expression.TextTemplate)
	if tmpl != nil || len(faults) != 2 {
		t.Fatalf("faults: %v", faults)
	}
	if got := source[faults[0].Start:faults[0].End]; got != "bodi" {
		t.Errorf("fault at %q", got)
	}
	if !strings.HasPrefix(source[faults[1].Start-3:], "+ }}") && !strings.Contains(source[faults[1].Start-3:], "}}") {
		t.Errorf("fault at %q", source[faults[1].Start:])
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat("s3cret", 100)
	values := body(map[string]any{"long": secret, "n": nil})
	_, err := compiled(t, "1 + (trigger.body.long * 2)", nil).Eval(values)
	var e *expression.Error
	if !errors.As(err, &e) || e.Code != expression.CodeType {
		t.Fatalf("error %v", err)
	}
	if got := e.Source[e.Offset:e.End]; got != "trigger.body.long" {
		t.Errorf("error at %q", got)
	}
	if len(err.Error()) > 400 || strings.Contains(err.Error(), secret) {
		t.Errorf("the error shows the whole value: %s", err)
	}
	_, err = compiledTemplate(t, "ä {{ 1 }} {{ trigger.body.n + 1 }}", nil, expression.TextTemplate).Eval(values)
	if !errors.As(err, &e) || e.Code != expression.CodeNull || e.Source[e.Offset:e.End] != "trigger.body.n" {
		t.Errorf("error %v at %q", err, e.Source[e.Offset:e.End])
	}
}

func TestReads(t *testing.T) {
	t.Parallel()
	source := `steps.a.x.y[0].z + trigger.body.lines[trigger.body.n].sku + steps["b"] + text(ran("c")) + map(config.list, .q)[0]`
	var got []string
	for _, ref := range compiled(t, source, nil).Reads() {
		got = append(got, strings.Join(ref.Path, "."))
		if ref.End > len(source) || ref.Start >= ref.End {
			t.Errorf("reference %v out of place", ref)
		}
	}
	want := []string{"steps.a.x.y", "trigger.body.lines", "trigger.body.n", "steps.b", "steps.c", "config.list"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("reads %v, want %v", got, want)
	}
	tmpl := compiledTemplate(t, `a {{ steps.x }} b {{ steps.y.z }}`, nil, expression.TextTemplate)
	reads := tmpl.Reads()
	if len(reads) != 2 || reads[1].Step() != "y" || tmpl.Source()[reads[1].Start:reads[1].End] != "steps.y.z" {
		t.Errorf("template reads %v", reads)
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	scope := &expression.Scope{
		Trigger: &expression.Type{Kind: expression.Object, Fields: map[string]*expression.Type{"body": expression.TypeFromSchema(map[string]any{
			"type": "object", "required": []any{"n", "s"},
			"properties": map[string]any{
				"n": map[string]any{"type": "integer"}, "s": map[string]any{"type": "string"},
				"when":  map[string]any{"type": "string", "format": "date-time"},
				"lines": map[string]any{"type": "array", "items": map[string]any{"$ref": "#/$defs/line"}},
				"self":  map[string]any{"$ref": "#"},
			},
			"$defs": map[string]any{"line": map[string]any{"type": "object", "properties": map[string]any{"qty": map[string]any{"type": "number"}}}},
		})}},
	}
	for source, want := range map[string]string{
		"trigger.body.n":                    "whole number",
		"trigger.body.n + 1":                "whole number",
		"trigger.body.n / 2":                "number",
		"trigger.body.s + 'x'":              "text",
		"trigger.body.when":                 "date",
		"map(trigger.body.lines, .qty)":     "list of number",
		"trigger.body.lines[0].qty ?? 1":    "number",
		"trigger.body.n > 1 ? 1 : 'x'":      "any value",
		"trigger.body.n > 1":                "true or false",
		"{a: 1, b: trigger.body.s}":         "object with a, b",
		"trigger.body.self.self.n":          "whole number",
		"filter(trigger.body.lines, true)":  "list of object with qty",
		"upper(trigger.body.s)":             "text",
		"sum(trigger.body.lines, .qty)":     "number",
		"let x = trigger.body.n; [x, x]":    "list of whole number",
		"default(trigger.body.when, now())": "date",
	} {
		if got := compiled(t, source, scope).Type().String(); got != want {
			t.Errorf("%s is %s, want %s", source, got, want)
		}
	}
	if got := compiledTemplate(t, "{{ trigger.body.n }}", scope, expression.TextTemplate).Type(); got.Kind != expression.Integer {
		t.Errorf("single template is %s", got)
	}
	if got := compiledTemplate(t, "n {{ trigger.body.n }}", scope, expression.TextTemplate).Type(); got.Kind != expression.Text {
		t.Errorf("template with text is %s", got)
	}
}

func TestItemsOnly(t *testing.T) {
	t.Parallel()
	scope := &expression.Scope{ItemsOnly: true, Items: map[string]*expression.Type{"input": nil, "response": nil}}
	got, err := compiled(t, "input.a + response.b", scope).Eval(&expression.Values{
		Inputs: map[string]any{"input": map[string]any{"a": int64(1)}, "response": map[string]any{"b": int64(2)}},
	})
	if err != nil || got != int64(3) {
		t.Errorf("got %v, %v", got, err)
	}
	secret := &expression.Values{Inputs: map[string]any{"input": map[string]any{"token": "s3cret"}}}
	for _, source := range []string{"input.token * 2", "input.token.x", "number(input.token)", "input.token == 5", "input.token and true", "parseDate(input.token)"} {
		_, err := compiled(t, source, scope).Eval(secret)
		_, second := compiledTemplate(t, "a {{ "+source+" }}", scope, expression.TextTemplate).Eval(secret)
		if err == nil || second == nil || strings.Contains(err.Error()+second.Error(), "s3cret") {
			t.Errorf("%s: %v, %v", source, err, second)
		}
	}
	if p, _ := expression.Compile("trigger.body", scope); p != nil {
		t.Error("trigger is known in a manifest")
	}
}

// TestRepeatable holds that evaluating again gives the same UUIDs and the same
// now, and that another seed gives others.
func TestRepeatable(t *testing.T) {
	t.Parallel()
	p := compiled(t, "[uuid(), uuid(), now()]", nil)
	at := time.Date(2026, 3, 7, 1, 2, 3, 4, time.FixedZone("", 3600))
	first, err := p.Eval(&expression.Values{Seed: "e1/step", Now: at})
	if err != nil {
		t.Fatal(err)
	}
	again, _ := p.Eval(&expression.Values{Seed: "e1/step", Now: at})
	other, _ := p.Eval(&expression.Values{Seed: "e2/step", Now: at})
	if !reflect.DeepEqual(first, again) {
		t.Errorf("%v, then %v", first, again)
	}
	a, b := first.([]any), other.([]any)
	if a[0] == a[1] || a[0] == b[0] || a[2] != "2026-03-07T00:02:03.000000004Z" {
		t.Errorf("%v and %v", a, b)
	}
	shared := &expression.Values{Seed: "e1/step", Now: at}
	one, _ := p.Eval(shared)
	explained := p.Explain(shared).Value
	two, _ := p.Eval(shared)
	if x, y := one.([]any), two.([]any); x[0] == y[0] || x[1] == y[0] || explained.([]any)[0] != y[0] {
		t.Errorf("the fields of a step share UUIDs: %v, %v, explained %v", one, two, explained)
	}
	if id := a[0].(string); len(id) != 36 || id[14] != '4' || !strings.ContainsRune("89ab", rune(id[19])) {
		t.Errorf("%s is no version 4 UUID", id)
	}
}

// TestValuesUntouched holds that evaluating never changes what it reads.
func TestValuesUntouched(t *testing.T) {
	t.Parallel()
	fresh := func() map[string]any {
		return map[string]any{"list": []any{int64(2), int64(1), map[string]any{"p": 0.1}}, "object": map[string]any{"a": int64(1)}}
	}
	values := body(fresh())
	for _, source := range []string{
		"sortBy([trigger.body.list[0], trigger.body.list[1]], #)", "reverse(trigger.body.list)", "merge(trigger.body.object, {b: 2})",
		"concat(trigger.body.list[:1], [9])", "[trigger.body, money(1.5)]", "map(trigger.body.list[2:], money(.p))",
		"omit(trigger.body.object, 'a')", "{all: trigger.body.list, m: money(2)}",
	} {
		if _, err := compiled(t, source, nil).Eval(values); err != nil {
			t.Errorf("%s: %v", source, err)
		}
		if !reflect.DeepEqual(values.Trigger["body"], any(fresh())) {
			t.Fatalf("%s changed its values: %v", source, values.Trigger)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	p := compiled(t, "let n = trigger.body.n; sum(map(1..10, # * n)) + len(text(n))", nil)
	tmpl := compiledTemplate(t, "n={{ trigger.body.n }} {{ formatNumber(trigger.body.n, '#,##0.00', 'de') }}", nil, expression.TextTemplate)
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			for range 200 {
				got, err := p.Eval(body(map[string]any{"n": int64(n)}))
				if err != nil || got != int64(55*n+1) {
					t.Errorf("got %v, %v", got, err)
					return
				}
				if _, err := tmpl.Eval(body(map[string]any{"n": int64(n)})); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

func TestExplainParts(t *testing.T) {
	t.Parallel()
	source := "trigger.body.a > 1 and len(trigger.body.b) == 2"
	e := compiled(t, source, nil).Explain(body(map[string]any{"a": int64(5)}))
	if e.Err != nil || e.Value != false {
		t.Fatalf("explanation %+v", e)
	}
	type shown struct {
		source string
		value  any
		note   string
	}
	var got []shown
	for _, part := range e.Parts {
		if source[part.Start:part.End] != part.Source {
			t.Errorf("part %+v out of place", part)
		}
		got = append(got, shown{part.Source, part.Value, part.Note})
	}
	want := []shown{
		{source, false, ""}, {"trigger.body.a > 1", true, ""}, {"trigger.body.a", int64(5), ""},
		{"len(trigger.body.b) == 2", false, ""}, {"len(trigger.body.b)", int64(0), ""},
		{"trigger.body.b", nil, "there is no b in trigger.body; it has a"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("parts\n%v, want\n%v", got, want)
	}
	failed := compiled(t, "trigger.body.a * 2", nil).Explain(nil)
	if failed.Err == nil || !strings.Contains(failed.Text, "error: ") {
		t.Errorf("explanation of a failure: %+v", failed)
	}
}

func TestConstantTemplates(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]any{"": "", "plain": "plain", "{ } }}": "{ } }}"} {
		got, ok := compiledTemplate(t, source, nil, expression.TextTemplate).Constant()
		if !ok || got != want {
			t.Errorf("%q: %v, %v", source, got, ok)
		}
	}
	if _, ok := compiledTemplate(t, "{{ 1 }}", nil, expression.TextTemplate).Constant(); ok {
		t.Error("an expression is taken for a constant")
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	scope := &expression.Scope{Items: map[string]*expression.Type{"n": {Kind: expression.Integer}, "any": nil}}
	for source, fits := range map[string]bool{"n > 1": true, "any": true, "null": true, "n": false, "[n > 1]": false, "'true'": false, "n >": false} {
		if p, faults := expression.CompileCondition(source, scope); (p != nil) != fits {
			t.Errorf("%s: %v", source, faults)
		}
	}
}

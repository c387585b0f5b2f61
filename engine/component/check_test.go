package component_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"redial/engine/flow"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	order := parse(t, manifest).Action("order")
	object := func(pairs ...any) flow.Object {
		var o flow.Object
		for i := 0; i < len(pairs); i += 2 {
			o = append(o, flow.Field{Name: pairs[i].(string), Value: pairs[i+1]})
		}
		return o
	}
	for name, test := range map[string]struct {
		with flow.Object
		want []string
	}{
		"fine":                    {object("sku", "A", "count", int64(2), "price", 1.5, "gift", true, "colour", "red", "tags", []any{"a"}, "any", object("x", nil)), nil},
		"everything else to text": {object("sku", int64(4711)), nil},
		"text that is a number":   {object("sku", "A", "count", "2", "price", "1.5", "gift", "true"), nil},
		"one for a list":          {object("sku", "A", "tags", "a"), nil},
		"template":                {object("sku", "{{ trigger.body.sku }}", "count", "{{ 1 }}", "colour", "{{ x }}", "tags", "{{ x }}", "lines", "{{ x }}"), nil},
		"nothing":                 {nil, []string{"missing_field sku: a value is required"}},
		"null":                    {object("sku", nil), []string{"missing_field sku: a value is required"}},
		"empty":                   {object("sku", ""), []string{"missing_field sku: a value is required"}},
		"unknown":                 {object("sku", "A", "cuont", int64(1)), []string{"unknown_field cuont: is not a field that is known here; did you mean count?"}},
		"text for a number":       {object("sku", "A", "count", "many"), []string{"invalid_value count: must be a whole number, is text"}},
		"fraction":                {object("sku", "A", "count", 1.5), []string{"invalid_value count: must be a whole number, is a number"}},
		"list for text":           {object("sku", []any{"A"}), []string{"invalid_value sku: must be text, is a list"}},
		"too small":               {object("sku", "A", "count", int64(0)), []string{"invalid_value count: must be at least 1, is 0"}},
		"too long":                {object("sku", "ABCDEFGHIJK"), []string{"invalid_value sku: must have at most 10 characters, has 11"}},
		"choice":                  {object("sku", "A", "colour", "green"), []string{`invalid_value colour: must be one of "red", "blue"`}},
		"inside of a list":        {object("sku", "A", "lines", []any{object("sku", "B", "quantity", "x")}), []string{"invalid_value lines[0].quantity: must be a whole number, is text"}},
		"missing inside":          {object("sku", "A", "lines", []any{object("quantity", int64(1))}), []string{"invalid_value lines[0].sku: sku is required"}},
		"beside a template": {object("sku", "A", "lines", []any{object("sku", "{{ x }}", "quantity", "many", "colour", "red"), object("quantity", "{{ x }}")}), []string{
			"invalid_value lines[0].quantity: must be a whole number, is text",
			"unknown_field lines[0].colour: is not a field that is known here; there are quantity, sku",
			"missing_field lines[1].sku: a value is required",
		}},
		"object for a list of one": {object("sku", "A", "lines", object("sku", "{{ x }}")), nil},
		"object for text":          {object("sku", object("a", "{{ x }}")), []string{"invalid_value sku: must be text, is an object"}},
		"values of a map":          {object("sku", "A", "extra", object("a", int64(1), "b", "x")), []string{"invalid_value extra.b: must be a whole number, is text"}},
	} {
		var got []string
		for _, finding := range order.Check(test.with) {
			got = append(got, fmt.Sprintf("%s %s: %s", finding.Code, finding.Field, finding.Message))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s:\n%q\nwant\n%q", name, got, test.want)
		}
	}
}

// Of some fields at least one must be filled: before a step runs, and when its
// values are known.
func TestAtLeastOne(t *testing.T) {
	t.Parallel()
	source := strings.Replace(manifest, "    request:\n", "    at_least_one: [[note, tags], [gift, colour, price]]\n    request:\n", 1)
	source = strings.Replace(source, "note: {type: string}", "note: {title: Note, type: string}", 1)
	order := parse(t, source).Action("order")
	const note, gift = "Note or tags: one of them is required", "gift, colour or price: one of them is required"
	if got := order.Alternatives(); !slices.Equal(got, []string{note, gift}) {
		t.Errorf("the action asks for %q", got)
	}
	for name, test := range map[string]struct {
		with         map[string]any
		known, found string // what is wrong before it runs, and then
	}{
		"nothing":        {nil, note + "; " + gift, note},
		"empty":          {map[string]any{"note": "", "tags": []any{}, "gift": nil, "price": int64(1)}, note, note},
		"the first":      {map[string]any{"note": "x", "gift": false}, "", ""},
		"the last":       {map[string]any{"tags": []any{"a"}, "price": int64(0)}, "", ""},
		"all of them":    {map[string]any{"note": "x", "tags": "a", "gift": true, "colour": "red", "price": int64(1)}, "", ""},
		"one is missing": {map[string]any{"note": "x"}, gift, gift},
		"expression":     {map[string]any{"note": "{{ trigger.body.note }}", "gift": true}, "", ""},
	} {
		with := flow.Object{{Name: "sku", Value: "A"}}
		input := map[string]any{"sku": "A"}
		for field, value := range test.with {
			with = append(with, flow.Field{Name: field, Value: value})
			input[field] = value
		}
		var known []string
		for _, finding := range order.Check(with) {
			known = append(known, finding.String())
			if finding.Code != flow.CodeMissingField || finding.Field != finding.Alternatives[0] {
				t.Errorf("%s: the finding is %+v", name, finding)
			}
		}
		if got := strings.Join(known, "; "); got != test.known {
			t.Errorf("%s: before it runs %q, want %q", name, got, test.known)
		}
		var found string
		if failure := order.Judge(input); failure != nil {
			found = failure.Message
			if failure.Code != flow.FailedInput || failure.Retryable {
				t.Errorf("%s: the failure is %+v", name, failure)
			}
		}
		if want := strings.TrimSuffix("shop/order: "+test.found, "shop/order: "); found != want {
			t.Errorf("%s: when it runs %q, want %q", name, found, want)
		}
	}
	if failure := order.Judge(map[string]any{"sku": "A", "note": "", "tags": []any{}, "gift": true}); failure == nil || failure.Message != "shop/order: "+note {
		t.Errorf("an expression that gave nothing: %v", failure)
	}
}

func TestSummarize(t *testing.T) {
	t.Parallel()
	order := parse(t, manifest).Action("order")
	for _, test := range []struct {
		with flow.Object
		want string
	}{
		{nil, "Order … for …"},
		{flow.Object{{Name: "sku", Value: "MUG"}, {Name: "note", Value: "{{ trigger.body.name }}"}}, "Order MUG for trigger.body.name"},
		{flow.Object{{Name: "sku", Value: "{not} a field"}, {Name: "note", Value: []any{int64(1), "a"}}}, `Order {not} a field for [1,"a"]`},
	} {
		if got := order.Summarize(test.with); got != test.want {
			t.Errorf("the summary is %q, want %q", got, test.want)
		}
	}
}

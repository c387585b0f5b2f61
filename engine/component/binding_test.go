package component_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"redial/engine/component"
	"redial/engine/flow"
)

const queryManifest = `component: 1
name: shop
title: Shop
icon: store
tint: "#112233"
connection:
  base: "{{ connection.base_url }}"
  fields: {base_url: {type: string}, token: {type: string}}
actions:
  query:
    title: Query
    effect: safe
    fields: {text: {type: string, required: true}, values: {type: object}}
    bind: {text: text, values: values}
    request: {path: /query, query: {q: "{{ input.text }}"}}
`

// TestBindingKeepsValuesOutOfTheQuery: whatever a value is, the query's shape
// stays that of its text.
func TestBindingKeepsValuesOutOfTheQuery(t *testing.T) {
	t.Parallel()
	var got string
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.Query().Get("q")
		_, _ = io.WriteString(w, "{}")
	})
	query, client := parse(t, queryManifest).Action("query"), newClient(t)
	for _, test := range []struct {
		text   string
		values map[string]any
		want   string // empty: it is refused
	}{
		{"select 1", nil, "select 1"},
		{"a = :x", map[string]any{"x": "plain"}, "a = 'plain'"},
		{"a = :x", map[string]any{"x": "o'neil"}, `a = 'o\'neil'`},
		{"a = :x", map[string]any{"x": `\' or 1=1 --`}, `a = '\\\' or 1=1 --'`},
		{"a = :x", map[string]any{"x": "two\nlines\x00"}, `a = 'two\nlines'`},
		{"a = :x or b = :y", map[string]any{"x": ":y", "y": int64(9007199254740993)}, "a = ':y' or b = 9007199254740993"},
		{"a = :x", map[string]any{"x": nil}, "a = null"},
		{"a = :x", map[string]any{"x": true}, "a = true"},
		{"a = :x", map[string]any{"x": 1e21}, "a = 1000000000000000000000"},
		{"a in :x", map[string]any{"x": []any{"a'", int64(1)}}, `a in ('a\'', 1)`},
		{"a = ':x' and b = :x", map[string]any{"x": "v"}, "a = ':x' and b = 'v'"},
		{`a = 'it\'s :x' and b = :x`, map[string]any{"x": "v"}, `a = 'it\'s :x' and b = 'v'`},
		{"t > 2026-01-31T09:30:00Z", nil, "t > 2026-01-31T09:30:00Z"},
		{"t > 09:am and a=:x", map[string]any{"x": "v"}, "t > 09:am and a='v'"},
		{"a = :x", nil, ""},
		{"a = :x", map[string]any{"X": "v"}, ""},
		{"a = 1", map[string]any{"x": "v"}, ""},
		{"a = ':x'", map[string]any{"x": "v"}, ""},
		{"a in :x", map[string]any{"x": []any{}}, ""},
		{"a = :x", map[string]any{"x": map[string]any{}}, ""},
		{"a in :x", map[string]any{"x": []any{[]any{}}}, ""},
	} {
		got = ""
		_, failure := query.Perform(t.Context(), client, component.Call{
			Input: map[string]any{"text": test.text, "values": test.values}, Connection: connect(server.URL),
		})
		if test.values == nil {
			_, failure = query.Perform(t.Context(), client, component.Call{Input: map[string]any{"text": test.text}, Connection: connect(server.URL)})
		}
		if got != test.want || (failure == nil) != (test.want != "") {
			t.Errorf("%s with %v gave %q, %v; want %q", test.text, test.values, got, failure, test.want)
		}
		if failure != nil && !strings.Contains(failure.Message, "values") {
			t.Errorf("%s: the failure does not name the field: %s", test.text, failure)
		}
		// What is refused then is found before, and nothing else is.
		var values flow.Object
		for name, value := range test.values {
			values = append(values, flow.Field{Name: name, Value: value})
		}
		found := query.Check(flow.Object{{Name: "text", Value: test.text}, {Name: "values", Value: values}})
		if (len(found) == 0) != (failure == nil) {
			t.Errorf("%s with %v: found %v, and the failure is %v", test.text, test.values, found, failure)
		}
	}
	if found := query.Check(flow.Object{{Name: "text", Value: "a = :x {{ trigger.body }}"}}); len(found) > 0 {
		t.Errorf("of a query that is not known: %v", found)
	}
	if found := query.Check(flow.Object{{Name: "text", Value: "a = :x"}, {Name: "values", Value: "{{ trigger.body }}"}}); len(found) > 0 {
		t.Errorf("of values that are not known: %v", found)
	}
}

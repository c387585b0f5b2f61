package expression_test

import (
	"testing"

	"redial/engine/expression"
)

func TestTypeFromSchema(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ schema, path, want string }{
		{`{"type": "string"}`, "", "text"},
		{`{"type": ["integer", "null"]}`, "", "whole number"},
		{`{"type": ["integer", "number"]}`, "", "number"},
		{`{"type": ["string", "object"]}`, "", "any value"},
		{`{"type": "null"}`, "", "null"},
		{`{"type": "string", "format": "date"}`, "", "date"},
		{`{"enum": ["a", "b", null]}`, "", "text"},
		{`{"enum": ["a", 1]}`, "", "any value"},
		{`{"const": true}`, "", "true or false"},
		{`{"items": {"type": "number"}}`, "", "list of number"},
		{`{"required": ["a"]}`, "", "object with a"},
		{`{"allOf": [{"properties": {"a": {"type": "string"}}}, {"properties": {"b": {"type": "integer"}}}]}`, "b", "whole number"},
		{`{"properties": {"a": {"type": "string"}}, "allOf": [{"required": ["a"]}]}`, "a", "text"},
		{`{"anyOf": [{"type": "integer"}, {"type": "number"}]}`, "", "number"},
		{`{"oneOf": [{"type": "object", "properties": {"a": {"type": "string"}}}, {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}]}`, "a", "text"},
		{`{"oneOf": [{"type": "string"}, {"type": "null"}]}`, "", "text"},
		{`{"oneOf": [{"type": "string"}, {"type": "integer"}]}`, "", "any value"},
		{`{"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"type": "boolean"}}}`, "", "true or false"},
		{`{"$ref": "https://example.com/other.json"}`, "", "any value"},
		{`{"$ref": "#"}`, "", "any value"},
		{`{"type": "object", "properties": {"self": {"$ref": "#"}}}`, "self", "object with self"},
		{`{"allOf": [{"$ref": "#"}, {"$ref": "#"}]}`, "", "any value"},
		{`{"type": 5, "items": 7, "properties": "x", "required": [1], "allOf": {}}`, "", "object"},
		{`true`, "", "any value"},
		{`"text"`, "", "any value"},
		{`null`, "", "any value"},
	} {
		schema, err := expression.DecodeJSON([]byte(test.schema))
		if err != nil {
			t.Fatal(err)
		}
		got := expression.TypeFromSchema(schema)
		if test.path != "" && got != nil {
			got = got.Fields[test.path]
		}
		if got.String() != test.want {
			t.Errorf("%s %s is %s, want %s", test.schema, test.path, got, test.want)
		}
	}
}

func TestSchemaDetails(t *testing.T) {
	t.Parallel()
	schema, err := expression.DecodeJSON([]byte(`{"type": "object", "additionalProperties": false, "required": ["a"],
		"properties": {"a": {"type": "string", "examples": ["x"]}, "b": {"type": "string", "default": "y"}, "c": {"type": "string", "nullable": true}}}`))
	if err != nil {
		t.Fatal(err)
	}
	got := expression.TypeFromSchema(schema)
	a, b, c := got.Fields["a"], got.Fields["b"], got.Fields["c"]
	if got.Open || a.Nullable || a.Example != "x" || !b.Nullable || b.Example != "y" || !c.Nullable {
		t.Errorf("%+v: %+v %+v %+v", got, a, b, c)
	}
}

func TestTypeOf(t *testing.T) {
	t.Parallel()
	got := expression.TypeOf(map[string]any{"n": int64(1), "f": 1.5, "s": "x", "b": true, "null": nil, "list": []any{}, "o": map[string]any{"x": int64(1)}})
	for name, want := range map[string]expression.Kind{
		"n": expression.Integer, "f": expression.Number, "s": expression.Text, "b": expression.Boolean,
		"null": expression.Null, "list": expression.List, "o": expression.Object,
	} {
		if got.Fields[name].Kind != want {
			t.Errorf("%s is %s", name, got.Fields[name])
		}
	}
	if got.Fields["o"].Fields["x"].Kind != expression.Integer {
		t.Errorf("inside: %s", got.Fields["o"])
	}
}

func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	got, err := expression.DecodeJSON([]byte(`[9223372036854775807, 9223372036854775808, 1.0, 1e400, -1e400]`))
	if err != nil {
		t.Fatal(err)
	}
	l := got.([]any)
	if l[0] != int64(9223372036854775807) || l[1] != 9223372036854775808.0 || l[2] != 1.0 || l[3].(float64) < 1e308 || l[4].(float64) > -1e308 {
		t.Errorf("%v", l)
	}
	for _, wrong := range []string{"", "{", "[1] 2", "nope", `{"a":}`} {
		if v, err := expression.DecodeJSON([]byte(wrong)); err == nil {
			t.Errorf("%s gives %v", wrong, v)
		}
	}
}

// TestTypesStaySmall holds that whoever walks a type walks a bounded way, even
// where the value refers to the same parts again and again.
func TestTypesStaySmall(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"{a: %s, b: %s}", "[{a: %s, b: %s}]", "merge({a: %s}, {b: %s})", "map([1], {a: %s, b: %s})"} {
		p, faults := expression.Compile(lets(60, "{a: 1}", pattern), nil)
		if p == nil {
			t.Fatal(faults)
		}
		left := 100_000
		var walk func(*expression.Type)
		walk = func(part *expression.Type) {
			if left--; part == nil || left < 0 {
				return
			}
			walk(part.Items)
			for _, field := range part.Fields {
				walk(field)
			}
		}
		if walk(p.Type()); left < 0 {
			t.Errorf("the type of %s has no end", pattern)
		}
	}
}

func TestTypeChoices(t *testing.T) {
	t.Parallel()
	read := func(schema map[string]any) *expression.Type { return expression.TypeFromSchema(schema) }
	if got := read(map[string]any{"enum": []any{"a", "b", nil}}); len(got.Choices) != 2 || !got.Nullable {
		t.Errorf("an enum: %+v", got)
	}
	if got := read(map[string]any{"oneOf": []any{map[string]any{"const": "a"}, map[string]any{"const": "b"}}}); len(got.Choices) != 2 {
		t.Errorf("one of two constants: %+v", got)
	}
	if got := read(map[string]any{"oneOf": []any{map[string]any{"const": "a"}, map[string]any{"type": "string"}}}); got.Choices != nil || got.Kind != expression.Text {
		t.Errorf("a constant or any text: %+v", got)
	}
}

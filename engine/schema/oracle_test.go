package schema_test

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"redial/engine/flow"
	"redial/engine/schema"
)

// TestVerdictsAreTheLibrarys compares our checking with the library's on
// schemas and values drawn by chance.
func TestVerdictsAreTheLibrarys(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		document := anySchema(4).Draw(t, "schema")
		root, isObject := document.(map[string]any)
		if isObject {
			root["$defs"] = map[string]any{"a": anySchema(2).Draw(t, "a"), "b": anySchema(2).Draw(t, "b")}
		}
		ours, err := schema.Compile(document)
		if err != nil {
			t.Skip("not a schema: ", err) // a definition that comes back to itself
		}
		library := oracle(t, document)
		for range 5 {
			value := anyValue(3).Draw(t, "value")
			violations := ours.Validate(value)
			if wanted := library.Validate(value); (wanted == nil) != (violations == nil) {
				t.Fatalf("we say %v; the library says %v", violations, wanted)
			}
		}
	})
}

type fataler interface {
	Helper()
	Fatal(args ...any)
}

func oracle(t fataler, document any) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft2020)
	compiler.AssertFormat()
	if err := compiler.AddResource("test:schema", document); err != nil {
		t.Fatal(err)
	}
	library, err := compiler.Compile("test:schema")
	if err != nil {
		t.Fatal(err)
	}
	return library
}

// Few names and small numbers, so that rules and values meet.
var (
	anyName   = rapid.SampledFrom([]string{"a", "b", "c", "x1"})
	smallInt  = rapid.Int64Range(0, 3)
	anyNumber = rapid.OneOf(
		rapid.Map(rapid.Int64Range(-3, 3), func(n int64) any { return n }),
		rapid.SampledFrom([]any{0.5, 1.0, 1.5, 1e20, int64(9007199254740993), 9007199254740992.0}))
	anyScalar = rapid.OneOf(anyNumber, rapid.SampledFrom([]any{nil, true, false, "", "a", "ab", "x1", "é"}))
)

func anyValue(depth int) *rapid.Generator[any] {
	if depth == 0 {
		return anyScalar
	}
	return rapid.OneOf(anyScalar,
		rapid.Map(rapid.SliceOfN(anyValue(depth-1), 0, 4), func(list []any) any { return list }),
		rapid.Map(rapid.MapOfN(anyName, anyValue(depth-1), 0, 4), func(object map[string]any) any { return object }))
}

func anySchema(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		if depth == 0 {
			return rapid.Bool().Draw(t, "bool")
		}
		object := make(map[string]any)
		for range rapid.IntRange(0, 4).Draw(t, "keywords") {
			addKeyword(t, object, depth)
		}
		return object
	})
}

var oneKeyword = []string{
	"type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
	"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains",
	"uniqueItems", "required", "dependentRequired", "pattern", "format", "$ref",
}

var schemaKeyword = []string{
	"not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames",
	"unevaluatedProperties", "unevaluatedItems", "unevaluatedProperties",
	"allOf", "anyOf", "oneOf", "prefixItems", "properties", "patternProperties", "dependentSchemas", "dependencies",
}

func addKeyword(t *rapid.T, object map[string]any, depth int) {
	inner := anySchema(depth - 1)
	if rapid.Bool().Draw(t, "simple") {
		keyword := rapid.SampledFrom(oneKeyword).Draw(t, "keyword")
		object[keyword] = simpleKeyword(t, keyword)
		return
	}
	switch keyword := rapid.SampledFrom(schemaKeyword).Draw(t, "keyword"); keyword {
	case "allOf", "anyOf", "oneOf", "prefixItems":
		object[keyword] = rapid.SliceOfN(inner, 1, 3).Draw(t, keyword)
	case "properties", "dependentSchemas", "dependencies":
		object[keyword] = rapid.MapOfN(anyName, inner, 1, 3).Draw(t, keyword)
	case "patternProperties":
		object[keyword] = rapid.MapOfN(rapid.SampledFrom([]string{"^[ab]", "1$"}), inner, 1, 2).Draw(t, keyword)
	default:
		object[keyword] = inner.Draw(t, keyword)
	}
}

func simpleKeyword(t *rapid.T, keyword string) any {
	names := rapid.Map(rapid.SliceOfNDistinct(anyName, 0, 2, rapid.ID), func(names []string) []any {
		list := make([]any, len(names))
		for i := range names {
			list[i] = names[i]
		}
		return list
	})
	switch keyword {
	case "type":
		return rapid.SampledFrom([]any{"null", "boolean", "integer", "number", "string", "array", "object", []any{"string", "array"}, []any{"object", "null"}}).Draw(t, keyword)
	case "enum":
		return rapid.SliceOfN(anyValue(1), 1, 4).Draw(t, keyword)
	case "const":
		return anyValue(2).Draw(t, keyword)
	case "multipleOf":
		return rapid.SampledFrom([]any{int64(1), int64(2), 0.5}).Draw(t, keyword)
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		return anyNumber.Draw(t, keyword)
	case "uniqueItems":
		return true
	case "required":
		return names.Draw(t, keyword)
	case "dependentRequired":
		return map[string]any{anyName.Draw(t, "name"): names.Draw(t, keyword)}
	case "pattern":
		return rapid.SampledFrom([]any{"^a", "b$", "^$", "[0-9]"}).Draw(t, keyword)
	case "format":
		return rapid.SampledFrom([]any{"email", "date", "uuid", "none"}).Draw(t, keyword)
	case "$ref":
		return rapid.SampledFrom([]any{"#", "#/$defs/a", "#/$defs/b"}).Draw(t, keyword)
	default:
		return smallInt.Draw(t, keyword)
	}
}

// FuzzSchema holds that no schema and no value make the package panic or hang.
func FuzzSchema(f *testing.F) {
	f.Add([]byte(`{"type":"object","properties":{"a":{"$ref":"#/$defs/b"}},"$defs":{"b":{"minimum":1}}}`), []byte(`{"a":0}`))
	f.Add([]byte(`{"$id":"x","$ref":"#y","$anchor":"y"}`), []byte(`[]`))
	f.Add([]byte(`{"patternProperties":{"(a+)+$":false},"unevaluatedItems":{"enum":[1]}}`), []byte(`{"aaaaaaaaaaaaaaaaaaaaaaaa!":1}`))
	f.Fuzz(func(t *testing.T, schemaText, valueText []byte) {
		document, err := flow.DecodeJSON(schemaText)
		if err != nil {
			return
		}
		compiled, err := schema.Compile(document)
		if err != nil {
			if bytes.Contains([]byte(err.Error()), []byte("schema.invalid")) && !bytes.Contains(schemaText, []byte("schema.invalid")) {
				t.Fatalf("the error %q shows the address of the schema", err)
			}
			return
		}
		value, err := flow.DecodeJSON(valueText)
		if err != nil {
			return
		}
		if violations := compiled.Validate(value); len(violations) > schema.MaxViolations {
			t.Fatalf("%d violations", len(violations))
		}
	})
}

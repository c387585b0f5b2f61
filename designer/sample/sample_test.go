package sample_test

import (
	"testing"

	"redial/designer/sample"
	"redial/designer/template"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ schema, want string }{
		"nothing said":         {`{}`, `"text"`},
		"what is given wins":   {`{"type": "string", "examples": ["one", "two"], "default": "three"}`, `"one"`},
		"default":              {`{"type": "integer", "default": 7}`, `7`},
		"const":                {`{"const": null}`, `null`},
		"enum":                 {`{"enum": ["b", "a"]}`, `"b"`},
		"object":               {`{"type": "object", "properties": {"z": {"type": "integer"}, "a": {"type": "boolean"}}}`, `{"a":true,"z":1}`},
		"required undescribed": {`{"type": "object", "required": ["sku", "quantity"]}`, `{"sku":"A-100","quantity":"quantity"}`},
		"list":                 {`{"type": "array", "items": {"type": "integer"}, "minItems": 2}`, `[1,1]`},
		"empty list":           {`{"type": "array", "maxItems": 0}`, `[]`},
		"tuple":                {`{"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}], "minItems": 2}`, `[1,true]`},
		"bounds":               {`{"type": "integer", "minimum": 10, "maximum": 12}`, `10`},
		"exclusive bounds":     {`{"type": "integer", "exclusiveMinimum": 10}`, `11`},
		"a step":               {`{"type": "integer", "multipleOf": 5}`, `5`},
		"negative":             {`{"type": "number", "exclusiveMaximum": 0}`, `-1`},
		"format":               {`{"type": "string", "format": "date"}`, `"2026-01-31"`},
		"pattern":              {`{"type": "string", "pattern": "^[A-Z]{3}-\\d{4}$"}`, `"AAA-1111"`},
		"length":               {`{"type": "string", "minLength": 6, "maxLength": 6}`, `"textxx"`},
		"nullable":             {`{"type": ["null", "integer"]}`, `1`},
		"one of":               {`{"oneOf": [{"type": "integer"}, {"type": "string"}]}`, `1`},
		"all of":               {`{"allOf": [{"properties": {"a": {"type": "integer"}}}, {"properties": {"b": {"type": "boolean"}}}]}`, `{"a":1,"b":true}`},
		"reference":            {`{"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}`, `1`},
		"a name says more":     {`{"type": "object", "properties": {"contactEmail": {"type": "string", "pattern": "@"}}}`, `{"contactEmail":"ada@example.com"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document := decoded(t, test.schema)
			value := sample.Of(document)
			if got := encoded(t, value); got != test.want {
				t.Errorf("the sample is %s, not %s", got, test.want)
			}
			if !sample.Fits(document, value) && name != "required undescribed" {
				t.Errorf("%s does not fit", encoded(t, value))
			}
		})
	}
}

// A schema that holds itself ends.
func TestOfEndlessSchema(t *testing.T) {
	t.Parallel()
	document := decoded(t, `{"$ref": "#/$defs/node", "$defs": {
		"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}},
		"loop": {"$ref": "#/$defs/loop"}}}`)
	if got := encoded(t, sample.Of(document)); len(got) > 500 {
		t.Errorf("the sample has %d bytes", len(got))
	}
	sample.Of(decoded(t, `{"$ref": "#/$defs/loop", "$defs": {"loop": {"$ref": "#/$defs/loop"}}}`))
	sample.Of(decoded(t, `{"type": "string", "pattern": "((a{100}){100}){100}", "minLength": 99999999}`))
	sample.Of(true)
	sample.Of(nil)
}

// The templates' samples are calls that the templates take.
func TestTemplates(t *testing.T) {
	t.Parallel()
	for _, template := range template.All() {
		document, err := flowfile.Read(template.Source)
		if err != nil {
			t.Fatal(err)
		}
		schema, given := document.Flow.Trigger.With.Get("schema")
		if !given {
			continue
		}
		value := sample.Of(schema)
		if !sample.Fits(schema, value) {
			t.Errorf("%s: %s does not fit", template.Slug, encoded(t, value))
		}
	}
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	value, err := flow.DecodeJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func encoded(t *testing.T, value any) string {
	t.Helper()
	text, err := flow.EncodeJSON(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

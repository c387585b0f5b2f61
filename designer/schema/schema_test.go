package schema_test

import (
	"testing"

	"pgregory.net/rapid"

	inferred "redial/designer/schema"
	"redial/engine/flow"
	"redial/engine/schema"
)

func TestFrom(t *testing.T) {
	t.Parallel()
	for sample, want := range map[string]string{
		`null`: `{}`,
		`[]`:   `{"type":"array"}`,
		`"a"`:  `{"type":"string","examples":["a"]}`,
		`{"b": true, "a": 1, "n": null}`: `{"type":"object","required":["a","b"],"properties":{` +
			`"a":{"type":"integer","examples":[1]},"b":{"type":"boolean"},"n":{}}}`,
		`[{"sku": "A", "n": 1}, {"sku": "B", "n": 1.5, "x": null}]`: `{"type":"array","items":{"type":"object","required":["n","sku"],"properties":{` +
			`"n":{"type":"number","examples":[1]},"sku":{"type":"string","examples":["A"]},"x":{}}}}`,
		`[1, "a", null]`: `{"type":"array","items":{"type":["string","integer","null"],"examples":[1]}}`,
	} {
		value, err := flow.DecodeJSON([]byte(sample))
		if err != nil {
			t.Fatal(err)
		}
		got, err := flow.EncodeJSON(inferred.From(value))
		if err != nil || string(got) != want {
			t.Errorf("%s:\n got  %s, %v\n want %s", sample, got, err, want)
		}
	}
}

func value(depth int) *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any {
		most := 6
		if depth == 0 {
			most = 4
		}
		switch rapid.IntRange(0, most).Draw(t, "kind") {
		case 0:
			return nil
		case 1:
			return rapid.Bool().Draw(t, "truth")
		case 2:
			return rapid.Int64().Draw(t, "integer")
		case 3:
			return rapid.Float64Range(-1e9, 1e9).Draw(t, "number")
		case 4:
			return rapid.String().Draw(t, "text")
		case 5:
			return rapid.SliceOfN(value(depth-1), 0, 5).Draw(t, "list")
		default:
			names := rapid.SampledFrom([]string{"a", "b", "c", "", "__proto__", "odd key"})
			return rapid.MapOfN(names, value(depth-1), 0, 4).Draw(t, "object")
		}
	})
}

func TestSampleFitsItsSchema(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sample := value(4).Draw(t, "sample")
		made := inferred.From(sample)
		compiled, err := schema.Compile(flow.Plain(made))
		if err != nil {
			t.Fatalf("%v: %v", made, err)
		}
		if violations := compiled.Validate(sample); len(violations) > 0 {
			t.Fatalf("%v does not fit %v: %+v", sample, made, violations)
		}
	})
}

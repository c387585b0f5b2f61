package mapping_test

import (
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"redial/designer/mapping"
	"redial/engine/expression"
)

func TestRead(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]mapping.Mapping{
		`map(trigger.body.lines, {sku: .sku})`: {List: "trigger.body.lines", Fields: []mapping.Field{{Name: "sku", Value: ".sku"}}},
		`map(filter(a.b, .n > 1), {"item no": .number + 1, total: .price * .quantity, who: trigger.body.id})`: {
			List:   "filter(a.b, .n > 1)",
			Fields: []mapping.Field{{Name: "item no", Value: ".number + 1"}, {Name: "total", Value: ".price * .quantity"}, {Name: "who", Value: "trigger.body.id"}},
		},
	} {
		if got, err := mapping.Read(source); err != nil || !reflect.DeepEqual(*got, want) {
			t.Errorf("%s: got %+v, %v", source, got, err)
		}
	}
	for source, want := range map[string]error{
		`map(a, .b)`: mapping.ErrOther, `map(a, {})`: mapping.ErrOther, `[1]`: mapping.ErrOther, `map(a, {b: `: mapping.ErrSyntax,
		`map(a, {(.k): .v})`: mapping.ErrOther, `map(a, {b: 1}) ?? []`: mapping.ErrOther, `map(a, {b: 1, b: 2})`: mapping.ErrOther,
	} {
		if got, err := mapping.Read(source); !errors.Is(err, want) {
			t.Errorf("%s: got %+v, %v; want %v", source, got, err, want)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	one := []mapping.Field{{Name: "a", Value: ".a"}}
	for _, m := range []mapping.Mapping{
		{Fields: one}, {List: "a"}, {List: "a b", Fields: one}, {List: "a, {x: 1})", Fields: one},
		{List: "a", Fields: []mapping.Field{{Name: "", Value: "1"}}}, {List: "a", Fields: []mapping.Field{{Name: "b"}}},
		{List: "a", Fields: append(one, one...)}, {List: "a", Fields: []mapping.Field{{Name: "b", Value: "1, c: 2"}}},
		{List: "a", Fields: []mapping.Field{{Name: "b", Value: "1}) + map([], {c: 2"}}},
	} {
		if got, err := mapping.Write(&m); err == nil {
			t.Errorf("%+v: got %s", m, got)
		}
	}
}

func TestMappingComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := &mapping.Mapping{List: rapid.SampledFrom([]string{"trigger.body.lines", `trigger.body["odd key"]`, "filter(trigger.body.lines, .n > 1)"}).Draw(t, "list")}
		for _, name := range rapid.SliceOfNDistinct(rapid.OneOf(rapid.StringMatching(`[a-z_]{1,5}`), rapid.SampledFrom([]string{"odd key", "not", "__proto__", `"q"`, "ü", "1"})), 1, 5, rapid.ID).Draw(t, "names") {
			value := rapid.SampledFrom([]string{".sku", `#["odd key"]`, ".n + 1", "trigger.body.id", `"text"`, "1", "#", "null", ".a.b[0]", "{x: .n}"}).Draw(t, "value")
			m.Fields = append(m.Fields, mapping.Field{Name: name, Value: value})
		}
		source, err := mapping.Write(m)
		if err != nil {
			t.Fatalf("%+v: %v", m, err)
		}
		again, err := mapping.Read(source)
		if err != nil || !reflect.DeepEqual(m, again) {
			t.Fatalf("%s:\n wrote %+v\n read  %+v, %v", source, m, again, err)
		}
		program, faults := expression.Compile(source, nil)
		if program == nil {
			t.Fatalf("%s: %+v", source, faults)
		}
		items := []any{map[string]any{"sku": "A", "n": int64(2), "odd key": "x"}, map[string]any{"sku": "B", "n": int64(3)}}
		got, err := program.Eval(&expression.Values{Trigger: map[string]any{"body": map[string]any{"lines": items, "odd key": items, "id": "7"}}})
		list, _ := got.([]any)
		if err != nil || len(list) != 2 {
			t.Fatalf("%s: %v, %v", source, got, err)
		}
		first, _ := list[0].(map[string]any)
		for _, f := range m.Fields {
			want, known := map[string]any{".sku": "A", ".n + 1": int64(3), "trigger.body.id": "7", `"text"`: "text", "1": int64(1), "null": nil}[f.Value]
			if known && !reflect.DeepEqual(first[f.Name], want) {
				t.Fatalf("%s: %s is %v, want %v", source, f.Name, first[f.Name], want)
			}
		}
	})
}

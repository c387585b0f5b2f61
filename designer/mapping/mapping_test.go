package mapping_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
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
		{List: "a"}, {List: strings.Repeat("a", 5000), Fields: one}, {List: "a", Fields: slices.Repeat(one, mapping.MaxFields+1)},
	} {
		if got, err := mapping.Write(&m); err == nil {
			t.Errorf("%+v: got %s", m, got)
		}
	}
}

// What is missing or wrong is kept as it was written, and no flow can run with it.
func TestWriteKeepsWhatIsNotFinished(t *testing.T) {
	t.Parallel()
	one := mapping.Field{Name: "a", Value: ".a"}
	for _, test := range []struct {
		mapping    mapping.Mapping
		want, says string
	}{
		{mapping.Mapping{Fields: []mapping.Field{one}}, `map(_, {a: .a})`, "fill in what belongs at _"},
		{mapping.Mapping{List: "trigger.body.", Fields: []mapping.Field{one}}, `map(_("trigger.body."), {a: .a})`, "trigger.body. cannot be read: "},
		{mapping.Mapping{List: "[], {x: 1})", Fields: []mapping.Field{one}}, `map(_("[], {x: 1})"), {a: .a})`, "[], {x: 1}) cannot be read: "},
		{mapping.Mapping{List: "[]", Fields: []mapping.Field{{Name: "b"}}}, `map([], {b: _})`, "fill in what belongs at _"},
		{mapping.Mapping{List: "[]", Fields: []mapping.Field{{Name: "b", Value: ".n +"}}}, `map([], {b: _(".n +")})`, ".n + cannot be read: "},
		{mapping.Mapping{List: "[]", Fields: []mapping.Field{{Name: "b", Value: "1}) + map([], {c: 2"}}}, `map([], {b: _("1}) + map([], {c: 2")})`, "cannot be read: "},
		{mapping.Mapping{List: "[]", Fields: []mapping.Field{{Value: ".n"}, {}}}, `map([], {_: _("", ".n"), __: _("", "")})`, "a field has no name, the one with the value .n"},
		{mapping.Mapping{List: "[]", Fields: []mapping.Field{one, one, {Name: "_", Value: "1"}}}, `map([], {a: .a, __: _("a", ".a"), _: 1})`, "two fields are called a; each needs a name of its own"},
	} {
		written, err := mapping.Write(&test.mapping)
		if err != nil || written != test.want {
			t.Errorf("%+v: got %s, %v; want %s", test.mapping, written, err, test.want)
			continue
		}
		if again, err := mapping.Read(written); err != nil || !reflect.DeepEqual(*again, test.mapping) {
			t.Errorf("%s: comes back as %+v, %v", written, again, err)
		}
		if program, faults := expression.Compile(written, nil); program != nil || len(faults) == 0 || !strings.Contains(faults[0].Message, test.says) {
			t.Errorf("%s: the check says %+v", written, faults)
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

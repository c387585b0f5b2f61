package flow_test

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redial/engine/flow"
)

// anyValue draws plain JSON values. Text is valid UTF-8, as all text from
// outside is.
func anyValue() *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Bool().AsAny(),
		rapid.Int64().AsAny(),
		rapid.SampledFrom([]any{int64(math.MaxInt64), int64(math.MinInt64), int64(9007199254740993)}),
		rapid.Float64().AsAny(),
		rapid.Float64Range(-1e-5, 1e-5).AsAny(),
		rapid.SampledFrom([]any{0.0, math.Copysign(0, -1), 2.0, 1e-7, 1e20, 1e21, -1e100, 5e-324, math.MaxFloat64}),
		rapid.Map(rapid.Int32(), func(n int32) any { return float64(n) }),
		rapid.String().AsAny(),
		rapid.SampledFrom([]any{"", "<a href=\"x\">&amp;</a>", "\u2028\u2029", "\x00\x1f\x7f", `\"`, "Grüße, 世界, 👩‍👩‍👧"}),
	)
	return nested(leaf, 3)
}

func nested(inner *rapid.Generator[any], depth int) *rapid.Generator[any] {
	if depth == 0 {
		return inner
	}
	return nested(rapid.OneOf(
		inner,
		rapid.SliceOfN(inner, 0, 4).AsAny(),
		rapid.MapOfN(rapid.String(), inner, 0, 4).AsAny(),
	), depth-1)
}

func TestObjectKeepsOrder(t *testing.T) {
	t.Parallel()
	o := flow.Object{}.Set("zebra", int64(1)).Set("apple", "two").Set("mango", nil).Set("zebra", true)
	encoded, err := flow.EncodeJSON(o)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(encoded), `{"zebra":true,"apple":"two","mango":null}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if value, found := o.Get("mango"); value != nil || !found {
		t.Errorf("mango is %v, found %t; want null that is there", value, found)
	}
	if value, found := o.Get("kiwi"); value != nil || found {
		t.Errorf("kiwi is %v, found %t; want nothing", value, found)
	}
	if got := o.Text("apple"); got != "two" {
		t.Errorf("the text of apple is %q", got)
	}
	for _, name := range []string{"zebra", "mango", "kiwi"} {
		if got := o.Text(name); got != "" {
			t.Errorf("the text of %s is %q, though it is no text", name, got)
		}
	}
}

func TestPlainTurnsObjectsIntoMaps(t *testing.T) {
	t.Parallel()
	object := flow.Object{{"a", []any{flow.Object{{"b", int64(1)}}, "x"}}, {"c", flow.Object{}}}
	want := map[string]any{"a": []any{map[string]any{"b": int64(1)}, "x"}, "c": map[string]any{}}
	if got := flow.Plain(object); !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v, want %#v", got, want)
	}
	if inner := object[0].Value.([]any); reflect.TypeOf(inner[0]) != reflect.TypeFor[flow.Object]() {
		t.Error("the value that was handed in has changed")
	}
}

func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		`null`:                   nil,
		"\ttrue\n":               true,
		`"<&>"`:                  "<&>",
		`9223372036854775807`:    int64(math.MaxInt64),
		`-9223372036854775808`:   int64(math.MinInt64),
		`9007199254740993`:       int64(9007199254740993),
		`9223372036854775808`:    9223372036854775808.0,
		`-9223372036854775809`:   -9223372036854775808.0,
		`2.0`:                    2.0,
		`1e2`:                    100.0,
		`-0`:                     int64(0),
		`1e-400`:                 0.0,
		`1.7976931348623157e308`: math.MaxFloat64,
		`[]`:                     []any{},
		`{"a":[1,{"b":1.5}]}`:    map[string]any{"a": []any{int64(1), map[string]any{"b": 1.5}}},
		`{"a":1,"a":2}`:          map[string]any{"a": int64(2)},
		`"[[[\"{{{"`:             `[[["{{{`,
		"\"\\ud83d\\ude00\"":     "😀",
	} {
		got, err := flow.DecodeJSON([]byte(text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %#v and error %v, want %#v", text, got, err, want)
		}
	}
}

func TestDecodeJSONRefuses(t *testing.T) {
	t.Parallel()
	for text, part := range map[string]string{
		``:                       "the text is empty",
		"  \n":                   "the text is empty",
		`1 2`:                    "more text after the JSON value",
		`{} x`:                   "more text after the JSON value",
		`[1,]`:                   "invalid character",
		`{"a":1`:                 "unexpected EOF",
		`NaN`:                    "invalid character",
		`01`:                     "more text after the JSON value",
		`1e400`:                  "1e400 is beyond the range of a double",
		`{"a":[-1e999]}`:         "-1e999 is beyond the range of a double",
		strings.Repeat("9", 400): strings.Repeat("9", 40) + " is beyond the range of a double",
	} {
		value, err := flow.DecodeJSON([]byte(text))
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%.50s: got %v and error %v, want an error with %q", text, value, err, part)
		}
		if err != nil && len(err.Error()) > 200 {
			t.Errorf("%.50s: the error has %d bytes", text, len(err.Error()))
		}
	}
}

func TestDecodeJSONBoundsNesting(t *testing.T) {
	t.Parallel()
	for _, level := range []struct{ open, end string }{{"[", "]"}, {`{"a":`, "}"}, {`{"}\"[":`, "}"}} {
		nest := func(levels int) []byte {
			return []byte(strings.Repeat(level.open, levels) + "1" + strings.Repeat(level.end, levels))
		}
		if _, err := flow.DecodeJSON(nest(flow.MaxValueDepth)); err != nil {
			t.Errorf("%s as deep as allowed: %v", level.open, err)
		}
		if _, err := flow.DecodeJSON(nest(flow.MaxValueDepth + 1)); !errors.Is(err, flow.ErrTooDeep) {
			t.Errorf("%s one level deeper: got error %v, want ErrTooDeep", level.open, err)
		}
	}
	if _, err := flow.DecodeJSON([]byte(strings.Repeat("[", 10<<20))); !errors.Is(err, flow.ErrTooDeep) {
		t.Errorf("ten million open brackets: got error %v, want ErrTooDeep", err)
	}
	if _, err := flow.DecodeJSON([]byte("[" + strings.Repeat("[],", 10_000) + "[]]")); err != nil {
		t.Errorf("many lists side by side: %v", err)
	}
}

// Whole doubles become integers, as JSON does not tell them apart. From then on
// nothing changes any more.
func TestDecodeJSONReadsWhatEncodeJSONWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		once := reread(t, anyValue().Draw(t, "value"))
		if twice := reread(t, once); !reflect.DeepEqual(twice, once) {
			t.Fatalf("got %#v, want %#v", twice, once)
		}
	})
}

func reread(t *rapid.T, value any) any {
	t.Helper()
	encoded, err := flow.EncodeJSON(value)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := flow.DecodeJSON(encoded)
	if err != nil {
		t.Fatalf("reading %s: %v", encoded, err)
	}
	return decoded
}

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

// What is kept apart comes back as if it had stood in the events.
func TestValuesKeptApartRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(anyEvent(), 0, 4).Draw(t, "events")
		from := rapid.IntRange(0, 40).Draw(t, "from")
		kept := map[string][]byte{}
		data, err := flow.EncodeEventsApart(want, func(json []byte) *flow.Blob {
			if len(json) < from {
				return nil
			}
			kept[string(json)] = json
			return &flow.Blob{Hash: string(json), Size: len(json)}
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := flow.DecodeEvents("01EXECUTION", data)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if err := got[i].ReadApart(func(b *flow.Blob) (any, error) {
				if len(kept[b.Hash]) != b.Size {
					return nil, errors.New("unknown")
				}
				return flow.DecodeJSON(kept[b.Hash])
			}); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("got %#v, want %#v, stored as %s", got[i], want[i], data)
			}
		}
	})
}

func TestValuesWithoutAFormNameTheirEvent(t *testing.T) {
	t.Parallel()
	for name, event := range map[string]flow.Event{
		"input":  {Seq: 7, Step: "a", Input: math.NaN()},
		"output": {Seq: 7, Step: "a", Output: []any{math.Inf(1)}},
		"given":  {Seq: 7, Given: map[string]flow.Given{"a": {Output: math.NaN()}}},
	} {
		_, err := flow.EncodeEvents([]flow.Event{{Seq: 6}, event})
		var fault *flow.ValueError
		if !errors.As(err, &fault) || fault.Seq != 7 {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

// The size is that of the JSON, but for what is escaped.
func TestSizeIsThatOfTheJSON(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"null": nil, "true": true, "text": "Grüße", "empty": "", "list": []any{}, "object": map[string]any{},
		"integers": []any{int64(0), int64(-1), int64(math.MinInt64), int64(math.MaxInt64)},
		"rows":     []any{map[string]any{"sku": "LAMP-01", "quantity": int64(2)}, map[string]any{"sku": "CLOCK", "quantity": int64(17)}},
		"fields":   flow.Object{{Name: "a", Value: "b"}},
		"large":    strings.Repeat("x", 1<<20),
	} {
		data, err := flow.EncodeExact(value)
		if err != nil {
			t.Fatal(err)
		}
		size, _ := flow.Size(value)
		if off := size - int64(len(data)); off < -1 || off > 2*int64(max(1, strings.Count(string(data), ","))) {
			t.Errorf("%s: the size is %d, the JSON has %d bytes: %.100s", name, size, len(data), data)
		}
	}
	deep := map[string]any{"a": []any{"x", map[string]any{"b": []any{}}}}
	if _, depth := flow.Size(deep); depth != 4 {
		t.Errorf("the depth is %d", depth)
	}
}

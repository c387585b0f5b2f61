package flow_test

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redial/engine/flow"
)

// standard is what encoding/json makes of a value.
func standard(value any) (string, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSuffix(buffer.String(), "\n"), err
}

func TestEncodeJSONWritesWhatTheStandardLibraryWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		value := anyValue().Draw(t, "value")
		want, err := standard(value)
		if err != nil {
			t.Fatal(err)
		}
		got, err := flow.EncodeJSON(value)
		if err != nil || string(got) != want {
			t.Fatalf("got %s and error %v, want %s", got, err, want)
		}
	})
}

func TestEncodeJSON(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		value any
		want  string
	}{
		{[]any(nil), `[]`},
		{map[string]any(nil), `{}`},
		{flow.Object(nil), `{}`},
		{1e-7, `1e-7`},
		{1.5e-10, `1.5e-10`},
		{1e21, `1e+21`},
		{123456789012345680000.0, `123456789012345680000`},
		{2.0, `2`},
		{map[string]any{"b": 1, "a": uint8(2)}, `{"a":2,"b":1}`},
		{flow.Object{{"b", []flow.Mode{flow.Sync}}, {"a", &flow.Failure{Code: "c", Message: "<m>"}}},
			`{"b":["sync"],"a":{"code":"c","message":"<m>","retryable":false}}`},
		{flow.Object{{"at", time.Date(2026, 3, 1, 0, 0, 0, 5e6, time.UTC)}}, `{"at":"2026-03-01T00:00:00.005Z"}`},
		{"a\xffb", `"a\ufffdb"`},
		{map[string]any{"a\"\n": "\u2028"}, `{"a\"\n":"\u2028"}`},
	} {
		got, err := flow.EncodeJSON(c.value)
		if err != nil || string(got) != c.want {
			t.Errorf("%#v: got %s and error %v, want %s", c.value, got, err, c.want)
		}
	}
}

func TestEncodeJSONNamesWhatItCannotWrite(t *testing.T) {
	t.Parallel()
	for _, number := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		_, err := flow.EncodeJSON(map[string]any{"total": []any{number}})
		if err == nil || !strings.Contains(err.Error(), `"total"`) {
			t.Errorf("%v: got error %v, want one that names the field", number, err)
		}
	}
	if _, err := flow.EncodeJSON([]any{func() {}}); err == nil {
		t.Error("a function was written as JSON")
	}
}

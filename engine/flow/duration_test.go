package flow_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redial/engine/flow"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		want  time.Duration
		shown string // "": as it was written
	}{
		{"0s", 0, ""},
		{"500ms", 500 * time.Millisecond, ""},
		{"25s", 25 * time.Second, ""},
		{"1500ms", 1500 * time.Millisecond, "1.5s"},
		{"15m", 15 * time.Minute, ""},
		{"90m", 90 * time.Minute, "1h30m"},
		{"1h", time.Hour, ""},
		{"1h0m5s", time.Hour + 5*time.Second, ""},
		{"10m", 10 * time.Minute, ""},
		{"10h", 10 * time.Hour, ""},
		{"2d", 48 * time.Hour, ""},
		{"24h", 24 * time.Hour, "1d"},
		{"3653d", time.Duration(flow.MaxDuration), ""},
		{"1ns", 1, ""},
	} {
		got, err := flow.ParseDuration(c.text)
		if err != nil || time.Duration(got) != c.want {
			t.Errorf("%s: got %v and error %v, want %v", c.text, got, err, c.want)
		}
		if c.shown == "" {
			c.shown = c.text
		}
		if got.String() != c.shown {
			t.Errorf("%s is shown as %s, want %s", c.text, got, c.shown)
		}
	}
}

func TestParseDurationRefuses(t *testing.T) {
	t.Parallel()
	for text, part := range map[string]string{
		"":          "write it like",
		"25":        "write it like",
		"25 s":      "write it like",
		"soon":      "write it like",
		"1d12h":     "write it like",
		"1.5d":      "write it like",
		"-1d":       "write it like",
		"65536d":    "write it like",
		"1e3s":      "write it like",
		"9999999h":  "write it like",
		"-1s":       "between 0s and 3653d",
		"3654d":     "between 0s and 3653d",
		"87673h":    "between 0s and 3653d",
		"3653d\x00": "write it like",
	} {
		got, err := flow.ParseDuration(text)
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q: got %v and error %v, want an error with %q", text, got, err, part)
		}
	}
}

func TestDurationsRoundTripAsText(t *testing.T) {
	t.Parallel()
	units := []int64{1, int64(time.Millisecond), int64(time.Second), int64(time.Minute), int64(time.Hour), int64(24 * time.Hour)}
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom(units).Draw(t, "unit")
		want := flow.Duration(rapid.Int64Range(0, int64(flow.MaxDuration)/unit).Draw(t, "count") * unit)
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got flow.Duration
		if err := got.UnmarshalText(text); err != nil || got != want {
			t.Fatalf("%s: got %d and error %v, want %d", text, got, err, want)
		}
	})
}

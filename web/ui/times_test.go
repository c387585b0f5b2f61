package ui

import (
	"encoding/json"
	"os"
	"testing"
)

// Scripts write the same spans: see static/test/times.test.mjs.
func TestSpansAreWrittenAsByScripts(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../static/test/spans.json")
	if err != nil {
		t.Fatal(err)
	}
	var spans [][2]any
	if err := json.Unmarshal(data, &spans); err != nil || len(spans) < 10 {
		t.Fatal(len(spans), err)
	}
	for _, s := range spans {
		if got := DurationText(s[0].(float64)); got != s[1] {
			t.Errorf("%v ms: %q, want %q", s[0], got, s[1])
		}
	}
}

package flow_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"redial/engine/flow"
)

func TestSettingsProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		change  func(*flow.Settings)
		path    string // "": no problem
		message string
	}{
		{"defaults", func(*flow.Settings) {}, "", ""},
		{"async", func(s *flow.Settings) { s.Mode = flow.Async }, "", ""},
		{"longest deadline", func(s *flow.Settings) { s.Deadline = flow.Duration(15 * time.Minute) }, "", ""},
		{"every other choice", func(s *flow.Settings) {
			*s = flow.Settings{Mode: flow.Async, Deadline: 1, OnDeadline: flow.FailAtDeadline, OnDisconnect: flow.CancelOnDisconnect, Concurrency: 5}
		}, "", ""},
		{"mode", func(s *flow.Settings) { s.Mode = "later" }, "mode", `mode is "later"; it is either sync or async`},
		{"no mode", func(s *flow.Settings) { s.Mode = "" }, "mode", `mode is ""`},
		{"no deadline", func(s *flow.Settings) { s.Deadline = 0 }, "deadline", "deadline is 0s"},
		{"negative deadline", func(s *flow.Settings) { s.Deadline = -1 }, "deadline", "more than 0s and at most 15m"},
		{"long deadline", func(s *flow.Settings) { s.Deadline = flow.Duration(15*time.Minute + 1) }, "deadline", "at most 15m"},
		{"on_deadline", func(s *flow.Settings) { s.OnDeadline = "wait" }, "on_deadline", "handover or fail"},
		{"on_disconnect", func(s *flow.Settings) { s.OnDisconnect = "stop" }, "on_disconnect", "continue or cancel"},
		{"concurrency", func(s *flow.Settings) { s.Concurrency = -1 }, "concurrency", "0 for no limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			settings := flow.DefaultSettings()
			c.change(&settings)
			problems := settings.Problems()
			if c.path == "" {
				if len(problems) > 0 {
					t.Errorf("got problems %v, want none", problems)
				}
				return
			}
			if len(problems) != 1 {
				t.Fatalf("got problems %v, want one", problems)
			}
			p := problems[0]
			if p.Path != c.path || p.Severity != flow.SeverityError || p.Code != flow.CodeInvalidValue || !strings.Contains(p.Message, c.message) {
				t.Errorf("got %+v, want an error at %s with %q", p, c.path, c.message)
			}
		})
	}
	if problems := (flow.Settings{Deadline: -1, Concurrency: -1}).Problems(); len(problems) != 5 {
		t.Errorf("settings that are all wrong have problems %v, want five", problems)
	}
}

// Settings are stored as JSON: their names are those of the flow file, and old
// ones are read again.
func TestSettingsAsJSON(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(flow.DefaultSettings())
	const want = `{"mode":"sync","deadline":"25s","on_deadline":"handover","on_disconnect":"continue","callers_choose":true,"concurrency":0}`
	if err != nil || string(encoded) != want {
		t.Errorf("got %s and error %v, want %s", encoded, err, want)
	}
	var decoded flow.Settings
	if err := json.Unmarshal(encoded, &decoded); err != nil || decoded != flow.DefaultSettings() {
		t.Errorf("got %+v and error %v back", decoded, err)
	}
}

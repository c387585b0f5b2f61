package hook

import (
	"net/http"
	"strings"
	"time"

	"redial/engine/flow"
	"redial/web/header"
)

// terms are how one call of a flow is served.
type terms struct {
	mode flow.Mode
	// settings are those of the flow, with what holds for this call: until when
	// the caller is kept waiting, and what it is told then. The execution records
	// them.
	settings flow.Settings
	applied  string // Preference-Applied; empty: nothing was
}

// termsOf is how a call is served of a flow with these settings.
//
// A wait ends at the flow's deadline at the latest. Who asks for one can handle a
// hand-over, and so gets it even where the flow's callers get a problem, unless
// the call itself asks for that.
func termsOf(settings flow.Settings, fields http.Header) terms {
	t := terms{mode: settings.Mode, settings: settings}
	fails := strings.EqualFold(strings.TrimSpace(fields.Get("Redial-On-Deadline")), string(flow.FailAtDeadline))
	if fails {
		t.settings.OnDeadline = flow.FailAtDeadline
	}
	if !settings.CallersChoose || len(fields["Prefer"]) == 0 {
		return t
	}
	asked := header.ReadPreferences(fields)
	var applied []string
	if asked.Async {
		applied = append(applied, "respond-async")
	}
	switch {
	case asked.Waits && asked.Wait > 0:
		t.mode = flow.Sync
		deadline := time.Duration(settings.Deadline)
		if !fails || asked.Wait < deadline {
			t.settings.OnDeadline = flow.Handover
		}
		asked.Wait = min(asked.Wait, deadline)
		t.settings.Deadline = flow.Duration(asked.Wait)
		applied = append(applied, header.WaitApplied(asked.Wait))
	case asked.Waits:
		t.mode = flow.Async
		applied = append(applied, header.WaitApplied(0))
	case asked.Async:
		t.mode = flow.Async
	}
	t.applied = strings.Join(applied, ", ")
	return t
}

package web

import (
	"fmt"
	"net/http"
	"strconv"

	"redial/designer/snippet"
	"redial/engine/flow"
	"redial/web/inspector"
	"redial/web/ui"
)

// settingsPanel is what can be set of a flow as a whole.
type settingsPanel struct {
	*flowState
	// Fixed says that a flow of the slug has been published: callers may know it.
	Fixed    bool
	Pace     *flowPace
	Callback *callbackForm
	Config   []configValue
}

// configValue is a named value of a flow, as people edit it.
type configValue struct {
	Name, Kind, Text string
}

// configKinds are the kinds of config values, with their names for people.
var configKinds = []struct{ Kind, Title string }{
	{"text", "Text"}, {"number", "Number"}, {"boolean", "True or false"}, {"json", "JSON"},
}

func newConfigValue(field flow.Field) configValue {
	c := configValue{Name: field.Name, Kind: "json", Text: inspector.Pretty(field.Value)}
	switch value := field.Value.(type) {
	case string:
		c.Kind, c.Text = "text", value
	case int64, float64:
		c.Kind = "number"
	case bool:
		c.Kind = "boolean"
	}
	return c
}

// settingsFragment is the content of the settings dialog.
func (s *Server) settingsFragment(w http.ResponseWriter, r *http.Request) {
	state, err := s.loadFlowState(r.Context(), r.PathValue("slug"))
	if err != nil {
		s.pageFault(w, r, "reading the settings of a flow", err)
		return
	}
	panel := &settingsPanel{flowState: state}
	if panel.Pace, err = s.loadPace(r.Context(), state); err != nil {
		s.pageFault(w, r, "reading how long answers take", err)
		return
	}
	if panel.Fixed, err = s.store.EverPublished(r.Context(), state.Draft.Slug); err != nil {
		s.pageFault(w, r, "reading the versions of a flow", err)
		return
	}
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	panel.Callback = newCallbackForm(state.Settings.Callback, workshop)
	for _, field := range state.Checked.Flow.Config {
		panel.Config = append(panel.Config, newConfigValue(field))
	}
	s.Render(w, r, http.StatusOK, settingsPanelView(panel))
}

// Prefix is what stands before the slug in the flow's URL.
func (p *settingsPanel) Prefix() string {
	if p.Checked.Flow.Trigger.Uses == "webhook" {
		return "/hooks/"
	}
	return "/flows/"
}

// Effect says when a change of the settings takes effect.
func (p *settingsPanel) Effect() string {
	if p.Published == nil {
		return "They take effect when the flow is first published."
	}
	return fmt.Sprintf("They take effect at once, for callers of version %d too. Executions that are under way keep those they began with.", p.Version())
}

// Concurrency is the most executions at once, as it stands in the form.
func (p *settingsPanel) Concurrency() string {
	if p.Settings.Concurrency == 0 {
		return ""
	}
	return strconv.Itoa(p.Settings.Concurrency)
}

// Now says how many executions run and wait at the moment.
func (p *settingsPanel) Now() string {
	text := fmt.Sprintf("Now %s run", grouped(p.Load.Running))
	if p.Load.Running == 1 {
		text = "Now 1 runs"
	}
	if word := queueWord(p.Load.Queued()); word != "" {
		text += ", and " + word
	}
	return text + "."
}

// Sampled says what the paces rest on.
func (p *flowPace) Sampled() string {
	switch p.Calls {
	case 0:
		return "Nobody has called the flow yet. After the first calls it stands here how long callers wait, and whether that fits the deadline."
	case 1:
		return "By the one call so far:"
	default:
		return fmt.Sprintf("By the latest %d calls, 95 of 100 callers have their answer within:", p.Calls)
	}
}

// Advice says what can be done about answers that come too late.
func (p *flowPace) Advice() string {
	late := &p.Answers[0]
	text := fmt.Sprintf("%s usually takes %s, and callers wait no longer than %s.", late.Title, ui.Span(p.Queue+late.Total), snippet.Duration(p.Deadline))
	if p.Queue > 0 {
		text += fmt.Sprintf(" %s of it is the wait for a turn: the deadline counts from the call. A higher concurrency shortens that.", ui.Span(p.Queue))
	}
	if late.Slowest != "" && late.Slowest != late.Title {
		text += fmt.Sprintf(" %s takes %s of it.", late.Slowest, ui.Span(late.Takes))
	}
	return text
}

// deadlineChoices are what happens at the deadline, in words.
var deadlineChoices = []struct {
	Value       flow.DeadlineMode
	Title, Help string
}{
	{flow.Handover, "Hand over", "The caller gets a 202 with the execution ID, and fetches the answer later."},
	{flow.FailAtDeadline, "Fail", "The caller gets a 504 problem with the execution ID. The execution goes on all the same."},
}

// disconnectChoices are what happens when a caller hangs up, in words.
var disconnectChoices = []struct {
	Value       flow.DisconnectMode
	Title, Help string
}{
	{flow.ContinueAlone, "Go on", "The execution goes on, and its answer can be fetched."},
	{flow.CancelOnDisconnect, "Cancel", "The execution is canceled as soon as the caller is gone."},
}

// maxDeadline is the longest deadline, for people.
func maxDeadline() string { return snippet.Duration(flow.MaxDeadline) }

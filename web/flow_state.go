package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"redial/designer"
	"redial/designer/snippet"
	"redial/engine"
	"redial/engine/admission"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/store"
)

// flowState is how a flow stands between its draft and its callers.
type flowState struct {
	Draft   *store.Draft
	Checked *designer.Draft
	// Published is nil unless there is a published version.
	Published *store.Published
	// Settings are those that callers meet: of the published version, or else
	// of the draft.
	Settings flow.Settings
	// Changed says that publishing would change something for callers.
	Changed bool
	// Locks says that publishing asks callers for credentials that they need not send
	// now.
	Locks bool
	// Load is how many executions run and wait for their turn.
	Load admission.Load
	// Calls are those of the last day that callers made; Many: there were more.
	// They are there once countCalls was called.
	Calls int
	Many  bool
	// Refused are those besides that started nothing.
	Refused int64
}

// callsCounted is how far back calls are counted.
const callsCounted = 24 * time.Hour

// loadFlowState reads a flow's state, all but the calls; engine.ErrNotFound.
func (s *Server) loadFlowState(ctx context.Context, slug string) (*flowState, error) {
	draft, err := s.store.Draft(ctx, slug)
	if err != nil {
		return nil, err
	}
	workshop, err := s.workshop.get(ctx)
	if err != nil {
		return nil, err
	}
	checked, err := s.checked.check(workshop, draft)
	if err != nil {
		return nil, fmt.Errorf("reading the draft of flow %s: %w", slug, err)
	}
	return s.flowStateOf(ctx, workshop, draft, checked)
}

// flowStateOf is how a draft stands to its callers, all but the calls.
func (s *Server) flowStateOf(
	ctx context.Context, workshop *designer.Workshop, draft *store.Draft, checked *designer.Draft,
) (*flowState, error) {
	state := &flowState{
		Draft: draft, Checked: checked, Settings: checked.Flow.Settings, Load: s.engine.FlowLoad(draft.Slug),
	}
	switch published, err := s.store.Published(ctx, draft.Slug); {
	case errors.Is(err, engine.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		version, err := s.store.Version(ctx, published.Version.ID)
		if err != nil {
			return nil, err
		}
		state.Published, state.Settings = published, published.Settings
		state.Locks = s.locks(ctx, published, checked.Flow.Trigger)
		if state.Changed, err = state.Checked.Differs(workshop.Library, version, published.Settings); err != nil {
			return nil, err
		}
	}
	return state, nil
}

func (s *Server) countCalls(ctx context.Context, state *flowState) error {
	counts, complete, err := s.store.CountExecutions(ctx, store.ExecutionQuery{
		Flow: state.Draft.Slug, Origin: store.FromCallers, Since: time.Now().Add(-callsCounted),
	}, callsCounted+time.Hour)
	for _, c := range counts {
		state.Calls += c.Count
	}
	state.Many = !complete
	if err == nil {
		state.Refused, err = s.countRefused(ctx, state.Draft.Slug)
	}
	return err
}

// Version is the number of the published version; 0: none.
func (f *flowState) Version() int {
	if f.Published == nil {
		return 0
	}
	return f.Published.Version.Number
}

// Word says where the flow stands, in a few words.
func (f *flowState) Word() string {
	word := f.standing()
	if queued := f.Load.Queued(); queued > 0 {
		word += fmt.Sprintf(" · %s queued", grouped(queued))
	}
	return word
}

func (f *flowState) standing() string {
	switch {
	case f.Published == nil:
		return "Not published"
	case f.Changed:
		return "Draft has changes"
	default:
		return "Published version " + strconv.Itoa(f.Version())
	}
}

// Explained says more of it, for the pointer.
func (f *flowState) Explained() string {
	switch {
	case f.Published == nil:
		return "Callers get 404 until it is published."
	case f.Changed:
		return fmt.Sprintf("Callers get version %d until the draft is published.", f.Version())
	default:
		return "Callers get what you see here."
	}
}

// locks reports whether a trigger asks callers for credentials that the published
// version does not ask for.
func (s *Server) locks(ctx context.Context, published *store.Published, drafted flow.Trigger) bool {
	auth := step.AuthOf(drafted.With)
	if drafted.Uses != "webhook" || auth.Open() {
		return false
	}
	now, ok := s.hooks.TriggerOf(ctx, published.Version.ID)
	return ok && now != nil && now.Auth != auth
}

// Publishable reports whether publishing would change anything.
func (f *flowState) Publishable() bool { return f.Published == nil || f.Changed }

// Publishing says what publishing does.
func (f *flowState) Publishing() string {
	switch {
	case f.Published == nil:
		return "Callers get the first version from then on."
	case f.Changed:
		text := fmt.Sprintf("Callers get it at once, instead of version %d. Executions that are under way end on the version they began with.", f.Version())
		if f.Locks {
			text += " From then on callers need the credentials that the trigger asks for: whoever sends none, or others, gets 401."
		}
		return text
	default:
		return fmt.Sprintf("Nothing has changed since version %d was published.", f.Version())
	}
}

// Says is what callers get in a mode, in one sentence.
func (f *flowState) Says(mode flow.Mode) string {
	return snippet.Says(mode, time.Duration(f.Settings.Deadline))
}

// Affected says how many calls a change of the mode is about, and how many were refused
// in any mode.
func (f *flowState) Affected() string {
	switch {
	case f.Published == nil:
		return "Nobody calls it yet: it is not published."
	case f.Refused > 0 && f.Calls == 0:
		return fmt.Sprintf("No call of the last 24 hours has started it; %s refused.", wereText(f.Refused))
	case f.Refused > 0:
		return fmt.Sprintf("%s %s refused.", f.affects(), wereText(f.Refused))
	default:
		return f.affects()
	}
}

// wereText is a number and its verb.
func wereText(count int64) string {
	if count == 1 {
		return "1 was"
	}
	return grouped(int(count)) + " were"
}

func (f *flowState) affects() string {
	switch {
	case f.Calls == 0:
		return "Nobody has called it in the last 24 hours."
	case f.Calls == 1:
		return "It changes what 1 call of the last 24 hours would get."
	case f.Many:
		return fmt.Sprintf("It changes what more than %s calls of the last 24 hours would get.", grouped(f.Calls))
	default:
		return fmt.Sprintf("It changes what %s calls of the last 24 hours would get.", grouped(f.Calls))
	}
}

// flowStateJSON answers with what the page shows of a flow's state. Pages ask
// again and again, so that what was changed elsewhere is seen.
func (s *Server) flowStateJSON(w http.ResponseWriter, r *http.Request) {
	generation, err := s.store.Generation(r.Context())
	if err != nil {
		s.Fail(w, r, "reading the state of a flow", err)
		return
	}
	tag := fmt.Sprintf(`"%d-%d"`, generation, s.engine.FlowLoad(r.PathValue("slug")).Queued())
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	state, err := s.loadFlowState(r.Context(), r.PathValue("slug"))
	if err == nil {
		err = s.countCalls(r.Context(), state)
	}
	if s.toMoved(w, r, err) {
		return
	}
	if err != nil {
		s.Fail(w, r, "reading the state of a flow", err)
		return
	}
	w.Header().Set("ETag", tag)
	s.WriteJSON(w, http.StatusOK, state.object())
}

// object is a flow's state as pages get it.
func (f *flowState) object() flow.Object {
	return flow.Object{
		{Name: "revision", Value: f.Draft.Revision},
		{Name: "mode", Value: f.Settings.Mode},
		{Name: "version", Value: int64(f.Version())},
		{Name: "changed", Value: f.Changed},
		{Name: "word", Value: f.Word()},
		{Name: "explained", Value: f.Explained()},
		{Name: "affected", Value: f.Affected()},
		{Name: "queued", Value: int64(f.Load.Queued())},
		{Name: "publishable", Value: f.Publishable()},
		{Name: "publishing", Value: f.Publishing()},
		{Name: "says", Value: flow.Object{
			{Name: "sync", Value: f.Says(flow.Sync)}, {Name: "async", Value: f.Says(flow.Async)},
		}},
	}
}

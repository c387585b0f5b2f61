package web

import (
	"context"
	"net/http"

	"redial/designer"
	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// staleState is what has changed in a draft since an execution, and what is
// pinned in it.
type staleState struct {
	Execution string `json:"execution"`
	// Version is that of the execution; 0: a draft under test.
	Version int  `json:"version"`
	Test    bool `json:"test"`
	// Steps are those whose outputs are of before a change.
	Steps []string `json:"steps"`
	// Changed says that it ran other steps than the draft has, or did other
	// things in them.
	Changed bool `json:"changed"`
	// Gone are steps that the draft does not have any more.
	Gone   []namedStep `json:"gone"`
	Pinned []string    `json:"pinned"`
	// Effects are the steps of the draft that a safe test does not perform.
	Effects []namedStep `json:"effects"`
}

type namedStep struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// staleSteps answers with what has changed since an execution; without one,
// since the newest.
func (s *Server) staleSteps(w http.ResponseWriter, r *http.Request) {
	slug := r.PathValue("slug")
	state, err := s.loadFlowState(r.Context(), slug)
	if err != nil {
		s.Fail(w, r, "comparing a draft", err)
		return
	}
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	told := staleState{
		Execution: r.URL.Query().Get("execution"), Steps: []string{}, Gone: []namedStep{}, Pinned: []string{}, Effects: []namedStep{},
	}
	leave, err := s.runs.take(r.Context())
	if err != nil {
		s.Fail(w, r, "comparing a draft", err)
		return
	}
	defer leave()
	stored, err := s.store.Pins(r.Context(), slug)
	if err != nil {
		s.Fail(w, r, "comparing a draft", err)
		return
	}
	pins, err := outputsOf(slug, stored)
	if err != nil {
		s.Fail(w, r, "comparing a draft", err)
		return
	}
	draft := state.Checked.Flow
	for step := range draft.All {
		if _, pinned := pins[step.ID]; pinned {
			told.Pinned = append(told.Pinned, step.ID)
		}
	}
	for _, step := range designer.Effectful(draft, workshop.Library) {
		told.Effects = append(told.Effects, namedStep{step.ID, workshop.Library.Title(step)})
	}
	if told.Execution == "" {
		if told.Execution, err = s.newestExecution(r.Context(), slug); err != nil {
			s.Fail(w, r, "comparing a draft", err)
			return
		}
	}
	if told.Execution != "" {
		if err := s.compare(r.Context(), workshop, draft, stored, pins, &told); err != nil {
			s.Fail(w, r, "comparing a draft", err)
			return
		}
	}
	leave()
	s.writePlain(w, r, told)
}

// newestExecution is the ID of a flow's newest execution; empty: it has none.
func (s *Server) newestExecution(ctx context.Context, slug string) (string, error) {
	latest, _, err := s.store.Executions(ctx, store.ExecutionQuery{Flow: slug, Limit: 1})
	if err != nil || len(latest) == 0 {
		return "", err
	}
	return latest[0].ID, nil
}

// compare holds a draft against what an execution ran.
func (s *Server) compare(ctx context.Context, workshop *designer.Workshop, draft *flow.Flow, stored []store.Pin, pins map[string]any, told *staleState) error {
	record, err := s.store.Execution(ctx, told.Execution)
	if err != nil {
		return err
	}
	if record.Flow != draft.Slug {
		return engine.ErrNotFound
	}
	f, err := s.engine.Flow(ctx, record.VersionID)
	if err != nil {
		return err
	}
	version, err := s.store.Version(ctx, record.VersionID)
	if err != nil {
		return err
	}
	ran := designer.Ran{Flow: f, Components: version.Components, Test: record.Test, Pinned: map[string]bool{}}
	for i := range stored {
		ran.Pinned[stored[i].Step] = stored[i].At.After(record.StartedAt)
	}
	if record.Test {
		if err := s.addOutputs(ctx, record, pins, &ran); err != nil {
			return err
		}
	}
	told.Version, told.Test = record.Version, record.Test
	if stale := workshop.Stale(draft, ran, pins); stale != nil {
		told.Steps = stale
	}
	for _, step := range designer.Gone(draft, f) {
		told.Gone = append(told.Gone, namedStep{step.ID, workshop.Library.Title(step)})
	}
	told.Changed = len(told.Steps) > 0 || len(told.Gone) > 0 || len(designer.Gone(f, draft)) > 0
	return nil
}

// addOutputs adds what a test took as given, and what steps put out in it that
// are pinned now.
func (s *Server) addOutputs(ctx context.Context, record *flow.Execution, pins map[string]any, ran *designer.Ran) error {
	most, log := 1, int64(latestLog)
	if len(pins) > 0 && record.LastSeq <= maxExplained {
		most = int(record.LastSeq)
	}
	large := map[string]bool{} // and so other values than what is pinned
	events, err := s.store.Endings(ctx, record.ID, most, &log, func(e *flow.Event, bytes int) bool {
		_, pinned := pins[e.Step]
		large[e.Step] = bytes > 2*store.MaxPinBytes
		return pinned && !large[e.Step]
	})
	if err != nil || len(events) == 0 {
		return err
	}
	ran.Given, ran.Outputs = events[0].Given, map[string]any{}
	for i := range events {
		e := &events[i]
		if _, pinned := pins[e.Step]; pinned && !large[e.Step] && e.Type == flow.StepFinished && e.Outcome == flow.StepSucceeded {
			ran.Outputs[e.Step] = e.Output
		}
	}
	return nil
}

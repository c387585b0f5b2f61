package web

import (
	"context"
	"slices"

	"redial/designer"
	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// Bounds of looking through executions for outputs to run a part of a flow on.
const (
	latestReused = 20       // the newest executions
	latestLog    = 64 << 20 // bytes of their events in the store
	latestBytes  = 16 << 20 // of outputs, as JSON
)

// earlier is how the steps of a flow ended in earlier executions. What the
// execution with the given ID has comes first, if there is one, then that of the
// newest. engine.ErrNotFound for an execution of another flow.
func (s *Server) earlier(ctx context.Context, slug, id string) (designer.Known, error) {
	known := designer.Known{Ended: map[string]flow.Given{}, Skipped: map[string]bool{}}
	latest, _, err := s.store.Executions(ctx, store.ExecutionQuery{Flow: slug, Limit: latestReused})
	if err != nil {
		return known, err
	}
	if id != "" {
		first, err := s.store.Execution(ctx, id)
		if err != nil {
			return known, err
		}
		if first.Flow != slug {
			return known, engine.ErrNotFound
		}
		latest = slices.Insert(latest, 0, *first)
	}
	log, left := int64(latestLog), latestBytes
	large := map[string]bool{} // steps whose newest outputs are too large to be reused
	wanted := func(e *flow.Event, bytes int) bool {
		if !reusable(e) || isKnown(&known, e.Step) || large[e.Step] {
			return false
		}
		large[e.Step] = bytes > left
		if large[e.Step] {
			return false
		}
		left -= bytes
		return true
	}
	for i := range latest {
		if latest[i].LastSeq > maxExplained {
			continue // its log is long; another one will do
		}
		events, err := s.store.Endings(ctx, latest[i].ID, maxExplained, &log, wanted)
		if err != nil {
			return known, err
		}
		addEnded(&known, slices.DeleteFunc(events, func(e flow.Event) bool { return reusable(&e) && large[e.Step] }))
	}
	return known, nil
}

// reusable reports whether an event is the end of a step, of its first round,
// that was not pinned: what is pinned is not what a step put out.
func reusable(e *flow.Event) bool {
	return e.Type == flow.StepFinished && !e.Pinned && slices.Max(append([]int{0}, e.Iteration...)) == 0
}

// isKnown reports whether it is known how a step ended.
func isKnown(known *designer.Known, id string) bool {
	_, ended := known.Ended[id]
	return ended || known.Skipped[id]
}

// addEnded adds how steps ended of which nothing newer is known. Lists that were
// cut short are not reused.
func addEnded(known *designer.Known, events []flow.Event) {
	cut := map[string]bool{}
	rounds := 0
	if len(events) > 0 && events[0].Part != nil {
		rounds = events[0].Part.Rounds
	}
	found := designer.Known{Ended: map[string]flow.Given{}, Skipped: map[string]bool{}}
	for i := range events {
		e := &events[i]
		switch {
		case e.Type == flow.StepStarted && e.Items > 0 && e.Items == rounds:
			cut[e.Step] = true
		case !reusable(e) || cut[e.Step]:
		case e.Outcome == flow.StepSkipped:
			found.Skipped[e.Step] = true
		default:
			reused := e.Reused
			if reused == "" {
				reused = e.Execution
			}
			found.Ended[e.Step] = flow.Given{Output: e.Output, Port: e.Port, Failure: e.Failure, Reused: reused, Simulated: e.Simulated}
		}
	}
	for id := range found.Skipped {
		if isKnown(known, id) {
			delete(found.Skipped, id)
		}
	}
	for id, given := range found.Ended {
		if !isKnown(known, id) {
			known.Ended[id] = given
		}
	}
	for id := range found.Skipped {
		known.Skipped[id] = true
	}
}

// callOf is the call of an earlier execution, to run a part of its flow on.
func (s *Server) callOf(ctx context.Context, slug, id string) (*flow.Request, error) {
	record, err := s.store.Execution(ctx, id)
	if err != nil {
		return nil, err
	}
	if record.Flow != slug {
		return nil, engine.ErrNotFound
	}
	return s.store.Request(ctx, id)
}

package web

import (
	"context"
	"fmt"
	"time"

	"redial/engine/flow"
)

// useConcurrency lets as many executions of a flow run at once as its settings say
// now. Where they cannot be read, the engine reads them itself before long.
func (s *Server) useConcurrency(ctx context.Context, slug string) {
	if published, err := s.store.Published(ctx, slug); err == nil {
		s.engine.SetConcurrency(slug, published.Settings.Concurrency)
	}
}

// turn is when an execution that had to wait for its turn began; zero: it did not
// have to, or waits still. The event after the first says so.
func (s *Server) turn(ctx context.Context, id string) (time.Time, error) {
	events, err := s.store.Outline(ctx, id, 0, 2)
	if err != nil {
		return time.Time{}, err
	}
	began, _ := turnOf(events)
	return began, nil
}

// turnOf is when an execution with these events began, and how long it had waited
// for its turn until then; zero: it did not have to, or waits still.
func turnOf(events []flow.Event) (began time.Time, waited time.Duration) {
	if len(events) < 2 || events[0].Type != flow.ExecutionStarted || events[0].Status != flow.Queued {
		return time.Time{}, 0
	}
	return events[1].At, max(0, events[1].At.Sub(events[0].At))
}

// queueWord says how many executions wait, for people; empty: none.
func queueWord(queued int) string {
	switch queued {
	case 0:
		return ""
	case 1:
		return "1 waits for its turn"
	default:
		return grouped(queued) + " wait for their turn"
	}
}

// placeWord says what a place in the queue means.
func placeWord(place int) string {
	switch place {
	case 0:
		return "It is its turn."
	case 1:
		return "It is next."
	case 2:
		return "1 execution goes before it."
	default:
		return fmt.Sprintf("%s executions go before it.", grouped(place-1))
	}
}

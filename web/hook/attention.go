package hook

import (
	"context"

	"redial/engine"
	"redial/engine/flow"
)

// HeldBack reports whether an execution needs attention because the server has died
// each time it went on, rather than because of one call that was cut off.
func (s *Server) HeldBack(ctx context.Context, x *flow.Execution) (bool, error) {
	if x.Status != flow.NeedsAttention {
		return false, nil
	}
	resumes, err := s.store.Resumes(ctx, x.ID)
	return err == nil && resumes.Tried >= engine.MaxTrials, err
}

// attentionReason says to a caller why an execution waits for a person, and what to
// do about it.
func attentionReason(held bool) string {
	if held {
		return "The server has stopped each time this execution went on, so it is held back until whoever runs the flow decides whether it goes on. Ask again later, or ask them."
	}
	return "A call of the flow was cut off and its outcome is unknown; whoever runs the flow has to decide whether it is made again. Ask again later, or ask them."
}

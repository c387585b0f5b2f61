package engine

import (
	"context"
	"errors"
)

// Undecided is a step whose outcome is unknown: a person has to decide about it.
type Undecided struct {
	Step      string `json:"step"`
	Iteration []int  `json:"iteration"` // null outside of each steps
}

// Undecided are the steps of an execution about which Decide waits to be asked,
// in the order of the graph. ErrNotFound for an unknown execution; one that is
// not under way here has none.
func (e *Engine) Undecided(ctx context.Context, id string) ([]Undecided, error) {
	r, err := e.underWay(ctx, id)
	var refused *Error
	if errors.As(err, &refused) {
		return nil, nil // it has ended, or another process has it
	}
	if err != nil {
		return nil, err
	}
	found := make(chan []Undecided, 1)
	r.mailbox.put(func(r *run) {
		var list []Undecided
		for _, ref := range r.state.Attention() {
			list = append(list, Undecided{Step: ref.ID(), Iteration: ref.Scope.Iteration})
		}
		found <- list
	})
	select {
	case list := <-found:
		return list, nil
	case <-r.handle.ended.done:
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

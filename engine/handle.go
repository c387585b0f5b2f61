package engine

import (
	"context"
	"sync"

	"redial/engine/flow"
)

// Handle is how one waits for an execution.
type Handle struct {
	ID string

	stored, decided, ended milestone
	result                 Result // once decided is reached
}

// milestone is something that is reached once, or never will be: then err says
// why.
type milestone struct {
	once sync.Once
	done chan struct{}
	err  error // once done is closed
}

func newMilestone() milestone { return milestone{done: make(chan struct{})} }

func (m *milestone) reach(err error) {
	m.once.Do(func() {
		m.err = err
		close(m.done)
	})
}

// reached reports whether it was reached, rather than given up.
func (m *milestone) reached() bool {
	select {
	case <-m.done:
		return m.err == nil
	default:
		return false
	}
}

// wait prefers what was reached to a context that has ended meanwhile.
func (m *milestone) wait(ctx context.Context) error {
	select {
	case <-m.done:
		return m.err
	default:
	}
	select {
	case <-m.done:
		return m.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Result is what a caller is to be told.
type Result struct {
	// Answer is the stored answer, nil if the execution gave none.
	Answer *flow.Answer
	// Failure is why the execution failed or fails; nil where there is an
	// answer.
	Failure *flow.Failure
	// Status is where the execution stood when the result was decided.
	Status flow.Status
}

func newHandle(id string) *Handle {
	return &Handle{ID: id, stored: newMilestone(), decided: newMilestone(), ended: newMilestone()}
}

// Stored waits until the execution is durable. An error means that it is not
// and never will be: nothing was accepted.
func (h *Handle) Stored(ctx context.Context) error { return h.stored.wait(ctx) }

// Wait waits for what a caller is to be told: an answer, the failure of the
// execution, or its end without either. All of it is durable by then. An error
// means that it will not come from here: ErrStopping, or why the execution could
// not be stored.
func (h *Handle) Wait(ctx context.Context) (Result, error) {
	if err := h.decided.wait(ctx); err != nil {
		return Result{}, err
	}
	return h.result, nil
}

// Failing is why the execution fails or has failed, as soon as callers are told so:
// calls under way may have to come to their end before it has ended. nil: it does
// not, or has answered.
func (h *Handle) Failing() *flow.Failure {
	if !h.decided.reached() {
		return nil
	}
	return h.result.Failure
}

// Ended waits until the execution has come to its end and that is durable, or
// until the engine stops, with ErrStopping.
func (h *Handle) Ended(ctx context.Context) error { return h.ended.wait(ctx) }

func (h *Handle) decide(result Result) {
	h.decided.once.Do(func() {
		h.result = result
		close(h.decided.done)
	})
}

// fail ends all waiting for what has not come: the execution could not be
// stored, or is not run here any longer. What was reached before stands.
func (h *Handle) fail(err error) {
	h.stored.reach(err)
	h.decided.reach(err)
	h.ended.reach(err)
}

// Attach is a handle of an execution that was started before. ErrNotFound.
func (e *Engine) Attach(ctx context.Context, id string) (*Handle, error) {
	if r := e.find(id); r != nil {
		return r.handle, nil
	}
	record, err := e.options.Journal.Execution(ctx, id)
	if err != nil {
		return nil, err
	}
	h := newHandle(id)
	h.stored.reach(nil)
	result := Result{Status: record.Status, Failure: record.Failure}
	if !record.AnsweredAt.IsZero() {
		if result.Answer, err = e.options.Journal.Answer(ctx, id); err != nil {
			return nil, err
		}
		result.Failure = nil
	}
	if record.Status.Ended() || result.Answer != nil {
		h.decide(result)
	}
	if record.Status.Ended() {
		h.ended.reach(nil)
	}
	return h, nil
}

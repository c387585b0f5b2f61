package engine

import (
	"context"
	"sync"

	"redial/engine/flow"
)

// Handle is how one waits for an execution.
type Handle struct {
	ID string

	stored   chan struct{}
	decided  chan struct{}
	ended    chan struct{}
	storedAt sync.Once
	decideAt sync.Once

	mu     sync.Mutex
	err    error
	result Result
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
	return &Handle{ID: id, stored: make(chan struct{}), decided: make(chan struct{}), ended: make(chan struct{})}
}

// Stored waits until the execution is durable. An error means that it is not
// and never will be: nothing was accepted.
func (h *Handle) Stored(ctx context.Context) error {
	select {
	case <-h.stored:
		return h.failed()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Wait waits for what a caller is to be told: an answer, the failure of the
// execution, or its end without either. All of it is durable by then.
func (h *Handle) Wait(ctx context.Context) (Result, error) {
	select {
	case <-h.decided:
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.result, h.err
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
}

// Ended waits until the execution has come to its end and that is durable, or
// until the engine stops.
func (h *Handle) Ended(ctx context.Context) error {
	select {
	case <-h.ended:
		return h.failed()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Handle) failed() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err
}

func (h *Handle) markStored() { h.storedAt.Do(func() { close(h.stored) }) }

func (h *Handle) decide(result Result) {
	h.decideAt.Do(func() {
		h.mu.Lock()
		h.result = result
		h.mu.Unlock()
		close(h.decided)
	})
}

// fail ends all waiting: the execution could not be stored, or is not run here
// any longer.
func (h *Handle) fail(err error) {
	h.mu.Lock()
	h.err = err
	h.mu.Unlock()
	h.markStored()
	h.decide(Result{})
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
	h.markStored()
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
		close(h.ended)
	}
	return h, nil
}

package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"redial/engine/core"
	"redial/engine/flow"
)

// errStays says that an execution cannot be reopened.
var errStays = errors.New("the execution stays as it is")

// Reopen goes on with an execution that has failed for a reason that may pass: at
// the steps that failed, while what is recorded as done is not done again. Calls
// are repeated with the keys that they had, and an answer that was given stands.
//
// The handle waits for what comes of it. Who asks at the same time gets the same
// one. For an execution that is under way resumed is false; for one that has not
// failed, or would fail again, there is no handle either. ErrNotFound;
// ErrStopping.
func (e *Engine) Reopen(ctx context.Context, id string) (handle *Handle, resumed bool, err error) {
	found, err, _ := e.reopening.Do(id, func() (any, error) {
		return e.reopen(context.WithoutCancel(ctx), id)
	})
	if err != nil {
		return nil, false, err
	}
	reopened, _ := found.(reopened)
	return reopened.handle, reopened.resumed, nil
}

// reopened is what Reopen gives.
type reopened struct {
	handle  *Handle
	resumed bool
}

func (e *Engine) reopen(ctx context.Context, id string) (none reopened, err error) {
	if r := e.find(id); r != nil && !r.handle.ended.reached() {
		if over, err := r.over(ctx); err != nil || !over {
			return reopened{r.handle, false}, err
		}
	}
	record, err := e.options.Journal.Execution(ctx, id)
	if err != nil {
		return none, err
	}
	if record.Status != flow.Failed || record.Failure == nil || !record.Failure.Retryable {
		return none, nil
	}
	var failed []core.Failed
	r, err := e.load(ctx, id, func(g *core.Graph, events []flow.Event) (s *core.State, err error) {
		var ok bool
		if s, failed, ok, err = core.Reopen(g, events); err == nil && !ok {
			err = errStays
		}
		return s, err
	})
	if errors.Is(err, errStays) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("reopening execution %s: %w", id, err)
	}
	if err := e.enter(r); err != nil {
		return none, err
	}
	r.takeUp(failed)
	return reopened{r.handle, true}, nil
}

// over reports whether the execution has come to its end in the journal. If it has,
// those who wait for the run learn of it in a moment, for which it waits.
func (r *run) over(ctx context.Context) (bool, error) {
	record, err := r.engine.options.Journal.Execution(ctx, r.handle.ID)
	if errors.Is(err, ErrNotFound) {
		return false, nil // it is not stored yet
	}
	if err != nil || !record.Status.Ended() || record.LastSeq <= r.since {
		return false, err
	}
	return true, r.handle.Ended(ctx)
}

// takeUp goes on with an execution at the steps at which it has failed.
func (r *run) takeUp(failed []core.Failed) {
	r.record.EndedAt, r.record.Failure, r.reopened = time.Time{}, nil, true
	at := r.engine.now()
	for _, f := range failed {
		_, attempt, _, _ := f.Ref.Begun()
		r.emitStep(f.Ref, &flow.Event{
			Type: flow.StepRetrying, At: at, Until: at, Attempt: attempt + 1, Failure: f.Failure, Resumed: true,
		})
	}
	r.adopt()
	r.returnToRoom((*run).goOn)
	r.begin()
}

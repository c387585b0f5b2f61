package engine

import (
	"errors"
	"time"

	"redial/engine/crashpoint"
	"redial/engine/flow"
)

// write is one batch on its way into the journal, and what follows from its
// being there.
type write struct {
	batch  Batch
	gated  []func()
	result *Result // for those who wait; nil if there is nothing to tell yet
	begins bool    // the execution begins, or goes on after it had failed
	ended  bool
}

// flush hands what is pending to the journal, unless it has a batch of this
// execution already: then the rest goes with the next one. So batches form by
// themselves when the journal is busy.
func (r *run) flush() {
	status := r.standing()
	if status != r.record.Status {
		r.record.Status, r.changed = status, true
	}
	nothing := len(r.pending) == 0 && !(r.created && r.changed) && len(r.gated) == 0
	if nothing || r.writing != nil || r.err != nil {
		return
	}
	w := &write{
		batch: Batch{
			Execution: r.record, Epoch: r.epoch, Changed: r.changed,
			Events: r.pending, Answer: r.answer,
		},
		gated: r.gated, result: r.outcome(), ended: status.Ended(), begins: !r.created || r.reopened,
	}
	if !r.created {
		w.batch.Request, w.batch.Claim = r.request, r.claim
		r.alone = w.ended
	}
	r.pending, r.bytes, r.gated, r.answer, r.changed, r.reopened = nil, 0, nil, nil, false, false
	r.writing = w
	r.append(w)
}

// outcome is what those who wait are told once the pending events are durable,
// the first time there is something to tell.
func (r *run) outcome() *Result {
	status := r.state.Status()
	if r.decided || r.answered == nil && r.state.Failure == nil && !status.Ended() {
		return nil
	}
	r.decided = true
	result := &Result{Answer: r.answered, Status: status}
	if r.answered == nil && status != flow.Canceled {
		result.Failure = r.state.Failure
	}
	return result
}

func (r *run) append(w *write) {
	r.engine.options.Journal.Append(w.batch, func(err error) {
		if err == nil {
			r.release(w)
		}
		if !r.alone {
			r.mailbox.put(func(r *run) { r.written(w, err) })
			return
		}
		switch {
		case err == nil:
		case errors.Is(err, ErrUnstorable):
			go func() { // as it reads the journal
				r.cutShort(w, err)
				r.engine.leave(r)
			}()
			return
		default:
			r.handle.fail(err)
		}
		r.engine.leave(r)
	})
}

// release does what was waiting for the batch to be durable. It runs in the
// journal's goroutine and must not block.
func (r *run) release(w *write) {
	for _, start := range w.gated {
		start()
	}
	crashpoint.Here(crashpoint.CallsReleased)
	if w.batch.Answer != nil {
		crashpoint.Here(crashpoint.AnswerStored)
	}
	if w.ended {
		crashpoint.Here(crashpoint.FinishStored)
	}
	// Viewers first: who begins to watch a flow after an answer is not told of
	// the execution that has given it.
	r.engine.feed.publish(r.record.ID, r.record.Flow, w.begins, w.ended)
	r.handle.stored.reach(nil)
	if w.result != nil {
		r.handle.decide(*w.result)
		crashpoint.Here(crashpoint.AnswerTold)
	}
	if w.ended {
		r.handle.ended.reach(nil)
	}
}

// Pauses between attempts to write a batch that the journal refused, for want
// of disk space for instance.
const (
	firstWritePause = 50 * time.Millisecond
	longestWait     = 5 * time.Second
)

// written takes the journal's word on the batch it had.
func (r *run) written(w *write, err error) {
	switch {
	case err == nil:
		r.writing, r.created, r.failures = nil, true, 0
	case r.err == nil && errors.Is(err, ErrUnstorable):
		r.cutShort(w, err)
	case r.err != nil, errors.Is(err, ErrFenced), errors.Is(err, ErrOutOfOrder), errors.Is(err, ErrNotFound), r.engine.calls.Err() != nil,
		!r.created: // nothing was accepted, so nothing is owed to anybody
		r.writing = nil
		r.giveUp(err)
	default:
		r.failures++
		pause := min(firstWritePause<<min(r.failures, 10), longestWait)
		r.engine.options.Logger.Warn("the journal could not be written; trying again", "execution", r.record.ID, "pause", pause, "error", err)
		r.rewrite = time.AfterFunc(pause, func() {
			r.mailbox.put(func(r *run) {
				if r.rewrite != nil {
					r.rewrite = nil
					r.append(w)
				}
			})
		})
	}
}

// stopRewriting gives up where the journal refuses a batch and there is no time
// left to wait until it does not.
func (r *run) stopRewriting() {
	if r.rewrite != nil {
		r.rewrite.Stop()
		r.rewrite, r.writing = nil, nil
		r.giveUp(errAborted)
	}
}

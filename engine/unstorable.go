package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"redial/engine/core"
	"redial/engine/flow"
	"redial/engine/step"
)

// errCutShort is why a run ends whose execution another run brings to its end.
var errCutShort = errors.New("what has happened cannot be stored")

// cutShort ends an execution whose batch can never be stored: it fails at the event
// that cannot be, once and for good. Else it would be given up until the next start,
// and come to the same point there. What had happened before that event is stored.
//
// The end is made by a run of its own, as this one has gone further than the journal
// ever will.
func (r *run) cutShort(w *write, cause error) {
	r.writing = nil
	last, err := r.lastRun(w, cause)
	if err == nil {
		err = r.engine.enter(last)
	}
	if err != nil {
		r.engine.options.Logger.Error("an execution cannot be ended for what cannot be stored of it", "execution", r.record.ID, "error", err)
		r.giveUp(cause)
		if r.alone {
			r.handle.fail(cause)
		}
		return
	}
	r.abortCalls(errAborted)
	r.giveUp(errCutShort)
	last.fail(cause)
	last.begin()
}

// lastRun is a run of the execution as it was before the event that cannot be
// stored. Where that did not help either, it is as the journal has it.
func (r *run) lastRun(w *write, cause error) (*run, error) {
	if r.cuts == 2 {
		return nil, cause
	}
	var events []flow.Event
	if r.created {
		var err error
		if events, err = r.engine.options.Journal.Events(context.Background(), r.record.ID, 0, 0); err != nil {
			return nil, fmt.Errorf("reading its events: %w", err)
		}
	}
	kept, culprit := r.storable(w, cause)
	graph, err := r.program.graphOf(first(events, kept))
	if err != nil {
		return nil, err
	}
	last := newRun(r.engine, r.program, r.request, r.record)
	if last.state, err = core.Fold(graph, slices.Concat(events, kept)); err != nil {
		return nil, fmt.Errorf("folding its events: %w", err)
	}
	if last.state.Status().Ended() {
		return nil, errors.New("it has ended")
	}
	last.culprit, last.cuts = culprit, r.cuts+1
	last.handle, last.epoch, last.created, last.claim = r.handle, r.epoch, r.created, r.claim
	last.safe, last.given, last.rounds = r.safe, r.given, r.rounds
	last.pending, last.reopened = kept, w.begins && r.created
	last.takeAnswer(w, r.answered)
	return last, nil
}

// takeAnswer takes over the answer that the execution has given by then.
func (r *run) takeAnswer(w *write, answered *flow.Answer) {
	r.record.EndedAt, r.record.Failure = time.Time{}, nil
	r.record.LastSeq = r.state.LastSeq
	if !r.state.Answered {
		r.record.AnsweredAt, r.record.AnswerStatus = time.Time{}, 0
		return
	}
	r.answered = answered
	if slices.ContainsFunc(r.pending, func(e flow.Event) bool { return e.Type == flow.ResponseStored }) {
		r.answer = w.batch.Answer
	}
}

// storable are the events of a batch before the one that keeps it from being stored,
// and that event. If the journal does not say which it is, it is the largest.
func (r *run) storable(w *write, cause error) (kept []flow.Event, culprit flow.Event) {
	events := w.batch.Events
	if len(events) == 0 {
		return nil, flow.Event{}
	}
	at := 0
	for i := range events {
		if events[i].Size > events[at].Size {
			at = i
		}
	}
	var fault *flow.ValueError
	if errors.As(cause, &fault) {
		at = max(0, slices.IndexFunc(events, func(e flow.Event) bool { return e.Seq == fault.Seq }))
	}
	culprit, kept = events[at], slices.Clone(events[:at])
	if r.cuts > 0 { // it did not help to leave that event out
		kept, culprit = nil, r.culprit
	}
	if !r.created && len(kept) == 0 {
		start := events[0]
		start.Given = nil // which may be what is too large
		kept = []flow.Event{start}
	}
	return kept, culprit
}

func first(lists ...[]flow.Event) *flow.Event {
	for _, list := range lists {
		if len(list) > 0 {
			return &list[0]
		}
	}
	return &flow.Event{}
}

// fail ends an execution because what a step has done cannot be stored.
func (r *run) fail(cause error) {
	failure := &flow.Failure{Code: flow.FailedUnstorable, Step: r.culprit.Step, Iteration: r.culprit.Iteration}
	what := "what was given to the execution"
	switch {
	case r.culprit.Step == "":
	case r.culprit.Type == flow.StepFinished:
		what = fmt.Sprintf("what step %s has put out", r.culprit.Step)
	default:
		what = fmt.Sprintf("what step %s takes in", r.culprit.Step)
	}
	why := "it is larger than the database takes; pass on less"
	var fault *flow.ValueError
	if errors.As(cause, &fault) {
		why = "it holds a value that JSON has no form for; look at the numbers that the step computes"
	}
	failure.Message = fmt.Sprintf("%s cannot be stored: %s", what, why)
	r.engine.options.Logger.Error("an execution failed because what has happened cannot be stored",
		"execution", r.record.ID, "flow", r.record.Flow, "step", r.culprit.Step, "error", cause)
	r.endUnderWay(failure)
	r.end(flow.Failed, failure)
}

// endUnderWay records how the steps end that are under way, the one that has failed
// first: the others are cut off.
func (r *run) endUnderWay(failure *flow.Failure) {
	refs := append(r.state.UnderWay(), r.state.Attention()...)
	if ref, ok := r.state.Find(failure.Step, failure.Iteration); ok && slices.Contains(refs, ref) {
		r.settle(ref, &flow.Event{Failure: failure, Final: true})
	}
	for _, ref := range refs {
		if !ref.Running() && !ref.Undecided() {
			continue
		}
		cutOff := &flow.Failure{Code: flow.FailedCanceled, Message: "The execution has ended while the step was under way."}
		if caller, ok := r.program.steps[ref.ID()].compiled.Runner.(step.Caller); ok {
			cutOff = canceledCall(caller.Effect())
		}
		r.settle(ref, &flow.Event{Failure: cutOff, Final: true})
	}
}

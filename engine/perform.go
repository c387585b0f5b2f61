package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"redial/engine/component"
	"redial/engine/core"
	"redial/engine/crashpoint"
	"redial/engine/flow"
	"redial/engine/step"
)

// DefaultTimeout is how long one attempt of a step may take unless the step
// says otherwise.
const DefaultTimeout = 10 * time.Second

// runStep begins a step. It is false if the step has to wait for another start
// of the engine.
func (r *run) runStep(ref core.Ref) bool {
	if given, ok := r.given[ref.ID()]; ok {
		r.take(ref, given)
		return true
	}
	s := r.program.steps[ref.ID()]
	if r.refused(ref, 0) || r.holding && r.hold(ref) {
		return true
	}
	switch runner := s.compiled.Runner.(type) {
	case step.Evaluator:
		r.evaluate(ref, runner)
	case step.Looper:
		r.openEach(ref, runner)
	case step.Waiter:
		r.wait(ref, runner)
	case step.Starter:
		if r.isStopping() {
			return false
		}
		r.startChild(ref, runner)
	case step.Caller:
		if r.isStopping() {
			return false
		}
		r.startCall(ref, runner)
	default:
		r.giveUp(fmt.Errorf("step %s of kind %s cannot be run", ref.ID(), s.compiled.Kind.Uses))
	}
	return true
}

// take ends a step as it is given, without running it.
func (r *run) take(ref core.Ref, given flow.Given) {
	r.settle(ref, &flow.Event{
		Output: given.Output, Port: given.Port, Failure: given.Failure,
		Pinned: given.Pinned, Reused: given.Reused, Simulated: given.Simulated,
	})
}

// start records that a step has begun, and gives the time of it.
func (r *run) start(ref core.Ref, event *flow.Event) time.Time {
	event.Type = flow.StepStarted
	if event.At.IsZero() {
		event.At = r.engine.now()
	}
	event.Attempt = max(event.Attempt, 1)
	r.emitStep(ref, event)
	return event.At
}

func (r *run) evaluate(ref core.Ref, runner step.Evaluator) {
	at, _, _, _ := ref.Begun()
	if at.IsZero() {
		at = r.start(ref, &flow.Event{})
	}
	var result step.Result
	failure := r.guard(ref, func() (failure *flow.Failure) {
		result, failure = runner.Evaluate(r.values(ref, at))
		return failure
	})
	if failure == nil && result.Answer != nil {
		result.Output = r.respond(result)
	}
	r.finishStep(ref, result.Output, result.Port, failure)
}

// respond stores the answer if it is the first one.
func (r *run) respond(result step.Result) any {
	if r.state.Answered {
		return step.NotSent()
	}
	crashpoint.Here(crashpoint.AnswerMade)
	r.answer, r.answered = result.Answer, result.Answer
	event := &flow.Event{Type: flow.ResponseStored, AnswerStatus: result.Answer.Status, At: r.engine.now()}
	r.record.AnsweredAt, r.record.AnswerStatus, r.changed = event.At, result.Answer.Status, true
	r.emit(event)
	return result.Output
}

func (r *run) openEach(ref core.Ref, runner step.Looper) {
	at := r.engine.now()
	var items []any
	failure := r.guard(ref, func() (failure *flow.Failure) {
		items, failure = runner.Items(r.values(ref, at))
		return failure
	})
	if failure == nil {
		failure = r.tooManyRounds(ref, len(items))
	}
	if failure != nil {
		r.start(ref, &flow.Event{At: at})
		r.finishStep(ref, nil, flow.DefaultPort, failure)
		return
	}
	if r.rounds > 0 && len(items) > r.rounds {
		items = items[:r.rounds]
	}
	if r.refused(ref, len(items)) {
		return
	}
	r.items[ref] = items
	r.start(ref, &flow.Event{At: at, Items: len(items)})
}

// addItem binds the names of a round. After a restart the items are evaluated
// again: the same values at the same time give the same list.
func (r *run) addItem(items map[string]any, each core.Ref, index int) {
	looper, _ := r.program.steps[each.ID()].compiled.Runner.(step.Looper)
	list, known := r.items[each]
	if !known {
		at, _, _, _ := each.Begun()
		list, _ = looper.Items(r.values(each, at))
		r.items[each] = list
	}
	if _, shadowed := items[looper.ItemName()]; !shadowed && index < len(list) {
		items[looper.ItemName()] = list[index]
	}
	if _, shadowed := items["index"]; !shadowed {
		items["index"] = int64(index)
	}
}

func (r *run) wait(ref core.Ref, runner step.Waiter) {
	at := r.engine.now()
	var until time.Time
	failure := r.guard(ref, func() (failure *flow.Failure) {
		until, failure = runner.Until(r.values(ref, at))
		return failure
	})
	r.start(ref, &flow.Event{At: at, Until: until})
	if failure != nil {
		r.finishStep(ref, nil, flow.DefaultPort, failure)
		return
	}
	r.sleep(ref, until)
}

func (r *run) sleep(ref core.Ref, until time.Time) {
	r.at(ref, until, func(r *run) {
		r.finishStep(ref, map[string]any{"until": until.UTC().Format(time.RFC3339Nano)}, flow.DefaultPort, nil)
	})
}

// longestNap is how long a timer runs at most before the clock is looked at
// again. Timers take no notice of a clock that is set, or of a machine that
// sleeps.
const longestNap = time.Minute

// at does something about a step that is under way at a point in time, and never
// before it.
func (r *run) at(ref core.Ref, when time.Time, do func(*run)) {
	r.stopTimer(ref)
	r.timers[ref] = time.AfterFunc(min(when.Sub(r.engine.now()), longestNap), func() {
		r.mailbox.put(func(r *run) {
			switch {
			case r.err != nil || !ref.Running() || r.timers[ref] == nil:
			case r.engine.now().Before(when):
				r.at(ref, when, do)
			default:
				delete(r.timers, ref)
				do(r)
			}
		})
	})
}

func (r *run) stopTimer(ref core.Ref) {
	if timer := r.timers[ref]; timer != nil {
		timer.Stop()
		delete(r.timers, ref)
	}
}

func (r *run) stopTimers() {
	for ref := range r.timers {
		r.stopTimer(ref)
	}
}

func (r *run) startCall(ref core.Ref, caller step.Caller) {
	at := r.engine.now()
	input, failure := r.prepare(ref, caller, at)
	var size int64
	if failure == nil {
		size, failure = r.fits(ref, "takes in", input)
	}
	if failure != nil {
		r.start(ref, &flow.Event{At: at})
		r.finishStep(ref, nil, flow.DefaultPort, failure)
		return
	}
	r.inputs[ref] = input
	r.start(ref, &flow.Event{At: at, Input: input, Size: size})
	if r.safe && caller.Effect() != component.Safe {
		r.simulate(ref, caller)
		return
	}
	r.call(ref, caller, false)
}

func (r *run) prepare(ref core.Ref, caller step.Caller, at time.Time) (input map[string]any, failure *flow.Failure) {
	failure = r.guard(ref, func() (failure *flow.Failure) {
		input, failure = caller.Prepare(r.values(ref, at))
		return failure
	})
	return input, failure
}

// simulate gives a step of a safe test the output of an example, unless its input
// is one that a call would be refused with before anything is sent.
func (r *run) simulate(ref core.Ref, caller step.Caller) {
	if judge, ok := caller.(step.Judge); ok {
		if failure := r.guard(ref, func() *flow.Failure { return judge.Judge(r.inputs[ref]) }); failure != nil {
			r.finishStep(ref, nil, flow.DefaultPort, failure)
			return
		}
	}
	event := &flow.Event{Simulated: true}
	if exemplar, ok := caller.(step.Exemplar); ok {
		event.Output, _ = exemplar.Example()
	}
	r.settle(ref, event)
}

// call makes one attempt. Unless it is safe to repeat, it begins only when its
// step.started is durable.
func (r *run) call(ref core.Ref, caller step.Caller, repeat bool) {
	s := r.program.steps[ref.ID()]
	at, _, _, _ := ref.Begun()
	var exchanges []flow.Exchange
	attempt := &step.Call{
		Input: r.inputs[ref], Key: idempotencyKey(r.record.ID, s.path, ref.Scope.Iteration),
		Repeat: repeat, Trace: r.trace, Now: at,
		Record: func(x *flow.Exchange) { exchanges = append(exchanges, *x) },
	}
	r.launch(caller.Effect() != component.Safe, func(ctx context.Context) func(*run) {
		output, failure := r.perform(ctx, s, caller, attempt)
		return func(r *run) { r.called(ref, caller, output, failure, exchanges) }
	})
}

// launch runs work in a goroutine of its own, and then what it returns in the
// run's. Gated work begins once the events so far are durable.
func (r *run) launch(gated bool, work func(context.Context) func(*run)) {
	r.underWay++
	begin := func() {
		r.engine.active.Add(1) // the run is active still, so nobody has stopped waiting
		go func() {
			defer r.engine.active.Done()
			message := work(r.calls)
			r.mailbox.put(func(r *run) {
				r.underWay--
				message(r)
			})
		}()
	}
	if gated {
		r.gated = append(r.gated, begin)
		return
	}
	begin()
}

func (r *run) perform(ctx context.Context, s *programStep, caller step.Caller, call *step.Call) (output any, failure *flow.Failure) {
	defer r.caught(s.def.ID, &failure)
	timeout := time.Duration(s.def.Timeout)
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if s.compiled.Connection != "" {
		connection, err := r.engine.options.Connection(ctx, s.compiled.Connection)
		if err != nil {
			return nil, connectionFailure(s.compiled.Connection, err)
		}
		call.Connection = connection
	}
	crashpoint.Here(crashpoint.CallBefore)
	defer crashpoint.Here(crashpoint.CallAfter)
	return caller.Call(ctx, call)
}

func connectionFailure(name string, err error) *flow.Failure {
	if errors.Is(err, ErrNotFound) {
		return &flow.Failure{Code: flow.FailedConnection, Message: fmt.Sprintf("there is no connection %q; create it under Connections", name)}
	}
	return &flow.Failure{Code: flow.FailedConnection, Message: fmt.Sprintf("the connection %q cannot be read", name)}
}

// called takes the end of an attempt.
func (r *run) called(ref core.Ref, caller step.Caller, output any, failure *flow.Failure, exchanges []flow.Exchange) {
	if !ref.Running() || r.err != nil {
		return
	}
	if failure != nil {
		// A service that has answered has settled the outcome, whatever else
		// has happened meanwhile.
		cutOff := failure.Code != flow.FailedService
		switch cause := context.Cause(r.calls); {
		case cutOff && errors.Is(cause, errAborted):
			return // not recorded: the next start makes the call again, or asks
		case cutOff && errors.Is(cause, errCanceled):
			failure = canceledCall(caller.Effect())
		case r.retry(ref, caller, failure, exchanges):
			return
		case r.triesEnd(ref, failure):
			failure = r.tooManyAttempts(ref, failure)
		}
	}
	r.settle(ref, &flow.Event{Output: output, Failure: failure, Exchanges: exchanges})
}

func canceledCall(effect component.Effect) *flow.Failure {
	if effect == component.Unsafe {
		return &flow.Failure{Code: flow.FailedUnknown, Message: "The execution was canceled while the call was under way: outcome unknown."}
	}
	return &flow.Failure{Code: flow.FailedCanceled, Message: "The execution was canceled while the call was under way."}
}

// idempotencyKey is the key of a call: the first 32 hex digits of
// SHA-256(execution/step path/iteration), the same for all attempts. The path
// has the IDs of the each steps around the step, joined by dots; the iteration
// the index of the round in each of them, likewise, and nothing outside of any.
func idempotencyKey(execution, path string, iteration []int) string {
	sum := sha256.Sum256([]byte(execution + "/" + path + "/" + iterationText(iteration)))
	return hex.EncodeToString(sum[:])[:32]
}

func iterationText(iteration []int) string {
	parts := make([]string, len(iteration))
	for i, index := range iteration {
		parts[i] = strconv.Itoa(index)
	}
	return strings.Join(parts, ".")
}

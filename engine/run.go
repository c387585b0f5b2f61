package engine

import (
	"context"
	"errors"
	"time"

	"redial/engine/core"
	"redial/engine/crashpoint"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/trace"
)

// run is one execution under way. All of it but the mailbox and the handle
// belongs to one goroutine: that of Start until begin returns, loop's after
// that.
type run struct {
	engine  *Engine
	program *program
	request *flow.Request
	trigger map[string]any // request as expressions see it
	self    map[string]any // `execution` of expressions
	flow    map[string]any // `flow` of expressions
	record  flow.Execution
	trace   trace.Context
	epoch   int64
	state   *core.State
	handle  *Handle
	mailbox *mailbox

	// calls is the context of this execution's calls.
	calls      context.Context
	abortCalls context.CancelCauseFunc
	underWay   int // calls whose end will arrive in the mailbox

	pending  []flow.Event // applied, not yet handed to the journal
	bytes    int64        // of their values, as far as they count
	answer   *flow.Answer // that the pending response.stored is about
	claim    *Claim       // that the first batch makes
	created  bool         // the first batch was handed to the journal
	since    int64        // the newest event that the journal had when it was loaded; 0: it is new
	changed  bool         // the summary differs from the stored one
	gated    []func()     // calls to make once pending is durable
	writing  *write       // the batch the journal has now
	failures int          // how often writing it has failed
	rewrite  *time.Timer  // until it is written again; else nil
	answered *flow.Answer // the execution's answer
	decided  bool         // those who wait were told, or will be by writing
	reopened bool         // it had failed, and its viewers do not know that it goes on
	alone    bool         // one batch is the whole execution; there is no loop
	err      error        // why the run was given up
	place    place        // where it runs, or waits for its turn

	items   map[core.Ref][]any
	inputs  map[core.Ref]map[string]any
	timers  map[core.Ref]*time.Timer
	given   map[string]flow.Given // how steps end that are not run
	safe    bool                  // a test whose steps with effects are not performed
	rounds  int                   // of each step at most; 0: all
	conduct conduct               // after a restart
	holding bool                  // what is to be done now is held back
	culprit flow.Event            // that cannot be stored, and ends the execution
	cuts    int                   // how often it was tried to store the rest
}

func newRun(e *Engine, p *program, request *flow.Request, record flow.Execution) *run {
	r := &run{
		engine: e, program: p, record: record, trace: TraceOf(record.ID, request),
		handle: newHandle(record.ID), mailbox: newMailbox(), changed: true,
		items: map[core.Ref][]any{}, inputs: map[core.Ref]map[string]any{}, timers: map[core.Ref]*time.Timer{},
	}
	r.calls, r.abortCalls = context.WithCancelCause(e.calls)
	r.register()
	r.ask(request)
	r.self = map[string]any{
		"id": record.ID, "mode": string(record.Mode),
		"startedAt": record.StartedAt.UTC().Format(time.RFC3339Nano),
	}
	r.flow = map[string]any{"slug": record.Flow, "name": p.flow.Name, "version": int64(record.Version)}
	return r
}

// ask gives the run the call that it answers.
func (r *run) ask(request *flow.Request) {
	r.request = request
	r.trigger = map[string]any{
		"method": request.Method, "path": request.Path, "query": request.Query,
		"headers": request.Headers, "body": request.Body, "receivedAt": request.ReceivedAt,
	}
}

func (e *Engine) now() time.Time { return e.options.Clock().UTC().Truncate(time.Microsecond) }

// begin does all that can be done at once, and leaves the rest to a goroutine.
// An execution that is at its end already needs none: the journal's confirmation
// is all that is missing.
func (r *run) begin() {
	r.advance()
	r.flush()
	if r.alone {
		return
	}
	r.restPlace()
	go r.loop()
}

// loop owns the run until it has ended or the engine stops.
func (r *run) loop() {
	defer r.engine.leave(r)
	defer r.abortCalls(errAborted)
	stopping, aborted := r.engine.stopping, r.engine.calls.Done()
	for r.err == nil && !r.finished() {
		select {
		case <-r.mailbox.C:
			r.deliver()
			r.seekPlace()
		case <-stopping:
			stopping = nil
		case <-aborted:
			aborted = nil
			r.stopRewriting()
		}
		r.advance()
		r.flush()
		if stopping == nil && r.atRest() {
			break
		}
		r.restPlace()
	}
	r.stopTimers()
	r.partFromWaiting()
	r.abortCalls(errAborted)
	// What the journal has may still release calls, which must find the engine
	// waiting for them.
	for r.writing != nil {
		<-r.mailbox.C
		r.deliver()
	}
}

func (r *run) deliver() {
	for _, message := range r.mailbox.take() {
		message(r)
	}
}

// partFromWaiting tells those who still wait that nothing will come from here.
func (r *run) partFromWaiting() {
	switch {
	case r.err == nil && r.state.Status().Ended():
		return
	case errors.Is(r.err, errCutShort):
		return // the run that ends the execution tells them
	case r.err == nil:
		r.handle.fail(ErrStopping)
		return
	case !errors.Is(r.err, ErrFenced) && !isTaken(r.err): // whoever owns it, or the key, now goes on with it
		r.engine.options.Logger.Error("an execution was given up until the next start", "execution", r.record.ID, "flow", r.record.Flow, "error", r.err)
	}
	r.handle.fail(r.err)
}

// giveUp ends the run, not the execution: what the journal has stands, and the
// next start goes on from there.
func (r *run) giveUp(err error) {
	if r.err == nil {
		r.err = err
	}
}

// finished reports whether the execution has come to its end and that is
// durable.
func (r *run) finished() bool {
	return r.state.Status().Ended() && r.atRest()
}

// atRest reports whether no call is under way and all that happened is durable.
func (r *run) atRest() bool {
	return r.underWay == 0 && r.writing == nil && len(r.pending) == 0
}

// advance does what the core asks for until there is nothing left to do now.
func (r *run) advance() {
	for r.err == nil {
		r.endPauses()
		commands := r.givenFirst(core.Next(r.state))
		if !r.place.taken && !ends(commands) {
			return
		}
		progress := false
		for _, command := range commands {
			if r.bytes >= largeBytes {
				break // the others are asked for again
			}
			if r.carryOut(command) {
				progress = true
			}
		}
		if len(r.pending) >= largeBatch || r.bytes >= largeBytes {
			r.flush()
		}
		if !progress || r.bytes >= largeBytes {
			return
		}
	}
}

// largeBatch is how many events are handed to the journal although the run is
// not at a standstill, and largeBytes how large their values are. Short flows never
// get there, and are one batch. Where the journal is busy with a batch, the run waits
// for it rather than let values pile up.
const (
	largeBatch = 1024
	largeBytes = 16 << 20
)

// carryOut does one command. It is false for one that has to wait because the
// engine is stopping.
func (r *run) carryOut(command core.Command) bool {
	switch command.Kind {
	case core.Finish:
		r.finish(command.Status)
		return true
	case core.Run, core.Skip, core.Close:
	}
	// An earlier command of the same round may have ended the step's scope.
	if !command.Ref.Due() {
		return true
	}
	switch command.Kind {
	case core.Skip:
		r.emitStep(command.Ref, &flow.Event{Type: flow.StepFinished, Outcome: flow.StepSkipped, Passed: command.Passed})
	case core.Close:
		r.finishStep(command.Ref, command.Output, flow.DefaultPort, command.Failure)
	case core.Run:
		return r.runStep(command.Ref)
	case core.Finish:
	}
	return true
}

func (r *run) finish(status flow.Status) {
	failure := r.state.Failure
	if status != flow.Failed {
		failure = nil
	}
	r.end(status, failure)
}

// end records the end of the execution.
func (r *run) end(status flow.Status, failure *flow.Failure) {
	crashpoint.Here(crashpoint.FinishMade)
	r.record.EndedAt, r.record.Failure = r.engine.now(), failure
	r.abortCalls(errAborted)
	r.stopTimers()
	r.leaveQueue()
	r.emit(&flow.Event{
		Type: flow.ExecutionFinished, Status: status, At: r.record.EndedAt,
		Failure: r.record.Failure, Cancel: status == flow.Canceled,
	})
}

// usualBatch is room for the events of a short flow.
const usualBatch = 8

// emit applies an event and puts it down for the journal.
func (r *run) emit(event *flow.Event) {
	event.Execution, event.Seq = r.record.ID, r.state.LastSeq+1
	if event.At.IsZero() {
		event.At = r.engine.now()
	}
	if err := r.state.Apply(event); err != nil {
		// The run and the core disagree about what is under way. Going on would
		// write a journal that cannot be read again.
		r.giveUp(err)
		return
	}
	if r.pending == nil {
		r.pending = make([]flow.Event, 0, usualBatch)
	}
	r.pending = append(r.pending, *event)
	r.bytes += event.Size
	r.record.LastSeq = event.Seq
}

func (r *run) emitStep(ref core.Ref, event *flow.Event) {
	event.Step, event.Iteration = ref.ID(), ref.Scope.Iteration
	r.emit(event)
}

// finishStep records how a step ended.
func (r *run) finishStep(ref core.Ref, output any, port string, failure *flow.Failure) {
	r.settle(ref, &flow.Event{Output: output, Port: port, Failure: failure})
}

// settle records how a step ended: its output and port, or its failure.
func (r *run) settle(ref core.Ref, event *flow.Event) {
	event.Type, event.Outcome, event.At = flow.StepFinished, flow.StepSucceeded, r.engine.now()
	if since, _ := ref.Since(); !since.IsZero() {
		event.Duration = max(0, event.At.Sub(since)) // the clock may have been set back
	}
	if event.Failure == nil {
		event.Size, event.Failure = r.fits(ref, "puts out", event.Output)
	}
	if event.Failure != nil {
		event.Outcome, event.Failure = flow.StepFailed, located(event.Failure, ref)
		event.Output, event.Port = nil, flow.DefaultPort
		event.Cancel = r.state.Canceling()
		if r.program.steps[ref.ID()].def.OnError == flow.OnErrorRoute {
			event.Port = flow.ErrorPort
		}
	}
	delete(r.items, ref)
	delete(r.inputs, ref)
	r.stopTimer(ref)
	r.emitStep(ref, event)
}

// located is the failure with the place at which it happened. One that comes
// out of an each step keeps the place of the inner step.
func located(failure *flow.Failure, ref core.Ref) *flow.Failure {
	if failure.Step != "" {
		return failure
	}
	at := *failure
	at.Step, at.Iteration = ref.ID(), ref.Scope.Iteration
	return &at
}

// values is what the expressions of a step read.
func (r *run) values(ref core.Ref, at time.Time) *expression.Values {
	v := &expression.Values{
		Budget:  new(expression.Budget),
		Trigger: r.trigger, Config: r.program.config, Execution: r.self,
		Flow: r.flow, Step: ref.Scope.Output, Now: at,
		Seed: r.record.ID + "/" + r.program.steps[ref.ID()].path + "/" + iterationText(ref.Scope.Iteration),
	}
	for scope := ref.Scope; ; {
		each, index, ok := scope.Round()
		if !ok {
			return v
		}
		if v.Items == nil {
			v.Items = map[string]any{}
		}
		r.addItem(v.Items, each, index)
		scope = each.Scope
	}
}

// isStopping reports whether the engine starts no more calls.
func (r *run) isStopping() bool {
	select {
	case <-r.engine.stopping:
		return true
	default:
		return false
	}
}

var errCanceled = errors.New("the execution was canceled")

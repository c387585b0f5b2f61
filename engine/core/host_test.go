package core_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"redial/engine/core"
	"redial/engine/flow"
)

// epoch is when every simulated execution begins; a simulated second passes
// with each event.
var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// host carries out an execution as the engine does, with every choice and every
// accident left to a seed.
type host struct {
	world  *world
	graph  *core.Graph
	random *rand.Rand
	state  *core.State
	ids    []string
	steps  map[string]*step

	events    []flow.Event // that were applied
	committed int          // how many of them are in the journal; a crash loses the rest
	begun     []*underWay

	crashes  int  // that may still happen
	reopens  int  // how often the execution may still be reopened
	cancels  bool // a cancel may happen
	canceled bool // one was asked for, and not lost in a crash

	launches map[string]int  // by key of the step
	retries  map[string]int  // decisions to run a step again
	verdicts []verdictOf     // that change what a step comes to, in order
	done     map[string]bool // step.finished is committed
	paused   []core.Ref      // reopened, and not begun again
}

// verdictOf is what a person decided about a step, or that it is well now.
type verdictOf struct {
	seq  int64 // of the event that came with it
	step string
	what string
}

// underWay is a step that the host has begun.
type underWay struct {
	step      *step
	iteration []int
	attempt   int
	launched  bool
}

func (u *underWay) key() string { return key(u.step.node.ID, u.iteration) }

// violation is how a broken property ends a simulation.
type violation string

func violate(format string, args ...any) { panic(violation(fmt.Sprintf(format, args...))) }

func newHost(tb testing.TB, w *world, schedule uint64) *host {
	tb.Helper()
	random := rand.New(rand.NewPCG(schedule, 2))
	h := &host{
		world: w, graph: w.plan.compile(tb), random: random,
		crashes: [...]int{0, 1, 5}[random.IntN(3)], cancels: random.IntN(5) == 0,
		reopens:  [...]int{0, 1, 4}[random.IntN(3)],
		launches: map[string]int{}, retries: map[string]int{}, steps: map[string]*step{}, done: map[string]bool{},
	}
	h.state = core.NewState(h.graph)
	w.plan.all(func(s *step) {
		h.ids = append(h.ids, s.node.ID)
		h.steps[s.node.ID] = s
	})
	return h
}

// run goes on until the execution has ended, that is committed, and it is not
// reopened any more.
func (h *host) run() {
	h.emit(flow.Event{Type: flow.ExecutionStarted})
	for h.proceed(); h.reopen(); h.proceed() {
	}
}

// proceed goes on until the execution has ended and that is committed.
func (h *host) proceed() {
	for h.committed < len(h.events) || !h.state.Status().Ended() {
		if int(h.state.LastSeq) > 100_000 {
			violate("the execution does not come to an end")
		}
		h.checkStatus()
		h.act()
	}
}

// act does one of the things that can be done now.
func (h *host) act() {
	commands := h.next()
	var actions []func()
	add := func(weight int, possible bool, action func()) {
		for range weight {
			if possible {
				actions = append(actions, action)
			}
		}
	}
	add(8, len(commands) > 0, func() { h.obey(commands[h.random.IntN(len(commands))]) })
	add(3, h.committed < len(h.events), h.commit)
	add(3, h.launched() > 0, h.complete)
	add(2, len(h.state.Attention()) > 0, h.decide)
	add(3, len(h.paused) > 0, h.resume)
	if len(actions) == 0 {
		violate("nothing can be done, and the execution has not ended")
	}
	switch {
	case h.crashes > 0 && h.random.IntN(30) == 0:
		h.crash()
	case h.cancels && !h.canceled && h.random.IntN(40) == 0:
		h.canceled = true
		h.state.Cancel()
	case h.random.IntN(20) == 0:
		h.repeat()
	default:
		actions[h.random.IntN(len(actions))]()
	}
}

// next asks the core twice: asking must change nothing.
func (h *host) next() []core.Command {
	commands := core.Next(h.state)
	if again := core.Next(h.state); !sameCommands(commands, again) {
		violate("Next says first\n%v\nand then\n%v", commands, again)
	}
	for _, c := range commands {
		if c.Kind != core.Finish && !c.Ref.Due() {
			violate("Next asks for %s, which is not due", name(c.Ref))
		}
	}
	return commands
}

// emit applies an event that must be possible.
func (h *host) emit(e flow.Event) {
	e.Seq = h.state.LastSeq + 1
	e.At = epoch.Add(time.Duration(e.Seq) * time.Second)
	h.events = append(h.events, e)
	if err := h.state.Apply(&e); err != nil {
		violate("a possible event is refused: %v", err)
	}
	if e.Seq < 16 || h.random.IntN(16) == 0 {
		h.checkFold()
	}
}

func (h *host) obey(c core.Command) {
	if c.Kind == core.Finish {
		for _, u := range h.begun {
			if u.step.kind != wait {
				violate("the execution ends while the call of %s is under way", u.key())
			}
		}
		if n := len(h.state.Attention()); n > 0 && c.Status != flow.Canceled {
			violate("the execution ends while %d steps need attention", n)
		}
		h.begun = nil
		h.emit(flow.Event{Type: flow.ExecutionFinished, Status: c.Status})
		return
	}
	e := flow.Event{Type: flow.StepFinished, Step: c.Ref.ID(), Iteration: c.Ref.Scope.Iteration}
	switch c.Kind {
	case core.Skip:
		e.Outcome, e.Passed = flow.StepSkipped, c.Passed
		h.emit(e)
	case core.Close:
		e.Outcome, e.Output, e.Failure = flow.StepSucceeded, c.Output, c.Failure
		if c.Failure != nil {
			e.Outcome, e.Port = flow.StepFailed, h.failedPort(e.Step)
		}
		h.emit(e)
	case core.Run:
		h.begin(c.Ref)
	case core.Finish:
	}
}

func (h *host) failedPort(id string) string {
	if h.find(id).node.OnError == flow.OnErrorRoute {
		return flow.ErrorPort
	}
	return flow.DefaultPort
}

func (h *host) find(id string) *step { return h.steps[id] }

// begin runs a step: at once if it has no effects outside.
func (h *host) begin(ref core.Ref) {
	s, iteration := h.find(ref.ID()), ref.Scope.Iteration
	result := h.result(s, iteration)
	started := flow.Event{Type: flow.StepStarted, Step: ref.ID(), Iteration: iteration, Attempt: 1}
	switch {
	case s.kind == call || s.kind == wait:
		h.emit(started)
		h.begun = append(h.begun, &underWay{step: s, iteration: iteration, attempt: 1})
	case s.kind == each && !result.failed:
		started.Items = result.items
		h.emit(started)
	default:
		if (result.failed || h.random.IntN(2) == 0) && s.kind != each {
			h.emit(started)
		}
		if s.kind == respond && !h.state.Answered {
			h.emit(flow.Event{Type: flow.ResponseStored, AnswerStatus: 200})
		}
		h.finish(s, ref, result)
	}
}

// finish reports the result that the step was bound to have.
func (h *host) finish(s *step, ref core.Ref, result result) {
	e := flow.Event{Type: flow.StepFinished, Step: ref.ID(), Iteration: ref.Scope.Iteration, Port: result.port}
	if result.failed {
		e.Outcome, e.Failure = flow.StepFailed, failure(e.Step, e.Iteration)
	} else {
		read, _ := ref.Scope.Output(s.reads)
		e.Outcome, e.Output = flow.StepSucceeded, output(s, e.Iteration, read)
	}
	h.emit(e)
}

// commit makes the pending events durable and launches the calls whose start
// is durable now. The process may die before and after.
func (h *host) commit() {
	if h.crashes > 0 && h.random.IntN(20) == 0 {
		h.crash()
		return
	}
	for i := h.committed; i < len(h.events); i++ {
		if e := &h.events[i]; e.Type == flow.StepFinished {
			h.done[key(e.Step, e.Iteration)] = true
		}
	}
	h.committed = len(h.events)
	if h.crashes > 0 && h.random.IntN(20) == 0 {
		h.crash()
		return
	}
	for _, u := range h.begun {
		if !u.launched {
			h.launch(u)
		}
	}
}

func (h *host) launch(u *underWay) {
	name := u.key()
	u.launched = true
	h.launches[name]++
	if h.done[name] {
		violate("step %s is run again though it is recorded as done", name)
	}
	if u.step.effect == unsafe && u.step.kind == call && h.launches[name] > 1+h.retries[name]+h.resumptions(name) {
		violate("the unsafe step %s is run again, and nobody decided so", name)
	}
}

func (h *host) launched() int {
	n := 0
	for _, u := range h.begun {
		if u.launched {
			n++
		}
	}
	return n
}

// complete lets one of the launched calls come back.
func (h *host) complete() {
	at := h.random.IntN(h.launched())
	for i, u := range h.begun {
		if !u.launched {
			continue
		}
		if at == 0 {
			h.begun = slices.Delete(slices.Clone(h.begun), i, i+1)
			h.settle(u)
			return
		}
		at--
	}
}

func (h *host) settle(u *underWay) {
	ref, ok := h.state.Find(u.step.node.ID, u.iteration)
	if !ok {
		if u.step.kind != wait {
			violate("the scope of %s is gone while the step is under way", u.key())
		}
		return
	}
	result := h.result(u.step, u.iteration)
	switch {
	case h.canceled && u.step.kind == call && h.random.IntN(3) > 0:
		h.emit(flow.Event{
			Type: flow.StepFinished, Step: ref.ID(), Iteration: u.iteration, Outcome: flow.StepFailed, Cancel: true,
			Port: h.failedPort(ref.ID()), Failure: &flow.Failure{Code: flow.FailedCanceled, Message: "canceled"},
		})
	case u.attempt < result.attempts && !h.canceled:
		u.attempt++
		h.emit(flow.Event{Type: flow.StepRetrying, Step: ref.ID(), Iteration: u.iteration, Attempt: u.attempt})
		u.launched = false
		h.begun = append(h.begun, u)
	default:
		h.finish(u.step, ref, result)
	}
}

// decide settles a step whose outcome nobody knows, as a person would.
func (h *host) decide() {
	refs := h.state.Attention()
	ref := refs[h.random.IntN(len(refs))]
	s, iteration := h.find(ref.ID()), ref.Scope.Iteration
	result := h.world.result(s, iteration)
	name := key(s.node.ID, iteration)
	if result.decision != "retry" {
		h.verdicts = append(h.verdicts, verdictOf{h.state.LastSeq + 1, name, result.decision})
	}
	e := flow.Event{Type: flow.StepFinished, Step: s.node.ID, Iteration: iteration, Outcome: flow.StepSkipped}
	switch result.decision {
	case "retry":
		h.retries[name]++
		h.state.Redo(ref)
		_, attempt, _, _ := ref.Begun()
		h.emit(flow.Event{Type: flow.StepStarted, Step: s.node.ID, Iteration: iteration, Attempt: attempt + 1})
		h.begun = append(h.begun, &underWay{step: s, iteration: iteration, attempt: attempt + 1})
		return
	case "pass":
		e.Passed = true
	case "fail":
		e.Outcome, e.Failure, e.Port = flow.StepFailed, failure(e.Step, iteration), h.failedPort(e.Step)
		e.Failure.Retryable = false
	}
	h.emit(e)
}

// crash loses everything that is not committed, and starts again from what is.
func (h *host) crash() {
	h.crashes--
	h.events, h.begun, h.paused = h.events[:h.committed], nil, nil
	h.verdicts = slices.DeleteFunc(h.verdicts, func(v verdictOf) bool { return v.seq > int64(h.committed) })
	h.recount()
	h.canceled = false
	if h.committed == 0 {
		h.state = core.NewState(h.graph)
		h.emit(flow.Event{Type: flow.ExecutionStarted})
		return
	}
	state, err := core.Fold(h.graph, h.events)
	if err != nil {
		violate("the journal cannot be read: %v", err)
	}
	h.state = state
	h.canceled = state.Canceling()
	for _, ref := range state.UnderWay() {
		s := h.find(ref.ID())
		if _, pausing := ref.Pausing(); pausing {
			h.paused = append(h.paused, ref)
			continue
		}
		if s.kind == call && s.effect == unsafe {
			state.Interrupt(ref)
			continue
		}
		_, attempt, _, _ := ref.Begun()
		u := &underWay{step: s, iteration: ref.Scope.Iteration, attempt: attempt}
		h.begun = append(h.begun, u)
		h.launch(u)
	}
}

// repeat reports something that was reported before: it must be refused and
// change nothing.
func (h *host) repeat() {
	e := h.events[h.random.IntN(len(h.events))]
	if e.Type != flow.StepFinished || !h.ended()[key(e.Step, e.Iteration)] {
		return
	}
	before := h.facts(h.state)
	e.Seq = h.state.LastSeq + 1
	if err := h.state.Apply(&e); err == nil {
		violate("%s is settled a second time", key(e.Step, e.Iteration))
	}
	if after := h.facts(h.state); !reflect.DeepEqual(before, after) {
		violate("a refused event changes the state from\n%s\nto\n%s", describe(before), describe(after))
	}
}

package core_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"redial/engine/core"
	"redial/engine/flow"
)

// fact is one thing that a state lets a host see.
type fact struct {
	what      string
	step      string
	iteration []int
	number    int
	value     any
}

// facts are all that a state lets a host see.
func (h *host) facts(s *core.State) []fact {
	facts := []fact{
		{what: "status " + string(s.Status()), number: int(s.LastSeq)},
		{what: "answered", value: s.Answered},
		{what: "canceling", value: s.Canceling()},
		{what: "failure", value: s.Failure},
	}
	scopes := []*core.Scope{s.Root}
	add := func(f fact, ref core.Ref) {
		if ref.Scope != nil {
			f.step, f.iteration = ref.ID(), ref.Scope.Iteration
			scopes = append(scopes, ref.Scope)
		}
		facts = append(facts, f)
	}
	for _, c := range core.Next(s) {
		add(fact{what: "command " + string(c.Status), number: int(c.Kind), value: c.Output}, c.Ref)
		add(fact{what: "because of", value: c.Failure}, c.Ref)
		add(fact{what: "passed", value: c.Passed}, c.Ref)
	}
	for _, ref := range s.UnderWay() {
		at, attempt, until, child := ref.Begun()
		add(fact{what: "under way " + child, number: attempt, value: [2]time.Time{at, until}}, ref)
	}
	for _, ref := range s.Attention() {
		add(fact{what: "attention"}, ref)
	}
	seen := map[*core.Scope]bool{}
	for _, scope := range scopes {
		if seen[scope] {
			continue
		}
		seen[scope] = true
		for _, id := range h.ids {
			if output, ran := scope.Output(id); ran {
				facts = append(facts, fact{what: "output", step: id, iteration: scope.Iteration, value: output})
			}
		}
	}
	return facts
}

func describe(facts []fact) string {
	var out strings.Builder
	for _, f := range facts {
		if reason, ok := f.value.(*flow.Failure); ok && reason == nil {
			f.value = nil
		}
		fmt.Fprintln(&out, "   ", f.what, f.step, f.iteration, f.number, f.value)
	}
	return out.String()
}

func sameCommands(a, b []core.Command) bool {
	return slices.EqualFunc(a, b, func(a, b core.Command) bool { return reflect.DeepEqual(a, b) })
}

// checkFold compares the state with the one that its events lead to.
func (h *host) checkFold() {
	folded, err := core.Fold(h.graph, h.events)
	if err != nil {
		violate("the events cannot be read: %v", err)
	}
	// Neither is an event, see Interrupt.
	for _, ref := range h.state.Attention() {
		same, ok := folded.Find(ref.ID(), ref.Scope.Iteration)
		if !ok {
			violate("%s needs attention, but is not in the folded state", key(ref.ID(), ref.Scope.Iteration))
		}
		folded.Interrupt(same)
	}
	if h.state.Canceling() {
		folded.Cancel()
	}
	if want, got := h.facts(h.state), h.facts(folded); !reflect.DeepEqual(want, got) {
		violate("the state is\n%s\nbut its events lead to\n%s", describe(want), describe(got))
	}
}

// checkStatus compares the status with what the host sees itself.
func (h *host) checkStatus() {
	status := h.state.Status()
	calls, waits := 0, 0
	for _, u := range h.begun {
		_, open := h.state.Find(u.step.node.ID, u.iteration)
		switch {
		case u.step.kind != wait:
			calls++
		case open:
			waits++
		}
	}
	calls += len(h.paused)
	want := flow.Running
	switch {
	case status.Ended():
		return
	case calls > 0 || len(core.Next(h.state)) > 0:
	case len(h.state.Attention()) > 0:
		want = flow.NeedsAttention
	case waits > 0:
		want = flow.Waiting
	}
	if status != want {
		violate("the status is %s, wanted %s", status, want)
	}
}

// audit checks the journal of an execution that has ended.
func (h *host) audit() {
	reference := newReading(h.world, h.world.plan, nil, nil, h.decisions(h.nextReopening(0)))
	settled := map[string]bool{}
	canceled := false
	for i := range h.events {
		e := &h.events[i]
		if e.Resumed {
			// From here on some steps do not fail any more.
			reference = newReading(h.world, h.world.plan, nil, nil, h.decisions(h.nextReopening(i+1)))
			h.endOf(settled, e)
		}
		if e.Seq != int64(i)+1 {
			violate("event %d stands at place %d", e.Seq, i+1)
		}
		canceled = canceled || e.Cancel
		if e.Type != flow.StepFinished {
			continue
		}
		name := key(e.Step, e.Iteration)
		if settled[name] {
			violate("step %s is settled twice", name)
		}
		settled[name] = true
		if !e.Cancel {
			reference.check(e)
		}
	}
	h.auditStarts()
	h.auditConcurrency()
	status := h.state.Status()
	if canceled && status != flow.Canceled {
		violate("steps were recorded as canceled, but the execution %s", status)
	}
	if status == flow.Canceled {
		return
	}
	reasons := reference.failures()
	switch {
	case len(reasons) == 0 && status != flow.Succeeded, len(reasons) > 0 && status != flow.Failed:
		violate("the execution %s, and may fail because of %v", status, reasons)
	case len(reasons) > 0 && !slices.Contains(reasons, h.state.Failure.Message):
		violate("the execution fails because of %q, wanted one of %v", h.state.Failure.Message, reasons)
	}
	reference.complete(settled)
}

// check compares a settled step with what the rules say about it.
func (r *reading) check(e *flow.Event) {
	name := key(e.Step, e.Iteration)
	scope, s := r.at(e.Step, e.Iteration)
	if scope == nil {
		violate("step %s is settled, but its round cannot exist", name)
	}
	v := scope.verdict(s)
	if v.never || v.outcome != e.Outcome || v.passed != e.Passed || v.port != e.Port {
		violate("step %s ended as %s (port %q, passed %v), the rules say %+v", name, e.Outcome, e.Port, e.Passed, *v)
	}
	if e.Outcome == flow.StepFailed {
		if !slices.Contains(v.failure, e.Failure.Message) {
			violate("step %s failed because of %q, wanted one of %v", name, e.Failure.Message, v.failure)
		}
	} else if !v.open && !reflect.DeepEqual(v.output, e.Output) {
		violate("step %s has the output %v, the rules say %v", name, e.Output, v.output)
	}
}

// complete checks that everything is settled in scopes that nothing ended.
func (r *reading) complete(settled map[string]bool) {
	if len(r.failures()) > 0 {
		return
	}
	for _, s := range r.plan.steps {
		if name := key(s.node.ID, r.iteration); !settled[name] {
			violate("step %s was never settled", name)
		}
		v := r.verdict(s)
		if v.outcome != flow.StepSucceeded {
			continue
		}
		for _, round := range v.rounds {
			round.complete(settled)
		}
	}
}

// auditStarts checks that nothing starts where a failure forbids it.
func (h *host) auditStarts() {
	type failure struct {
		scope []string // path of the scope in which nothing may start any more
		key   string   // of the step
	}
	var failed []failure
	begun := map[string]bool{}
	for i := range h.events {
		e := &h.events[i]
		if e.Step == "" {
			continue
		}
		if e.Resumed {
			settled := map[string]bool{}
			for _, f := range failed {
				settled[f.key] = true
			}
			h.endOf(settled, e)
			failed = slices.DeleteFunc(failed, func(f failure) bool { return !settled[f.key] })
		}
		path := h.path(e.Step, e.Iteration)
		name := key(e.Step, e.Iteration)
		starts := e.Type == flow.StepStarted || e.Type == flow.StepFinished
		if starts && !begun[name] {
			begun[name] = true
			for _, f := range failed {
				scope := f.scope
				if len(path) > len(scope) && slices.Equal(path[:len(scope)], scope) {
					violate("step %s starts although %v has failed", name, scope)
				}
			}
		}
		if e.Type != flow.StepFinished || e.Outcome != flow.StepFailed {
			continue
		}
		if mode := h.find(e.Step).node.OnError; mode == flow.OnErrorContinue || mode == flow.OnErrorRoute {
			continue
		}
		scope := path[:len(path)-1]
		if n := len(scope); n > 0 && !h.find(scope[n-2]).node.ContinueRounds {
			scope = scope[:n-1] // the other rounds of the each step, too
		}
		failed = append(failed, failure{scope, name})
	}
}

// path leads to a step: for each scope around it the each step and the round,
// and then the step itself.
func (h *host) path(id string, iteration []int) []string {
	around := h.world.plan.around(id)
	var path []string
	for depth, each := range around {
		path = append(path, each, fmt.Sprint(iteration[depth]))
	}
	return append(path, id)
}

// around are the each steps around a step, the outermost first.
func (p *plan) around(id string) []string {
	for _, s := range p.steps {
		if s.inner == nil {
			continue
		}
		if s.inner.step(id) != nil {
			return []string{s.node.ID}
		}
		if deeper := s.inner.around(id); deeper != nil {
			return append([]string{s.node.ID}, deeper...)
		}
	}
	return nil
}

// auditConcurrency checks how many rounds of an each step overlap.
func (h *host) auditConcurrency() {
	type span struct{ first, last int64 }
	spans := map[string]map[int]*span{}
	steps := map[string]*step{}
	for i := range h.events {
		e := &h.events[i]
		for depth, id := range h.world.plan.around(e.Step) {
			name := key(id, e.Iteration[:depth])
			if spans[name] == nil {
				spans[name], steps[name] = map[int]*span{}, h.find(id)
			}
			round := spans[name][e.Iteration[depth]]
			if round == nil {
				round = &span{first: e.Seq}
				spans[name][e.Iteration[depth]] = round
			}
			round.last = e.Seq
		}
	}
	for name, rounds := range spans {
		for _, round := range rounds {
			together := 0
			for _, other := range rounds {
				if other.first <= round.first && round.first <= other.last {
					together++
				}
			}
			if together > steps[name].node.Concurrency {
				violate("%d rounds of %s run at once, allowed are %d", together, name, steps[name].node.Concurrency)
			}
		}
	}
}

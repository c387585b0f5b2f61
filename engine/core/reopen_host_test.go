package core_test

import (
	"maps"
	"slices"
	"time"

	"redial/engine/core"
	"redial/engine/flow"
)

// reopen takes an execution up again that has failed, if it may, and lets some
// of the steps be well from now on. It is false when nothing goes on.
func (h *host) reopen() bool {
	if h.reopens == 0 {
		return false
	}
	h.reopens--
	wanted, may := h.failedBy()
	state, failed, ok, err := core.Reopen(h.graph, h.events)
	if err != nil {
		violate("the journal of a failed execution cannot be read: %v", err)
	}
	if ok != may {
		violate("it is reopened: %v, and the steps by which it failed are %v", ok, wanted)
	}
	if !ok {
		return false
	}
	if h.state.Status() != flow.Failed {
		violate("an execution is reopened that is %s", h.state.Status())
	}
	got := map[string]bool{}
	for _, f := range failed {
		got[key(f.Ref.ID(), f.Ref.Scope.Iteration)] = true
	}
	if !maps.Equal(got, wanted) {
		violate("it is reopened at %v, and failed by %v", got, wanted)
	}
	h.state, h.begun, h.paused = state, nil, nil
	h.takeUp(failed)
	return true
}

// takeUp reports which steps are taken up again, and goes on with what waited
// when the execution failed.
func (h *host) takeUp(failed []core.Failed) {
	for _, ref := range h.state.UnderWay() {
		s := h.find(ref.ID())
		if s.kind == wait {
			h.begun = append(h.begun, &underWay{step: s, iteration: ref.Scope.Iteration, launched: true})
		} else if !slices.ContainsFunc(failed, func(f core.Failed) bool { return f.Ref == ref }) {
			violate("%s is under way, though the execution had ended", name(ref))
		}
	}
	// One batch, which is stored whole or not at all.
	for _, f := range failed {
		_, attempt, _, _ := f.Ref.Begun()
		seq := h.state.LastSeq + 1
		if h.random.IntN(3) > 0 {
			h.verdicts = append(h.verdicts, verdictOf{seq, key(f.Ref.ID(), f.Ref.Scope.Iteration), healed})
		}
		e := flow.Event{
			Type: flow.StepRetrying, Step: f.Ref.ID(), Iteration: f.Ref.Scope.Iteration, Attempt: attempt + 1,
			Until: epoch.Add(time.Hour), Failure: f.Failure, Resumed: true,
			Seq: seq, At: epoch.Add(time.Duration(seq) * time.Second),
		}
		h.events = append(h.events, e)
		if err := h.state.Apply(&e); err != nil {
			violate("%s cannot be taken up again: %v", name(f.Ref), err)
		}
		h.paused = append(h.paused, f.Ref)
	}
	h.recount()
	h.checkFold()
}

// resume begins a step again at which the execution was reopened. One that has
// no effects comes to its result in the same way as a call.
func (h *host) resume() {
	i := h.random.IntN(len(h.paused))
	ref := h.paused[i]
	h.paused = slices.Delete(slices.Clone(h.paused), i, i+1)
	if !ref.Running() {
		violate("%s was to begin again, and is not under way", name(ref))
	}
	_, attempt, _, _ := ref.Begun()
	h.emit(flow.Event{Type: flow.StepStarted, Step: ref.ID(), Iteration: ref.Scope.Iteration, Attempt: attempt})
	s := h.find(ref.ID())
	if s.kind == respond && !h.state.Answered {
		h.emit(flow.Event{Type: flow.ResponseStored, AnswerStatus: 200})
	}
	h.begun = append(h.begun, &underWay{step: s, iteration: ref.Scope.Iteration, attempt: attempt})
}

// result is what a step comes to: what it was bound to, or nothing bad since it
// is well.
func (h *host) result(s *step, iteration []int) result {
	result := h.world.result(s, iteration)
	if h.decisions(len(h.events))[key(s.node.ID, iteration)] == healed {
		return result.well()
	}
	return result
}

// decisions are what people have decided about steps, and which steps are well,
// after so many events.
func (h *host) decisions(events int) map[string]string {
	decisions := map[string]string{}
	for _, v := range h.verdicts {
		if v.seq <= int64(events) {
			decisions[v.step] = v.what
		}
	}
	return decisions
}

// nextReopening is how many events there are before the execution is reopened, or
// reopened at the next step, from one of them on.
func (h *host) nextReopening(from int) int {
	for i := from; i < len(h.events); i++ {
		if h.events[i].Resumed {
			return i
		}
	}
	return len(h.events)
}

// resumptions is how often the execution was reopened at a step.
func (h *host) resumptions(name string) int {
	n := 0
	for i := range h.events {
		if e := &h.events[i]; e.Resumed && key(e.Step, e.Iteration) == name {
			n++
		}
	}
	return n
}

// ended are the steps that have ended, as far as that was not taken back.
func (h *host) ended() map[string]bool {
	ended := map[string]bool{}
	for i := range h.events {
		h.endOf(ended, &h.events[i])
	}
	return ended
}

// endOf notes in ended what an event says of the ends of steps: reopening one
// takes back its own and those of the each steps around it.
func (h *host) endOf(ended map[string]bool, e *flow.Event) {
	switch {
	case e.Type == flow.StepFinished:
		ended[key(e.Step, e.Iteration)] = true
	case e.Resumed:
		delete(ended, key(e.Step, e.Iteration))
		for depth, id := range h.world.plan.around(e.Step) {
			delete(ended, key(id, e.Iteration[:depth]))
		}
	}
}

// recount finds out anew which ends are committed.
func (h *host) recount() {
	committed := map[string]bool{}
	for i := range h.events[:h.committed] {
		h.endOf(committed, &h.events[i])
	}
	for i := range h.events[h.committed:] {
		if e := &h.events[h.committed+i]; e.Resumed {
			h.endOf(committed, e)
		}
	}
	h.done = committed
}

// failedBy are the steps by which the execution has failed, as the reference has
// it, and whether the reason of every one may pass.
func (h *host) failedBy() (steps map[string]bool, may bool) {
	steps = map[string]bool{}
	if h.state.Status() != flow.Failed {
		return steps, false
	}
	reasons := newReading(h.world, h.world.plan, nil, nil, h.decisions(len(h.events))).failures()
	may = true
	last := map[string]*flow.Event{}
	for i := range h.events {
		if e := &h.events[i]; e.Type == flow.StepFinished {
			last[key(e.Step, e.Iteration)] = e
		}
	}
	ended := h.ended()
	for _, reason := range reasons {
		if !ended[reason] {
			continue
		}
		steps[reason] = true
		may = may && last[reason].Failure.Retryable && h.find(last[reason].Step).kind != each
	}
	return steps, may && len(steps) > 0
}

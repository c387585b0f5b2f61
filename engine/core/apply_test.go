package core_test

import (
	"encoding/binary"
	"math"
	"reflect"
	"testing"

	"redial/engine/core"
	"redial/engine/flow"
)

// playground has a bit of everything: a step that is due, one that is not, one
// on a dead path, one that is disabled, an each step under way, one that is
// about to be closed, a wait, and a step that has settled.
func playground(t *testing.T) *script {
	t.Helper()
	s := newScript(t, []core.Node{
		{ID: "due"},
		{ID: "running"},
		{ID: "settled"},
		{ID: "open"},
		{ID: "dead"},
		{ID: "disabled", Pass: core.PassNull},
		{ID: "each", Inner: newGraph(t, steps("in")), Concurrency: 1},
		{ID: "closing", Inner: newGraph(t, steps("c")), Concurrency: 1},
		{ID: "broken", Inner: newGraph(t, steps("d")), Concurrency: 1},
		{ID: "fresh", Inner: newGraph(t, steps("e")), Concurrency: 1},
	}, "running->open", "settled.no->dead")
	s.start("running")
	s.take("settled", "yes")
	s.open("each", 2)
	s.open("closing", 0)
	s.open("broken", 1)
	s.fail("d[0]", "")
	return s
}

func TestApplyRefuses(t *testing.T) {
	t.Parallel()
	started, retrying, finished := flow.StepStarted, flow.StepRetrying, flow.StepFinished
	reason := &flow.Failure{Code: flow.FailedService}
	tests := []struct {
		name  string
		event flow.Event
	}{
		{"an unknown type", flow.Event{Type: "step.danced"}},
		{"a second beginning", flow.Event{Type: flow.ExecutionStarted}},
		{"an end without a status", flow.Event{Type: flow.ExecutionFinished}},
		{"an end that is none", flow.Event{Type: flow.ExecutionFinished, Status: flow.NeedsAttention}},
		{"success with steps to be run", flow.Event{Type: flow.ExecutionFinished, Status: flow.Succeeded}},
		{"an unknown step", event(started, "unknown")},
		{"an iteration of a step that has none", event(started, "due[0]")},
		{"an inner step without iteration", event(started, "in")},
		{"a round that is not open", event(started, "in[1]")},
		{"a round beyond the items", event(started, "in[2]")},
		{"a negative round", event(started, "in[-1]")},
		{"a round of a step that has not begun", event(started, "e[0]")},
		{"a start that is not due", event(started, "open")},
		{"a start on a dead path", event(started, "dead")},
		{"a start of a disabled step", event(started, "disabled")},
		{"a start of a settled step", event(started, "settled")},
		{"a second start of an each step", event(started, "each")},
		{"fewer than no items", flow.Event{Type: started, Step: "fresh", Items: -1}},
		{"too many items", flow.Event{Type: started, Step: "fresh", Items: core.MaxRounds + 1}},
		{"endless items", flow.Event{Type: started, Step: "fresh", Items: math.MaxInt}},
		{"a retry that is not due", event(retrying, "open")},
		{"a retry before the start", event(retrying, "due")},
		{"a retry of a settled step", event(retrying, "settled")},
		{"a retry of an each step", event(retrying, "each")},
		{"an end before its time", flow.Event{Type: finished, Step: "open", Outcome: flow.StepSucceeded}},
		{"a second end", flow.Event{Type: finished, Step: "settled", Outcome: flow.StepSucceeded}},
		{"an end without outcome", flow.Event{Type: finished, Step: "running"}},
		{"an unknown outcome", flow.Event{Type: finished, Step: "running", Outcome: "bored"}},
		{"a failure without reason", flow.Event{Type: finished, Step: "running", Outcome: flow.StepFailed}},
		{"success on a dead path", flow.Event{Type: finished, Step: "dead", Outcome: flow.StepSucceeded}},
		{"a dead path that is passed", flow.Event{Type: finished, Step: "dead", Outcome: flow.StepSkipped, Passed: true}},
		{"a disabled step that is not passed", flow.Event{Type: finished, Step: "disabled", Outcome: flow.StepSkipped}},
		{"a skip of a step that is to be run", flow.Event{Type: finished, Step: "due", Outcome: flow.StepSkipped}},
		{"the end of an each step with open rounds", flow.Event{Type: finished, Step: "each", Outcome: flow.StepSucceeded}},
		{"a failed each step with open rounds", flow.Event{Type: finished, Step: "each", Outcome: flow.StepFailed, Failure: reason}},
		{"a skip of an each step that has begun", flow.Event{Type: finished, Step: "closing", Outcome: flow.StepSkipped}},
		{"success of an each step with a failed round", flow.Event{Type: finished, Step: "broken", Outcome: flow.StepSucceeded}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := playground(t)
			next, status, seq := s.next(), s.state.Status(), s.state.LastSeq
			if err := s.try(test.event); err == nil {
				t.Fatal("no error")
			}
			if s.next() != next || s.state.Status() != status || s.state.LastSeq != seq {
				t.Error("the refused event has changed the state")
			}
		})
	}
}

func TestApplyRefusesNumbers(t *testing.T) {
	t.Parallel()
	for _, seq := range []int64{-1, 0, 1, 3, math.MaxInt64} {
		s := newScript(t, steps("a"))
		e := event(flow.StepStarted, "a")
		e.Seq = seq
		if err := s.state.Apply(&e); err == nil {
			t.Errorf("event %d follows event 1", seq)
		}
	}
}

func TestApplyRefusesWhatComesAfterTheEnd(t *testing.T) {
	t.Parallel()
	for _, status := range []flow.Status{flow.Failed, flow.Canceled} {
		s := newScript(t, steps("a"))
		s.apply(flow.Event{Type: flow.ExecutionFinished, Status: status})
		for _, e := range []flow.Event{
			event(flow.StepStarted, "a"),
			{Type: flow.ResponseStored},
			{Type: flow.ExecutionFinished, Status: status},
			{Type: flow.ExecutionStarted},
		} {
			if err := s.try(e); err == nil {
				t.Errorf("%s is possible after the execution %s", e.Type, status)
			}
		}
	}
}

func TestApplyRefusesStartsInAFailedScope(t *testing.T) {
	t.Parallel()
	s := newScript(t, append(steps("bad", "due", "slow"), core.Node{ID: "disabled", Pass: core.PassNull}))
	s.start("slow")
	s.fail("bad", "")
	for _, e := range []flow.Event{
		event(flow.StepStarted, "due"),
		{Type: flow.StepFinished, Step: "due", Outcome: flow.StepSucceeded},
		{Type: flow.StepFinished, Step: "disabled", Outcome: flow.StepSkipped, Passed: true},
	} {
		if err := s.try(e); err == nil {
			t.Errorf("%s of %s is possible after a failure", e.Type, e.Step)
		}
	}
	s.succeed("slow")
}

func TestOneAnswer(t *testing.T) {
	t.Parallel()
	s := newScript(t, steps("a"))
	s.apply(flow.Event{Type: flow.ResponseStored})
	if !s.state.Answered {
		t.Error("there is no answer")
	}
	if err := s.try(flow.Event{Type: flow.ResponseStored}); err == nil {
		t.Error("a second answer is stored")
	}
}

func TestFoldRefusesDamagedJournal(t *testing.T) {
	t.Parallel()
	g := newGraph(t, steps("a"))
	if _, err := core.Fold(g, []flow.Event{{Seq: 1, Type: flow.StepStarted, Step: "a"}}); err == nil {
		t.Error("a journal without a beginning can be folded")
	}
	if s, err := core.Fold(g, nil); err != nil || s.Status() != flow.Running {
		t.Errorf("an empty journal: %v", err)
	}
}

// FuzzApply feeds events to random graphs, some that the core has asked for and
// some that nobody has. None may panic, and one that is refused may not change
// anything.
func FuzzApply(f *testing.F) {
	for seed := range uint64(64) {
		data := make([]byte, 0, 512)
		for i := range uint64(64) {
			data = binary.LittleEndian.AppendUint64(data, (seed+1)*(i+1)*0x9E3779B97F4A7C15)
		}
		f.Add(seed, data)
	}
	f.Fuzz(func(t *testing.T, seed uint64, data []byte) {
		h := newHost(t, newWorld(seed, int(seed%largest)), seed)
		begin := flow.Event{Seq: 1, Type: flow.ExecutionStarted}
		if err := h.state.Apply(&begin); err != nil {
			t.Fatal(err)
		}
		source := &bytesSource{data: data[:min(len(data), 4096)]}
		for len(source.data) > 0 {
			h.disturb(t, source)
		}
		for ref := range h.everything() {
			_, _, _, _ = ref.Begun()
		}
	})
}

// bytesSource makes choices out of fuzzed bytes.
type bytesSource struct{ data []byte }

func (s *bytesSource) below(n int) int {
	if len(s.data) == 0 {
		return 0
	}
	b := s.data[0]
	s.data = s.data[1:]
	return int(b) % n
}

// everything are the steps that a host could hold at this moment.
func (h *host) everything() map[core.Ref]bool {
	refs := map[core.Ref]bool{}
	for _, c := range core.Next(h.state) {
		if c.Ref.Scope != nil {
			refs[c.Ref] = true
		}
	}
	for _, ref := range append(h.state.UnderWay(), h.state.Attention()...) {
		refs[ref] = true
	}
	return refs
}

// disturb does one thing that a host may do, in or out of turn.
func (h *host) disturb(t *testing.T, source *bytesSource) {
	t.Helper()
	switch source.below(16) {
	case 0:
		h.state.Cancel()
		return
	case 1, 2:
		for _, ref := range h.state.UnderWay() {
			h.state.Interrupt(ref)
		}
		return
	case 3:
		for ref := range h.everything() {
			h.state.Redo(ref)
		}
		return
	}
	e := h.fuzzedEvent(source)
	before := h.facts(h.state)
	if err := h.state.Apply(&e); err != nil {
		if after := h.facts(h.state); !reflect.DeepEqual(before, after) {
			t.Fatalf("a refused event changes the state from\n%s\nto\n%s", describe(before), describe(after))
		}
	} else if h.state.LastSeq != e.Seq {
		t.Fatalf("after event %d the last one is %d", e.Seq, h.state.LastSeq)
	}
}

func (h *host) fuzzedEvent(source *bytesSource) flow.Event {
	types := []flow.EventType{
		flow.StepStarted, flow.StepStarted, flow.StepFinished, flow.StepFinished, flow.StepFinished, flow.StepRetrying,
		flow.ResponseStored, flow.ExecutionFinished, flow.ExecutionStarted, "",
	}
	e := flow.Event{
		Seq: h.state.LastSeq + 1, Type: types[source.below(len(types))],
		Outcome: []flow.Outcome{flow.StepSucceeded, flow.StepSucceeded, flow.StepFailed, flow.StepSkipped, ""}[source.below(5)],
		Port:    []string{"", "", "yes", "no", "error"}[source.below(5)],
		Items:   []int{0, 1, 2, 5, -1, math.MaxInt}[source.below(6)],
		Status:  []flow.Status{flow.Succeeded, flow.Failed, flow.Canceled, flow.Running, ""}[source.below(5)],
		Passed:  source.below(4) == 0, Cancel: source.below(16) == 0,
	}
	if source.below(4) > 0 {
		e.Failure = &flow.Failure{Code: flow.FailedService, Message: "fuzzed"}
	}
	var candidates []core.Ref
	for _, c := range core.Next(h.state) {
		if c.Ref.Scope != nil {
			candidates = append(candidates, c.Ref)
		}
	}
	candidates = append(append(candidates, h.state.UnderWay()...), h.state.Attention()...)
	if len(candidates) > 0 && source.below(8) > 0 {
		ref := candidates[source.below(len(candidates))]
		e.Step, e.Iteration = ref.ID(), ref.Scope.Iteration
	} else if len(h.ids) > 0 {
		e.Step = h.ids[source.below(len(h.ids))]
		for range source.below(4) {
			e.Iteration = append(e.Iteration, source.below(6)-1)
		}
	}
	if source.below(32) == 0 {
		e.Seq += int64(source.below(5)) - 2
	}
	return e
}

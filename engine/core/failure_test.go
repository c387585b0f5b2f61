package core_test

import (
	"testing"

	"redial/engine/core"
	"redial/engine/flow"
)

// Contract section 4, "Failure", and section 3 on durability.
func TestFailure(t *testing.T) {
	t.Parallel()
	wait := func(id string) core.Node { return core.Node{ID: id, Waits: true} }
	tests := []struct {
		name   string
		nodes  []core.Node
		play   func(*script)
		next   string
		status flow.Status
	}{
		{"nothing under way", steps("a"), func(s *script) { s.fail("a", "") }, "finish failed", flow.Running},
		{"nothing new starts", steps("a", "b"), func(s *script) { s.fail("a", "") }, "finish failed", flow.Running},
		{
			"calls under way finish", steps("a", "b"),
			func(s *script) { s.start("b"); s.fail("a", "") }, "", flow.Running,
		},
		{
			"calls under way have finished", steps("a", "b"),
			func(s *script) { s.start("b"); s.fail("a", ""); s.succeed("b") }, "finish failed", flow.Running,
		},
		{
			"a wait under way holds up nothing", []core.Node{{ID: "a"}, wait("b")},
			func(s *script) { s.start("b"); s.fail("a", "") }, "finish failed", flow.Running,
		},
		{
			"what nobody knows holds up the end", steps("a", "b"),
			func(s *script) { s.start("b"); s.state.Interrupt(s.ref("b")); s.fail("a", "") }, "", flow.NeedsAttention,
		},
		{
			"what nobody knew is decided", steps("a", "b"),
			func(s *script) {
				s.start("b")
				s.state.Interrupt(s.ref("b"))
				s.fail("a", "")
				s.succeed("b")
			}, "finish failed", flow.Running,
		},
		{
			"a decision to try again", steps("a", "b"),
			func(s *script) {
				s.start("b")
				s.state.Interrupt(s.ref("b"))
				s.fail("a", "")
				s.state.Redo(s.ref("b"))
				s.start("b")
			}, "", flow.Running,
		},
		{
			"one that is held does not begin", steps("a", "b"),
			func(s *script) { s.state.Hold(s.ref("a")) }, "run b", flow.Running,
		},
		{
			"all that is left is held", steps("a"),
			func(s *script) { s.state.Hold(s.ref("a")) }, "", flow.NeedsAttention,
		},
		{
			"one that was held begins", steps("a", "b"),
			func(s *script) { s.state.Hold(s.ref("a")); s.start("b"); s.state.Redo(s.ref("a")) }, "run a", flow.Running,
		},
		{
			"a wait is not held", []core.Node{wait("a")},
			func(s *script) { s.state.Hold(s.ref("a")) }, "run a", flow.Running,
		},
		{
			"others go on while one needs attention", steps("a", "b"),
			func(s *script) { s.start("a"); s.state.Interrupt(s.ref("a")) }, "run b", flow.Running,
		},
		{
			"attention comes before waiting", []core.Node{{ID: "a"}, wait("b")},
			func(s *script) { s.start("a", "b"); s.state.Interrupt(s.ref("a")) }, "", flow.NeedsAttention,
		},
		{"a wait", []core.Node{wait("a")}, func(s *script) { s.start("a") }, "", flow.Waiting},
		{
			"a wait beside a call", []core.Node{wait("a"), {ID: "b"}},
			func(s *script) { s.start("a", "b") }, "", flow.Running,
		},
		{
			"cancel: nothing new starts", steps("a", "b"),
			func(s *script) { s.start("a"); s.state.Cancel() }, "", flow.Running,
		},
		{
			"cancel: calls under way were aborted", steps("a", "b"),
			func(s *script) { s.start("a"); s.state.Cancel(); s.fail("a", "") }, "finish canceled", flow.Running,
		},
		{
			"cancel: waits hold up nothing", []core.Node{wait("a")},
			func(s *script) { s.start("a"); s.state.Cancel() }, "finish canceled", flow.Running,
		},
		{
			"cancel: what nobody knows holds up nothing", steps("a"),
			func(s *script) { s.start("a"); s.state.Interrupt(s.ref("a")); s.state.Cancel() }, "finish canceled", flow.Running,
		},
		{
			"the end", steps("a"),
			func(s *script) {
				s.succeed("a")
				s.apply(flow.Event{Type: flow.ExecutionFinished, Status: flow.Succeeded})
				s.state.Cancel()
			}, "", flow.Succeeded,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, test.nodes)
			test.play(s)
			s.wants(test.next, test.status)
		})
	}
}

func TestFirstFailureCounts(t *testing.T) {
	t.Parallel()
	s := newScript(t, steps("a", "b"))
	s.start("a", "b")
	s.fail("b", "")
	s.fail("a", "")
	if s.state.Failure.Message != "b" {
		t.Errorf("the execution fails because of %q, wanted the first failure", s.state.Failure.Message)
	}
}

func TestFailureNotOfAStep(t *testing.T) {
	t.Parallel()
	s := newScript(t, steps("a"))
	s.apply(flow.Event{Type: flow.ExecutionFinished, Status: flow.Failed, Failure: &flow.Failure{Message: "lost"}})
	if s.state.Failure == nil || s.state.Failure.Message != "lost" {
		t.Errorf("the failure is %v", s.state.Failure)
	}
}

// A process that dies between the first canceled step and the end of the
// execution must not go on with it after a restart.
func TestCancelSurvivesRestart(t *testing.T) {
	t.Parallel()
	nodes := []core.Node{{ID: "a", OnError: flow.OnErrorContinue}, {ID: "b"}}
	s := newScript(t, nodes, "a->b")
	s.start("a")
	e := event(flow.StepFinished, "a")
	e.Outcome, e.Failure, e.Cancel = flow.StepFailed, &flow.Failure{Code: flow.FailedCanceled}, true
	s.apply(e)
	s.wants("finish canceled", flow.Running)
}

// Only steps that are under way can be interrupted, and only undecided ones
// taken up again.
func TestInterruptAndRedoLeaveOthersAlone(t *testing.T) {
	t.Parallel()
	s := newScript(t, append(looped(newGraph(t, []core.Node{{ID: "in", Waits: true}, {ID: "bad"}}), goesOn),
		core.Node{ID: "due"}, core.Node{ID: "done"}), "each->after")
	s.succeed("done")
	s.open("each", 1)
	s.start("in[0]")
	lost := s.ref("in[0]")
	places := []core.Ref{lost, s.ref("each"), s.ref("due"), s.ref("done"), s.ref("after")}
	s.fail("bad[0]", "")
	for _, ref := range places {
		s.state.Interrupt(ref)
		s.state.Redo(ref)
	}
	if n := len(s.state.Attention()); n > 0 {
		t.Errorf("%d steps need attention", n)
	}
	if lost.Running() || lost.Due() || lost.Undecided() {
		t.Error("a step of a round that has ended is still under way")
	}
	s.wants("run due, close each", flow.Running)
}

// A timer may fire for a wait whose each step has ended meanwhile.
func TestRoundsCutShortAreNotUnderWay(t *testing.T) {
	t.Parallel()
	inner := newGraph(t, []core.Node{{ID: "wait", Waits: true}, {ID: "bad"}})
	s := newScript(t, looped(inner, func(each *core.Node) { each.Concurrency, each.OnError = 2, flow.OnErrorContinue }))
	s.open("each", 2)
	s.start("wait[0]", "wait[1]")
	waits := []core.Ref{s.ref("wait[0]"), s.ref("wait[1]")}
	s.fail("bad[0]", "")
	s.do()
	for _, ref := range waits {
		if ref.Running() {
			t.Errorf("%s still waits", name(ref))
		}
	}
	if err := s.try(flow.Event{Type: flow.StepFinished, Step: "wait", Iteration: []int{1}, Outcome: flow.StepSucceeded}); err == nil {
		t.Error("a step of a round that was cut short is settled")
	}
	s.wants("run after", flow.Running)
}

// A host that goes through the answer of Next asks before each command whether
// those before it have made it void.
func TestDueTellsVoidCommands(t *testing.T) {
	t.Parallel()
	s := newScript(t, []core.Node{{ID: "a"}, {ID: "b"}, {ID: "c", Pass: core.PassNull}})
	commands := core.Next(s.state)
	for _, c := range commands {
		if !c.Ref.Due() {
			t.Errorf("%s is not due", name(c.Ref))
		}
	}
	s.fail("a", "")
	for _, c := range commands {
		if c.Ref.Due() {
			t.Errorf("%s is due after a failure", name(c.Ref))
		}
	}
}

func TestBegun(t *testing.T) {
	t.Parallel()
	s := newScript(t, steps("a"))
	first := event(flow.StepStarted, "a")
	first.At, first.Attempt, first.Child = epoch, 1, "child"
	s.apply(first)
	retrying := event(flow.StepRetrying, "a")
	retrying.Attempt, retrying.Until = 2, epoch.Add(5)
	s.apply(retrying)
	at, attempt, until, child := s.ref("a").Begun()
	if at != epoch || attempt != 2 || until != epoch.Add(5) || child != "child" {
		t.Errorf("begun at %v, attempt %d, until %v, child %q", at, attempt, until, child)
	}
}

package core

import (
	"fmt"

	"redial/engine/flow"
)

// Apply brings the state forward by one event. An event that cannot have
// happened (a gap in the numbers, a step that was not due or is settled, an
// execution that has ended) is an error and changes nothing: it is a duplicate,
// or the journal is damaged or belongs to another version.
func (s *State) Apply(e *flow.Event) error {
	if err := s.possible(e); err != nil {
		return fmt.Errorf("event %d is impossible: %w", e.Seq, err)
	}
	s.LastSeq = e.Seq
	s.use(e)
	switch e.Type {
	case flow.ExecutionStarted:
	case flow.ResponseStored:
		s.Answered = true
	case flow.ExecutionFinished:
		s.status = e.Status
		s.canceling = e.Status == flow.Canceled
		if e.Failure != nil {
			s.Failure = e.Failure
		}
	case flow.StepStarted:
		s.start(s.step(e), e)
	case flow.StepRetrying:
		n := s.step(e).state()
		if e.Resumed {
			n.before, n.resumed = n.attempt, e.At
		}
		n.attempt, n.until, n.failure = e.Attempt, e.Until, e.Failure
	case flow.StepFinished:
		// A cancel that has left a trace holds after a restart, too.
		s.canceling = s.canceling || e.Cancel
		s.finish(s.step(e), e)
	}
	return nil
}

// step is the one that a possible event is about.
func (s *State) step(e *flow.Event) Ref {
	ref, _ := s.find(e.Step, e.Iteration)
	return ref
}

func (s *State) start(ref Ref, e *flow.Event) {
	n := ref.state()
	again := n.phase != due
	s.setPhase(ref, running)
	if !again {
		n.started = e.At // a later attempt does not move the step's start
	}
	n.attempt, n.until, n.child, n.failure = e.Attempt, e.Until, e.Child, nil
	if ref.node().Inner != nil && !again {
		s.openEach(ref, e.Items)
	}
}

// setPhase keeps the counts of steps under way. Each steps are not counted, as
// their inner steps are, and neither are those that merely wait.
func (s *State) setPhase(ref Ref, to phase) {
	n := ref.state()
	from := n.phase
	n.phase = to
	if from == due {
		s.due.drop(ref)
	}
	if ref.node().Inner != nil {
		return
	}
	s.attention += count(to == attention) - count(from == attention)
	if ref.node().Waits {
		return
	}
	delta := count(to.begun()) - count(from.begun())
	for scope := ref.Scope; scope != nil; scope = scope.parent.Scope {
		scope.calls += delta
		if around := scope.parent; around.Scope != nil {
			around.state().each.calls += delta
		}
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (s *State) finish(ref Ref, e *flow.Event) {
	n, node := ref.state(), ref.node()
	if n.each != nil {
		s.closeEach(ref)
	}
	s.setPhase(ref, settled)
	n.failure = nil
	n.output, n.ran = e.Output, e.Outcome != flow.StepSkipped
	ref.Scope.left--
	if e.Final {
		s.halt(e.Failure)
		return
	}

	arrives := e.Outcome == flow.StepSucceeded || e.Passed
	if e.Outcome == flow.StepFailed {
		switch node.OnError {
		case flow.OnErrorContinue, flow.OnErrorRoute:
			n.output = map[string]any{"error": e.Failure.Object()}
			arrives = true
		default:
			s.fail(ref, e)
			return
		}
	}
	s.settleEdges(ref, arrives, e.Port)
	s.endRounds(ref.Scope)
}

// settleEdges tells the steps behind a settled one whether its edge to them has
// arrived or is dead.
func (s *State) settleEdges(ref Ref, arrives bool, port string) {
	for _, e := range ref.node().out {
		to := &ref.Scope.nodes[e.to]
		to.settled++
		if arrives && e.port == port {
			to.arrived++
		}
		if to.settled == ref.Scope.graph.Nodes[e.to].in {
			to.phase = due
			s.due.add(Ref{ref.Scope, e.to})
		}
	}
}

// fail records the failure of a step that ends its scope, and with it an each
// step that does not go on without a round.
func (s *State) fail(ref Ref, e *flow.Event) {
	scope := ref.Scope
	if scope.failure == nil {
		scope.failure = e.Failure
	}
	if scope == s.Root {
		s.Failure = scope.failure
	} else if each := scope.parent.state().each; each.failure == nil && !scope.parent.node().ContinueRounds {
		each.failure = scope.failure
	}
	s.endRounds(scope)
}

// halt lets nothing new start anywhere. Rounds that are open stay so.
func (s *State) halt(failure *flow.Failure) {
	if s.Root.failure == nil {
		s.Root.failure, s.Failure = failure, failure
	}
}

// Cancel asks for the execution to end. Steps under way are for the host to
// abort.
func (s *State) Cancel() { s.canceling = s.canceling || !s.status.Ended() }

// Canceling reports whether a cancel was asked for.
func (s *State) Canceling() bool { return s.canceling }

// Interrupt marks a step that was under way when its process died and whose
// effect may or may not have happened: a person has to decide. It is no event,
// as it follows from the events at every restart. Steps that are not under way
// or merely wait are left alone.
func (s *State) Interrupt(ref Ref) {
	if s.within(ref) && ref.state().phase == running && ref.node().Inner == nil && !ref.node().Waits {
		s.setPhase(ref, attention)
	}
}

// Hold keeps a step that is due from beginning: a person has to decide about it
// first. Like Interrupt it is no event. Each steps and those that merely wait are
// left alone.
func (s *State) Hold(ref Ref) {
	if s.within(ref) && ref.state().phase == due && ref.node().Inner == nil && !ref.node().Waits {
		s.setPhase(ref, attention)
		ref.state().held = true
	}
}

// Redo puts a step that needed attention under way again; one that was held is
// due again. Other steps are left alone.
func (s *State) Redo(ref Ref) {
	if !s.within(ref) || ref.state().phase != attention {
		return
	}
	if !ref.state().held {
		s.setPhase(ref, running)
		return
	}
	s.setPhase(ref, due)
	ref.state().held = false
	s.due.add(ref)
}

// within reports whether the step's scope is still open.
func (s *State) within(ref Ref) bool {
	found, ok := s.find(ref.ID(), ref.Scope.Iteration)
	return ok && found == ref
}

// Find is the step an ID and an iteration name, if its scope is open.
func (s *State) Find(id string, iteration []int) (Ref, bool) { return s.find(id, iteration) }

package core

import (
	"fmt"

	"redial/engine/flow"
)

// Apply brings the state forward by one event. An event that cannot have
// happened (a gap in the numbers, a step that was not due) is an error: the
// journal is damaged or belongs to another version.
func (s *State) Apply(e *flow.Event) error {
	if e.Seq != s.LastSeq+1 {
		return fmt.Errorf("event %d follows event %d", e.Seq, s.LastSeq)
	}
	s.LastSeq = e.Seq
	switch e.Type {
	case flow.ExecutionStarted:
		return nil
	case flow.ResponseStored:
		s.Answered = true
		return nil
	case flow.ExecutionFinished:
		s.status = e.Status
		return nil
	case flow.StepStarted, flow.StepRetrying, flow.StepFinished:
		ref, ok := s.find(e.Step, e.Iteration)
		if !ok {
			return fmt.Errorf("event %d: there is no step %s%v under way", e.Seq, e.Step, e.Iteration)
		}
		return s.applyStep(ref, e)
	default:
		return fmt.Errorf("event %d has the unknown type %q", e.Seq, e.Type)
	}
}

func (s *State) applyStep(ref Ref, e *flow.Event) error {
	n := ref.state()
	if n.phase == settled {
		return fmt.Errorf("event %d: step %s%v is settled already", e.Seq, e.Step, e.Iteration)
	}
	switch e.Type {
	case flow.StepStarted:
		if n.phase == open {
			return fmt.Errorf("event %d: step %s%v was not due", e.Seq, e.Step, e.Iteration)
		}
		s.start(ref, e)
	case flow.StepRetrying:
		n.attempt, n.until = e.Attempt, e.Until
	case flow.StepFinished:
		s.finish(ref, e)
	}
	return nil
}

func (s *State) start(ref Ref, e *flow.Event) {
	n := ref.state()
	s.setPhase(ref, running)
	n.started, n.attempt, n.until, n.child = e.At, e.Attempt, e.Until, e.Child
	if ref.node().Inner != nil {
		s.openEach(ref, e.Items)
	}
}

// setPhase keeps the counts of steps under way. Each steps are not counted:
// their inner steps are.
func (s *State) setPhase(ref Ref, to phase) {
	n := ref.state()
	from := n.phase
	n.phase = to
	if from == due {
		s.drop(ref)
	}
	if ref.node().Inner != nil {
		return
	}
	delta := count(to == running) - count(from == running)
	if ref.node().Waits {
		s.waits += delta
	} else {
		for scope := ref.Scope; scope != nil; scope = scope.parent.Scope {
			scope.calls += delta
		}
	}
	s.attention += count(to == attention) - count(from == attention)
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// drop takes a step off the list of due ones.
func (s *State) drop(ref Ref) {
	for i := range s.due {
		if s.due[i] == ref {
			s.due = append(s.due[:i], s.due[i+1:]...)
			return
		}
	}
}

func (s *State) finish(ref Ref, e *flow.Event) {
	n, node := ref.state(), ref.node()
	if n.each != nil {
		s.closeEach(ref)
	}
	s.setPhase(ref, settled)
	n.output, n.ran = e.Output, e.Outcome != flow.StepSkipped
	ref.Scope.left--

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
			s.due = append(s.due, Ref{ref.Scope, e.to})
		}
	}
}

// fail records the failure of a step that ends its scope.
func (s *State) fail(ref Ref, e *flow.Event) {
	scope := ref.Scope
	if scope.failure == nil {
		scope.failure = e.Failure
	}
	if scope == s.Root {
		s.Failure = scope.failure
	}
	s.endRounds(scope)
}

// Cancel asks for the execution to end. Steps under way are for the host to
// abort.
func (s *State) Cancel() { s.canceling = !s.status.Ended() }

// Canceling reports whether a cancel was asked for.
func (s *State) Canceling() bool { return s.canceling }

// Interrupt marks a step that was under way when its process died and whose
// effect may or may not have happened: a person has to decide. It is no event,
// as it follows from the events at every restart.
func (s *State) Interrupt(ref Ref) { s.setPhase(ref, attention) }

// Redo puts a step that needed attention under way again.
func (s *State) Redo(ref Ref) { s.setPhase(ref, running) }

// Find is the step an ID and an iteration name, if its scope is open.
func (s *State) Find(id string, iteration []int) (Ref, bool) { return s.find(id, iteration) }

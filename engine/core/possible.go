package core

import (
	"errors"
	"fmt"

	"redial/engine/flow"
)

// MaxRounds is how many rounds an each step can have. A host fails a step that
// has more items.
const MaxRounds = 1_000_000

// possible says what speaks against an event. It changes nothing.
func (s *State) possible(e *flow.Event) error {
	switch {
	case e.Seq != s.LastSeq+1:
		return fmt.Errorf("it follows event %d", s.LastSeq)
	case s.LastSeq == 0 && e.Type != flow.ExecutionStarted:
		return fmt.Errorf("an execution begins with %s, not with %s", flow.ExecutionStarted, e.Type)
	case s.status.Ended():
		return errors.New("the execution has ended already")
	}
	switch e.Type {
	case flow.ExecutionStarted:
		if s.LastSeq > 0 {
			return errors.New("the execution has started already")
		}
	case flow.ResponseStored:
		if s.Answered {
			return errors.New("an answer is stored already")
		}
	case flow.ExecutionFinished:
		return s.possibleEnd(e.Status)
	case flow.StepStarted, flow.StepRetrying, flow.StepFinished:
		return s.possibleStep(e)
	default:
		return fmt.Errorf("its type %q is unknown", e.Type)
	}
	return nil
}

// possibleEnd lets a host end an execution that cannot go on, but not as a
// success.
func (s *State) possibleEnd(status flow.Status) error {
	if !status.Ended() {
		return fmt.Errorf("an execution does not end as %q", status)
	}
	if status == flow.Succeeded && (s.Root.left > 0 || s.Root.failure != nil) {
		return errors.New("the execution cannot succeed: steps have failed or are not settled")
	}
	return nil
}

func (s *State) possibleStep(e *flow.Event) error {
	ref, ok := s.find(e.Step, e.Iteration)
	if !ok {
		return fmt.Errorf("there is no step %s%v under way", e.Step, e.Iteration)
	}
	if err := s.possibleFor(ref, e); err != nil {
		return fmt.Errorf("step %s%v: %w", e.Step, e.Iteration, err)
	}
	return nil
}

func (s *State) possibleFor(ref Ref, e *flow.Event) error {
	n := ref.state()
	switch {
	case n.phase == settled:
		return errors.New("it is settled already")
	case n.phase == open:
		return errors.New("it was not due")
	case (n.phase == due || n.each != nil) && (s.canceling || ref.Scope.stopped()):
		return errors.New("nothing new may start after a failure or a cancel")
	}
	switch e.Type {
	case flow.StepStarted:
		return possibleStart(ref, e)
	case flow.StepRetrying:
		if n.phase != running || n.each != nil {
			return errors.New("there is no attempt under way")
		}
		return nil
	default:
		return possibleFinish(ref, e)
	}
}

func possibleStart(ref Ref, e *flow.Event) error {
	n := ref.state()
	switch {
	case n.each != nil:
		return errors.New("its rounds are under way already")
	case n.phase == due && command(ref).Kind != Run:
		return errors.New("it is skipped, not run")
	case ref.node().Inner != nil && (e.Items < 0 || e.Items > MaxRounds):
		return fmt.Errorf("it cannot have %d rounds", e.Items)
	}
	return nil
}

func possibleFinish(ref Ref, e *flow.Event) error {
	switch e.Outcome {
	case flow.StepSucceeded, flow.StepSkipped:
		if e.Final {
			return errors.New("what ends the execution is a failure")
		}
	case flow.StepFailed:
		if e.Failure == nil {
			return errors.New("it failed for no reason")
		}
	default:
		return fmt.Errorf("its outcome %q is unknown", e.Outcome)
	}
	n, skipped := ref.state(), e.Outcome == flow.StepSkipped
	switch {
	case n.each != nil && !n.each.closing:
		return errors.New("its rounds have not come to an end")
	case n.each != nil && (skipped || n.each.failure != nil && e.Outcome != flow.StepFailed):
		return fmt.Errorf("its rounds have not come to the outcome %s", e.Outcome)
	case n.phase == due:
		if c := command(ref); skipped != (c.Kind == Skip) || e.Passed != c.Passed {
			return fmt.Errorf("the edges into it do not lead to the outcome %s", e.Outcome)
		}
	}
	return nil
}

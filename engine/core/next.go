package core

import "redial/engine/flow"

// Command is one thing that a host has to do. It is done when the event that
// says so has been applied.
type Command struct {
	Kind CommandKind
	// Ref is the step it is about, for all but Finish.
	Ref Ref
	// Passed is for Skip: the edges of the step arrive nevertheless.
	Passed bool
	// Output and Failure are for Close: what the each step ends with.
	Output  any
	Failure *flow.Failure
	// Status is for Finish.
	Status flow.Status
}

// CommandKind is what to do.
type CommandKind uint8

// The commands.
const (
	Run    CommandKind = iota // begin the step: report step.started or step.finished
	Skip                      // report step.finished, skipped
	Close                     // report step.finished of an each step
	Finish                    // report execution.finished
)

// Next says what is to be done now. It changes nothing; asking again without
// applying an event gives the same answer. Nothing to do and not ended means
// that steps are under way, or that the execution needs attention.
func Next(s *State) []Command {
	if s.status.Ended() {
		return nil
	}
	if s.canceling {
		return finishIf(s.Root.calls == 0, flow.Canceled)
	}
	// Who merely waits does not hold up a failure, but an undecided outcome does.
	if s.Root.failure != nil {
		return finishIf(s.Root.calls == 0 && s.attention == 0, flow.Failed)
	}
	live := s.live()
	if len(live) == 0 {
		return finishIf(s.Root.calls == 0 && s.waits == 0 && s.attention == 0, flow.Succeeded)
	}
	commands := make([]Command, 0, len(live))
	for _, ref := range live {
		commands = append(commands, command(ref))
	}
	return commands
}

func finishIf(done bool, status flow.Status) []Command {
	if !done {
		return nil
	}
	return []Command{{Kind: Finish, Status: status}}
}

// live are the due steps that are not held back by a failure around them.
func (s *State) live() []Ref {
	var live []Ref
	for _, ref := range s.due {
		if !ref.Scope.stopped() {
			live = append(live, ref)
		}
	}
	return live
}

func command(ref Ref) Command {
	node, state := ref.node(), ref.state()
	switch {
	case state.each != nil:
		return Command{Kind: Close, Ref: ref, Output: state.each.output(), Failure: state.each.failure}
	case node.in > 0 && state.arrived == 0, node.Pass == PassSkipped:
		return Command{Kind: Skip, Ref: ref}
	case node.Pass == PassNull:
		return Command{Kind: Skip, Ref: ref, Passed: true}
	default:
		return Command{Kind: Run, Ref: ref}
	}
}

// stopped reports whether a failure in this scope or around it keeps its steps
// from starting.
func (c *Scope) stopped() bool {
	for scope := c; scope != nil; scope = scope.parent.Scope {
		if scope.failure != nil {
			return true
		}
		if each := scope.parent; each.Scope != nil && each.state().each.failure != nil {
			return true
		}
	}
	return false
}

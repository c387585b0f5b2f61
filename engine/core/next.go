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
	if status, ends := s.ending(); ends {
		return []Command{{Kind: Finish, Status: status}}
	}
	if s.stopping() {
		return nil
	}
	if s.due.len() == 0 {
		return nil
	}
	commands := make([]Command, 0, s.due.len())
	s.due.live(func(ref Ref) bool {
		commands = append(commands, command(ref))
		return true
	})
	return commands
}

// ending says whether and how the execution is to be finished now.
func (s *State) ending() (status flow.Status, ends bool) {
	switch {
	case s.canceling:
		return flow.Canceled, s.Root.calls == s.attention
	case s.Root.failure != nil:
		// Who merely waits does not hold up a failure, but an undecided outcome does.
		return flow.Failed, s.Root.calls == 0
	default:
		return flow.Succeeded, s.Root.left == 0
	}
}

// wanting reports whether Next has something to ask for.
func (s *State) wanting() (wanting bool) {
	if _, ends := s.ending(); ends || s.stopping() {
		return ends
	}
	s.due.live(func(Ref) bool {
		wanting = true
		return false
	})
	return wanting
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
	for scope := c; ; scope = scope.parent.Scope {
		if scope.failure != nil {
			return true
		}
		if scope.parent.Scope == nil {
			return false
		}
		if each := scope.parent.state().each; each == nil || each.failure != nil {
			return true
		}
	}
}

package core

import (
	"slices"

	"redial/engine/flow"
)

// eachState is the progress of an each step.
type eachState struct {
	scopes   []*Scope // of the rounds that are open, by index
	results  []any
	begun    int
	finished int
	failure  *flow.Failure // of the round that ended the step
	closing  bool
}

// openEach begins the rounds of an each step.
func (s *State) openEach(ref Ref, items int) {
	ref.state().each = &eachState{scopes: make([]*Scope, items), results: make([]any, items)}
	s.advanceEach(ref)
}

// advanceEach begins as many rounds as may run at once, and makes the step due
// to be closed when no more will come.
func (s *State) advanceEach(ref Ref) {
	node, each := ref.node(), ref.state().each
	for each.failure == nil && each.begun < len(each.scopes) && each.begun-each.finished < node.Concurrency {
		index := each.begun
		each.begun++
		iteration := append(slices.Clone(ref.Scope.Iteration), index)
		round := s.openScope(node.Inner, ref, iteration)
		each.scopes[index] = round
		s.endRound(ref, index, round) // it may be empty
	}
	done := each.finished == len(each.scopes)
	if each.failure != nil {
		done = each.calls() == 0 && !s.undecided(ref.Scope)
	}
	if done && !each.closing {
		each.closing = true
		s.due = append(s.due, ref)
	}
}

// calls are the steps under way in its open rounds.
func (e *eachState) calls() int {
	n := 0
	for _, round := range e.scopes {
		if round != nil {
			n += round.calls
		}
	}
	return n
}

// undecided reports whether a person has to settle a step of the scope.
func (s *State) undecided(scope *Scope) bool {
	return s.attention > 0 && len(scope.collect(attention, nil)) > 0
}

// output is the list of results in the order of the items.
func (e *eachState) output() any {
	if e.failure != nil {
		return nil
	}
	return e.results
}

// endRounds settles the round that the scope is, and those around it, as far as
// they have come to their end.
func (s *State) endRounds(scope *Scope) {
	for ; scope != nil; scope = scope.parent.Scope {
		if ref, index, ok := scope.Round(); ok {
			s.endRound(ref, index, scope)
		}
	}
}

func (s *State) endRound(ref Ref, index int, round *Scope) {
	each := ref.state().each
	if each == nil || each.scopes[index] != round {
		return
	}
	failed := round.failure != nil && round.calls == 0 && !s.undecided(round)
	if round.left > 0 && !failed {
		if each.failure != nil {
			s.advanceEach(ref)
		}
		return
	}
	each.scopes[index] = nil
	each.finished++
	if !failed {
		each.results[index] = round.result()
	} else {
		s.abandon(round)
		if ref.node().ContinueRounds {
			each.results[index] = map[string]any{"error": round.failure.Object()}
		} else if each.failure == nil {
			each.failure = round.failure
		}
	}
	s.advanceEach(ref)
}

// abandon forgets the steps of a scope that will not be settled any more: those
// that were due and those that still wait.
func (s *State) abandon(scope *Scope) {
	s.waits -= len(scope.collect(running, nil))
	s.due = slices.DeleteFunc(s.due, func(ref Ref) bool { return ref.Scope.within(scope) })
}

func (c *Scope) within(outer *Scope) bool {
	for scope := c; scope != nil; scope = scope.parent.Scope {
		if scope == outer {
			return true
		}
	}
	return false
}

// result is what a round puts out: the output of its only succeeded step
// without edges out of it, or an object of them by ID.
func (c *Scope) result() any {
	outputs := map[string]any{}
	var only any
	for i := range c.nodes {
		if c.graph.Nodes[i].terminal() && c.nodes[i].ran {
			only = c.nodes[i].output
			outputs[c.graph.Nodes[i].ID] = only
		}
	}
	if len(outputs) == 1 {
		return only
	}
	return outputs
}

// closeEach lets go of an each step's rounds; those still open are abandoned.
func (s *State) closeEach(ref Ref) {
	s.drop(ref)
	for _, round := range ref.state().each.scopes {
		if round != nil {
			s.abandon(round)
		}
	}
	ref.state().each = nil
}

package core

import (
	"slices"

	"redial/engine/flow"
)

// eachState is the progress of an each step.
type eachState struct {
	scopes   []*Scope // of the rounds that are open, by index
	results  []any
	first    int // no round before it is open
	begun    int
	finished int
	calls    int           // as those of a scope, of all rounds
	failure  *flow.Failure // of the round that ends the step
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
		iteration := append(slices.Clone(ref.Scope.Iteration), each.begun)
		round := s.openScope(node.Inner, ref, iteration)
		each.scopes[each.begun] = round
		each.begun++
		if round.left == 0 {
			each.end(round)
		}
	}
	done := each.finished == len(each.scopes)
	if each.failure != nil {
		done = each.calls == 0
	}
	if done && !each.closing {
		each.closing = true
		s.due.add(ref)
	}
}

// open are the rounds from the first to the last open one; those that have
// ended are nil.
func (e *eachState) open() []*Scope { return e.scopes[e.first:e.begun] }

// end lets go of a round that has come to its end.
func (e *eachState) end(round *Scope) {
	index := round.index()
	if round.failure != nil {
		e.results[index] = map[string]any{"error": round.failure.Object()}
	} else {
		e.results[index] = round.result()
	}
	e.scopes[index] = nil
	e.finished++
	for e.first < e.begun && e.scopes[e.first] == nil {
		e.first++
	}
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
	for ; scope.parent.Scope != nil; scope = scope.parent.Scope {
		s.endRound(scope)
	}
}

func (s *State) endRound(round *Scope) {
	each := round.parent.state().each
	over := round.left == 0
	if round.failure != nil {
		over = round.calls == 0
	}
	if over {
		s.abandon(round)
		each.end(round)
	}
	if over || each.failure != nil {
		s.advanceEach(round.parent)
	}
}

// abandon forgets the steps of a scope that will not be settled any more: those
// that are due and those that still wait.
func (s *State) abandon(scope *Scope) {
	if scope.left == 0 {
		return
	}
	for i := range scope.nodes {
		ref := Ref{scope, i}
		n := ref.state()
		switch {
		case n.each != nil:
			s.closeEach(ref)
		case n.phase == due:
			s.due.drop(ref)
		}
		if n.phase != settled {
			n.phase = open // for good
		}
	}
}

// closeEach lets go of an each step's rounds; those still open are abandoned.
func (s *State) closeEach(ref Ref) {
	each := ref.state().each
	if each.closing {
		s.due.drop(ref)
	}
	for _, round := range each.open() {
		if round != nil {
			s.abandon(round)
		}
	}
	ref.state().each = nil
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

package core

import (
	"fmt"
	"slices"

	"redial/engine/flow"
)

// Failed is a step by which an execution has failed.
type Failed struct {
	Ref     Ref
	Failure *flow.Failure
}

// Reopen is the state of a failed execution as if the failures that have ended it
// had not happened, and the steps that failed. They are under way in it; for each
// the host reports a step.retrying that is Resumed, all in one batch, before
// anything else. From these events Fold knows what does not count any more.
//
// Everything else is as it was: steps that have settled stay so, also those of
// the rounds of an each step that has failed with one of its rounds.
//
// ok is false if the execution has not failed, or one of the failures will not
// pass by itself.
func Reopen(g *Graph, events []flow.Event) (s *State, failed []Failed, ok bool, err error) {
	if len(events) == 0 || events[len(events)-1].Status != flow.Failed {
		return nil, nil, false, nil
	}
	h := newHistory(g, events)
	ends := h.fatal()
	for _, i := range ends {
		if events[i].Final || !events[i].Failure.Retryable || g.node(events[i].Step).Inner != nil {
			return nil, nil, false, nil
		}
		h.takeBack(&events[i])
	}
	if len(ends) == 0 {
		return nil, nil, false, nil
	}
	if s, err = h.fold(); err != nil {
		return nil, nil, false, err
	}
	for _, i := range ends {
		ref, found := s.find(events[i].Step, events[i].Iteration)
		if !found || !ref.Running() {
			return nil, nil, false, nil // it was never begun
		}
		failed = append(failed, Failed{ref, events[i].Failure})
	}
	return s, failed, true, nil
}

// history is a journal in which some events do not count any more: those by which
// the execution failed before it was taken up again.
type history struct {
	graph  *Graph
	events []flow.Event
	struck []bool         // nil: all count
	ends   map[string]int // where the end of a step stands that counts
	end    int            // where that of the execution stands; -1: nowhere
}

func newHistory(g *Graph, events []flow.Event) *history {
	h := &history{graph: g, events: events, struck: make([]bool, len(events)), ends: map[string]int{}, end: -1}
	for i := range events {
		switch e := &events[i]; e.Type {
		case flow.StepFinished:
			h.ends[placeKey(e.Step, e.Iteration)] = i
		case flow.ExecutionFinished:
			h.end = i
		case flow.StepRetrying:
			if e.Resumed {
				h.takeBack(e)
			}
		case flow.ExecutionStarted, flow.StepStarted, flow.ResponseStored:
		}
	}
	return h
}

func placeKey(id string, iteration []int) string { return fmt.Sprint(id, iteration) }

// takeBack strikes out the end of a step, those of the each steps around it, and
// that of the execution.
func (h *history) takeBack(e *flow.Event) {
	h.strike(placeKey(e.Step, e.Iteration))
	for depth, each := range h.graph.around(e.Step) {
		if depth < len(e.Iteration) {
			h.strike(placeKey(each.ID, e.Iteration[:depth]))
		}
	}
	if h.end >= 0 {
		h.struck[h.end] = true
		h.end = -1
	}
}

func (h *history) strike(key string) {
	if i, ended := h.ends[key]; ended {
		h.struck[i] = true
		delete(h.ends, key)
	}
}

// fatal is where the failures stand that have ended the execution, in order. Of
// an each step that failed with a round they are those of the round.
func (h *history) fatal() []int {
	var ends []int
	around := map[string]bool{} // each steps with one of them inside
	for i := range h.events {
		e := &h.events[i]
		if h.struck[i] || e.Type != flow.StepFinished || e.Outcome != flow.StepFailed ||
			around[placeKey(e.Step, e.Iteration)] || !e.Final && !h.graph.endsAll(e.Step) {
			continue
		}
		ends = append(ends, i)
		for depth, each := range h.graph.around(e.Step) {
			around[placeKey(each.ID, e.Iteration[:depth])] = true
		}
	}
	return ends
}

// fold is the state that the events lead to that count.
func (h *history) fold() (*State, error) {
	s := NewState(h.graph)
	for i := range h.events {
		e := &h.events[i]
		if h.struck[i] && e.Seq == s.LastSeq+1 {
			s.LastSeq = e.Seq
			continue
		}
		if err := s.Apply(e); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// around are the each steps around a step, the outermost first.
func (g *Graph) around(id string) []*Node {
	p := g.index[id]
	nodes := make([]*Node, len(p.around))
	for depth, i := range p.around {
		nodes[depth] = &g.Nodes[i]
		g = g.Nodes[i].Inner
	}
	return nodes
}

// node is the step of an ID, wherever it stands.
func (g *Graph) node(id string) *Node {
	p := g.index[id]
	for _, i := range p.around {
		g = g.Nodes[i].Inner
	}
	return &g.Nodes[p.node]
}

// endsAll reports whether the execution fails when the step does.
func (g *Graph) endsAll(id string) bool {
	if _, known := g.index[id]; !known {
		return false
	}
	handled := func(n *Node) bool { return n.OnError == flow.OnErrorContinue || n.OnError == flow.OnErrorRoute }
	return !handled(g.node(id)) && !slices.ContainsFunc(g.around(id), func(each *Node) bool {
		return each.ContinueRounds || handled(each)
	})
}

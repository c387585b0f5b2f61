package core

import (
	"time"

	"redial/engine/flow"
)

// State is where an execution stands. It is changed by Apply, Cancel, Interrupt,
// Hold and Redo alone, and belongs to one goroutine.
type State struct {
	Root *Scope
	// Failure is why the execution fails or failed.
	Failure *flow.Failure
	// Answered is true once an answer was stored.
	Answered bool
	// LastSeq is the number of the newest event.
	LastSeq int64

	status    flow.Status
	canceling bool
	due       queue // steps that Next may ask for
	attention int   // steps whose outcome a person has to settle
	usage     Usage
}

// Scope is one set of steps that run together: those of the flow, or those of
// one round of an each step.
type Scope struct {
	// Iteration holds the round's index in each enclosing each step.
	Iteration []int

	graph   *Graph
	parent  Ref // the each step this is a round of; its Scope is nil for the root
	nodes   []nodeState
	left    int // steps that are not settled
	calls   int // steps begun that do not merely wait, undecided ones and inner rounds included
	failure *flow.Failure
}

// Ref names one step of one scope.
type Ref struct {
	Scope *Scope
	Node  int
}

// ID is the step's ID.
func (r Ref) ID() string { return r.node().ID }

func (r Ref) node() *Node       { return &r.Scope.graph.Nodes[r.Node] }
func (r Ref) state() *nodeState { return &r.Scope.nodes[r.Node] }

type phase uint8

const (
	open      phase = iota // edges into it are not settled
	due                    // to be run, skipped or closed
	running                // begun
	attention              // interrupted; a person has to decide
	settled
)

// begun reports whether a step in this phase was started and is not settled.
func (p phase) begun() bool { return p == running || p == attention }

type nodeState struct {
	phase   phase
	place   int // in the queue of due steps
	settled int // edges into it that are settled
	arrived int // edges into it that have arrived
	attempt int
	before  int // attempts that were made before the execution was last reopened
	started time.Time
	resumed time.Time // when it was; zero: never
	until   time.Time
	child   string
	failure *flow.Failure // of the attempt before the pause that the step is in
	ran     bool
	held    bool // needs attention before it has begun
	output  any
	each    *eachState
}

// NewState is the state of an execution that has no events yet.
func NewState(g *Graph) *State {
	s := &State{status: flow.Running}
	s.Root = s.openScope(g, Ref{}, nil)
	return s
}

// Fold is the state that the events lead to. Failures that were taken back by a
// step.retrying that is Resumed do not count: see Reopen.
func Fold(g *Graph, events []flow.Event) (*State, error) {
	for i := range events {
		if events[i].Resumed {
			return newHistory(g, events).fold()
		}
	}
	s := NewState(g)
	for i := range events {
		if err := s.Apply(&events[i]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *State) openScope(g *Graph, parent Ref, iteration []int) *Scope {
	scope := &Scope{
		Iteration: iteration, graph: g, parent: parent,
		nodes: make([]nodeState, len(g.Nodes)), left: len(g.Nodes),
	}
	for i := range g.Nodes {
		if g.Nodes[i].in == 0 {
			scope.nodes[i].phase = due
			s.due.add(Ref{scope, i})
		}
	}
	return scope
}

// Status is where the execution stands, as people see it.
func (s *State) Status() flow.Status {
	switch {
	case s.status.Ended():
		return s.status
	case s.Root.calls > s.attention || s.wanting():
		return flow.Running
	case s.attention > 0:
		return flow.NeedsAttention
	default:
		return flow.Waiting // nothing else could bring it on
	}
}

// stopping reports whether nothing new may start.
func (s *State) stopping() bool { return s.canceling || s.Root.failure != nil }

// Output is what a step has put out, as seen from within the scope: its own
// steps first, then those of the scopes around it. ran is false for a step that
// was skipped or has not settled.
func (c *Scope) Output(id string) (output any, ran bool) {
	for scope := c; scope != nil; scope = scope.parent.Scope {
		if i, ok := scope.graph.own(id); ok {
			n := &scope.nodes[i]
			return n.output, n.ran && n.phase == settled
		}
	}
	return nil, false
}

// Round is the each step that the scope is a round of, and the round's index.
// ok is false for the root scope.
func (c *Scope) Round() (each Ref, index int, ok bool) {
	if c.parent.Scope == nil {
		return Ref{}, 0, false
	}
	return c.parent, c.index(), true
}

// index is that of a round.
func (c *Scope) index() int { return c.Iteration[len(c.Iteration)-1] }

// Begun says when the step was started, with which attempt it is under way,
// until when it waits and which execution it started.
func (r Ref) Begun() (at time.Time, attempt int, until time.Time, child string) {
	n := r.state()
	return n.started, n.attempt, n.until, n.child
}

// Tries is how many attempts were made since the step was started, or since the
// execution was reopened at it.
func (r Ref) Tries() int { n := r.state(); return n.attempt - n.before }

// Since is when the step was started, or when the execution was reopened at it:
// then again is true.
func (r Ref) Since() (at time.Time, again bool) {
	n := r.state()
	if n.resumed.IsZero() {
		return n.started, false
	}
	return n.resumed, true
}

// Pausing reports whether the step pauses between two attempts, and why the
// last one failed.
func (r Ref) Pausing() (last *flow.Failure, yes bool) {
	n := r.state()
	return n.failure, n.phase == running && !n.until.IsZero() && !r.node().Waits
}

// Stopped reports whether a failure around the step keeps anything new from
// starting there.
func (r Ref) Stopped() bool { return r.Scope.stopped() }

// find leads from an event's step and iteration to the step's place. ok is
// false when there is no such step or its round is not open.
func (s *State) find(id string, iteration []int) (Ref, bool) {
	p, ok := s.Root.graph.index[id]
	if !ok || len(p.around) != len(iteration) {
		return Ref{}, false
	}
	scope := s.Root
	for depth, each := range p.around {
		rounds := scope.nodes[each].each
		if rounds == nil || iteration[depth] >= len(rounds.scopes) || iteration[depth] < 0 {
			return Ref{}, false
		}
		if scope = rounds.scopes[iteration[depth]]; scope == nil {
			return Ref{}, false
		}
	}
	return Ref{scope, p.node}, true
}

// UnderWay are the steps that have begun and not settled, each steps aside, in
// the order of the graph. After a restart they are what the host goes on with.
// An execution that has ended has none, though a wait may have been cut short.
func (s *State) UnderWay() []Ref { return s.inPhase(running) }

// Attention are the steps whose outcome a person has to settle. An execution
// that has ended has none.
func (s *State) Attention() []Ref { return s.inPhase(attention) }

func (s *State) inPhase(wanted phase) []Ref {
	if s.status.Ended() {
		return nil
	}
	return s.Root.collect(wanted, nil)
}

func (c *Scope) collect(wanted phase, found []Ref) []Ref {
	for i := range c.nodes {
		n := &c.nodes[i]
		if n.each != nil {
			for _, round := range n.each.open() {
				if round != nil {
					found = round.collect(wanted, found)
				}
			}
			continue
		}
		if n.phase == wanted {
			found = append(found, Ref{c, i})
		}
	}
	return found
}

// Due reports whether a command about the step still stands: it may begin, or
// be closed, now.
func (r Ref) Due() bool {
	n := r.state()
	closing := n.each != nil && n.each.closing
	return (n.phase == due || closing) && !r.Scope.stopped()
}

// Running reports whether the step has begun and has not settled.
func (r Ref) Running() bool { return r.state().phase == running }

// Held reports whether the step needs attention although it has not begun.
func (r Ref) Held() bool { return r.Undecided() && r.state().held }

// Undecided reports whether a person has to settle the step.
func (r Ref) Undecided() bool { return r.state().phase == attention }

// Package core decides what happens next in an execution, and nothing else. It
// is pure: no clock, no I/O, no goroutines, no expressions. The state of an
// execution is a function of its graph and its events; hosts (the engine, the
// simulator of the tests) carry out what Next asks for and report it by Apply.
//
// # Edges
//
// An edge is open until the step it comes from is settled, and then arrived or
// dead. A step is due once every edge into it is settled: it runs if at least
// one has arrived, and is skipped if all are dead, which makes its own edges
// dead. So branches come together again without a merge step.
//
// # Scopes
//
// The steps of the flow stand in the root scope. Every round of an each step is
// a scope of its own below the scope of that step. A step that fails with
// on_error "fail" fails its scope: nothing new starts in it. The root scope
// failing is the execution failing.
package core

import (
	"fmt"
	"slices"

	"redial/engine/flow"
)

// Graph is the compiled shape of a flow, or of the inside of an each step.
type Graph struct {
	Nodes []Node
	index map[string]place // of every step, the inner ones too; root graph only
	depth int
}

// place leads to a node: the each steps around it, outermost first, and its
// position within the innermost graph.
type place struct {
	around []int
	node   int
}

// Node is one step as the core sees it.
type Node struct {
	ID      string
	OnError flow.ErrorMode
	// Pass says what becomes of the step instead of running it.
	Pass Pass
	// Inner is the graph of an each step, nil for all other steps.
	Inner *Graph
	// Concurrency is how many rounds of an each step run at once, at least 1.
	Concurrency int
	// ContinueRounds lets an each step go on when a round has failed.
	ContinueRounds bool
	// Waits marks a step that does nothing but wait for a time.
	Waits bool

	out []edge
	in  int
}

// Pass says whether a step is run.
type Pass uint8

// How a node is passed.
const (
	PassNone    Pass = iota // it is run
	PassNull                // disabled: its default edges arrive, its output is null
	PassSkipped             // disabled branch or respond: skipped, its edges are dead
)

type edge struct {
	port string
	to   int
}

// NewGraph joins nodes by edges. Edges name nodes by ID; unknown ones and a
// cycle are errors, as are two nodes with one ID.
func NewGraph(nodes []Node, edges []flow.Edge) (*Graph, error) {
	g := &Graph{Nodes: slices.Clone(nodes), index: make(map[string]place, len(nodes))}
	for i := range nodes {
		if err := g.add(nodes[i].ID, place{node: i}); err != nil {
			return nil, err
		}
		inner := nodes[i].Inner
		if inner == nil {
			continue
		}
		if nodes[i].Concurrency < 1 {
			return nil, fmt.Errorf("step %s runs %d rounds at once; at least one is needed", nodes[i].ID, nodes[i].Concurrency)
		}
		g.depth = max(g.depth, inner.depth+1)
		for id, p := range inner.index {
			if err := g.add(id, place{append([]int{i}, p.around...), p.node}); err != nil {
				return nil, err
			}
		}
	}
	if err := g.join(edges); err != nil {
		return nil, err
	}
	return g, g.checkAcyclic()
}

func (g *Graph) add(id string, p place) error {
	if _, taken := g.index[id]; taken {
		return fmt.Errorf("the ID %s names two steps", id)
	}
	g.index[id] = p
	return nil
}

func (g *Graph) join(edges []flow.Edge) error {
	for _, e := range edges {
		from, ok := g.own(e.From)
		if !ok {
			return fmt.Errorf("edge %s: there is no step %s", e, e.From)
		}
		to, ok := g.own(e.To)
		if !ok {
			return fmt.Errorf("edge %s: there is no step %s", e, e.To)
		}
		g.Nodes[from].out = append(g.Nodes[from].out, edge{e.Port, to})
		g.Nodes[to].in++
	}
	return nil
}

// own finds a node of this very graph.
func (g *Graph) own(id string) (int, bool) {
	p, ok := g.index[id]
	return p.node, ok && len(p.around) == 0
}

func (g *Graph) checkAcyclic() error {
	open := make([]int, len(g.Nodes))
	var due []int
	for i := range g.Nodes {
		if open[i] = g.Nodes[i].in; open[i] == 0 {
			due = append(due, i)
		}
	}
	seen := 0
	for ; seen < len(due); seen++ {
		for _, e := range g.Nodes[due[seen]].out {
			if open[e.to]--; open[e.to] == 0 {
				due = append(due, e.to)
			}
		}
	}
	if seen < len(g.Nodes) {
		return fmt.Errorf("the edges go round in a circle")
	}
	return nil
}

// terminal reports whether no edge leaves the node.
func (n *Node) terminal() bool { return len(n.out) == 0 }

// Downstream are the steps that can be reached from a step of this very graph
// along its edges, by ID. ok is false if there is no such step.
func (g *Graph) Downstream(id string) (behind map[string]bool, ok bool) {
	start, ok := g.own(id)
	if !ok {
		return nil, false
	}
	behind = map[string]bool{}
	for front := []int{start}; len(front) > 0; front = front[1:] {
		for _, e := range g.Nodes[front[0]].out {
			if to := g.Nodes[e.to].ID; !behind[to] {
				behind[to] = true
				front = append(front, e.to)
			}
		}
	}
	return behind, true
}

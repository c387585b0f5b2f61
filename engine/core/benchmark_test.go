package core_test

import (
	"fmt"
	"testing"

	"redial/engine/core"
	"redial/engine/flow"
)

// chain is a graph of n steps one after the other.
func chain(n int) ([]core.Node, []flow.Edge) {
	nodes, edges := make([]core.Node, n), make([]flow.Edge, 0, n)
	for i := range nodes {
		nodes[i].ID = fmt.Sprintf("s%d", i)
		if i > 0 {
			edges = append(edges, flow.Edge{From: nodes[i-1].ID, To: nodes[i].ID})
		}
	}
	return nodes, edges
}

// fan is a graph of one step, n steps side by side behind it, and one behind
// them all.
func fan(n int) ([]core.Node, []flow.Edge) {
	nodes, edges := []core.Node{{ID: "first"}, {ID: "last"}}, make([]flow.Edge, 0, 2*n)
	for i := range n {
		id := fmt.Sprintf("s%d", i)
		nodes = append(nodes, core.Node{ID: id})
		edges = append(edges, flow.Edge{From: "first", To: id}, flow.Edge{From: id, To: "last"})
	}
	return nodes, edges
}

// loop is a graph of an each step with two inner steps.
func loop(concurrency int, continues bool) ([]core.Node, []flow.Edge) {
	inner, edges := chain(2)
	graph, err := core.NewGraph(inner, edges)
	if err != nil {
		panic(err)
	}
	return []core.Node{{ID: "each", Inner: graph, Concurrency: concurrency, ContinueRounds: continues}}, nil
}

// drive runs a graph whose every step is a call, with Next and Status asked
// after each round of commands as the engine does. All calls of a round are
// under way together. It returns the events.
func drive(tb testing.TB, g *core.Graph, rounds int, fails bool) []flow.Event {
	tb.Helper()
	s := core.NewState(g)
	var events []flow.Event
	apply := func(e flow.Event) {
		e.Seq = s.LastSeq + 1
		if err := s.Apply(&e); err != nil {
			tb.Fatal(err)
		}
		events = append(events, e)
		_ = s.Status()
	}
	apply(flow.Event{Type: flow.ExecutionStarted})
	for !s.Status().Ended() {
		var begun []core.Ref
		for _, c := range core.Next(s) {
			switch c.Kind {
			case core.Finish:
				apply(flow.Event{Type: flow.ExecutionFinished, Status: c.Status})
			case core.Close:
				apply(flow.Event{Type: flow.StepFinished, Step: c.Ref.ID(), Outcome: flow.StepSucceeded, Output: c.Output})
			case core.Run, core.Skip:
				apply(flow.Event{Type: flow.StepStarted, Step: c.Ref.ID(), Iteration: c.Ref.Scope.Iteration, Items: rounds})
				if c.Ref.ID() != "each" {
					begun = append(begun, c.Ref)
				}
			}
		}
		for _, ref := range begun {
			e := flow.Event{Type: flow.StepFinished, Step: ref.ID(), Iteration: ref.Scope.Iteration, Outcome: flow.StepSucceeded}
			if fails {
				e.Outcome, e.Failure = flow.StepFailed, failure(e.Step, e.Iteration)
			}
			apply(e)
		}
	}
	return events
}

// BenchmarkCore drives large executions, and folds them. The time per step must
// not grow with the number of steps.
func BenchmarkCore(b *testing.B) {
	graphs := []struct {
		name   string
		steps  int
		rounds int
		fails  bool
		build  func() ([]core.Node, []flow.Edge)
	}{
		{"chain/100", 100, 0, false, func() ([]core.Node, []flow.Edge) { return chain(100) }},
		{"chain/1000", 1000, 0, false, func() ([]core.Node, []flow.Edge) { return chain(1000) }},
		{"fan/100", 102, 0, false, func() ([]core.Node, []flow.Edge) { return fan(100) }},
		{"fan/1000", 1002, 0, false, func() ([]core.Node, []flow.Edge) { return fan(1000) }},
		{"rounds/1000", 2000, 1000, false, func() ([]core.Node, []flow.Edge) { return loop(1, false) }},
		{"rounds/10000", 20000, 10000, false, func() ([]core.Node, []flow.Edge) { return loop(1, false) }},
		{"rounds/10000/together", 20000, 10000, false, func() ([]core.Node, []flow.Edge) { return loop(10000, false) }},
		{"rounds/10000/failing", 10000, 10000, true, func() ([]core.Node, []flow.Edge) { return loop(10000, true) }},
	}
	for _, bench := range graphs {
		nodes, edges := bench.build()
		g, err := core.NewGraph(nodes, edges)
		if err != nil {
			b.Fatal(err)
		}
		perStep := func(b *testing.B) {
			b.Helper()
			b.ReportAllocs()
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*bench.steps), "ns/step")
		}
		b.Run(bench.name+"/drive", func(b *testing.B) {
			for b.Loop() {
				drive(b, g, bench.rounds, bench.fails)
			}
			perStep(b)
		})
		events := drive(b, g, bench.rounds, bench.fails)
		b.Run(bench.name+"/fold", func(b *testing.B) {
			for b.Loop() {
				if _, err := core.Fold(g, events); err != nil {
					b.Fatal(err)
				}
			}
			perStep(b)
		})
	}
}

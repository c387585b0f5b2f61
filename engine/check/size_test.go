package check_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"redial/engine/check"
	"redial/engine/flow"
)

// large is a flow of the largest size: a fifth of its steps answer or branch.
func large(steps, edges int) *flow.Flow {
	random := rand.New(rand.NewPCG(1, 2))
	f := &flow.Flow{Slug: "large", Settings: flow.DefaultSettings(), Trigger: flow.Trigger{Uses: "webhook"}}
	for i := range steps {
		s := flow.Step{ID: fmt.Sprintf("s%d", i), Uses: "transform"}
		s.With = flow.Object{{Name: "set", Value: flow.Object{{Name: "n", Value: "{{ trigger.body.n + 1 }}"}}}}
		switch i % 10 {
		case 3:
			s.Uses, s.With = "branch", flow.Object{{Name: "paths", Value: []any{
				flow.Object{{Name: "name", Value: "x"}, {Name: "when", Value: "trigger.body.x"}},
				flow.Object{{Name: "name", Value: "y"}},
			}}}
		case 7:
			s.Uses, s.With = "respond", nil
		}
		f.Steps = append(f.Steps, s)
	}
	port := func(i int) string {
		if f.Steps[i].Uses == "branch" {
			return []string{"x", "y"}[random.IntN(2)]
		}
		return flow.DefaultPort
	}
	for i := range edges {
		e := flow.Edge{From: flow.TriggerID, To: f.Steps[i%steps].ID}
		if to := i % steps; to > 0 {
			from := random.IntN(to)
			e.From, e.Port = f.Steps[from].ID, port(from)
		}
		f.Edges = append(f.Edges, e)
	}
	return f
}

func TestLargestFlow(t *testing.T) {
	t.Parallel()
	_, found := check.Flow(large(flow.MaxSteps, flow.MaxEdges), library())
	if len(found) == 0 {
		t.Error("a flow with a hundred answers has no problem")
	}
}

// A chain is as deep as a flow can be.
func TestLongestChain(t *testing.T) {
	t.Parallel()
	f := large(flow.MaxSteps, 0)
	f.Settings.Mode = flow.Async
	for i := range f.Steps {
		f.Steps[i].Uses, f.Steps[i].With = "transform", flow.Object{{Name: "set", Value: flow.Object{{Name: "n", Value: int64(1)}}}}
		from := flow.TriggerID
		if i > 0 {
			from = f.Steps[i-1].ID
		}
		f.Edges = append(f.Edges, flow.Edge{From: from, To: f.Steps[i].ID})
	}
	if _, found := check.Flow(f, library()); len(found) > 0 {
		t.Errorf("got %v", found)
	}
	f.Edges = append(f.Edges, flow.Edge{From: f.Steps[flow.MaxSteps-1].ID, To: f.Steps[0].ID})
	_, found := check.Flow(f, library())
	if len(found) != 1 || found[0].Code != flow.CodeCycle || len(found[0].Message) > 300 {
		t.Errorf("got %v", found)
	}
}

func BenchmarkLargestFlow(b *testing.B) {
	f, l := large(flow.MaxSteps, flow.MaxEdges), library()
	b.ReportAllocs()
	for b.Loop() {
		check.Flow(f, l)
	}
}

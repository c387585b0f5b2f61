package canvas_test

import (
	"fmt"
	"io"
	"testing"

	"redial/designer/canvas"
	"redial/engine/flow"
)

// sized is a flow of so many steps: branches that come together again.
func sized(steps int) *flow.Flow {
	f := &flow.Flow{Slug: "sized", Name: "Sized", Trigger: flow.Trigger{Uses: "webhook"}}
	uses := []string{"branch", "acme/check-inventory", "transform", "http", "quickbooks/create-invoice"}
	id := func(i int) string {
		if i < 0 {
			return flow.TriggerID
		}
		return fmt.Sprintf("step_%d", i)
	}
	for i := range steps {
		s := flow.Step{ID: id(i), Name: fmt.Sprintf("Step %d", i), Uses: uses[i%5], With: flow.Object{
			{Name: "sku", Value: "{{ trigger.body.sku }}"}, {Name: "url", Value: "https://example.com/{{ trigger.body.id }}"},
		}}
		if i%5 == 0 {
			s.With = flow.Object{{Name: "paths", Value: []any{
				flow.Object{{Name: "name", Value: "yes"}, {Name: "when", Value: "trigger.body.quantity >= 3"}},
				flow.Object{{Name: "name", Value: "no"}},
			}}}
		}
		f.Steps = append(f.Steps, s)
		switch i % 5 {
		case 0: // after the last step of both ways
			f.Edges = append(f.Edges, flow.Edge{From: id(i - 1), To: id(i)})
			if i > 0 {
				f.Edges = append(f.Edges, flow.Edge{From: id(i - 2), To: id(i)})
			}
		case 1:
			f.Edges = append(f.Edges, flow.Edge{From: id(i - 1), Port: "yes", To: id(i)})
		case 2:
			f.Edges = append(f.Edges, flow.Edge{From: id(i - 2), Port: "no", To: id(i)})
		default:
			f.Edges = append(f.Edges, flow.Edge{From: id(i - 2), To: id(i)})
		}
	}
	return f
}

func BenchmarkBuild(b *testing.B) {
	for _, steps := range []int{10, 200, 1000} {
		f := sized(steps)
		b.Run(fmt.Sprint(steps), func(b *testing.B) {
			for b.Loop() {
				canvas.Build(f, library, nil)
			}
		})
	}
}

// The worst: as many edges as there may be, between any steps.
func BenchmarkBuildDense(b *testing.B) {
	f := dense()
	for b.Loop() {
		canvas.Build(f, library, nil)
	}
}

func dense() *flow.Flow {
	f := sized(flow.MaxSteps)
	for i := 0; len(f.Edges) < flow.MaxEdges; i++ {
		from := i * 7919 % (flow.MaxSteps - 1)
		to := from + 1 + i*104729%(flow.MaxSteps-1-from)
		f.Edges = append(f.Edges, flow.Edge{From: f.Steps[from].ID, To: f.Steps[to].ID})
	}
	return f
}

func BenchmarkView(b *testing.B) {
	for _, steps := range []int{10, 200, 1000} {
		g := canvas.Build(sized(steps), library, nil)
		b.Run(fmt.Sprint(steps), func(b *testing.B) {
			for b.Loop() {
				if err := canvas.View(g, canvas.Options{}).Render(b.Context(), io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestLargestFlow(t *testing.T) {
	t.Parallel()
	g := canvas.Build(dense(), library, nil)
	if len(g.Cards) != flow.MaxSteps+1 {
		t.Errorf("there are %d cards", len(g.Cards))
	}
	for _, e := range g.Edges {
		if e.From.Right() >= e.To.X {
			t.Fatalf("the edge %s -> %s does not lead to the right", e.From.ID, e.To.ID)
		}
	}
}

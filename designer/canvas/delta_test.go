package canvas_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"redial/designer/canvas"
	"redial/engine/flow"
)

// draw draws a flow like another drawing.
func draw(t testing.TB, f *flow.Flow, problems []flow.Problem, like *canvas.Drawing) *canvas.Drawing {
	t.Helper()
	drawing, err := canvas.Draw(t.Context(), canvas.Build(f, library, problems), canvas.Options{}, like)
	if err != nil {
		t.Fatal(err)
	}
	return drawing
}

// placed is a flow of three steps that have positions.
func placed() *flow.Flow {
	at := func(x float64) *flow.Position { return &flow.Position{X: x, Y: 40} }
	return &flow.Flow{Slug: "placed", Trigger: flow.Trigger{Uses: "webhook", At: at(0)}, Body: flow.Body{
		Steps: []flow.Step{
			{ID: "a", Uses: "transform", At: at(320)},
			{ID: "b", Uses: "transform", At: at(640)},
			{ID: "c", Uses: "transform", At: at(960)},
		},
		Edges: []flow.Edge{{From: "trigger", To: "a"}, {From: "a", To: "b"}, {From: "b", To: "c"}},
	}}
}

func TestDelta(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name           string
		change         func(f *flow.Flow)
		problems       []flow.Problem
		cards, removed []string
		edges, cut     []string
		order          []string
	}{
		{name: "nothing", change: func(*flow.Flow) {}},
		{
			name: "a step moved", change: func(f *flow.Flow) { f.Steps[1].At = &flow.Position{X: 640, Y: 200} },
			cards: []string{"b"}, edges: []string{"a->b", "b->c"},
		},
		{
			name: "a title", change: func(f *flow.Flow) { f.Steps[1].Name = "Price" },
			cards: []string{"a", "b"}, // a says where it leads
		},
		{
			name: "a step added", change: func(f *flow.Flow) {
				f.Steps = append(f.Steps, flow.Step{ID: "d", Uses: "transform", At: &flow.Position{X: 1280, Y: 40}})
				f.Edges = append(f.Edges, flow.Edge{From: "c", To: "d"})
			},
			cards: []string{"c", "d"}, edges: []string{"c->d"}, order: []string{"trigger", "a", "b", "c", "d"},
		},
		{
			name: "a step removed", change: func(f *flow.Flow) {
				f.Steps, f.Edges = slices.Delete(f.Steps, 1, 2), []flow.Edge{{From: "trigger", To: "a"}, {From: "a", To: "c"}}
			},
			cards: []string{"a"}, removed: []string{"b"}, edges: []string{"a->c"}, cut: []string{"a->b", "b->c"},
			order: []string{"trigger", "a", "c"},
		},
		{
			name: "another port", change: func(f *flow.Flow) {
				f.Steps[0].OnError = flow.OnErrorRoute
				f.Edges[1].Port = flow.ErrorPort
			},
			cards: []string{"a"}, edges: []string{"a.error->b"}, cut: []string{"a->b"},
		},
		{
			name: "a problem", change: func(*flow.Flow) {},
			problems: []flow.Problem{{Severity: flow.SeverityError, Message: "no", Step: "c"}}, cards: []string{"c"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before := draw(t, placed(), nil, nil)
			f := placed()
			test.change(f)
			delta := draw(t, f, test.problems, before).Since(before)
			var cards, edges []string
			for _, card := range delta.Cards {
				cards = append(cards, card.ID)
				if !strings.HasPrefix(card.HTML, "<li") || !strings.Contains(card.HTML, `data-step="`+card.ID+`"`) {
					t.Errorf("card %s is %s", card.ID, card.HTML)
				}
			}
			for _, edge := range delta.Edges {
				edges = append(edges, edge.Key)
				if !strings.HasPrefix(edge.HTML, "<path") {
					t.Errorf("edge %s is %s", edge.Key, edge.HTML)
				}
			}
			for _, list := range []struct {
				what      string
				got, want []string
			}{
				{"cards", cards, test.cards},
				{"removed", delta.Removed, test.removed},
				{"edges", edges, test.edges},
				{"removed edges", delta.RemovedEdges, test.cut},
				{"order", delta.Order, test.order},
			} {
				if !slices.Equal(list.got, list.want) {
					t.Errorf("%s: got %v, want %v", list.what, list.got, list.want)
				}
			}
			if delta.Full {
				t.Error("it is full")
			}
		})
	}
}

func TestDeltaWithoutAnEarlierDrawingIsFull(t *testing.T) {
	t.Parallel()
	twice := placed()
	twice.Steps[2].Uses = "each"
	twice.Steps[2].Do = &flow.Body{Steps: []flow.Step{{ID: "a", Uses: "transform"}}}
	one := draw(t, placed(), nil, nil)
	for name, delta := range map[string]*canvas.Delta{
		"nothing before":       one.Since(nil),
		"an ID twice":          draw(t, twice, nil, one).Since(one),
		"an ID twice, earlier": one.Since(draw(t, twice, nil, nil)),
	} {
		if !delta.Full || len(delta.Cards) < 4 || len(delta.Cards) != len(delta.Order) || len(delta.Edges) != 3 {
			t.Errorf("%s: full %t, %d cards, %d edges", name, delta.Full, len(delta.Cards), len(delta.Edges))
		}
	}
}

// A drawing that takes over from another one is the same as one from scratch.
func TestDrawingTakesOver(t *testing.T) {
	t.Parallel()
	var last *canvas.Drawing
	for steps := 3; steps < 60; steps += 7 {
		f := sized(steps)
		f.Steps[steps/2].Name = fmt.Sprint("Renamed ", steps)
		last = draw(t, f, []flow.Problem{{Message: fmt.Sprint(steps), Step: f.Steps[steps/3].ID, Line: steps}}, last)
		fresh := draw(t, f, []flow.Problem{{Message: fmt.Sprint(steps), Step: f.Steps[steps/3].ID, Line: steps}}, nil)
		if delta := last.Since(fresh); len(delta.Cards)+len(delta.Edges)+len(delta.Removed)+len(delta.RemovedEdges) > 0 {
			t.Fatalf("%d steps: they differ in %+v", steps, delta)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	for _, steps := range []int{200, 1000} {
		before := draw(b, sized(steps), nil, nil)
		f := sized(steps)
		f.Steps[steps/2].Name = "Another"
		g := canvas.Build(f, library, nil)
		b.Run(fmt.Sprint(steps), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				drawing, err := canvas.Draw(b.Context(), g, canvas.Options{}, before)
				if err != nil {
					b.Fatal(err)
				}
				drawing.Since(before)
			}
		})
	}
}

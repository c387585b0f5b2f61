package canvas_test

import (
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"redial/designer/canvas"
	"redial/engine/components"
	"redial/engine/flow"
	"redial/engine/outbound"
	"redial/engine/step"
)

var library = step.NewLibrary(components.Embedded(), outbound.New(outbound.Options{}))

// drawnFlow is a random flow without cycles, with branches, frames in frames
// and failing steps.
func drawnFlow(t *rapid.T) *flow.Flow {
	f := &flow.Flow{Slug: "random", Trigger: flow.Trigger{Uses: "webhook"}}
	n := 0
	f.Body = *drawnBody(t, &n, 0)
	return f
}

func drawnBody(t *rapid.T, n *int, depth int) *flow.Body {
	b := &flow.Body{}
	for range rapid.IntRange(1, 9).Draw(t, "steps") {
		s := flow.Step{ID: fmt.Sprintf("s%d", *n), Uses: "transform"}
		*n++
		switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
		case kind == 0:
			s.Uses, s.With = "branch", flow.Object{{Name: "paths", Value: []any{
				flow.Object{{Name: "name", Value: "a"}, {Name: "when", Value: "trigger.body.a"}},
				flow.Object{{Name: "name", Value: "b"}},
			}}}
		case kind == 1 && depth < 2:
			s.Uses, s.Do = "each", drawnBody(t, n, depth+1)
		case kind == 2:
			s.OnError = flow.OnErrorRoute
		}
		b.Steps = append(b.Steps, s)
	}
	ids := []string{}
	if depth == 0 {
		ids = append(ids, flow.TriggerID)
	}
	for _, s := range b.Steps {
		for range rapid.IntRange(0, 3).Draw(t, "edges") {
			if len(ids) > 0 {
				port := rapid.SampledFrom([]string{"", "a", "error"}).Draw(t, "port")
				b.Edges = append(b.Edges, flow.Edge{From: rapid.SampledFrom(ids).Draw(t, "from"), Port: port, To: s.ID})
			}
		}
		ids = append(ids, s.ID)
	}
	return b
}

func TestLayout(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawnFlow(t)
		g := canvas.Build(f, library, nil)
		if again := canvas.Build(f, library, nil); !reflect.DeepEqual(places(g), places(again)) {
			t.Fatal("the same flow was laid out in two ways")
		}
		steps := 1
		for range f.All {
			steps++
		}
		if len(g.Cards) != steps {
			t.Fatalf("%d of %d cards are there", len(g.Cards), steps)
		}
		checkApart(t, g, nil)
		for _, e := range g.Edges {
			if e.From.Right() >= e.To.X {
				t.Errorf("the edge %s -> %s does not lead to the right", e.From.ID, e.To.ID)
			}
			if e.From.Index >= e.To.Index {
				t.Errorf("%s is read after %s, which it leads to", e.From.ID, e.To.ID)
			}
		}
	})
}

// Steps that have places keep them, and the others find room between them.
func TestLayoutAroundFixed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawnFlow(t)
		fixed := map[string]flow.Position{}
		for s := range f.All {
			if rapid.Bool().Draw(t, "fixed") {
				s.At = &flow.Position{
					X: float64(rapid.IntRange(-800, 800).Draw(t, "x")), Y: rapid.Float64Range(-400, 400).Draw(t, "y"),
				}
				fixed[s.ID] = *s.At
			}
		}
		g := canvas.Build(f, library, nil)
		for id, at := range fixed {
			if card := g.Card(id); card.Parent == nil && (card.X != at.X || card.Y != at.Y) {
				t.Errorf("%s was moved from %v to %v, %v", id, at, card.X, card.Y)
			}
		}
		checkApart(t, g, func(card *canvas.Card) bool {
			_, isFixed := fixed[card.ID]
			return isFixed
		})
	})
}

// checkApart checks that no card overlaps another of the same body, and that
// inner ones are inside of their frame. Two fixed cards may overlap.
func checkApart(t *rapid.T, g *canvas.Graph, fixed func(*canvas.Card) bool) {
	for i, a := range g.Cards {
		if p := a.Parent; p != nil {
			inside := a.X >= p.X+canvas.FramePadding && a.Right() <= p.Right()-canvas.FramePadding &&
				a.Y >= p.Y+canvas.CardHeight+canvas.FramePadding && a.Bottom() <= p.Bottom()-canvas.FramePadding
			if !inside && !near(a, p) {
				t.Errorf("%s at %v sticks out of its frame %s at %v", a.ID, a.Box, p.ID, p.Box)
			}
		}
		for _, b := range g.Cards[i+1:] {
			if fixed != nil && fixed(a) && fixed(b) {
				continue
			}
			if a.Parent == b.Parent && a.Overlaps(b.Box, 0) {
				t.Errorf("%s at %v and %s at %v overlap", a.ID, a.Box, b.ID, b.Box)
			}
		}
	}
}

// near allows for the rounding of sums of fractions.
func near(a, p *canvas.Card) bool {
	const by = 1e-6
	return a.X > p.X+canvas.FramePadding-by && a.Right() < p.Right()-canvas.FramePadding+by &&
		a.Y > p.Y+canvas.CardHeight+canvas.FramePadding-by && a.Bottom() < p.Bottom()-canvas.FramePadding+by
}

func places(g *canvas.Graph) []string {
	var all []string
	for _, card := range g.Cards {
		all = append(all, fmt.Sprint(card.ID, card.Box))
	}
	for _, e := range g.Edges {
		all = append(all, e.Path)
	}
	return all
}

// What goes on behind a branch is on a line with what leads to it.
func TestLayoutIsStraight(t *testing.T) {
	t.Parallel()
	paths := []any{
		flow.Object{{Name: "name", Value: "yes"}, {Name: "when", Value: "true"}},
		flow.Object{{Name: "name", Value: "no"}},
	}
	g := canvas.Build(&flow.Flow{Body: flow.Body{
		Steps: []flow.Step{
			{ID: "first", Uses: "transform"},
			{ID: "way", Uses: "branch", With: flow.Object{{Name: "paths", Value: paths}}},
			{ID: "invoice", Uses: "http"}, {ID: "mail", Uses: "http"}, {ID: "refused", Uses: "respond"},
		},
		Edges: []flow.Edge{
			{From: flow.TriggerID, To: "first"}, {From: "first", To: "way"}, {From: "way", Port: "yes", To: "invoice"},
			{From: "invoice", To: "mail"}, {From: "way", Port: "no", To: "refused"},
		},
	}}, library, nil)
	for _, id := range []string{"first", "way", "invoice", "mail"} {
		if y := g.Card(id).Y; y != g.Card(flow.TriggerID).Y {
			t.Errorf("%s is at %v, the trigger at %v", id, y, g.Card(flow.TriggerID).Y)
		}
	}
}

// A draft may hold anything that can be read.
func TestOddDrafts(t *testing.T) {
	t.Parallel()
	at := &flow.Position{X: 1e300, Y: -1e300}
	for name, f := range map[string]*flow.Flow{
		"empty": {},
		"cycle": {Body: flow.Body{
			Steps: []flow.Step{{ID: "a", Uses: "http"}, {ID: "b", Uses: "http"}},
			Edges: []flow.Edge{{From: "a", To: "b"}, {From: "b", To: "a"}, {From: "a", To: "a"}, {From: "b", To: flow.TriggerID}},
		}},
		"edges to nowhere": {Body: flow.Body{
			Steps: []flow.Step{{ID: "a"}},
			Edges: []flow.Edge{{From: "x", To: "a"}, {From: "a", To: "y"}, {From: "a", Port: "z", To: "a"}},
		}},
		"same ID": {Body: flow.Body{Steps: []flow.Step{{ID: "a", Uses: "wait"}, {ID: "a", Uses: "fail"}}}},
		"far":     {Trigger: flow.Trigger{At: at}, Body: flow.Body{Steps: []flow.Step{{ID: "a", At: at}, {ID: "b"}}, Edges: []flow.Edge{{From: "a", To: "b"}}}},
		"each without inside": {Body: flow.Body{
			Steps: []flow.Step{{ID: "a", Uses: "each", Do: &flow.Body{}}, {ID: "b", Uses: "each"}},
		}},
		"nothing where lists are": {Body: flow.Body{Steps: []flow.Step{
			{ID: "a", Uses: "branch", With: flow.Object{{Name: "paths", Value: "x"}}},
			{ID: "b", Uses: "branch", With: flow.Object{{Name: "paths", Value: []any{nil, flow.Object{{Name: "name", Value: nil}, {Name: "when", Value: int64(3)}}}}}},
			{ID: "c", Uses: "transform", With: flow.Object{{Name: "set", Value: []any{}}}},
			{ID: "d", Uses: "respond", With: flow.Object{{Name: "status", Value: "{{ 1"}, {Name: "body", Value: "{{"}}},
			{ID: "e", Uses: "http", With: flow.Object{{Name: "url", Value: "{{ {\"a\": {}} }}/\"{{"}}},
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := canvas.Build(f, library, []flow.Problem{{Step: "nobody", Message: "x"}})
			if want := 1 + len(f.Steps); len(g.Cards) != want {
				t.Errorf("there are %d cards; want %d", len(g.Cards), want)
			}
			if len(g.Problems) != 1 {
				t.Error("the problem of no step is lost")
			}
			if html := render(t, g); html == "" {
				t.Error("nothing is shown")
			}
		})
	}
}

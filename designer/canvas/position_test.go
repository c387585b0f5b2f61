package canvas_test

import (
	"maps"
	"testing"

	"redial/designer/canvas"
	"redial/engine/flow"
)

// Giving the cards the positions that they have moves none of them, also within
// frames.
func TestLayoutKeepsCardsWhereTheyAre(t *testing.T) {
	t.Parallel()
	f := placed()
	for i := range f.Steps {
		f.Steps[i].At = nil
	}
	f.Trigger.At = nil
	f.Steps[1].Uses = "each"
	f.Steps[1].Do = &flow.Body{
		Steps: []flow.Step{{ID: "x", Uses: "transform"}, {ID: "y", Uses: "transform"}, {ID: "z", Uses: "transform"}},
		Edges: []flow.Edge{{From: "x", To: "y"}, {From: "x", To: "z"}},
	}
	before := canvas.Layout(f, library)
	if len(before) != 7 {
		t.Fatalf("there are %d positions", len(before))
	}
	f.Trigger.At = new(before[flow.TriggerID])
	f.All(func(s *flow.Step) bool {
		s.At = new(before[s.ID])
		return true
	})
	if after := canvas.Layout(f, library); !maps.Equal(before, after) {
		t.Errorf("cards moved: %v, then %v", before, after)
	}
}

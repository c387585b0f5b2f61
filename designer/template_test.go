package designer_test

import (
	"testing"

	"redial/designer/template"
	"redial/engine/flow"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	r := open(t)
	all := template.All()
	if len(all) == 0 {
		t.Error("there are no templates")
	}
	for _, each := range all {
		imported, err := r.Import(t.Context(), r.drafts, each.Source)
		if err != nil {
			t.Fatalf("%s: %v", each.Slug, err)
		}
		if imported.Flow.Slug != each.Slug || imported.Flow.Name == "" || imported.Flow.Description == "" {
			t.Errorf("%s has slug %q, name %q and description %q", each.Slug, imported.Flow.Slug, imported.Flow.Name, imported.Flow.Description)
		}
		for _, problem := range imported.Problems {
			if problem.Severity == flow.SeverityError {
				t.Errorf("%s:%s", each.Slug, problem)
			}
		}
		checkPlaces(t, imported.Flow)
		if first, again := r.publish(t, each.Slug), r.publish(t, each.Slug); first.Number != 1 || again.ID != first.ID {
			t.Errorf("%s: published as %d and %d", each.Slug, first.Number, again.Number)
		}
	}
}

// checkPlaces wants every card of the canvas to have a place of its own.
func checkPlaces(t *testing.T, f *flow.Flow) {
	t.Helper()
	places := map[flow.Position]string{}
	place := func(id string, at *flow.Position) {
		switch {
		case at == nil:
			t.Errorf("%s: %s has no place on the canvas", f.Slug, id)
		case places[*at] != "":
			t.Errorf("%s: %s lies on %s", f.Slug, id, places[*at])
		default:
			places[*at] = id
		}
	}
	place(flow.TriggerID, f.Trigger.At)
	for _, s := range f.Steps {
		place(s.ID, s.At)
	}
}

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
		if imported.Flow.Slug != each.Slug || imported.Flow.Name == "" {
			t.Errorf("%s has slug %q and name %q", each.Slug, imported.Flow.Slug, imported.Flow.Name)
		}
		for _, problem := range imported.Problems {
			if problem.Severity == flow.SeverityError {
				t.Errorf("%s:%s", each.Slug, problem)
			}
		}
		if first, again := r.publish(t, each.Slug), r.publish(t, each.Slug); first.Number != 1 || again.ID != first.ID {
			t.Errorf("%s: published as %d and %d", each.Slug, first.Number, again.Number)
		}
	}
}

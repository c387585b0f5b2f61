package template_test

import (
	"testing"

	"redial/designer"
	"redial/designer/template"
	"redial/engine/components"
	"redial/engine/flow"
	"redial/engine/outbound"
	"redial/engine/step"
)

func TestTemplatesCanBePublished(t *testing.T) {
	t.Parallel()
	client := outbound.New(outbound.Options{})
	t.Cleanup(client.Close)
	catalogue := components.Embedded()
	connections := map[string]string{}
	for _, c := range catalogue.Components() {
		connections[c.Name] = c.Name
	}
	workshop := designer.Workshop{Library: step.NewLibrary(catalogue, client), Connections: connections}
	for _, found := range template.All() {
		draft, err := workshop.Check(found.Source)
		if err != nil {
			t.Fatalf("%s: %v", found.Slug, err)
		}
		if flow.HasErrors(draft.Problems) {
			t.Errorf("%s: %v", found.Slug, draft.Problems)
		}
		if said := draft.Flow.Description; said == found.What || found.Slug == "new-flow" && said != "" {
			t.Errorf("%s tells callers what it is a template for: %q", found.Slug, said)
		}
		if !flow.ValidSlug(found.Slug) || found.Name == "" || found.What == "" || (len(found.Uses) == 0) != (found.Slug == "new-flow") {
			t.Errorf("%q is not described: %q, %q, %v", found.Slug, found.Name, found.What, found.Uses)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	if found, ok := template.Find("order-request"); !ok || found.Name != "Order request" {
		t.Errorf("order-request is %q, %v", found.Name, ok)
	}
	if _, ok := template.Find("none"); ok {
		t.Error("a template was found that does not exist")
	}
}

package designer_test

import (
	"strings"
	"testing"

	"redial/designer"
	"redial/engine/component"
	"redial/engine/flow"
)

func TestLibraryWithAddedComponents(t *testing.T) {
	t.Parallel()
	base := workshop(t).Library
	if got, err := designer.Library(base, nil); err != nil || got != base {
		t.Errorf("nothing added: got another library, error %v", err)
	}
	acme, err := base.Catalogue().Component("acme")
	if err != nil {
		t.Fatal(err)
	}
	source := strings.Replace(string(acme.Source), "name: acme\n", "name: emca\n", 1)
	parsed, problems := component.Parse([]byte(source))
	if flow.HasErrors(problems) {
		t.Fatal(problems)
	}
	library, err := designer.Library(base, []flow.Manifest{{Hash: parsed.Hash, Name: "emca", Source: []byte(source)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, uses := range []string{"emca/check-inventory", "acme/check-inventory", "http"} {
		if _, err := library.Kind(uses); err != nil {
			t.Errorf("%s: %v", uses, err)
		}
	}
	if _, err := base.Kind("emca/check-inventory"); err == nil {
		t.Error("the base library has changed")
	}
	_, err = designer.Library(base, []flow.Manifest{{Name: "broken", Source: []byte("name: [")}})
	if err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("a broken manifest: got error %v, want one that names it", err)
	}
}

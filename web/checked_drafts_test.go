package web

import (
	"fmt"
	"strings"
	"testing"

	"redial/designer"
	"redial/engine/components"
	"redial/engine/step"
	"redial/store"
)

// A draft is checked once, as long as it is among those that were used last.
func TestCheckedDraftsAreBounded(t *testing.T) {
	t.Parallel()
	workshop := &designer.Workshop{Library: step.NewLibrary(components.Embedded(), nil)}
	c := &checkedDrafts{}
	padding := strings.Repeat("# a long remark\n", maxCheckedBytes/4/16)
	check := func(slug string, revision int64) *designer.Draft {
		t.Helper()
		source := fmt.Sprintf("redial: 1\nslug: %s\ntrigger: {uses: webhook}\n%s", slug, padding)
		draft, err := c.check(workshop, &store.Draft{Slug: slug, Revision: revision, Source: []byte(source)})
		if err != nil {
			t.Fatal(err)
		}
		return draft
	}
	a, b := check("a", 1), check("b", 1)
	if check("c", 1); check("a", 1) != a {
		t.Error("a was checked again")
	}
	check("d", 1)
	if check("a", 1) != a {
		t.Error("a was used last and is forgotten")
	}
	if c.size > maxCheckedBytes {
		t.Errorf("%d bytes of files are kept", c.size)
	}
	if check("b", 1) == b {
		t.Error("b is still there")
	}
	newer := check("a", 2)
	if newer == a {
		t.Error("another revision of a was not checked")
	}
	if check("a", 1); check("a", 2) != newer {
		t.Error("an older revision has taken the place of a newer one")
	}
	other := &designer.Workshop{Library: workshop.Library}
	if again, err := c.check(other, &store.Draft{Slug: "a", Revision: 2, Source: []byte("redial: 1\nslug: a\ntrigger: {uses: webhook}\n")}); err != nil || again == newer {
		t.Errorf("a was not checked with other connections: %v", err)
	}
	if len(c.drafts) != 1 || c.byUse.Len() != 1 {
		t.Errorf("%d drafts of another workshop are kept", len(c.drafts)-1)
	}
}

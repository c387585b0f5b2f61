package designer_test

import (
	"errors"
	"strings"
	"testing"

	"redial/designer"
	"redial/designer/template"
	"redial/engine/flowfile"
)

func TestImport(t *testing.T) {
	t.Parallel()
	r := open(t)
	for _, c := range []struct {
		name, source       string
		revision           int64
		created, unchanged bool
	}{
		{"new", mirror, 1, true, false},
		{"the same", mirror, 1, false, true},
		{"the same without comments", strings.TrimPrefix(mirror, "# Says what it hears.\n"), 1, false, true},
		{"another", mirrorWith("name: Mirror\n"), 2, false, false},
		{"with problems", mirrorWith("colour: red\n"), 3, false, false},
		{"the same with problems", mirrorWith("colour: red\n"), 3, false, true},
		{"with other problems", mirrorWith("colour: blue\n"), 4, false, false},
		{"without problems again", mirror, 5, false, false},
	} {
		got, err := r.Import(t.Context(), r.drafts, []byte(c.source))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got.Revision != c.revision || got.Created != c.created || got.Unchanged != c.unchanged {
			t.Errorf("%s: got revision %d, created %t, unchanged %t; want %d, %t, %t",
				c.name, got.Revision, got.Created, got.Unchanged, c.revision, c.created, c.unchanged)
		}
	}
}

func TestImportOfAnExportChangesNothing(t *testing.T) {
	t.Parallel()
	r := open(t)
	sources := []string{mirror, mirrorWith("colour: red\nmode: later\n"), askAcme("nobody"), mirrorWith("mode: async\ndeadline: 90s\n")}
	for _, each := range template.All() {
		sources = append(sources, string(each.Source))
	}
	for _, source := range sources {
		imported, err := r.Import(t.Context(), r.drafts, []byte(source))
		if err != nil {
			t.Fatal(err)
		}
		slug := imported.Flow.Slug
		exported, err := designer.Export([]byte(r.source(t, slug)))
		if err != nil {
			t.Fatal(err)
		}
		again, err := r.Import(t.Context(), r.drafts, exported)
		if err != nil || !again.Unchanged || again.Revision != imported.Revision {
			t.Errorf("%s: got %+v and error %v, want it unchanged. The export is\n%s", slug, again, err, exported)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	r := open(t)
	var syntax *flowfile.SyntaxError
	if _, err := r.Import(t.Context(), r.drafts, []byte("{")); !errors.As(err, &syntax) {
		t.Errorf("got error %v, want a SyntaxError", err)
	}
	for _, slug := range []string{"", "../etc", "Mirror", strings.Repeat("a", 65)} {
		source := strings.Replace(mirror, "slug: mirror", "slug: '"+slug+"'", 1)
		if _, err := r.Import(t.Context(), r.drafts, []byte(source)); err == nil || !strings.Contains(err.Error(), "slug") {
			t.Errorf("slug %q: got error %v", slug, err)
		}
	}
	if drafts, err := r.store.Drafts(t.Context(), "", 0); err != nil || len(drafts) > 0 {
		t.Errorf("there are drafts %v, error %v", drafts, err)
	}
}

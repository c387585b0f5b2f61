package designer_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"redial/designer"
	"redial/designer/edit"
	"redial/engine"
	"redial/store"
	"redial/web"
)

// desk is somebody who edits the flow mirror.
type desk struct {
	*room
	editor *designer.Editor
	user   string
	base   int64
}

// plain checks every file anew.
type plain struct{ designer.Workshop }

func (p plain) CheckRevision(_ string, _ int64, source []byte) (*designer.Draft, error) {
	return p.Check(source)
}
func (plain) Remember(string, int64, *designer.Draft) {}

func newDesk(t *testing.T, log func(web.Drafts) designer.EditLog) *desk {
	t.Helper()
	r := open(t)
	r.put(t, mirror)
	return &desk{r, designer.NewEditor(log(r.drafts)), "ada", 1}
}

func itself(drafts web.Drafts) designer.EditLog { return drafts }

func (d *desk) edit(t *testing.T, operations, merge string) (*designer.Edited, error) {
	t.Helper()
	decoded, err := edit.Decode([]byte(operations))
	if err != nil {
		t.Fatal(err)
	}
	done, err := d.editor.Edit(t.Context(), &d.Workshop, plain{d.Workshop},
		designer.Request{Slug: "mirror", User: d.user, Base: d.base, Merge: merge}, decoded)
	if err == nil {
		d.base = done.Revision
	}
	return done, err
}

func (d *desk) must(t *testing.T, operations string) *designer.Edited {
	t.Helper()
	done, err := d.edit(t, operations, "")
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func (d *desk) undo(t *testing.T) (*designer.Edited, error) {
	t.Helper()
	done, err := d.editor.Undo(t.Context(), plain{d.Workshop}, designer.Request{Slug: "mirror", User: d.user, Base: d.base})
	if err == nil {
		d.base = done.Revision
	}
	return done, err
}

const describe = `[{"op": "set", "path": "description", "value": "one"}]`

// Another process may write a draft between reading and writing: the edit is
// made again on what is there.
func TestEditIsMadeAgainOnWhatIsThere(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(drafts web.Drafts) designer.EditLog {
		return &interrupted{Drafts: drafts, edits: []string{
			strings.Replace(mirror, "slug: mirror", "slug: mirror\nconfig: {a: 1}", 1),
			strings.Replace(mirror, "slug: mirror", "slug: mirror\nconfig: {b: 2}", 1),
		}}
	})
	d.must(t, describe)
	if got := d.exported(t, "mirror"); !strings.Contains(got, "b: 2") || !strings.Contains(got, "description: one") {
		t.Errorf("the draft is\n%s", got)
	}
}

func TestUndoOutlivesTheServer(t *testing.T) {
	t.Parallel()
	d := newDesk(t, itself)
	before := d.source(t, "mirror")
	renamed := d.must(t, `[{"op": "rename", "step": "answer", "id": "reply"}]`)
	if renamed.Edit.Outcome.Renamed["answer"] != "reply" {
		t.Errorf("renamed: %v", renamed.Edit.Outcome.Renamed)
	}
	d.editor = designer.NewEditor(d.drafts)
	undone, err := d.undo(t)
	if err != nil {
		t.Fatal(err)
	}
	if undone.Edit.Outcome.Renamed["reply"] != "answer" {
		t.Errorf("renamed back: %v", undone.Edit.Outcome.Renamed)
	}
	canonical, err := designer.Export([]byte(before))
	if got := d.exported(t, "mirror"); err != nil || got != string(canonical) {
		t.Errorf("got\n%s\nwant\n%s", got, canonical)
	}
	if _, err := d.undo(t); !errors.Is(err, designer.ErrNothing) {
		t.Errorf("undoing more: %v", err)
	}
}

func TestEditsAreJoinedOnlyWithTheLastOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t, itself)
	typed := func(text string) {
		t.Helper()
		if _, err := d.edit(t, `[{"op": "set", "path": "description", "value": "`+text+`"}]`, "m"); err != nil {
			t.Fatal(err)
		}
	}
	typed("a")
	typed("ab")
	d.must(t, `[{"op": "set", "path": "name", "value": "Between"}]`)
	typed("abc")
	typed("abcd")
	if _, err := d.undo(t); err != nil {
		t.Fatal(err)
	}
	if got := d.exported(t, "mirror"); !strings.Contains(got, "description: ab\n") {
		t.Errorf("after one undo:\n%s", got)
	}
	typed("x") // after an undo a new step begins
	if _, err := d.undo(t); err != nil {
		t.Fatal(err)
	}
	if got := d.exported(t, "mirror"); !strings.Contains(got, "description: ab\n") {
		t.Errorf("after another:\n%s", got)
	}
}

// Every way of writing a draft says in its log what it changed.
func TestLogSaysWhatWasChanged(t *testing.T) {
	t.Parallel()
	d := newDesk(t, itself)
	d.put(t, strings.Replace(mirror, "slug: mirror", "slug: mirror\ndescription: put", 1))
	d.change(t, map[string]any{"deadline": "3s"})
	d.base = 3
	d.must(t, `[{"op": "set", "path": "name", "value": "Edited"}]`)
	edits, complete, err := d.drafts.EditsSince(t.Context(), "mirror", 1)
	if err != nil || !complete || len(edits) != 3 {
		t.Fatalf("%d edits, complete %t: %v", len(edits), complete, err)
	}
	kinds := []designer.EditKind{designer.Replaced, designer.Setting, designer.Made}
	for i := range edits {
		if edits[i].Kind != kinds[i] || edits[i].Unknown || len(edits[i].Changes) == 0 || edits[i].Label == "" {
			t.Errorf("edit %d: %+v", i, edits[i])
		}
	}
	d.user = "" // a command on the machine
	if _, err := d.undo(t); !errors.Is(err, designer.ErrNothing) {
		t.Errorf("what was put can be undone: %v", err)
	}
}

// A log that does not reach back, or does not say what was changed, lets no
// stale edit through.
func TestStaleEditsNeedTheLog(t *testing.T) {
	t.Parallel()
	d := newDesk(t, itself)
	if _, _, err := d.store.WriteDraft(t.Context(), store.DraftWrite{
		Slug: "mirror", Source: []byte(mirror + "config: {a: 1}\n"), Edit: store.Edit{User: "bob", Label: "Replace the flow file"},
	}); err != nil {
		t.Fatal(err)
	}
	var conflict *designer.Conflict
	if _, err := d.edit(t, describe, ""); !errors.As(err, &conflict) || !strings.Contains(conflict.Message, "bob changed") {
		t.Errorf("changes that are not known: %v", err)
	}
	d.base = -5
	if _, err := d.edit(t, describe, ""); !errors.As(err, &conflict) || conflict.Revision != 2 {
		t.Errorf("a log that does not reach back: %v", err)
	}
}

func TestRenames(t *testing.T) {
	t.Parallel()
	list := func(renames ...map[string]string) []designer.Edit {
		edits := make([]designer.Edit, len(renames))
		for i := range renames {
			edits[i].Outcome.Renamed = renames[i]
		}
		return edits
	}
	type names = map[string]string
	for _, test := range []struct {
		name  string
		edits []designer.Edit
		want  names
	}{
		{"none", nil, names{}},
		{"one", list(names{"a": "b"}), names{"a": "b"}},
		{"one after the other", list(names{"a": "b"}, nil, names{"b": "c"}), names{"a": "c"}},
		{"and back", list(names{"a": "b"}, names{"b": "a"}), names{}},
		{"two", list(names{"a": "b"}, names{"x": "y"}), names{"a": "b", "x": "y"}},
		{"into the place of another", list(names{"a": "b"}, names{"c": "a"}), names{"a": "b", "c": "a"}},
	} {
		if got := designer.Renames(test.edits); !maps.Equal(got, test.want) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestEditingNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, itself)
	if err := d.store.DeleteFlow(context.WithoutCancel(t.Context()), "mirror"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.edit(t, describe, ""); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

package conformance

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"redial/engine"
	"redial/store"
)

var editTests = map[string]func(*testing.T, Open){
	"every way of writing a draft is entered":   entersEveryWrite,
	"an edit is kept as given":                  keepsEdit,
	"draft and log are written together":        writesTogether,
	"editors at once leave no gap":              leavesNoGap,
	"a token finds the edit of its user":        findsToken,
	"undoing goes back through one's own":       goesBack,
	"a new edit ends redoing":                   endsRedoing,
	"joined edits are one step":                 joinsEdits,
	"deleting ends the log":                     endsLog,
	"the newest edits are kept":                 keepsNewest,
	"large changes make the log shorter still":  keepsLessOfLarge,
	"a draft moves with all that belongs to it": movesDraft,
	"a published flow stays where it is":        staysPublished,
}

// edited writes a draft as one edit to whichever there is.
func edited(t *testing.T, s Store, source string, e store.Edit) int64 {
	t.Helper()
	revision, _, err := s.WriteDraft(t.Context(), store.DraftWrite{Slug: "f", Name: "F", Source: []byte(source), Edit: e})
	must(t, err)
	return revision
}

// log is all there is of a draft's log, as "revision kind user".
func log(t *testing.T, s Store, since int64) (entries []string, complete bool) {
	t.Helper()
	edits, complete, err := s.EditsSince(t.Context(), "f", since)
	must(t, err)
	for i := range edits {
		entries = append(entries, fmt.Sprintf("%d %s %s", edits[i].Revision, edits[i].Kind, edits[i].User))
	}
	return entries, complete
}

func entersEveryWrite(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	put(t, s, "f", "one")
	put(t, s, "f", "one") // is stored already
	value(s.SetSettings(ctx, "f", beAsync, []byte("two"), nil, store.Edit{User: "ada", Kind: store.EditSetting}))(t)
	value(s.SetSettings(ctx, "f", beAsync, []byte("two"), nil, store.Edit{User: "ada", Kind: store.EditSetting}))(t)
	edited(t, s, "three", store.Edit{User: "bob", Kind: store.EditMade})
	put(t, s, "g", "other")

	entries, complete := log(t, s, 0)
	wantEqual(t, "log", entries, []string{"1 replace ", "2 setting ada", "3 edit bob"})
	wantEqual(t, "complete", complete, true)
	entries, complete = log(t, s, 2)
	wantEqual(t, "log from 2", entries, []string{"3 edit bob"})
	wantEqual(t, "complete from 2", complete, true)
}

func keepsEdit(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	put(t, s, "f", "one")
	want := store.Edit{
		Revision: 2, Since: 1, User: "ada", Kind: store.EditMade, Label: "Add ✓", Token: "t", Merge: "m", Spent: true,
		Changes: []byte("changes\x00"), Outcome: []byte("outcome"),
	}
	edited(t, s, "two", want)
	edits, _, err := s.EditsSince(ctx, "f", 1)
	must(t, err)
	got := edits[0]
	if got.At.IsZero() || time.Since(got.At).Abs() > time.Hour {
		t.Errorf("it is of %v", got.At)
	}
	got.At = time.Time{}
	wantEqual(t, "edit", got, want)
	edited(t, s, "three", store.Edit{User: "ada", Kind: store.EditMade})
	edits, _, err = s.EditsSince(ctx, "f", 2)
	must(t, err)
	wantEqual(t, "changes that are not known", edits[0].Changes == nil, true)
}

func writesTogether(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	put(t, s, "f", "one")
	write := func(base int64, source string) error {
		_, _, err := s.WriteDraft(ctx, store.DraftWrite{Slug: "f", Name: "F", Source: []byte(source), IfMatch: &base})
		return err
	}
	wantError(t, write(7, "two"), store.ErrRevision)
	entries, _ := log(t, s, 0)
	wantEqual(t, "entries after a refusal", len(entries), 1)
	before := value(s.Generation(ctx))(t)
	must(t, write(1, "two"))
	wantEqual(t, "generation", value(s.Generation(ctx))(t), before+1)
	entries, _ = log(t, s, 0)
	wantEqual(t, "entries", len(entries), 2)
}

func leavesNoGap(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	handles := []Store{opened(t, open, dir), opened(t, open, dir)}
	put(t, handles[0], "f", "base")
	const editors, edits = 8, 5
	var wait sync.WaitGroup
	for i := range editors {
		wait.Go(func() {
			s := handles[i%2]
			for n := range edits {
				source := fmt.Appendf(nil, "edit %d of %d", n, i)
				if _, _, err := s.WriteDraft(ctx, store.DraftWrite{Slug: "f", Name: "F", Source: source}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	found, complete, err := handles[0].EditsSince(ctx, "f", 0)
	must(t, err)
	wantEqual(t, "complete", complete, true)
	wantEqual(t, "entries", len(found), 1+editors*edits)
	for i := range found {
		wantEqual(t, "revision", found[i].Revision, int64(i+1))
		wantEqual(t, "since", found[i].Since, int64(i))
	}
	wantEqual(t, "revision", value(handles[1].Draft(ctx, "f"))(t).Revision, int64(1+editors*edits))
}

func findsToken(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	edited(t, s, "one", store.Edit{User: "ada", Token: "t"})
	edited(t, s, "two", store.Edit{User: "bob", Token: "t"})
	edited(t, s, "three", store.Edit{User: "ada"})
	wantEqual(t, "revision", value(s.EditByToken(ctx, "f", "ada", "t"))(t).Revision, int64(1))
	wantEqual(t, "revision", value(s.EditByToken(ctx, "f", "bob", "t"))(t).Revision, int64(2))
	for _, unknown := range [][3]string{{"f", "ada", "u"}, {"f", "eve", "t"}, {"g", "ada", "t"}, {"f", "ada", ""}} {
		_, err := s.EditByToken(ctx, unknown[0], unknown[1], unknown[2])
		wantError(t, err, engine.ErrNotFound)
	}
}

// undoable is the revision that undoing would take back; 0: none. redoable is
// the same of redoing.
func undoable(t *testing.T, s Store, user string) int64 {
	t.Helper()
	return revisionOf(s.LastUndoable(t.Context(), "f", user))
}

func redoable(t *testing.T, s Store, user string) int64 {
	t.Helper()
	return revisionOf(s.LastRedoable(t.Context(), "f", user))
}

func revisionOf(e *store.Edit, err error) int64 {
	if err != nil {
		return 0
	}
	return e.Revision
}

func goesBack(t *testing.T, open Open) {
	s := fresh(t, open)
	edited(t, s, "1", store.Edit{User: "ada", Kind: store.EditReplace})
	edited(t, s, "2", store.Edit{User: "ada", Kind: store.EditMade})
	edited(t, s, "3", store.Edit{User: "bob", Kind: store.EditMade})
	edited(t, s, "4", store.Edit{User: "ada", Kind: store.EditMade})
	edited(t, s, "5", store.Edit{User: "ada", Kind: store.EditSetting})
	wantEqual(t, "first", undoable(t, s, "ada"), int64(4))
	edited(t, s, "6", store.Edit{User: "ada", Kind: store.EditUndo, Reverses: 4})
	wantEqual(t, "second", undoable(t, s, "ada"), int64(2))
	edited(t, s, "7", store.Edit{User: "ada", Kind: store.EditUndo, Reverses: 2})
	wantEqual(t, "third", undoable(t, s, "ada"), int64(0))
	wantEqual(t, "another user's", undoable(t, s, "bob"), int64(3))

	wantEqual(t, "redo", redoable(t, s, "ada"), int64(7))
	edited(t, s, "8", store.Edit{User: "ada", Kind: store.EditRedo, Reverses: 7})
	wantEqual(t, "redo again", redoable(t, s, "ada"), int64(6))
	wantEqual(t, "undo of a redo", undoable(t, s, "ada"), int64(8))
	wantEqual(t, "another user's redo", redoable(t, s, "bob"), int64(0))
}

func endsRedoing(t *testing.T, open Open) {
	s := fresh(t, open)
	edited(t, s, "1", store.Edit{User: "ada", Kind: store.EditMade})
	edited(t, s, "2", store.Edit{User: "ada", Kind: store.EditUndo, Reverses: 1})
	edited(t, s, "3", store.Edit{User: "bob", Kind: store.EditMade})
	wantEqual(t, "after another's edit", redoable(t, s, "ada"), int64(2))
	edited(t, s, "4", store.Edit{User: "ada", Kind: store.EditMade})
	wantEqual(t, "after one's own", redoable(t, s, "ada"), int64(0))
}

func joinsEdits(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	for i, token := range []string{"a", "b", "c"} {
		e := store.Edit{User: "ada", Kind: store.EditMade, Token: token, Changes: []byte("changes"), Since: 1}
		if i == 0 {
			e.Since = 0
		}
		edited(t, s, token, e)
	}
	last := value(s.LastUndoable(ctx, "f", "ada"))(t)
	wantEqual(t, "revision", last.Revision, int64(3))
	wantEqual(t, "since", last.Since, int64(1))
	joined := value(s.EditByToken(ctx, "f", "ada", "b"))(t)
	wantEqual(t, "spent", joined.Spent, true)
	wantEqual(t, "changes", string(joined.Changes), "")
	edited(t, s, "d", store.Edit{User: "ada", Kind: store.EditUndo, Reverses: 3})
	wantEqual(t, "before them", undoable(t, s, "ada"), int64(1))
}

func endsLog(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	edited(t, s, "one", store.Edit{User: "ada", Kind: store.EditMade, Token: "t"})
	must(t, s.DeleteFlow(ctx, "f"))
	entries, complete := log(t, s, 0)
	wantEqual(t, "entries", len(entries), 0)
	wantEqual(t, "complete", complete, false)
	edited(t, s, "two", store.Edit{User: "bob"})
	wantEqual(t, "undoable", undoable(t, s, "ada"), int64(0))
	entries, complete = log(t, s, 0)
	wantEqual(t, "entries", entries, []string{"2 replace bob"})
	wantEqual(t, "complete", complete, false)
}

func keepsNewest(t *testing.T, open Open) {
	s := fresh(t, open)
	const more = 5
	for n := range store.MaxEdits + more {
		edited(t, s, fmt.Sprint(n), store.Edit{})
	}
	entries, complete := log(t, s, 0)
	wantEqual(t, "entries", len(entries), store.MaxEdits)
	wantEqual(t, "complete", complete, false)
	wantEqual(t, "oldest", entries[0], fmt.Sprintf("%d replace ", more+1))
	_, complete = log(t, s, more)
	wantEqual(t, "complete from the oldest on", complete, true)
}

func keepsLessOfLarge(t *testing.T, open Open) {
	s := fresh(t, open)
	large := make([]byte, 8<<20)
	for n := range 12 {
		edited(t, s, fmt.Sprint(n), store.Edit{Changes: large})
	}
	entries, _ := log(t, s, 0)
	if len(entries) < 6 || len(entries) > 10 {
		t.Errorf("%d edits of 8 MiB are kept", len(entries))
	}
	wantEqual(t, "newest", entries[len(entries)-1], "12 replace ")
}

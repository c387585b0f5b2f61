package conformance

import (
	"errors"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

var historyTests = map[string]func(*testing.T, Open){
	"publishing and settings are recorded":   recordsChanges,
	"what callers do not notice is not":      recordsNothing,
	"the newest entries come first, bounded": listsHistory,
}

var payloadTests = map[string]func(*testing.T, Open){
	"a payload is kept until the next one": keepsPayload,
}

func recordsChanges(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	settings := flow.DefaultSettings()
	publishAs := func(content, user, comment string) {
		value(s.Publish(ctx, store.Publication{Slug: "f", Content: []byte(content), Settings: settings, Comment: comment, User: user}))(t)
	}
	put(t, s, "f", "draft")
	publishAs("one", "ada", "first")
	value(s.SetSettings(ctx, "f", beAsync, []byte("async"), nil, store.Edit{User: "bob"}))(t)
	settings.Mode, settings.Deadline = flow.Sync, flow.Duration(time.Minute)
	publishAs("two", "", "")

	entries := value(s.History(ctx, "f", 0))(t)
	for i := range entries {
		if entries[i].At.IsZero() || time.Since(entries[i].At).Abs() > time.Hour {
			t.Errorf("entry %d is of %v", i, entries[i].At)
		}
		entries[i].At = time.Time{}
	}
	wantEqual(t, "history", entries, []store.HistoryEntry{
		{What: "deadline", From: "25s", To: "1m"},
		{What: "mode", From: "async", To: "sync"},
		{What: store.Publishing, From: "1", To: "2"},
		{User: "bob", What: "mode", From: "sync", To: "async"},
		{User: "ada", What: store.Publishing, To: "1", Comment: "first"},
	})
	wantEqual(t, "entries of another flow", len(value(s.History(ctx, "g", 0))(t)), 0)
}

func recordsNothing(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	put(t, s, "f", "one")
	value(s.SetSettings(ctx, "f", beAsync, []byte("two"), nil, store.Edit{User: "ada"}))(t)
	wantEqual(t, "entries of an unpublished flow", len(value(s.History(ctx, "f", 0))(t)), 0)

	publish(t, s, "f", "one")
	publish(t, s, "f", "one")
	value(s.SetSettings(ctx, "f", func(*flow.Settings) {}, []byte("one"), nil, store.Edit{User: "ada"}))(t)
	if _, err := s.SetSettings(ctx, "f", beAsync, []byte("x"), at(99), store.Edit{User: "ada"}); !errors.Is(err, store.ErrRevision) {
		t.Fatal(err)
	}
	wantEqual(t, "entries", len(value(s.History(ctx, "f", 0))(t)), 1)
}

func listsHistory(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	for _, content := range []string{"one", "two", "three"} {
		publish(t, s, "f", content)
	}
	entries := value(s.History(ctx, "f", 2))(t)
	wantEqual(t, "entries", len(entries), 2)
	wantEqual(t, "newest", entries[0].To, "3")
	wantEqual(t, "the one before", entries[1].To, "2")
}

func keepsPayload(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	s := opened(t, open, dir)
	_, err := s.TestPayload(ctx, "f")
	wantError(t, err, engine.ErrNotFound)
	before := value(s.Generation(ctx))(t)
	must(t, s.PutTestPayload(ctx, "f", []byte("one\x00")))
	must(t, s.PutTestPayload(ctx, "g", []byte("other")))
	must(t, s.PutTestPayload(ctx, "f", []byte("two\xff")))
	wantBytes(t, "payload", value(opened(t, open, dir).TestPayload(ctx, "f"))(t), []byte("two\xff"))
	wantEqual(t, "generation", value(s.Generation(ctx))(t), before)
}

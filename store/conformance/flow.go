package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

var flowTests = map[string]func(*testing.T, Open){
	"keeps a draft as received":        keepsDraft,
	"counts revisions":                 countsRevisions,
	"guards a revision":                guardsRevision,
	"one of many edits wins":           oneEditWins,
	"lists by slug, in pages":          listsDrafts,
	"deletes, and goes on counting":    deletesFlow,
	"changes settings of both at once": setsSettings,
	"settings of an unpublished flow":  setsDraftSettings,
}

func at(revision int64) *int64 { return &revision }

// put stores a draft and returns its revision.
func put(t *testing.T, s Store, slug, source string) int64 {
	t.Helper()
	revision, _, err := s.PutDraft(t.Context(), slug, "Flow "+slug, []byte(source), nil)
	must(t, err)
	return revision
}

// publish stores a draft and publishes it.
func publish(t *testing.T, s Store, slug, content string) *flow.Version {
	t.Helper()
	put(t, s, slug, content)
	return value(s.Publish(t.Context(), store.Publication{
		Slug: slug, Content: []byte(content), Settings: flow.DefaultSettings(),
	}))(t)
}

func keepsDraft(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	source := bytes.Repeat([]byte("# Grüße \x00\xff\r\n"), flow.MaxFileBytes/14)
	revision, created, err := s.PutDraft(ctx, "order-request", "Order ✓", source, nil)
	must(t, err)
	if revision != 1 || !created {
		t.Fatalf("revision %d, created %t; want 1, true", revision, created)
	}
	d := value(s.Draft(ctx, "order-request"))(t)
	wantBytes(t, "source", d.Source, source)
	if d.Created.IsZero() || time.Since(d.Created).Abs() > time.Hour || !d.Updated.Equal(d.Created) {
		t.Errorf("created %v, updated %v", d.Created, d.Updated)
	}
	d.Source, d.Created, d.Updated = nil, time.Time{}, time.Time{}
	wantEqual(t, "draft", *d, store.Draft{Slug: "order-request", Name: "Order ✓", Revision: 1})

	_, err = s.Draft(ctx, "unknown")
	wantError(t, err, engine.ErrNotFound)
	_, _, err = s.PutDraft(ctx, "", "", []byte("x"), nil)
	if err == nil {
		t.Error("a flow without a slug was stored")
	}
}

func countsRevisions(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	for i, step := range []struct {
		name, source string
		revision     int64
	}{
		{"n", "one", 1}, {"n", "one", 1}, {"n", "two", 2}, {"other", "two", 3}, {"other", "one", 4}, {"other", "", 5},
	} {
		revision, created, err := s.PutDraft(ctx, "f", step.name, []byte(step.source), nil)
		must(t, err)
		if revision != step.revision || created != (i == 0) {
			t.Fatalf("step %d: revision %d, created %t; want %d", i, revision, created, step.revision)
		}
	}
	wantEqual(t, "revision", value(s.Draft(ctx, "f"))(t).Revision, int64(5))
}

func guardsRevision(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	_, _, err := s.PutDraft(ctx, "f", "n", []byte("x"), at(1))
	wantError(t, err, store.ErrRevision)
	_, created, err := s.PutDraft(ctx, "f", "n", []byte("one"), at(0)) // only if there is none
	must(t, err)
	wantEqual(t, "created", created, true)
	_, _, err = s.PutDraft(ctx, "f", "n", []byte("x"), at(0))
	wantError(t, err, store.ErrRevision)
	_, created, err = s.PutDraft(ctx, "f", "n", []byte("two"), at(1))
	must(t, err)
	wantEqual(t, "created", created, false)
	_, _, err = s.PutDraft(ctx, "f", "n", []byte("x"), at(1))
	wantError(t, err, store.ErrRevision)
	wantBytes(t, "source", value(s.Draft(ctx, "f"))(t).Source, []byte("two"))
}

func oneEditWins(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	handles := []Store{opened(t, open, dir), opened(t, open, dir)}
	revision := put(t, handles[0], "f", "base")
	const editors = 16
	results := make(chan error, editors)
	var wait sync.WaitGroup
	for i := range editors {
		wait.Go(func() {
			_, _, err := handles[i%2].PutDraft(ctx, "f", "n", fmt.Append(nil, "edit ", i), &revision)
			results <- err
		})
	}
	wait.Wait()
	won := 0
	for range editors {
		switch err := <-results; {
		case err == nil:
			won++
		case !errors.Is(err, store.ErrRevision):
			t.Error(err)
		}
	}
	wantEqual(t, "edits that won", won, 1)
}

func listsDrafts(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	for _, slug := range []string{"c", "a", "d", "b"} {
		put(t, s, slug, "source of "+slug)
	}
	publish(t, s, "b", "published")
	must(t, s.DeleteFlow(ctx, "c"))
	var got []string
	for _, page := range [][]store.Draft{
		value(s.Drafts(ctx, "", 2))(t), value(s.Drafts(ctx, "b", 2))(t), value(s.Drafts(ctx, "d", 2))(t),
	} {
		for _, d := range page {
			got = append(got, fmt.Sprintf("%s %d %s", d.Slug, d.Published, d.Source))
		}
		got = append(got, "")
	}
	wantEqual(t, "pages", got, []string{"a 0 source of a", "b 1 published", "", "d 0 source of d", "", ""})
}

func deletesFlow(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	first := publish(t, s, "f", "one")
	publish(t, s, "f", "two")
	must(t, s.DeleteFlow(ctx, "f"))

	_, err := s.Draft(ctx, "f")
	wantError(t, err, engine.ErrNotFound)
	_, err = s.Published(ctx, "f")
	wantError(t, err, engine.ErrNotFound)
	wantError(t, s.DeleteFlow(ctx, "f"), engine.ErrNotFound)
	_, err = s.Publish(ctx, store.Publication{Slug: "f", Content: []byte("x")})
	wantError(t, err, engine.ErrNotFound)
	_, err = s.SetSettings(ctx, "f", beAsync, []byte("x"), nil, store.Edit{User: "ada"})
	wantError(t, err, engine.ErrNotFound)
	_, _, err = s.PutDraft(ctx, "f", "n", []byte("x"), at(2))
	wantError(t, err, store.ErrRevision)
	wantBytes(t, "content", value(s.Version(ctx, first.ID))(t).Content, []byte("one"))
	wantEqual(t, "versions", len(value(s.Versions(ctx, "f"))(t)), 2)

	revision, created, err := s.PutDraft(ctx, "f", "n", []byte("two"), nil)
	must(t, err)
	if revision != 3 || !created {
		t.Fatalf("made anew: revision %d, created %t; want 3, true", revision, created)
	}
	_, err = s.Published(ctx, "f")
	wantError(t, err, engine.ErrNotFound)
	wantEqual(t, "version of the new flow", publish(t, s, "f", "two").Number, 3)
}

// beAsync is a change of one setting.
func beAsync(settings *flow.Settings) { settings.Mode = flow.Async }

func setsSettings(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	put(t, s, "f", "sync")
	settings := flow.DefaultSettings()
	settings.Concurrency = 5
	version := value(s.Publish(ctx, store.Publication{Slug: "f", Content: []byte("sync"), Settings: settings}))(t)

	_, err := s.SetSettings(ctx, "f", beAsync, []byte("x"), at(9), store.Edit{User: "ada"})
	wantError(t, err, store.ErrRevision)
	wantEqual(t, "settings", value(s.Published(ctx, "f"))(t).Settings, settings)

	revision := value(s.SetSettings(ctx, "f", beAsync, []byte("async"), at(1), store.Edit{User: "ada"}))(t)
	wantEqual(t, "revision", revision, int64(2))
	p := value(s.Published(ctx, "f"))(t)
	settings.Mode = flow.Async // and the others stay
	wantEqual(t, "settings", p.Settings, settings)
	wantEqual(t, "version", p.Version.ID, version.ID)
	d := value(s.Draft(ctx, "f"))(t)
	wantBytes(t, "draft", d.Source, []byte("async"))
	wantEqual(t, "name", d.Name, "Flow f")
	wantEqual(t, "revision after the same again",
		value(s.SetSettings(ctx, "f", beAsync, []byte("async"), nil, store.Edit{User: "ada"}))(t), int64(2))
}

func setsDraftSettings(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	_, err := s.SetSettings(ctx, "f", beAsync, []byte("x"), nil, store.Edit{User: "ada"})
	wantError(t, err, engine.ErrNotFound)
	put(t, s, "f", "sync")
	value(s.SetSettings(ctx, "f", beAsync, []byte("async"), nil, store.Edit{User: "ada"}))(t)
	wantBytes(t, "draft", value(s.Draft(ctx, "f"))(t).Source, []byte("async"))
	_, err = s.Published(ctx, "f")
	wantError(t, err, engine.ErrNotFound)
}

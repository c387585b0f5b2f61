package conformance

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"testing"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

var versionTests = map[string]func(*testing.T, Open){
	"publishing counts versions":          publishes,
	"publishing the same changes nothing": publishesSame,
	"components are part of a version":    freezesComponents,
	"versions count on under load":        publishesInParallel,
	"drafts are frozen once":              freezesDrafts,
}

func manifest(name, source string) flow.Manifest {
	sum := sha256.Sum256([]byte(source))
	return flow.Manifest{Hash: hex.EncodeToString(sum[:]), Name: name, Source: []byte(source)}
}

func publishes(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	_, err := s.Published(ctx, "f")
	wantError(t, err, engine.ErrNotFound)
	_, err = s.Publish(ctx, store.Publication{Slug: "f", Content: []byte("one")})
	wantError(t, err, engine.ErrNotFound)

	put(t, s, "f", "draft")
	settings := flow.DefaultSettings()
	var ids []int64
	for i, content := range []string{"one", "two", "one"} { // going back is a new version
		settings.Concurrency = i
		v := value(s.Publish(ctx, store.Publication{
			Slug: "f", Content: []byte(content), Settings: settings, Comment: "because " + content,
		}))(t)
		wantEqual(t, "number", v.Number, i+1)
		p := value(s.Published(ctx, "f"))(t)
		wantEqual(t, "published settings", p.Settings, settings)
		wantEqual(t, "published version", p.Version, flow.Version{
			ID: v.ID, Flow: "f", Number: i + 1, Comment: "because " + content, Created: v.Created,
		})
		wantEqual(t, "version", value(s.Version(ctx, v.ID))(t), v)
		wantEqual(t, "number in the draft", value(s.Draft(ctx, "f"))(t).Published, i+1)
		ids = append([]int64{v.ID}, ids...)
	}
	versions := value(s.Versions(ctx, "f"))(t)
	wantEqual(t, "number of versions", len(versions), 3)
	for i, v := range versions {
		wantEqual(t, "ID", v.ID, ids[i])
		wantEqual(t, "number", v.Number, 3-i)
	}
	_, err = s.Version(ctx, 1<<40)
	wantError(t, err, engine.ErrNotFound)
	wantBytes(t, "draft", value(s.Draft(ctx, "f"))(t).Source, []byte("draft"))
}

func publishesSame(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	first := publish(t, s, "f", "one")
	before := value(s.Generation(ctx))(t)
	again := publish(t, s, "f", "one")
	wantEqual(t, "version", again, first)
	wantEqual(t, "generation", value(s.Generation(ctx))(t), before)

	settings := flow.DefaultSettings()
	settings.Mode = flow.Async
	changed := value(s.Publish(ctx, store.Publication{Slug: "f", Content: []byte("one"), Settings: settings}))(t)
	wantEqual(t, "number with other settings", changed.Number, 1)
	wantEqual(t, "settings", value(s.Published(ctx, "f"))(t).Settings, settings)
	if value(s.Generation(ctx))(t) == before {
		t.Error("other settings did not raise the generation")
	}
}

func freezesComponents(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	put(t, s, "f", "draft")
	old, renewed, other := manifest("acme", "name: acme"), manifest("acme", "name: acme # 2"), manifest("ses", "name: ses")
	var last int64
	for i, components := range [][]flow.Manifest{{old, other}, {renewed, other}, {other, renewed}, nil} {
		v := value(s.Publish(ctx, store.Publication{Slug: "f", Content: []byte("same"), Components: components}))(t)
		wantEqual(t, "number", v.Number, i+1)
		if v.ID == last {
			t.Error("other components gave the same version")
		}
		last = v.ID
		wantEqual(t, "components", value(s.Version(ctx, v.ID))(t).Components, components)
	}
	forged := old
	forged.Source = []byte("name: evil")
	if _, err := s.Publish(ctx, store.Publication{Slug: "f", Content: []byte("x"), Components: []flow.Manifest{forged}}); err == nil {
		t.Error("a manifest with the hash of another one was frozen")
	}
}

func publishesInParallel(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	handles := []Store{opened(t, open, dir), opened(t, open, dir)}
	put(t, handles[0], "f", "draft")
	const publishers = 20
	numbers := make(chan int, publishers)
	var wait sync.WaitGroup
	for i := range publishers {
		wait.Go(func() {
			v, err := handles[i%2].Publish(ctx, store.Publication{Slug: "f", Content: fmt.Append(nil, i)})
			if err != nil {
				t.Error(err)
				return
			}
			numbers <- v.Number
		})
	}
	wait.Wait()
	close(numbers)
	seen := map[int]bool{}
	for n := range numbers {
		seen[n] = true
	}
	for n := range publishers {
		if !seen[n+1] {
			t.Errorf("no version has number %d", n+1)
		}
	}
}

func freezesDrafts(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	components := []flow.Manifest{manifest("acme", "name: acme")}
	before := value(s.Generation(ctx))(t)
	first := value(s.Freeze(ctx, "f", []byte("one"), components))(t)
	wantEqual(t, "number", first.Number, 0)
	wantEqual(t, "the same again", value(s.Freeze(ctx, "f", []byte("one"), components))(t), first)
	wantEqual(t, "version", value(s.Version(ctx, first.ID))(t), first)
	for name, other := range map[string]*flow.Version{
		"content":    value(s.Freeze(ctx, "f", []byte("two"), components))(t),
		"components": value(s.Freeze(ctx, "f", []byte("one"), nil))(t),
		"flow":       value(s.Freeze(ctx, "g", []byte("one"), components))(t),
	} {
		if other.ID == first.ID {
			t.Errorf("another %s gave the same version", name)
		}
	}
	wantEqual(t, "generation", value(s.Generation(ctx))(t), before)
	wantEqual(t, "numbered versions", len(value(s.Versions(ctx, "f"))(t)), 0)
	_, err := s.Published(ctx, "f")
	wantError(t, err, engine.ErrNotFound)
	wantEqual(t, "first published number", publish(t, s, "f", "one").Number, 1)
}

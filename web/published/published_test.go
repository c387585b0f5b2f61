package published_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
	"redial/web/published"
)

func open(t *testing.T, options store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// publish publishes the flow f as a version of its own.
func publish(t *testing.T, s *store.Store, number int) {
	t.Helper()
	content := fmt.Appendf(nil, `{"redial":1,"slug":"f","name":"%d"}`, number)
	if _, _, err := s.PutDraft(t.Context(), "f", "f", content, nil); err != nil {
		t.Fatal(err)
	}
	version, err := s.Publish(t.Context(), store.Publication{Slug: "f", Content: content, Settings: flow.DefaultSettings()})
	if err != nil || version.Number != number {
		t.Fatalf("published was version %v, error %v", version, err)
	}
}

// What was remembered is not told any more as soon as this server has changed it.
func TestChangesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t, store.Options{Dir: t.TempDir(), Exclusive: true})
	flows := published.New(s)
	if found, err := flows.Get(t.Context(), "f"); !errors.Is(err, engine.ErrNotFound) {
		t.Fatalf("a flow that is not there is %v, error %v", found, err)
	}
	for number := 1; number <= 50; number++ {
		publish(t, s, number)
		flows.Changed()
		first, err := flows.Get(t.Context(), "f")
		if err != nil || first.Version.Number != number {
			t.Fatalf("after version %d was published it is %v, error %v", number, first, err)
		}
		if again, err := flows.Get(t.Context(), "f"); err != nil || again != first {
			t.Fatalf("version %d was not remembered: %v, error %v", number, again, err)
		}
	}
}

// What another process has changed is noticed without being told.
func TestChangesByOthersAreNoticed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir, Exclusive: true})
	flows := published.New(s)
	publish(t, s, 1)
	if found, err := flows.Get(t.Context(), "f"); err != nil || found.Version.Number != 1 {
		t.Fatalf("published is %v, error %v", found, err)
	}
	publish(t, open(t, store.Options{Dir: dir}), 2)
	for deadline := time.Now().Add(30 * time.Second); ; {
		found, err := flows.Get(t.Context(), "f")
		if err != nil {
			t.Fatal(err)
		}
		if found.Version.Number == 2 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the version of another process is not noticed")
		}
	}
}

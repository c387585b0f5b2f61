package store_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"redial/engine"
	"redial/store"
)

// setClock is a clock that people set.
type setClock struct{ at atomic.Int64 }

func (c *setClock) now() time.Time        { return time.Unix(0, c.at.Load()).UTC() }
func (c *setClock) set(at time.Time)      { c.at.Store(at.UnixNano()) }
func (c *setClock) move(by time.Duration) { c.at.Add(int64(by)) }

// claimKey starts an execution under a key and returns its ID.
func claimKey(t *testing.T, s *store.Store, key string) (string, error) {
	t.Helper()
	id := ulid.Make().String()
	b := executionBatches(id, 1)[0]
	b.Claim = &engine.Claim{Flow: "f", Key: key}
	done := make(chan error, 1)
	s.Append(b, func(err error) { done <- err })
	return id, <-done
}

func hasKey(t *testing.T, s *store.Store, key string) bool {
	t.Helper()
	_, err := s.CallKey(t.Context(), "f", "", key)
	if err != nil && !errors.Is(err, engine.ErrNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func TestKeysAreKeptForADay(t *testing.T) {
	t.Parallel()
	clock := &setClock{}
	clock.set(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s := open(t, store.Options{Dir: t.TempDir(), Clock: clock.now})
	first, err := claimKey(t, s, "key")
	if err != nil {
		t.Fatal(err)
	}
	clock.move(store.KeyLife - time.Second)
	if _, err := claimKey(t, s, "key"); err == nil || !hasKey(t, s, "key") {
		t.Fatalf("a second before its time is over the key is free; error %v", err)
	}
	clock.move(time.Second)
	if hasKey(t, s, "key") {
		t.Error("its time is over, and the key is found")
	}
	second, err := claimKey(t, s, "key")
	if err != nil {
		t.Fatalf("its time is over, and the key cannot be claimed: %v", err)
	}
	found, err := s.CallKey(t.Context(), "f", "", "key")
	if err != nil || found.Execution != second || second == first {
		t.Errorf("the key belongs to %+v, error %v", found, err)
	}
}

func TestOldKeysAreSweptInBatches(t *testing.T) {
	t.Parallel()
	clock := &setClock{}
	clock.set(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s := open(t, store.Options{Dir: t.TempDir(), Clock: clock.now})
	for i := range 25 {
		if _, err := claimKey(t, s, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	clock.move(store.KeyLife / 2)
	if _, err := claimKey(t, s, "young"); err != nil {
		t.Fatal(err)
	}
	clock.move(store.KeyLife / 2)
	for _, want := range []int{10, 10, 5, 0} {
		if n, err := s.SweepCallKeys(t.Context(), 10); err != nil || n != want {
			t.Errorf("swept %d, error %v, want %d", n, err, want)
		}
	}
	if !hasKey(t, s, "young") {
		t.Error("a key was swept whose time is not over")
	}
}

// A clock that was ahead when a key was claimed does not keep it for years, and
// one that was set back does not end it.
func TestKeysOutliveAClockThatIsSet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := &setClock{}
	reopen := func(s *store.Store, at time.Time) *store.Store {
		if s != nil {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		clock.set(at)
		return open(t, store.Options{Dir: dir, Clock: clock.now})
	}
	s := reopen(nil, now.AddDate(70, 0, 0))
	if _, err := claimKey(t, s, "ahead"); err != nil {
		t.Fatal(err)
	}
	s = reopen(s, now)
	if !hasKey(t, s, "ahead") {
		t.Error("the clock was set back, and the key is lost")
	}
	if n, err := s.SweepCallKeys(t.Context(), 10); err != nil || n != 1 {
		t.Errorf("swept %d, error %v", n, err)
	}
	clock.move(store.KeyLife - time.Second)
	if !hasKey(t, s, "ahead") {
		t.Error("the key was not kept for a day")
	}
	clock.move(time.Second)
	if hasKey(t, s, "ahead") {
		t.Error("the key is kept for longer than a day")
	}
}

package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

var someDay = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// look is a look at the clock, with how long it is doubted from then on.
func look(t *testing.T, s *store.Store) time.Duration {
	t.Helper()
	now, doubted, err := s.TrustedTime(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if doubted.IsZero() {
		return 0
	}
	return doubted.Sub(now)
}

// A clock that jumps is believed when it has gone on from there for a day.
func TestClockThatJumpsIsDoubted(t *testing.T) {
	t.Parallel()
	const hour, day, year = time.Hour, 24 * time.Hour, 365 * 24 * time.Hour
	clock, dir := &setClock{}, t.TempDir()
	clock.set(someDay)
	s := open(t, store.Options{Dir: dir, Clock: clock.now})
	for i, step := range []struct {
		move  time.Duration
		doubt time.Duration
	}{
		{0, 0}, {hour, 0}, {day, 0}, {-10 * year, 0}, {10 * year, day}, // set back, and right again
		{hour, 23 * hour}, {22 * hour, hour}, {hour, 0}, {10 * time.Minute, 0}, // it goes on
		{3 * year, day}, {hour, 23 * hour}, {year, day}, // jumps again while it is in doubt
		{-4 * year, 0}, {hour, 0}, // somebody has mended it
		{day + time.Second, day}, {day + time.Second, day}, // looked at too seldom
	} {
		clock.move(step.move)
		if got := look(t, s); got != step.doubt {
			t.Errorf("look %d at %s: doubted for %s, not %s", i, clock.now(), got, step.doubt)
		}
		if err := s.Close(); err != nil { // nothing of it is in memory
			t.Fatal(err)
		}
		s = open(t, store.Options{Dir: dir, Clock: clock.now})
	}
}

// A clock that is set forward while a server runs makes nothing old.
func TestClockThatIsSetMakesNothingOld(t *testing.T) {
	t.Parallel()
	opened := time.Now()
	wall := opened
	s := open(t, store.Options{Dir: t.TempDir(), Clock: func() time.Time { return wall }})
	// What a clock says that was set: other than the time that runs.
	wall = opened.Round(0).Add(10 * 365 * 24 * time.Hour)
	now, _, err := s.TrustedTime(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if now.After(wall) {
		t.Errorf("the clock says %s, and it is taken for %s", wall, now)
	}
}

// A database that was never looked at has a day, so that one can say that nothing is
// to be dropped.
func TestFirstLookIsDoubted(t *testing.T) {
	t.Parallel()
	clock := &setClock{}
	clock.set(someDay)
	s := open(t, store.Options{Dir: t.TempDir(), Clock: clock.now})
	if err := appendBatch(s, executionBatches(ulid.Make().String(), 1)[0]); err != nil {
		t.Fatal(err)
	}
	for i, want := range []time.Duration{24 * time.Hour, 14 * time.Hour, 4 * time.Hour, 0} {
		if got := look(t, s); got != want {
			t.Errorf("look %d: doubted for %s, not %s", i, got, want)
		}
		clock.move(10 * time.Hour)
	}
}

// history is an execution as the property test knows it.
type history struct {
	x       flow.Execution
	claimed time.Time // zero: it has no key
	owed    bool      // a callback
	dropped bool
}

// What is owed stays, whatever else there is; all else goes when it is old.
func TestWhatIsOwedStays(t *testing.T) {
	t.Parallel()
	clock := &setClock{}
	s := open(t, store.Options{Dir: t.TempDir(), Clock: clock.now})
	number := 0 // of all executions, as IDs are used once
	rapid.Check(t, func(t *rapid.T) {
		clock.set(someDay)
		histories := []*history{}
		for range rapid.IntRange(1, 12).Draw(t, "executions") {
			number++
			histories = append(histories, draw(t, s, clock, histories, number))
			clock.move(time.Duration(rapid.IntRange(1, 20).Draw(t, "hours")) * time.Hour)
		}
		clock.move(time.Duration(rapid.IntRange(0, 40).Draw(t, "hours after")) * time.Hour)
		age := time.Duration(rapid.IntRange(0, 200).Draw(t, "age")) * time.Hour
		before := clock.now().Add(-age)
		for _, tests := range []bool{false, true, false} { // again, for what tests have started
			q := store.DropQuery{Tests: tests, Before: before, Limit: rapid.IntRange(1, 5).Draw(t, "limit")}
			for first := true; first || q.After != ""; first = false {
				dropped, next, err := s.DropExecutions(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, h := range histories {
					h.dropped = h.dropped || slices.Contains(dropped, h.x.ID)
				}
				q.After = next
			}
		}
		for _, h := range histories {
			h.check(t, s, histories, before, clock.now())
		}
		clearHistories(t, s, histories, clock)
	})
}

// draw stores an execution of any kind. Some are started by one before.
func draw(t *rapid.T, s *store.Store, clock *setClock, before []*history, n int) *history {
	now := clock.now()
	b := executionBatches(ulid.MustNew(ulid.Timestamp(now), nil).String(), 1)[0]
	id := fmt.Sprintf("%s%016d", b.Execution.ID[:10], n)
	for i := range b.Events {
		b.Events[i].Execution = id
	}
	h := &history{x: b.Execution}
	h.x.ID, h.x.StartedAt, h.x.EndedAt = id, now, time.Time{}
	h.x.Status = rapid.SampledFrom([]flow.Status{
		flow.Succeeded, flow.Succeeded, flow.Succeeded, flow.Failed, flow.Failed, flow.Canceled,
		flow.Queued, flow.Running, flow.Waiting, flow.NeedsAttention,
	}).Draw(t, "status")
	h.x.Test = rapid.Bool().Draw(t, "test")
	if h.x.Status.Ended() {
		h.x.EndedAt = now.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "took")) * time.Hour)
	}
	if len(before) > 0 && rapid.Bool().Draw(t, "child") {
		starter := rapid.SampledFrom(before).Draw(t, "starter").x
		h.x.Parent, h.x.Test = starter.ID, starter.Test
		if starter.Parent != "" {
			h.x.Parent = starter.Parent + "/" + starter.ID
		}
	}
	if rapid.Bool().Draw(t, "keyed") {
		h.claimed = now
		b.Claim = &engine.Claim{Flow: h.x.Flow, Key: id}
	}
	h.owed = h.x.Status.Ended() && rapid.IntRange(0, 3).Draw(t, "owed") == 0
	if h.owed {
		h.x.Settings.Callback = &flow.Callback{URL: "https://a.example", Secret: "s"}
	}
	b.Execution = h.x
	if err := appendBatch(s, b); err != nil {
		t.Fatal(err)
	}
	if h.owed {
		if err := s.PromiseCallback(t.Context(), id, "https://a.example", "s"); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// starter is the execution that has started another one; nil: none has.
func (h *history) starter(all []*history) *history {
	for _, other := range all {
		if other.x.ID == h.x.Parent || other.x.Parent+"/"+other.x.ID == h.x.Parent {
			return other
		}
	}
	return nil
}

func (h *history) check(t *rapid.T, s *store.Store, all []*history, before, now time.Time) {
	starter := h.starter(all)
	stays := !h.x.Status.Ended() || h.owed || starter != nil && !starter.dropped ||
		!h.claimed.IsZero() && now.Sub(h.claimed) < store.KeyLife
	old := h.x.StartedAt.Before(before) && !h.x.EndedAt.IsZero() && h.x.EndedAt.Before(before)
	if h.dropped != (old && !stays) {
		t.Fatalf("%+v: dropped is %t, old %t, owed %t; starter %+v", h, h.dropped, old, stays, starter)
	}
	_, err := s.Execution(t.Context(), h.x.ID)
	if _, remains := s.Dropped(t.Context(), h.x.ID); errors.Is(err, engine.ErrNotFound) != h.dropped || (remains == nil) != h.dropped {
		t.Fatalf("%+v is not as it was said: %v, %v", h, err, remains)
	}
}

// clearHistories ends all executions, so that the next history begins with none.
func clearHistories(t *rapid.T, s *store.Store, histories []*history, clock *setClock) {
	for _, h := range histories {
		if h.dropped {
			continue
		}
		h.x.Status, h.x.EndedAt = flow.Succeeded, h.x.StartedAt
		err := appendBatch(s, engine.Batch{Execution: h.x, Epoch: 1, Changed: true})
		if err == nil && h.owed {
			s.ReleaseCallback(h.x.ID)
			err = s.RecordCallback(t.Context(), h.x.ID, store.CallbackRefused, store.CallbackAttempt{At: clock.now()})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	clock.move(store.KeyLife)
	for _, tests := range []bool{false, true} {
		if _, next, err := s.DropExecutions(t.Context(), store.DropQuery{Tests: tests, Before: clock.now(), Limit: 100}); err != nil || next != "" {
			t.Fatal(next, err)
		}
	}
	left := 1
	for left > 0 {
		var err error
		if left, err = s.ClearDropped(t.Context(), 100); err != nil {
			t.Fatal(err)
		}
	}
	if list, _, err := s.Executions(t.Context(), store.ExecutionQuery{}); err != nil || len(list) > 0 {
		t.Fatalf("%d executions are left, which owe nothing: %v", len(list), err)
	}
}

package retention_test

import (
	"bytes"
	"crypto/rand"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"go.uber.org/goleak"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
	"redial/web/retention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const day = 24 * time.Hour

func TestPolicies(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]retention.Policy{
		"":                    retention.Usual,
		"90d":                 {Calls: 90 * day, Tests: 7 * day},
		"72h , tests=24h":     {Calls: 3 * day, Tests: day},
		"3d":                  {Calls: 3 * day, Tests: 3 * day},
		"3d,tests=30d":        {Calls: 3 * day, Tests: 30 * day},
		"off":                 {},
		"off,tests=2d":        {Tests: 2 * day},
		"tests=off":           {Calls: 30 * day},
		"tests=1d":            {Calls: 30 * day, Tests: day},
		"36500d,tests=36500d": {Calls: retention.Longest, Tests: retention.Longest},
	} {
		if got, err := retention.Parse(text); err != nil || got != want {
			t.Errorf("%q is %+v, %v, not %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"1d": "at least 2d", "47h": "at least 2d", "0d": "at least 2d", "tests=23h": "at least 1d",
		"36501d": "at most 36500d", "876001h": "at most 36500d", "99999999999999999999d": "a time in days or hours",
		"30": "a time in days or hours", "d": "a time in days or hours", "-3d": "a time in days or hours",
		"1.5d": "a time in days or hours", "runs=3d": "a time in days or hours", "tests=": "a time in days or hours", "OFF": "a time in days or hours",
	} {
		if _, err := retention.Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error is %v, not about %q", text, err, want)
		}
	}
}

// yard is a store with a clock that is set, and what was logged.
type yard struct {
	store *store.Store
	now   atomic.Int64
	log   bytes.Buffer
	told  []string // that were dropped
}

func open(t *testing.T) *yard {
	t.Helper()
	y := &yard{}
	y.now.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixNano())
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Clock: y.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	y.store = s
	return y
}

func (y *yard) clock() time.Time { return time.Unix(0, y.now.Load()).UTC() }

// passes lets days pass, in which the dropper looks at the clock now and then.
func (y *yard) passes(t *testing.T, d *retention.Dropper, days int) {
	t.Helper()
	for range 2 * days {
		y.now.Add(int64(12 * time.Hour))
		if err := d.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func (y *yard) dropper(policy retention.Policy) *retention.Dropper {
	return retention.New(retention.Options{
		Store: y.store, Policy: policy, Logger: slog.New(slog.NewTextHandler(&y.log, nil)),
		Dropped: func(ids []string) { y.told = append(y.told, ids...) },
	})
}

// ran stores executions that end now.
func (y *yard) ran(t *testing.T, n int, test bool) {
	t.Helper()
	for range n {
		now := y.clock()
		x := flow.Execution{
			ID: ulid.MustNew(ulid.Timestamp(now), rand.Reader).String(), Flow: "f", VersionID: 1, Test: test, Mode: flow.Sync,
			Settings: flow.DefaultSettings(), Status: flow.Succeeded, StartedAt: now, EndedAt: now,
		}
		done := make(chan error, 1)
		y.store.Append(engine.Batch{
			Execution: x, Epoch: 1, Changed: true, Request: &flow.Request{Method: "POST"},
			Events: []flow.Event{{Seq: 1, Execution: x.ID, Type: flow.ExecutionStarted, At: now}},
		}, func(err error) { done <- err })
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
}

// wants checks how many executions there are.
func (y *yard) wants(t *testing.T, calls, tests int) {
	t.Helper()
	for origin, want := range map[store.Origin]int{store.FromCallers: calls, store.FromTests: tests} {
		list, _, err := y.store.Executions(t.Context(), store.ExecutionQuery{Origin: origin, Limit: store.MaxPage})
		if err != nil || len(list) != want {
			t.Errorf("at %s there are %d executions %s, not %d; %v", y.clock(), len(list), origin, want, err)
		}
	}
}

func TestOldExecutionsGo(t *testing.T) {
	t.Parallel()
	y := open(t)
	d := y.dropper(retention.Policy{Calls: 10 * day, Tests: 3 * day})
	y.passes(t, d, 1)
	y.ran(t, 120, false) // more than are dropped at once
	y.ran(t, 60, true)
	y.passes(t, d, 3)
	y.wants(t, 120, 60) // of this very moment
	y.passes(t, d, 1)
	y.ran(t, 5, false)
	y.wants(t, 125, 0)
	y.passes(t, d, 7)
	y.wants(t, 5, 0)
	if left, err := y.store.ClearDropped(t.Context(), 1000); err != nil || left > 0 {
		t.Errorf("of what was dropped %d batches are left, %v", left, err)
	}
	if lines := strings.Count(y.log.String(), "\n"); lines != 2 || len(y.told) != 180 {
		t.Errorf("%d were told of, and two rounds logged: %s", len(y.told), &y.log)
	}
	// What remains ends as well.
	gone := y.told[0]
	y.now.Add(int64(store.DroppedLife))
	y.passes(t, d, 2) // the clock is in doubt for one
	if _, err := y.store.Dropped(t.Context(), gone); err == nil {
		t.Error("after a year it is still known of")
	}
}

func TestNothingGoesWhileTheClockIsInDoubt(t *testing.T) {
	t.Parallel()
	y := open(t)
	d := y.dropper(retention.Usual)
	y.ran(t, 3, false)
	y.passes(t, d, 1) // the first look has found executions
	y.now.Add(int64(400 * day))
	y.passes(t, d, 1)
	y.wants(t, 3, 0)
	if got := strings.Count(y.log.String(), "clock is far ahead"); got != 2 {
		t.Errorf("it was told %d times: %s", got, &y.log)
	}
	y.passes(t, d, 1)
	y.wants(t, 0, 0)
}

func TestOldRefusalsGo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"10d": 1, "off,tests=2d": 2} {
		y := open(t)
		policy, err := retention.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := y.store.PutDraft(t.Context(), "f", "F", []byte("x"), nil); err != nil {
			t.Fatal(err)
		}
		if _, err := y.store.Publish(t.Context(), store.Publication{Slug: "f", Content: []byte("x")}); err != nil {
			t.Fatal(err)
		}
		d := y.dropper(policy)
		for _, detail := range []string{"old", "new"} {
			refusal := store.Refusal{Flow: "f", Type: "invalid-body", Detail: detail, Count: 1, First: y.clock(), Last: y.clock()}
			if err := y.store.AddRefusals(t.Context(), []store.Refusal{refusal}); err != nil {
				t.Fatal(err)
			}
			y.passes(t, d, 6)
		}
		left, err := y.store.Refusals(t.Context(), "f", 0)
		if err != nil || len(left) != want || left[0].Detail != "new" {
			t.Errorf("under %q %d are left: %+v, %v", text, len(left), left, err)
		}
	}
}

func TestOffKeepsAll(t *testing.T) {
	t.Parallel()
	y := open(t)
	d := y.dropper(retention.Policy{})
	y.passes(t, d, 1)
	y.ran(t, 3, false)
	y.ran(t, 3, true)
	y.passes(t, d, 20)
	y.wants(t, 3, 3)
	if y.log.Len() > 0 {
		t.Errorf("it was said that %s", &y.log)
	}
}

package ratelimit

import (
	"fmt"
	"testing"
	"time"
)

// Waiting is foretold as it is, and nothing is taken by asking.
func TestTake(t *testing.T) {
	t.Parallel()
	var b Buckets
	limit := Rate{2, time.Second}
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for i, step := range []struct {
		after time.Duration
		name  string
		wait  time.Duration
	}{
		{0, "a", 0},
		{0, "a", 0},
		{0, "a", 500 * time.Millisecond},
		{0, "b", 0},
		{400 * time.Millisecond, "a", 100 * time.Millisecond},
		{100 * time.Millisecond, "a", 0},
		{time.Minute, "a", 0},
	} {
		now = now.Add(step.after)
		foretold := b.Wait(step.name, limit, now).Round(time.Millisecond)
		if wait := b.Take(step.name, limit, now).Round(time.Millisecond); wait != step.wait || foretold != wait {
			t.Errorf("%d: the wait is %s, foretold as %s, not %s", i, wait, foretold, step.wait)
		}
	}
}

func TestNoRateIsNoBound(t *testing.T) {
	t.Parallel()
	var b Buckets
	for range 1000 {
		if now := time.Now(); b.Wait("a", Rate{}, now) != 0 || b.Take("a", Rate{}, now) != 0 {
			t.Fatal("somebody has to wait although there is no rate")
		}
	}
}

// However many names there are, they are not all remembered; those in use are.
func TestBucketsAreBounded(t *testing.T) {
	t.Parallel()
	var b Buckets
	limit, now := Rate{1, time.Hour}, time.Now()
	b.Take("regular", limit, now)
	for i := range 3 * maxBuckets {
		b.Take(fmt.Sprint(i), limit, now)
		if i%1000 == 0 && b.Take("regular", limit, now) == 0 {
			t.Fatalf("the regular caller was forgotten after %d others", i)
		}
	}
	if known := len(b.now) + len(b.last); known > 2*maxBuckets {
		t.Errorf("%d are remembered", known)
	}
}

package web

import (
	"fmt"
	"testing"
	"time"
)

func TestRates(t *testing.T) {
	t.Parallel()
	r := newRates(&Bounds{
		PerCaller: Rate{2, time.Second}, PerFlow: Rate{3, time.Minute},
		Flows: map[string]Rate{"free": {}},
	})
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for i, step := range []struct {
		after        time.Duration
		flow, caller string
		wait         time.Duration
	}{
		{0, "f", "a", 0},
		{0, "f", "a", 0},
		{0, "f", "a", 500 * time.Millisecond}, // the caller's bucket is empty
		{0, "free", "a", 500 * time.Millisecond},
		{0, "free", "b", 0},
		{0, "f", "b", 0},
		{0, "f", "c", 20 * time.Second}, // the flow's is
		{0, "g", "c", 0},
		{500 * time.Millisecond, "free", "a", 0},
		{19500 * time.Millisecond, "f", "c", 0},
	} {
		now = now.Add(step.after)
		wait := r.takeCaller(step.caller, now)
		if wait == 0 {
			seen := r.waitFlow(step.flow, now)
			if wait = r.takeFlow(step.flow, now); wait.Round(time.Millisecond) != seen.Round(time.Millisecond) {
				t.Errorf("%d: the wait was seen as %s and is %s", i, seen, wait)
			}
		}
		if wait.Round(time.Millisecond) != step.wait {
			t.Errorf("%d: the wait is %s, not %s", i, wait, step.wait)
		}
	}
}

// However many callers there are, they are not all remembered; those who call are.
func TestBucketsAreBounded(t *testing.T) {
	t.Parallel()
	var b buckets
	limit, now := Rate{1, time.Hour}, time.Now()
	b.take("regular", limit, now)
	for i := range 3 * maxBuckets {
		b.take(fmt.Sprint(i), limit, now)
		if i%1000 == 0 && b.take("regular", limit, now) == 0 {
			t.Fatalf("the regular caller was forgotten after %d others", i)
		}
	}
	if known := len(b.now) + len(b.last); known > 2*maxBuckets {
		t.Errorf("%d are remembered", known)
	}
}

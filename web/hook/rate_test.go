package hook

import (
	"testing"
	"time"

	"redial/web/ratelimit"
)

func TestRates(t *testing.T) {
	t.Parallel()
	r := newRates(&Bounds{
		PerCaller: ratelimit.Rate{Calls: 2, Per: time.Second}, PerFlow: ratelimit.Rate{Calls: 3, Per: time.Minute},
		Flows: map[string]ratelimit.Rate{"free": {}},
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

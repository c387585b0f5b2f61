package engine_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"redial/engine/flow"
)

// shiftedClock is the clock of a machine, which somebody sets.
type shiftedClock struct{ by atomic.Int64 }

func (c *shiftedClock) now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

func clockWorld(t *testing.T, clock *shiftedClock) *world {
	t.Helper()
	w := newWorld(t)
	w.stop()
	w.clock = clock.now
	w.open()
	return w
}

// IDs sort in the order in which executions began, also when the clock is set
// back in between.
func TestIDsSortWhenTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	clock := &shiftedClock{}
	w := clockWorld(t, clock)
	p := w.publish("steps: {end: {uses: respond}}\nedges: [trigger -> end]\n")
	var ids []string
	for _, by := range []time.Duration{0, -time.Hour, 48 * time.Hour, -48 * time.Hour} {
		clock.by.Store(int64(by))
		ids = append(ids, w.start(p, "").ID[:10]) // the time; the rest is chance
	}
	if !slices.IsSorted(ids) {
		t.Errorf("the IDs are %q", ids)
	}
}

// A wait does not end before its time, and no step takes less than no time, when
// the clock is set back meanwhile.
func TestWaitWhenTheClockIsSetBack(t *testing.T) {
	t.Parallel()
	clock := &shiftedClock{}
	w := clockWorld(t, clock)
	held := w.service.hold("GET /a")
	h := w.start(w.publish(`
mode: async
steps:
  sleep: {uses: wait, with: {for: 100ms}}
  call: {uses: http, with: {url: "http://service/a"}}
edges: [trigger -> sleep, trigger -> call]
`), "")
	receive(t, held.arrived, "the call")
	clock.by.Store(int64(-300 * time.Millisecond))
	held.open()
	w.ended(h.ID)
	for _, e := range w.events(h.ID) {
		if e.Type == flow.StepFinished && e.Duration < 0 {
			t.Errorf("step %s took %s", e.Step, e.Duration)
		}
		if e.Type == flow.StepFinished && e.Step == "sleep" && e.Duration < 100*time.Millisecond {
			t.Errorf("the wait ended after %s", e.Duration)
		}
	}
}

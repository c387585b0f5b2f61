package conformance

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// blobTests are about values that are too large to stand in their batch. What is
// large is the store's own business, so these use what is large anywhere.
var blobTests = map[string]func(*testing.T, Open){
	"keeps large values":                      keepsLargeValues,
	"keeps large values over a new opening":   keepsLargeValuesOpened,
	"takes a batch with large values again":   takesLargeAgain,
	"leaves nothing of a refused batch":       refusesLarge,
	"leaves large values out of outlines":     outlines,
	"counts large values as what may be read": endsWithin,
	"sweeps no value that is named":           sweepsNothingNamed,
	"says what has no form":                   saysWhatHasNoForm,
}

// large is a value that no store keeps in a row, other for each n.
func large(n int) any {
	return map[string]any{"n": int64(n), "double": 2.0, "text": strings.Repeat(fmt.Sprintf("%08d ü", n), 30_000)}
}

// largeEvents are the next events of a run, with large values wherever an event
// can have some.
func largeEvents(r *run, n int) []flow.Event {
	events := r.batch(2).Events
	events[0].Input = large(n)
	events[1].Type, events[1].Outcome, events[1].Output = flow.StepFinished, flow.StepSucceeded, large(n+1)
	return events
}

func keepsLargeValues(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := newRun(s, "f")
	b := r.first(1)
	b.Events[0].Type, b.Events[0].Given = flow.ExecutionStarted, map[string]flow.Given{
		"a": {Output: large(1), Port: "x"}, "b": {Output: "small", Pinned: true},
	}
	must(t, r.append(b))
	b2 := r.batch(0)
	b2.Events = largeEvents(r, 1)
	must(t, r.append(b2))
	b3 := r.batch(0)
	b3.Events = largeEvents(r, 7)
	must(t, r.append(b3))
	all := append(append(b.Events, b2.Events...), b3.Events...)
	wantEqual(t, "events", value(s.Events(ctx, r.ID, 0, 0))(t), all)
	wantEqual(t, "one event", value(s.Events(ctx, r.ID, 2, 1))(t), all[2:3])

	other := newRun(s, "f") // with the same values
	b = other.first(0)
	b.Events = largeEvents(other, 1)
	must(t, other.append(b))
	wantEqual(t, "events of another", value(s.Events(ctx, other.ID, 0, 0))(t), b.Events)
}

func keepsLargeValuesOpened(t *testing.T, open Open) {
	dir := t.TempDir()
	s := open(t, dir)
	r := newRun(s, "f")
	b := r.first(0)
	b.Events = largeEvents(r, 1)
	must(t, r.append(b))
	must(t, s.Close())
	wantEqual(t, "events", value(opened(t, open, dir).Events(t.Context(), r.ID, 0, 0))(t), b.Events)
}

func takesLargeAgain(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	b := r.batch(0)
	b.Events = largeEvents(r, 1)
	must(t, r.append(b))
	must(t, r.append(b))
	wantSeqs(t, value(s.Events(ctx, r.ID, 0, 0))(t), 1, 3)
}

// A value of a refused batch is no value of the execution: another batch may name
// it, and has it.
func refusesLarge(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	old := *r
	r.epoch = value(s.Claim(ctx, r.ID))(t)
	b := old.batch(0)
	b.Events = largeEvents(&old, 1)
	wantError(t, old.append(b), engine.ErrFenced)
	must(t, errOf(s.SweepBlobs(ctx, 100)))
	b = r.batch(0)
	b.Events = largeEvents(r, 1)
	must(t, r.append(b))
	wantEqual(t, "events", value(s.Events(ctx, r.ID, 1, 0))(t), b.Events)
}

func errOf(_ int, err error) error { return err }

func outlines(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	b := r.batch(0)
	b.Events = append(largeEvents(r, 1), largeEvents(r, 3)...)
	must(t, r.append(b))
	got := value(s.Outline(ctx, r.ID, 2, 2))(t)
	wantSeqs(t, got, 3, 4)
	for _, e := range got {
		if e.Input != nil || e.Output != nil || e.InputBlob != nil || e.OutputBlob != nil || e.Step != "step" {
			t.Errorf("the outline has %+v", e)
		}
	}
}

// Of large outputs only those are read that are wanted, and no more than may be.
func endsWithin(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	b := r.batch(0)
	b.Events = append(largeEvents(r, 1), largeEvents(r, 3)...)
	must(t, r.append(b))
	size := 0
	all := func(_ *flow.Event, bytes int) bool { size = max(size, bytes); return true }
	bytes := int64(10 << 20)
	got := value(s.Endings(ctx, r.ID, 10, &bytes, all))(t)
	wantSeqs(t, got, 1, 5)
	wantEqual(t, "output", got[2].Output, large(2))
	wantEqual(t, "output", got[4].Output, large(4))
	if read := 10<<20 - bytes; size < 200_000 || read < 2*int64(size) {
		t.Errorf("a value has %d bytes, and %d were read", size, read)
	}
	bytes = int64(size) + 10_000
	wantSeqs(t, value(s.Endings(ctx, r.ID, 10, &bytes, all))(t), 1, 4)
	bytes = 10_000
	none := func(*flow.Event, int) bool { return false }
	wantSeqs(t, value(s.Endings(ctx, r.ID, 10, &bytes, none))(t), 1, 5)
}

func sweepsNothingNamed(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	b := r.batch(0)
	b.Events = largeEvents(r, 1)
	must(t, r.append(b))
	must(t, r.append(r.status(flow.Succeeded)))
	wantEqual(t, "deleted", value(s.SweepBlobs(ctx, 100))(t), 0)
	wantEqual(t, "events", value(s.Events(ctx, r.ID, 1, 2))(t), b.Events)
}

func saysWhatHasNoForm(t *testing.T, open Open) {
	s := fresh(t, open)
	r := started(t, s, "f")
	b := r.batch(2)
	b.Events[1].Output = math.NaN()
	err := r.append(b)
	wantError(t, err, engine.ErrUnstorable)
	wantError(t, err, store.ErrNoForm)
	r.LastSeq = 1
	must(t, r.append(r.status(flow.Succeeded)))
}

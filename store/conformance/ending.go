package conformance

import (
	"strings"
	"testing"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

var endingTests = map[string]func(*testing.T, Open){
	"reads how steps ended, with the outputs that are wanted": readsEndings,
	"reads no more of an execution than it may":               readsWithin,
	"reads a call that is not too large":                      readsSmallRequests,
}

func finished(seq int64, step string, output any) flow.Event {
	return flow.Event{Seq: seq, Type: flow.StepFinished, At: began, Step: step, Outcome: flow.StepSucceeded, Output: output}
}

func readsEndings(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := newRun(s, "f")
	b := r.first(0)
	b.Events = []flow.Event{
		{Seq: 1, Type: flow.ExecutionStarted, At: began, Given: map[string]flow.Given{
			"p": {Output: "pinned", Pinned: true}, "q": {Port: "error", Failure: &flow.Failure{Code: flow.FailedService}},
		}},
		{Seq: 2, Type: flow.StepStarted, At: began, Step: "a", Iteration: []int{1}, Input: "taken in", Until: began},
		{Seq: 3, Type: flow.StepFinished, At: began, Step: "a", Port: "x", Output: "left out", Exchanges: []flow.Exchange{{}}},
		finished(4, "b", map[string]any{"n": int64(1)}),
	}
	must(t, r.append(b))
	sizes := map[string]int{}
	left := int64(1 << 20)
	events := value(s.Endings(ctx, r.ID, 10, &left, func(e *flow.Event, bytes int) bool {
		sizes[e.Step] = bytes
		return e.Step == "b"
	}))(t)
	want := b.Events
	for i := range want {
		want[i].Execution, want[i].Input, want[i].Exchanges = r.ID, nil, nil
	}
	want[0].Given["p"] = flow.Given{Pinned: true}
	want[2].Output = nil
	wantEqual(t, "endings", events, want)
	wantEqual(t, "sizes", sizes, map[string]int{"a": len(`"left out"`), "b": len(`{"n":1}`)})
	if left >= 1<<20 || left < 1<<20-2000 {
		t.Errorf("%d bytes are left of %d", left, 1<<20)
	}
	wantEqual(t, "endings of an unknown execution", len(value(s.Endings(ctx, "unknown", 10, &left, nil))(t)), 0)
}

func readsWithin(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := newRun(s, "f")
	large := strings.Repeat("x", 10_000)
	b := r.first(0)
	b.Events = []flow.Event{finished(1, "a", large), finished(2, "b", nil)}
	must(t, r.append(b))
	b = r.batch(0)
	b.Events = []flow.Event{finished(3, "c", large), finished(4, "d", nil)}
	must(t, r.append(b))
	for _, test := range []struct {
		limit int
		bytes int64
		want  int
	}{
		{10, 30_000, 4},
		{3, 30_000, 3},
		{2, 30_000, 2},
		{10, 15_000, 2},
		{10, 5_000, 0},
		{10, 0, 0},
	} {
		left := test.bytes
		events := value(s.Endings(ctx, r.ID, test.limit, &left, func(*flow.Event, int) bool { return false }))(t)
		wantEqual(t, "events that were read", len(events), test.want)
		if left < 0 || test.want == 0 && left != test.bytes {
			t.Errorf("of %d bytes for %d events, %d are left", test.bytes, test.limit, left)
		}
	}
}

func readsSmallRequests(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := newRun(s, "f")
	b := r.first(1)
	b.Request.Body = strings.Repeat("x", 10_000)
	must(t, r.append(b))
	must(t, r.append(r.batch(1)))
	request, size, err := s.RequestWithin(ctx, r.ID, 20_000)
	must(t, err)
	wantEqual(t, "a request", request, b.Request)
	if size < 10_000 || size > 11_000 {
		t.Errorf("it has %d bytes", size)
	}
	_, _, err = s.RequestWithin(ctx, r.ID, 5_000)
	wantError(t, err, store.ErrRequestTooLarge)
	_, _, err = s.RequestWithin(ctx, "unknown", 5_000)
	wantError(t, err, engine.ErrNotFound)
}

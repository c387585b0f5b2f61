package conformance

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"redial/engine"
	"redial/engine/flow"
)

// began is a time that every database keeps exactly: a whole microsecond.
var began = time.Date(2026, 3, 1, 12, 30, 15, 123456000, time.UTC)

// run is an execution that a test appends to as the engine would.
type run struct {
	flow.Execution
	epoch   int64
	journal engine.Journal
}

// newRun is an execution that has not been stored.
func newRun(s Store, slug string) *run {
	return &run{
		journal: s,
		epoch:   1,
		Execution: flow.Execution{
			ID: ulid.Make().String(), Flow: slug, VersionID: 7, Version: 3,
			Mode: flow.Sync, Settings: flow.DefaultSettings(), Status: flow.Running, StartedAt: began,
		},
	}
}

// started is an execution that is stored, with one event.
func started(t *testing.T, s Store, slug string) *run {
	t.Helper()
	r := newRun(s, slug)
	must(t, r.append(r.first(1)))
	return r
}

// first is the batch that creates the execution, with n events.
func (r *run) first(n int) engine.Batch {
	b := r.batch(n)
	b.Request, b.Changed = &flow.Request{Method: "POST", Path: "/hooks/" + r.Flow, Body: "hello"}, true
	return b
}

// batch is the next batch, with n events and no change of the summary.
func (r *run) batch(n int) engine.Batch {
	b := engine.Batch{Epoch: r.epoch}
	for range n {
		r.LastSeq++
		b.Events = append(b.Events, flow.Event{
			Execution: r.ID, Seq: r.LastSeq, Type: flow.StepStarted, At: began, Step: "step", Attempt: 1,
		})
	}
	b.Execution = r.Execution
	return b
}

// status is the next batch: one event, and the summary has the status.
func (r *run) status(status flow.Status) engine.Batch {
	r.Status = status
	if status.Ended() {
		r.EndedAt = began.Add(time.Second)
	}
	b := r.batch(1)
	b.Changed = true
	return b
}

// answer is the next batch: one event and the answer.
func (r *run) answer(a flow.Answer) engine.Batch {
	r.AnsweredAt, r.AnswerStatus = began.Add(time.Second), a.Status
	b := r.batch(1)
	b.Changed, b.Answer = true, &a
	return b
}

// append appends a batch and waits for the answer.
func (r *run) append(b engine.Batch) error {
	done := make(chan error, 1)
	r.journal.Append(b, func(err error) { done <- err })
	return <-done
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// value is the result of a call that must succeed: value(x.F())(t).
func value[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		must(t, err)
		return v
	}
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("the error is %v, want %v", err, want)
	}
}

func wantEqual(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n got %#v\nwant %#v", what, got, want)
	}
}

func wantBytes(t *testing.T, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Fatalf("%s: got %d bytes beginning %.40q, want %d bytes beginning %.40q", what, len(got), got, len(want), want)
	}
}

// wantSeqs checks that events have exactly the numbers from first to last.
func wantSeqs(t *testing.T, events []flow.Event, first, last int64) {
	t.Helper()
	if int64(len(events)) != last-first+1 {
		t.Fatalf("got %d events, want those from %d to %d", len(events), first, last)
	}
	for i, e := range events {
		if e.Seq != first+int64(i) {
			t.Fatalf("event %d of the list has number %d, want %d", i, e.Seq, first+int64(i))
		}
	}
}

package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

var journalTests = map[string]func(*testing.T, Open){
	"keeps a summary":                         keepsSummary,
	"keeps events":                            keepsEvents,
	"keeps values exactly":                    keepsValues,
	"keeps answers exactly":                   keepsAnswers,
	"keeps everything when opened again":      survivesReopening,
	"reads events after a number":             readsEventsAfter,
	"stores batches in the order of calls":    keepsOrder,
	"serves many writers":                     servesMany,
	"takes a batch within done":               isReentrant,
	"counts on without a change":              countsOn,
	"an end is kept":                          keepsEnd,
	"stores what was queued before the close": drainsOnClose,
}

func keepsSummary(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := newRun(s, "order-request")
	r.Test, r.Parent, r.Mode = true, "01PARENT", flow.Async
	r.Settings = flow.Settings{
		Mode: flow.Async, Deadline: flow.Duration(90 * time.Second), OnDeadline: flow.FailAtDeadline,
		OnDisconnect: flow.CancelOnDisconnect, Concurrency: 4,
	}
	must(t, r.append(r.first(2)))
	wantEqual(t, "summary after the first batch", *value(s.Execution(ctx, r.ID))(t), r.Execution)

	r.Mode, r.HungUpAt = flow.Sync, began.Add(2*time.Second)
	r.Failure = &flow.Failure{
		Code: flow.FailedTimeout, Message: "zu spät", Status: 504, Step: "pay", Iteration: []int{2, 0},
		Retryable: true, RetryAfter: flow.Duration(time.Minute),
	}
	must(t, r.append(r.status(flow.Failed)))
	wantEqual(t, "summary after the end", *value(s.Execution(ctx, r.ID))(t), r.Execution)

	r.Failure, r.EndedAt = nil, time.Time{}
	must(t, r.append(r.status(flow.Running)))
	wantEqual(t, "summary of a resumed execution", *value(s.Execution(ctx, r.ID))(t), r.Execution)

	_, err := s.Execution(ctx, "unknown")
	wantError(t, err, engine.ErrNotFound)
	_, err = s.Request(ctx, "unknown")
	wantError(t, err, engine.ErrNotFound)
}

func keepsEvents(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := newRun(s, "f")
	want := []flow.Event{
		{Seq: 1, Execution: r.ID, Type: flow.ExecutionStarted, At: began, Mode: flow.Sync},
		{Seq: 2, Execution: r.ID, Type: flow.StepStarted, At: began, Step: "a", Iteration: []int{3, 1}, Attempt: 2,
			Input: map[string]any{"n": int64(1)}, Items: 7, Until: began.Add(time.Hour), Child: "01CHILD"},
		{Seq: 3, Execution: r.ID, Type: flow.StepFinished, At: began, Step: "a", Outcome: flow.StepFailed, Port: "error",
			Duration: 1234567, Passed: true, Failure: &flow.Failure{Code: flow.FailedService, Message: "m"},
			Output: []any{nil, true, 1.5}, Cancel: true},
		{Seq: 4, Execution: r.ID, Type: flow.ExecutionFinished, At: began, Status: flow.Canceled, AnswerStatus: 201},
	}
	b := r.first(0)
	b.Events = want[:2]
	must(t, r.append(b))
	b = r.batch(0)
	b.Events = want[2:]
	must(t, r.append(b))
	wantEqual(t, "events", value(s.Events(ctx, r.ID, 0, 0))(t), want)
}

func keepsValues(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	var deep any = "bottom"
	for range flow.MaxValueDepth - 1 {
		deep = []any{deep}
	}
	values := map[string]any{
		"max": int64(math.MaxInt64), "min": int64(math.MinInt64), "beyond doubles": int64(9007199254740993),
		"double": 0.1, "whole double": 2.0, "tiny": 5e-324, "null": nil, "empty": "", "false": false,
		"unicode": "Grüße, 世界, 👩‍👩‍👧, \u0000, \u2028, </script>", "é": "name",
		"list": []any{}, "object": map[string]any{},
	}
	for name, body := range map[string]any{
		"object": values, "list": []any{values}, "text": "plain", "nothing": nil, "deep": deep,
		"large": strings.Repeat("0123456789abcdef", 1<<16),
	} {
		r := newRun(s, "f")
		b := r.first(1)
		b.Request = &flow.Request{
			Method: "PUT", Path: "/hooks/f/ü", ReceivedAt: "2026-03-01T12:30:15Z",
			Query: map[string]any{"q": []any{"1", "2"}}, Headers: map[string]any{"x-name": "välue"}, Body: body,
		}
		b.Events[0].Output = body
		must(t, r.append(b))
		wantEqual(t, name+" in a request", value(s.Request(ctx, r.ID))(t), b.Request)
		wantEqual(t, name+" in an event", value(s.Events(ctx, r.ID, 0, 0))(t)[0].Output, body)
	}
}

func keepsAnswers(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	binary := make([]byte, 256)
	for i := range binary {
		binary[i] = byte(i)
	}
	for name, answer := range map[string]flow.Answer{
		"empty":    {Status: 204},
		"no bytes": {Status: 200, Body: []byte{}},
		"text":     {Status: 200, Body: []byte(`{"a": 1}`), Headers: [][2]string{{"Content-Type", "application/json"}}},
		"binary":   {Status: 500, Body: binary, Headers: [][2]string{{"X-A", "1"}, {"x-a", "zwei ü"}, {"X-A", "1"}}},
		"10 MiB":   {Status: 200, Body: bytes.Repeat([]byte("0123456789abcdef"), 10<<20/16)},
	} {
		r := started(t, s, "f")
		_, err := s.Answer(ctx, r.ID)
		wantError(t, err, engine.ErrNotFound)
		must(t, r.append(r.answer(answer)))
		must(t, r.append(r.status(flow.Succeeded)))

		got := value(s.Answer(ctx, r.ID))(t)
		wantEqual(t, name+": status", got.Status, answer.Status)
		wantEqual(t, name+": headers", got.Headers, answer.Headers)
		wantBytes(t, name+": body", got.Body, answer.Body)
		wantEqual(t, name+": summary", *value(s.Execution(ctx, r.ID))(t), r.Execution)
	}
	_, err := s.Answer(ctx, "unknown")
	wantError(t, err, engine.ErrNotFound)
}

func survivesReopening(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	s := open(t, dir)
	r := newRun(s, "f")
	must(t, r.append(r.first(2)))
	epoch := value(s.Claim(ctx, r.ID))(t)
	must(t, s.Close())

	s = opened(t, open, dir)
	wantEqual(t, "summary", *value(s.Execution(ctx, r.ID))(t), r.Execution)
	wantSeqs(t, value(s.Events(ctx, r.ID, 0, 0))(t), 1, 2)
	wantEqual(t, "epoch of the next claim", value(s.Claim(ctx, r.ID))(t), epoch+1)
}

func readsEventsAfter(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := newRun(s, "f")
	must(t, r.append(r.first(3))) // 1 to 3
	must(t, r.append(r.batch(1))) // 4
	must(t, r.append(r.batch(4))) // 5 to 8
	other := started(t, s, "f")
	for _, test := range []struct {
		after       int64
		limit       int
		first, last int64
	}{
		{0, 0, 1, 8}, {0, 1, 1, 1}, {0, 3, 1, 3}, {0, 4, 1, 4}, {0, 6, 1, 6}, {0, 100, 1, 8},
		{2, 0, 3, 8}, {3, 0, 4, 8}, {3, 2, 4, 5}, {4, 0, 5, 8}, {6, 1, 7, 7}, {7, 0, 8, 8},
		{8, 0, 9, 8}, {9, 0, 10, 9}, {math.MaxInt64 - 1, 5, 1, 0},
	} {
		events := value(s.Events(ctx, r.ID, test.after, test.limit))(t)
		wantSeqs(t, events, test.first, test.last)
	}
	wantSeqs(t, value(s.Events(ctx, other.ID, 0, 0))(t), 1, 1)
	wantEqual(t, "events of an unknown execution", len(value(s.Events(ctx, "unknown", 0, 0))(t)), 0)
}

func keepsOrder(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	const batches = 300 // more than share a commit
	r := newRun(s, "f")
	done := make(chan error, batches)
	s.Append(r.first(1), func(err error) { done <- err })
	for i := range batches - 1 {
		// Nobody waits for the batch before.
		s.Append(r.batch(1+i%3), func(err error) { done <- err })
	}
	for range batches {
		must(t, <-done)
	}
	wantSeqs(t, value(s.Events(ctx, r.ID, 0, 0))(t), 1, r.LastSeq)
}

func servesMany(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	const writers, batches = 64, 10
	runs := make([]*run, writers)
	var wait sync.WaitGroup
	for i := range runs {
		runs[i] = newRun(s, fmt.Sprintf("flow-%d", i%4))
		wait.Go(func() {
			r := runs[i]
			err := r.append(r.first(1))
			for range batches {
				err = errors.Join(err, r.append(r.batch(2)))
			}
			if err = errors.Join(err, r.append(r.status(flow.Succeeded))); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for _, r := range runs {
		wantEqual(t, "summary", *value(s.Execution(ctx, r.ID))(t), r.Execution)
		wantSeqs(t, value(s.Events(ctx, r.ID, 0, 0))(t), 1, 2+2*batches)
	}
}

func isReentrant(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := newRun(s, "f")
	const batches = 50
	done := make(chan error, 1)
	var next func(error)
	next = func(err error) {
		if err != nil || r.LastSeq == batches {
			done <- err
			return
		}
		s.Append(r.batch(1), next)
	}
	s.Append(r.first(1), next)
	must(t, <-done)
	wantSeqs(t, value(s.Events(ctx, r.ID, 0, 0))(t), 1, batches)
}

func countsOn(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	b := r.batch(3)
	b.Execution.Status = flow.Failed // not stored: the batch says nothing has changed
	must(t, r.append(b))
	wantEqual(t, "summary", *value(s.Execution(ctx, r.ID))(t), r.Execution)
	list, _, err := s.Executions(ctx, store.ExecutionQuery{})
	must(t, err)
	wantEqual(t, "list", list, []flow.Execution{r.Execution})
	must(t, r.append(r.batch(0))) // nothing at all
}

func keepsEnd(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := newRun(s, "f")
	r.Status, r.EndedAt = flow.Succeeded, began.Add(time.Millisecond)
	r.AnsweredAt, r.AnswerStatus = r.EndedAt, 200
	b := r.first(4)
	b.Answer = &flow.Answer{Status: 200, Body: []byte("done")}
	must(t, r.append(b))
	wantEqual(t, "summary", *value(s.Execution(ctx, r.ID))(t), r.Execution)
	wantBytes(t, "answer", value(s.Answer(ctx, r.ID))(t).Body, []byte("done"))
	wantEqual(t, "unfinished", len(value(s.Unfinished(ctx))(t)), 0)
}

func drainsOnClose(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	s := open(t, dir)
	const runs = 500
	stored := make(map[string]error, runs)
	var mutex sync.Mutex
	for range runs {
		r := newRun(s, "f")
		s.Append(r.first(1), func(err error) {
			mutex.Lock()
			defer mutex.Unlock()
			stored[r.ID] = err
		})
	}
	must(t, s.Close())
	wantEqual(t, "batches answered", len(stored), runs)
	s = opened(t, open, dir)
	for id, err := range stored {
		must(t, err)
		value(s.Execution(ctx, id))(t)
	}
}

package conformance

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// refusalTests are about batches that must not be stored, or not twice.
var refusalTests = map[string]func(*testing.T, Open){
	"creates an execution once":             createsOnce,
	"takes the same batch again":            takesAgain,
	"fences the former owner":               fences,
	"refuses what does not follow":          refusesGaps,
	"refuses batches of unknown executions": refusesUnknown,
	"stores a batch whole or not at all":    isAtomic,
	"a refusal does not touch others":       refusesAlone,
	"claims count up":                       claims,
	"calls done with an error once closed":  refusesWhenClosed,
}

func createsOnce(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	must(t, r.append(r.status(flow.Waiting)))

	again := *r
	again.LastSeq, again.Flow, again.Status = 0, "other", flow.Running
	must(t, again.append(again.first(5)))

	wantEqual(t, "summary", *value(s.Execution(ctx, r.ID))(t), r.Execution)
	wantSeqs(t, value(s.Events(ctx, r.ID, 0, 0))(t), 1, 2)
	wantEqual(t, "path of the request", value(s.Request(ctx, r.ID))(t).Path, "/hooks/f")
}

// A batch may have been stored although its commit was reported as failed.
func takesAgain(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	ended := r.status(flow.Waiting)
	must(t, r.append(ended))
	must(t, r.append(ended))
	must(t, r.append(r.status(flow.Running)))
	must(t, r.append(ended)) // late
	wantEqual(t, "summary", *value(s.Execution(ctx, r.ID))(t), r.Execution)
	wantSeqs(t, value(s.Events(ctx, r.ID, 0, 0))(t), 1, 3)

	other := ended
	other.Events = []flow.Event{ended.Events[0]}
	other.Events[0].Step = "another"
	wantError(t, r.append(other), store.ErrOutOfOrder)
}

func fences(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	old := *r
	r.epoch = value(s.Claim(ctx, r.ID))(t)

	unfenced := func(name string, b engine.Batch) {
		t.Helper()
		wantError(t, old.append(b), engine.ErrFenced)
		wantEqual(t, "summary after "+name, *value(s.Execution(ctx, r.ID))(t), r.Execution)
		wantSeqs(t, value(s.Events(ctx, r.ID, 0, 0))(t), 1, r.LastSeq)
		old = *r
		old.epoch = r.epoch - 1
	}
	unfenced("events", old.batch(2))
	unfenced("an end", old.status(flow.Succeeded))
	unfenced("an answer", old.answer(flow.Answer{Status: 200}))
	onlySummary := old.batch(0)
	onlySummary.Changed, onlySummary.Execution.Status = true, flow.Canceled
	unfenced("a summary", onlySummary)

	must(t, r.append(r.status(flow.Succeeded)))
	wantEqual(t, "summary", *value(s.Execution(ctx, r.ID))(t), r.Execution)
	_, err := s.Answer(ctx, r.ID)
	wantError(t, err, engine.ErrNotFound)
}

func refusesGaps(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	for name, first := range map[string]int64{"a gap": 3, "a repeat": 1} {
		ahead := *r
		ahead.LastSeq = first - 1
		ahead.Status = flow.Failed
		b := ahead.batch(2)
		b.Changed = true
		if err := ahead.append(b); !errors.Is(err, store.ErrOutOfOrder) {
			t.Errorf("%s: the error is %v, want %v", name, err, store.ErrOutOfOrder)
		}
	}
	torn := *r
	b := torn.batch(2)
	b.Events[1].Seq++
	wantError(t, torn.append(b), store.ErrOutOfOrder)

	late := newRun(s, "f")
	late.LastSeq = 1
	wantError(t, late.append(late.first(1)), store.ErrOutOfOrder)
	_, err := s.Execution(ctx, late.ID)
	wantError(t, err, engine.ErrNotFound)

	wantEqual(t, "summary", *value(s.Execution(ctx, r.ID))(t), r.Execution)
	must(t, r.append(r.batch(1)))
}

func refusesUnknown(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := newRun(s, "f")
	wantError(t, r.append(r.batch(1)), engine.ErrNotFound)
	wantError(t, r.append(r.status(flow.Failed)), engine.ErrNotFound)
	_, err := s.Execution(ctx, r.ID)
	wantError(t, err, engine.ErrNotFound)
	wantEqual(t, "events", len(value(s.Events(ctx, r.ID, 0, 0))(t)), 0)
}

func isAtomic(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	before := r.Execution

	bad := *r
	b := bad.answer(flow.Answer{Status: 200})
	b.Events[0].Output = math.Inf(1) // cannot be written
	if err := bad.append(b); err == nil {
		t.Fatal("a batch that cannot be written was stored")
	}
	unnamed := newRun(s, "f")
	unnamed.ID = ""
	if err := unnamed.append(unnamed.first(1)); err == nil {
		t.Fatal("an execution without an ID was stored")
	}
	wantEqual(t, "summary", *value(s.Execution(ctx, r.ID))(t), before)
	wantSeqs(t, value(s.Events(ctx, r.ID, 0, 0))(t), 1, 1)
	must(t, r.append(r.batch(1)))
}

func refusesAlone(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	fenced := started(t, s, "f")
	value(s.Claim(ctx, fenced.ID))(t)

	const rounds = 100
	good := make([]*run, rounds)
	type result struct{ err, want error }
	results := make(chan result, 3*rounds)
	submit := func(b engine.Batch, want error) {
		s.Append(b, func(err error) { results <- result{err, want} })
	}
	for i := range good {
		good[i] = newRun(s, "f")
		submit(good[i].first(2), nil)
		stale := *fenced
		submit(stale.status(flow.Failed), engine.ErrFenced)
		unknown := newRun(s, "f")
		submit(unknown.batch(1), engine.ErrNotFound)
	}
	for range 3 * rounds {
		if r := <-results; !errors.Is(r.err, r.want) {
			t.Fatalf("the error is %v, want %v", r.err, r.want)
		}
	}
	for _, r := range good {
		wantSeqs(t, value(s.Events(ctx, r.ID, 0, 0))(t), 1, 2)
	}
	wantEqual(t, "fenced summary", *value(s.Execution(ctx, fenced.ID))(t), fenced.Execution)
}

func claims(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r := started(t, s, "f")
	const claimants = 20
	epochs := make(chan int64, claimants)
	var wait sync.WaitGroup
	for range claimants {
		wait.Go(func() {
			epoch, err := s.Claim(ctx, r.ID)
			if err != nil {
				t.Error(err)
			}
			epochs <- epoch
		})
	}
	wait.Wait()
	seen := map[int64]bool{}
	for range claimants {
		epoch := <-epochs
		if epoch <= r.epoch || seen[epoch] {
			t.Errorf("epoch %d is not new", epoch)
		}
		seen[epoch] = true
	}
	_, err := s.Claim(ctx, "unknown")
	wantError(t, err, engine.ErrNotFound)

	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err = s.Claim(ended, r.ID)
	wantError(t, err, context.Canceled)
}

func refusesWhenClosed(t *testing.T, open Open) {
	s := open(t, t.TempDir())
	r := started(t, s, "f")
	must(t, s.Close())
	wantError(t, r.append(r.batch(1)), store.ErrClosed)
	_, err := s.Claim(t.Context(), r.ID)
	wantError(t, err, store.ErrClosed)
	must(t, s.Close()) // again
}

package conformance

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"redial/engine"
	"redial/engine/flow"
)

// callKeyTests are about the keys of calls.
var callKeyTests = map[string]func(*testing.T, Open){
	"keeps a key with its execution":              keepsKey,
	"gives a key to one of many":                  givesKeyOnce,
	"refuses a taken key and stores nothing":      refusesTakenKey,
	"tells keys apart by flow, caller and key":    tellsKeysApart,
	"takes the same batch with a key again":       takesKeyAgain,
	"an execution that is refused leaves no key":  leavesNoKey,
	"sweeps nothing whose time is not over":       sweepsNothingYoung,
	"only the first batch of an execution claims": claimsFirst,
}

func claimed(r *run, key string) engine.Batch {
	b := r.first(2)
	b.Claim = &engine.Claim{Flow: r.Flow, Key: key, Fingerprint: [32]byte{1, 2, 3}}
	return b
}

func keepsKey(t *testing.T, open Open) {
	dir := t.TempDir()
	s := open(t, dir)
	r := newRun(s, "f")
	must(t, r.append(claimed(r, "key")))
	must(t, s.Close())
	s = opened(t, open, dir)
	found := value(s.CallKey(t.Context(), "f", "", "key"))(t)
	wantEqual(t, "execution", found.Execution, r.ID)
	wantEqual(t, "fingerprint", found.Fingerprint, [32]byte{1, 2, 3})
	if found.ClaimedAt.IsZero() {
		t.Error("the time of the claim is not kept")
	}
	_, err := s.CallKey(t.Context(), "f", "", "other")
	wantError(t, err, engine.ErrNotFound)
}

func wantTaken(t *testing.T, err error, execution string) {
	t.Helper()
	var taken *engine.KeyTakenError
	if !errors.As(err, &taken) || taken.Execution != execution || taken.Fingerprint != [32]byte{1, 2, 3} {
		t.Fatalf("the error is %v, want one that names execution %s", err, execution)
	}
}

func givesKeyOnce(t *testing.T, open Open) {
	dir := t.TempDir()
	stores := []Store{opened(t, open, dir), opened(t, open, dir)}
	const calls = 50
	runs, results := make([]*run, calls), make([]error, calls)
	var wait sync.WaitGroup
	for i := range runs {
		runs[i] = newRun(stores[i%2], "f")
		wait.Go(func() { results[i] = runs[i].append(claimed(runs[i], "key")) })
	}
	wait.Wait()
	winner := value(stores[0].CallKey(t.Context(), "f", "", "key"))(t).Execution
	for i, r := range runs {
		_, err := stores[0].Execution(t.Context(), r.ID)
		if r.ID == winner {
			must(t, results[i])
			must(t, err)
			continue
		}
		wantTaken(t, results[i], winner)
		wantError(t, err, engine.ErrNotFound)
	}
}

func refusesTakenKey(t *testing.T, open Open) {
	s := fresh(t, open)
	first, other, after := newRun(s, "f"), newRun(s, "f"), newRun(s, "f")
	must(t, first.append(claimed(first, "key")))
	wantTaken(t, other.append(claimed(other, "key")), first.ID)
	wantEqual(t, "events of the refused", len(value(s.Events(t.Context(), other.ID, 0, 0))(t)), 0)
	must(t, after.append(after.first(1)))
	must(t, first.append(first.status(flow.Failed)))
	other.LastSeq = 0
	wantTaken(t, other.append(claimed(other, "key")), first.ID) // its execution has ended
}

func tellsKeysApart(t *testing.T, open Open) {
	s := fresh(t, open)
	for i, claim := range []engine.Claim{
		{Flow: "f", Key: "key"}, {Flow: "g", Key: "key"}, {Flow: "f", Key: "KEY"}, {Flow: "f", Caller: "shop", Key: "key"},
	} {
		r := newRun(s, claim.Flow)
		b := r.first(1)
		claim.Fingerprint[0] = byte(i)
		b.Claim = &claim
		must(t, r.append(b))
		found := value(s.CallKey(t.Context(), claim.Flow, claim.Caller, claim.Key))(t)
		wantEqual(t, fmt.Sprintf("execution of %+v", claim), found.Execution, r.ID)
		wantEqual(t, "fingerprint", found.Fingerprint, claim.Fingerprint)
	}
}

// A batch may have been stored although its commit was reported as failed.
func takesKeyAgain(t *testing.T, open Open) {
	s := fresh(t, open)
	r := newRun(s, "f")
	b := claimed(r, "key")
	must(t, r.append(b))
	must(t, r.append(b))
	wantSeqs(t, value(s.Events(t.Context(), r.ID, 0, 0))(t), 1, 2)
}

func leavesNoKey(t *testing.T, open Open) {
	s := fresh(t, open)
	r := newRun(s, "f")
	b := claimed(r, "key")
	b.Events[1].Seq++
	if err := r.append(b); err == nil {
		t.Fatal("a batch with a gap was stored")
	}
	_, err := s.CallKey(t.Context(), "f", "", "key")
	wantError(t, err, engine.ErrNotFound)
}

func sweepsNothingYoung(t *testing.T, open Open) {
	s := fresh(t, open)
	r := newRun(s, "f")
	must(t, r.append(claimed(r, "key")))
	wantEqual(t, "swept", value(s.SweepCallKeys(t.Context(), 10))(t), 0)
	value(s.CallKey(t.Context(), "f", "", "key"))(t)
}

func claimsFirst(t *testing.T, open Open) {
	s := fresh(t, open)
	r := started(t, s, "f")
	b := r.batch(1)
	b.Claim = &engine.Claim{Flow: "f", Key: "key"}
	if err := r.append(b); err == nil {
		t.Fatal("a later batch has claimed a key")
	}
	_, err := s.CallKey(t.Context(), "f", "", "key")
	wantError(t, err, engine.ErrNotFound)
}

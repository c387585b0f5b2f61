package conformance

import (
	"errors"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// dropTests are about executions that are dropped when they are old, or deleted.
var dropTests = map[string]func(*testing.T, Open){
	"drops what is old and owes nothing":       dropsOld,
	"keeps what is still promised":             keepsPromised,
	"drops tests apart":                        dropsTests,
	"drops what was started after its starter": dropsStarterFirst,
	"goes on from a cursor":                    dropsByPages,
	"knows of what was dropped":                knowsDropped,
	"clears a long journal in parts":           clearsInParts,
	"goes on clearing when opened again":       clearsAfterOpening,
	"takes no more of what was dropped":        takesNoMore,
	"deletes one that owes nothing":            deletesOne,
	"says what an execution owes":              saysWhatIsOwed,
	"trusts the clock of a new database":       trustsClock,
}

// later is a time at which everything is old that these tests store.
func later() time.Time { return time.Now().Add(time.Hour) }

// over is an execution that has come to its end.
func over(t *testing.T, s Store, slug string) *run {
	t.Helper()
	r := started(t, s, slug)
	must(t, r.append(r.status(flow.Succeeded)))
	return r
}

// drop drops all that is old.
func drop(t *testing.T, s Store) []string {
	t.Helper()
	dropped, next, err := s.DropExecutions(t.Context(), store.DropQuery{Before: later(), Limit: 100})
	must(t, err)
	wantEqual(t, "cursor", next, "")
	return dropped
}

func clearAll(t *testing.T, s Store) {
	t.Helper()
	for left := 1; left > 0; {
		left = value(s.ClearDropped(t.Context(), 100))(t)
	}
}

func dropsOld(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	var ids []string
	for _, status := range []flow.Status{flow.Succeeded, flow.Failed, flow.Canceled} {
		r := started(t, s, "f")
		must(t, r.append(r.status(status)))
		ids = append(ids, r.ID)
	}
	none, _, err := s.DropExecutions(ctx, store.DropQuery{Before: began.Add(time.Second), Limit: 100})
	must(t, err)
	wantEqual(t, "dropped before they were old", len(none), 0)
	wantEqual(t, "dropped", drop(t, s), ids)
	wantEqual(t, "dropped again", len(drop(t, s)), 0)
	list, _, err := s.Executions(ctx, store.ExecutionQuery{})
	must(t, err)
	wantEqual(t, "executions", len(list), 0)
}

func keepsPromised(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	for _, status := range []flow.Status{flow.Queued, flow.Running, flow.Waiting, flow.NeedsAttention} {
		r := started(t, s, "f")
		must(t, r.append(r.status(status)))
	}
	keyed := newRun(s, "f")
	must(t, keyed.append(claimed(keyed, "key")))
	must(t, keyed.append(keyed.status(flow.Failed)))
	owed := calledBack(t, s)
	must(t, s.PromiseCallback(ctx, owed.ID, "https://a.example/in", "signer"))
	release(t, s, owed.ID)
	must(t, owed.append(owed.status(flow.Succeeded)))
	held := calledBack(t, s)
	must(t, held.append(held.status(flow.Succeeded)))
	must(t, s.PromiseCallback(ctx, held.ID, "https://a.example/in", "signer"))
	wantEqual(t, "dropped", len(drop(t, s)), 0)

	must(t, s.RecordCallback(ctx, owed.ID, store.CallbackPending, store.CallbackAttempt{At: began, Error: "no", Next: began.Add(time.Hour)}))
	wantEqual(t, "dropped while it is tried", len(drop(t, s)), 0)
	must(t, s.RecordCallback(ctx, owed.ID, store.CallbackDelivered, store.CallbackAttempt{At: began, Status: 204}))
	wantEqual(t, "dropped", drop(t, s), []string{owed.ID})
	_, err := s.Callback(ctx, owed.ID)
	wantError(t, err, engine.ErrNotFound)
	wantEqual(t, "attempts", len(value(s.CallbackAttempts(ctx, owed.ID))(t)), 0)
}

func dropsTests(t *testing.T, open Open) {
	s := fresh(t, open)
	test := newRun(s, "f")
	test.Test = true
	must(t, test.append(test.first(1)))
	must(t, test.append(test.status(flow.Succeeded)))
	call := over(t, s, "f")
	got, _, err := s.DropExecutions(t.Context(), store.DropQuery{Tests: true, Before: later(), Limit: 100})
	must(t, err)
	wantEqual(t, "dropped tests", got, []string{test.ID})
	wantEqual(t, "dropped calls", drop(t, s), []string{call.ID})
}

// An execution that would be taken up again looks for those that it has started, and
// starts anew what it does not find.
func dropsStarterFirst(t *testing.T, open Open) {
	s := fresh(t, open)
	root := started(t, s, "f")
	child, other := newRun(s, "g"), newRun(s, "h")
	child.Parent, other.Parent = root.ID, root.ID+"/"+child.ID
	for _, r := range []*run{child, other} {
		must(t, r.append(r.first(1)))
		must(t, r.append(r.status(flow.Succeeded)))
	}
	wantEqual(t, "dropped while the first goes on", len(drop(t, s)), 0)
	must(t, root.append(root.status(flow.Failed)))
	dropped := drop(t, s)
	for i := 0; i < 3 && len(dropped) < 3; i++ { // of one millisecond they may come in any order
		dropped = append(dropped, drop(t, s)...)
	}
	wantEqual(t, "dropped", dropped, []string{root.ID, child.ID, other.ID})
}

func dropsByPages(t *testing.T, open Open) {
	s := fresh(t, open)
	want := map[string]bool{}
	for range 5 {
		want[over(t, s, "f").ID] = true
		started(t, s, "f")
	}
	q := store.DropQuery{Before: later(), Limit: 2}
	for pages := 0; ; pages++ {
		dropped, next, err := s.DropExecutions(t.Context(), q)
		must(t, err)
		for _, id := range dropped {
			delete(want, id)
		}
		if next == "" {
			wantEqual(t, "pages before the last", pages, 2)
			break
		}
		q.After = next
	}
	wantEqual(t, "not dropped", len(want), 0)
}

func knowsDropped(t *testing.T, open Open) {
	dir := t.TempDir()
	s, ctx := open(t, dir), t.Context()
	r := over(t, s, "orders")
	_, err := s.Dropped(ctx, r.ID)
	wantError(t, err, engine.ErrNotFound)
	before := time.Now()
	drop(t, s)
	must(t, s.Close())
	s = opened(t, open, dir)
	d := value(s.Dropped(ctx, r.ID))(t)
	if d.At.Before(before.Add(-time.Second)) || d.At.After(time.Now().Add(time.Second)) {
		t.Errorf("it was dropped at %s", d.At)
	}
	d.At = time.Time{}
	wantEqual(t, "what remains", *d, store.Dropped{Execution: r.ID, Flow: "orders", VersionID: 7, Ended: began.Add(time.Second)})
	_, err = s.Execution(ctx, r.ID)
	wantError(t, err, engine.ErrNotFound)
	_, err = s.Dropped(ctx, "unknown")
	wantError(t, err, engine.ErrNotFound)

	wantEqual(t, "forgotten before it is cleared", value(s.SweepDropped(ctx, later(), 10))(t), 0)
	clearAll(t, s)
	wantEqual(t, "forgotten before its time", value(s.SweepDropped(ctx, before.Add(-time.Minute), 10))(t), 0)
	wantEqual(t, "forgotten", value(s.SweepDropped(ctx, later(), 10))(t), 1)
	_, err = s.Dropped(ctx, r.ID)
	wantError(t, err, engine.ErrNotFound)
}

// long is an execution of n batches that has ended, with large values.
func long(t *testing.T, s Store, n int) *run {
	t.Helper()
	r := started(t, s, "f")
	for range n - 2 {
		must(t, r.append(r.batch(1)))
	}
	b := r.status(flow.Succeeded)
	b.Events[0].Output = large(n)
	must(t, r.append(b))
	return r
}

func clearsInParts(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r, young := long(t, s, 25), long(t, s, 3)
	must(t, young.append(young.status(flow.Running)))
	drop(t, s)
	parts := 0
	for left := 1; left > 0; parts++ {
		if left = value(s.ClearDropped(ctx, 10))(t); left > 10 {
			t.Fatalf("%d were cleared at once", left)
		}
	}
	if parts != 4 {
		t.Errorf("it was cleared in %d parts, not in 3", parts-1)
	}
	wantEqual(t, "events", len(value(s.Events(ctx, r.ID, 0, 0))(t)), 0)
	_, err := s.Request(ctx, r.ID)
	wantError(t, err, engine.ErrNotFound)
	for swept := 1; swept > 0; {
		swept = value(s.SweepBlobs(ctx, 10))(t)
	}
	wantSeqs(t, value(s.Events(ctx, young.ID, 0, 0))(t), 1, 4)
}

func clearsAfterOpening(t *testing.T, open Open) {
	dir := t.TempDir()
	s := open(t, dir)
	r := long(t, s, 5)
	drop(t, s)
	wantEqual(t, "cleared", value(s.ClearDropped(t.Context(), 2))(t), 2)
	must(t, s.Close())
	s = opened(t, open, dir)
	clearAll(t, s)
	wantEqual(t, "events", len(value(s.Events(t.Context(), r.ID, 0, 0))(t)), 0)
}

func takesNoMore(t *testing.T, open Open) {
	s := fresh(t, open)
	r := over(t, s, "f")
	drop(t, s)
	wantError(t, r.append(r.batch(1)), engine.ErrNotFound)
	_, err := s.Claim(t.Context(), r.ID)
	wantError(t, err, engine.ErrNotFound)
	wantError(t, s.PromiseCallback(t.Context(), r.ID, "https://a.example/in", "signer"), engine.ErrNotFound)
}

func deletesOne(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	r, other := long(t, s, 5), over(t, s, "f")
	must(t, s.DropExecution(ctx, r.ID, "ada"))
	wantEqual(t, "by", value(s.Dropped(ctx, r.ID))(t).By, "ada")
	wantEqual(t, "events", len(value(s.Events(ctx, r.ID, 0, 0))(t)), 0)
	value(s.Execution(ctx, other.ID))(t)
	wantError(t, s.DropExecution(ctx, r.ID, "ada"), engine.ErrNotFound)
	wantError(t, s.DropExecution(ctx, "unknown", "ada"), engine.ErrNotFound)
	wantEqual(t, "left to clear", value(s.ClearDropped(ctx, 10))(t), 0)
}

func saysWhatIsOwed(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	running := started(t, s, "f")
	keyed := newRun(s, "f")
	must(t, keyed.append(claimed(keyed, "key")))
	must(t, keyed.append(keyed.status(flow.Succeeded)))
	owed := calledBack(t, s)
	must(t, s.PromiseCallback(ctx, owed.ID, "https://a.example/in", "signer"))
	must(t, owed.append(owed.status(flow.Succeeded)))
	starter, child := over(t, s, "f"), newRun(s, "g")
	child.Parent = starter.ID
	must(t, child.append(child.first(1)))
	must(t, child.append(child.status(flow.Succeeded)))
	for _, r := range []*run{running, keyed, owed, child} {
		var reason *store.OwedError
		if err := s.DropExecution(ctx, r.ID, "ada"); !errors.As(err, &reason) || reason.Reason == "" {
			t.Errorf("deleting an execution that owes something: %v", err)
		}
		value(s.Execution(ctx, r.ID))(t)
	}
	must(t, s.DropExecution(ctx, starter.ID, "ada"))
	must(t, s.DropExecution(ctx, child.ID, "ada"))
}

func trustsClock(t *testing.T, open Open) {
	s := fresh(t, open)
	for range 2 {
		now, doubted, err := s.TrustedTime(t.Context())
		must(t, err)
		if !doubted.IsZero() || time.Since(now) > time.Minute {
			t.Errorf("it is %s, doubted until %s", now, doubted)
		}
		over(t, s, "f")
	}
}

package engine_test

import (
	"errors"
	"strings"
	"testing"

	"redial/engine"
	"redial/engine/flow"
)

// manyFlow is the order flow without the mail, so that no person has to decide.
var manyFlow = strings.ReplaceAll(orderFlow, "method: POST, url: \"http://service/mail\"", "method: POST, effect: keyed, url: \"http://service/mail\"")

// Many executions at once, on a journal that refuses now and then: all come to
// their end, and no call is made twice.
func TestManyExecutionsOnAFlakyJournal(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	w.journal.rule(func(n int, b engine.Batch) verdict {
		if n%7 == 0 && b.Request == nil {
			return verdict{fail: errDisk}
		}
		return verdict{}
	})
	p := w.publish(manyFlow)
	handles := make([]*engine.Handle, 40)
	for i := range handles {
		handles[i] = w.start(p, orderRequest)
	}
	for _, h := range handles {
		if body := w.answer(h); body != orderAnswer {
			t.Errorf("the answer is %s", body)
		}
		if record := w.ended(h.ID); record.Status != flow.Succeeded {
			t.Errorf("the execution has %s\n%s", record.Status, w.history(h.ID))
		}
	}
	seen := map[string]bool{}
	for _, c := range w.service.calls() {
		key := c.Header.Get("Idempotency-Key")
		if key != "" && seen[c.Line+key] {
			t.Errorf("%s was called twice", c.Line)
		}
		seen[c.Line+key] = true
	}
}

// Many executions are cut off at once, and all that were accepted go on.
func TestManyExecutionsAreResumed(t *testing.T) {
	t.Parallel()
	w := orderWorld(t)
	p := w.publish(manyFlow)
	w.journal.rule(func(n int, _ engine.Batch) verdict { return verdict{die: n == 100} })
	handles := make([]*engine.Handle, 40)
	for i := range handles {
		handles[i] = w.start(p, orderRequest)
	}
	receive(t, w.journal.died, "the crash")
	w.crash()
	w.open()
	unfinished, err := w.store.Unfinished(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := w.resume(); n != len(unfinished) || n == 0 {
		t.Errorf("%d executions go on of %d", n, len(unfinished))
	}
	for _, h := range handles {
		again, err := w.engine.Attach(t.Context(), h.ID)
		if errors.Is(err, engine.ErrNotFound) {
			continue // its first batch had not been stored
		}
		if err != nil {
			t.Fatal(err)
		}
		if body := w.answer(again); body != orderAnswer {
			t.Errorf("the answer is %s", body)
		}
		if record := w.ended(h.ID); record.Status != flow.Succeeded {
			t.Errorf("the execution has %s\n%s", record.Status, w.history(h.ID))
		}
	}
	children, err := w.store.Unfinished(w.soon())
	if err != nil || len(children) != 0 {
		t.Errorf("unfinished are still %v (%v)", children, err)
	}
}

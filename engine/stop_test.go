package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"redial/engine"
	"redial/engine/flow"
)

func TestStopLetsCallsEndAndStartsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("POST /a")
	p := w.publish(`
steps:
  a: {uses: http, with: {method: POST, url: "http://service/a"}}
  pure: {uses: transform, with: {set: {a: "{{ steps.a.status }}"}}}
  b: {uses: http, with: {method: POST, url: "http://service/b"}}
  end: {uses: respond, with: {body: "{{ steps.pure.a }}"}}
edges: [trigger -> a, a -> pure, pure -> b, b -> end]`)
	h := w.start(p, "")
	receive(t, held.arrived, "the call")
	stopped := make(chan struct{})
	former := w.engine
	go func() {
		defer close(stopped)
		former.Stop(context.Background())
	}()
	for { // until the engine takes no more
		extra, err := w.tryStart(p, request(t, ""))
		if errors.Is(err, engine.ErrStopping) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := former.Cancel(w.soon(), extra.ID); err != nil && !errors.Is(err, engine.ErrStopping) {
			t.Fatal(err)
		}
	}
	nothing(t, stopped, "the stop")
	held.open()
	receive(t, stopped, "the stop")
	if _, err := h.Wait(w.soon()); !errors.Is(err, engine.ErrStopping) {
		t.Errorf("who waits hears %v", err)
	}
	if err := h.Ended(w.soon()); !errors.Is(err, engine.ErrStopping) {
		t.Errorf("who waits for the end hears %v", err)
	}
	if err := h.Stored(w.soon()); err != nil {
		t.Errorf("the execution is stored, but: %v", err)
	}
	if !strings.HasSuffix(w.history(h.ID), "pure succeeded") || w.service.count("POST /b") != 0 {
		t.Errorf("history:\n%s", w.history(h.ID))
	}
	w.stop()
	w.restart()
	w.ended(h.ID)
	again, err := w.engine.Attach(t.Context(), h.ID)
	if err != nil {
		t.Fatal(err)
	}
	if body := w.answer(again); body != "200" || w.service.count("POST /b") != 1 {
		t.Errorf("the answer is %q", body)
	}
}

func TestStopAbortsCallsThatTakeTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	safe, unsafe := w.service.hold("GET /safe"), w.service.hold("POST /unsafe")
	h := w.run(`
steps:
  safe: {uses: http, retry: {attempts: 3, pause: 1ms}, with: {url: "http://service/safe"}}
  unsafe: {uses: http, retry: {attempts: 3, pause: 1ms}, with: {method: POST, url: "http://service/unsafe"}}
edges: [trigger -> safe, trigger -> unsafe]`, "")
	receive(t, safe.arrived, "the safe call")
	receive(t, unsafe.arrived, "the unsafe call")
	now, cancel := context.WithCancel(t.Context())
	cancel()
	w.engine.Stop(now)
	w.stop()
	safe.open()
	w.restart()
	w.awaitStep(h.ID, "safe", flow.StepFinished)
	w.awaitStatus(h.ID, flow.NeedsAttention)
	if n, m := w.service.count("GET /safe"), w.service.count("POST /unsafe"); n != 2 || m != 1 {
		t.Errorf("there were %d safe calls and %d unsafe ones", n, m)
	}
}

// A stopping engine goes on offering a batch that the journal refuses, until it
// has waited long enough.
func TestStopWhileTheJournalRefuses(t *testing.T) {
	t.Parallel()
	for _, patient := range []bool{true, false} {
		w := newWorld(t)
		held := w.service.hold("GET /a")
		refused, room := make(chan struct{}, 100), make(chan struct{})
		w.journal.rule(func(_ int, b engine.Batch) verdict {
			select {
			case <-room:
				return verdict{}
			default:
			}
			if !has(b, flow.StepFinished, "a") {
				return verdict{}
			}
			refused <- struct{}{}
			return verdict{fail: errDisk}
		})
		h := w.run(`
steps: {a: {uses: http, with: {url: "http://service/a"}}}
edges: [trigger -> a]`, "")
		if err := h.Stored(w.soon()); err != nil {
			t.Fatal(err)
		}
		held.open()
		receive(t, refused, "the refusal")
		ctx, cancel := context.WithCancel(t.Context())
		if patient {
			close(room)
		} else {
			cancel()
		}
		w.engine.Stop(ctx)
		cancel()
		if err := h.Ended(w.soon()); patient == (err != nil) {
			t.Errorf("patient %v: the end says %v", patient, err)
		}
	}
}

func TestStopWhileWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.run(`
steps: {pause: {uses: wait, with: {for: 3650d}}}
edges: [trigger -> pause]`, "")
	w.awaitStatus(h.ID, flow.Waiting)
	canceled := make(chan error, 1)
	w.engine.Stop(t.Context())
	if err := h.Ended(w.soon()); !errors.Is(err, engine.ErrStopping) {
		t.Errorf("who waits for the end hears %v", err)
	}
	go func() { canceled <- w.engine.Cancel(context.Background(), h.ID) }()
	if err := receive(t, canceled, "the cancel's answer"); !hasCode(err, engine.ErrorConflict) {
		t.Errorf("a cancel after the stop says %v", err)
	}
	w.stop()
	w.restart()
	w.awaitStatus(h.ID, flow.Waiting)
	if err := w.engine.Cancel(w.soon(), h.ID); err != nil {
		t.Fatal(err)
	}
}

func TestResumeOfAStoppedEngine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.run(`
steps: {pause: {uses: wait, with: {for: 3650d}}}
edges: [trigger -> pause]`, "")
	w.awaitStatus(h.ID, flow.Waiting)
	w.stop()
	w.open()
	w.engine.Stop(t.Context())
	if _, err := w.engine.Resume(t.Context()); !errors.Is(err, engine.ErrStopping) {
		t.Errorf("the error is %v", err)
	}
	stopped := make(chan struct{})
	go func() { w.engine.Stop(context.Background()); close(stopped) }()
	receive(t, stopped, "the stop")
}

func TestResumeLeavesAloneWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.run(`
steps: {pause: {uses: wait, with: {for: 100ms}}}
edges: [trigger -> pause]`, "")
	w.awaitStatus(h.ID, flow.Waiting)
	if n := w.resume(); n != 0 {
		t.Errorf("%d executions were taken up", n)
	}
	if record := w.ended(h.ID); record.Status != flow.Succeeded {
		t.Errorf("the record has %+v", record)
	}
}

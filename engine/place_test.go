package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"redial/engine"
	"redial/engine/admission"
	"redial/engine/flow"
	"redial/store"
)

// oneByOne calls the service with the number it was called with.
const oneByOne = `
concurrency: 1
steps:
  ask: {uses: http, with: {method: POST, url: "http://service/ask", body: "{{ trigger.body.n }}"}}
  end: {uses: respond, with: {body: "{{ trigger.body.n }}"}}
edges: [trigger -> ask, ask -> end]
`

// enter starts an execution; awaited: a caller holds the line.
func (w *world) enter(p store.Published, n int, awaited bool) (*engine.Handle, error) {
	r := request(w.t, fmt.Sprintf(`{"n": %d}`, n))
	return w.engine.Start(w.t.Context(), engine.StartRequest{
		Flow: p.Version.Flow, VersionID: p.Version.ID, Version: p.Version.Number,
		Settings: p.Settings, Mode: p.Settings.Mode, Request: r, Awaited: awaited, Bytes: 100,
	})
}

// enterAll starts executions one after the other, with numbers from 0, and waits
// until they are stored.
func (w *world) enterAll(p store.Published, count int) []*engine.Handle {
	w.t.Helper()
	handles := make([]*engine.Handle, count)
	for i := range handles {
		var err error
		if handles[i], err = w.enter(p, i, false); err != nil {
			w.t.Fatal(err)
		}
		if err := handles[i].Stored(w.soon()); err != nil {
			w.t.Fatal(err)
		}
	}
	return handles
}

// asked are the bodies of the calls, in order.
func (w *world) asked() string {
	var bodies []string
	for _, c := range w.service.calls() {
		bodies = append(bodies, c.Body)
	}
	return strings.Join(bodies, " ")
}

func TestConcurrencyKeepsExecutionsInAQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("POST /ask")
	p := w.publish(oneByOne)
	handles := w.enterAll(p, 4)
	receive(t, held.arrived, "the first call")
	for i, h := range handles {
		status := flow.Queued
		if i == 0 {
			w.awaitStatus(h.ID, flow.Running)
			continue
		}
		if record := w.record(h.ID); record.Status != status || w.engine.Place(h.ID) != i {
			t.Errorf("execution %d is %s, with place %d", i, record.Status, w.engine.Place(h.ID))
		}
	}
	if load := w.engine.FlowLoad("test"); load != (admission.Load{Running: 1, Background: 3, Limit: 1}) {
		t.Errorf("the load is %+v", load)
	}
	if err := w.engine.Cancel(w.soon(), handles[2].ID); err != nil {
		t.Fatal(err)
	}
	if w.record(handles[2].ID).Status != flow.Canceled || w.engine.Place(handles[3].ID) != 2 {
		t.Error("the execution that was canceled waits on")
	}
	nothing(t, held.arrived, "another call")
	held.open()
	for _, i := range []int{0, 1, 3} {
		if body := w.answer(handles[i]); body != fmt.Sprint(i) {
			t.Errorf("the answer is %s", body)
		}
		w.ended(handles[i].ID)
	}
	if w.asked() != "0 1 3" {
		t.Errorf("the calls were %s", w.asked())
	}
	if events := w.events(handles[1].ID); events[0].Type != flow.ExecutionStarted || events[0].Status != flow.Queued {
		t.Errorf("the first event is %+v", events[0])
	}
}

// Whoever holds the line goes before those for whom nobody waits, until they hang
// up.
func TestCallersWhoHoldTheLineGoFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("POST /ask")
	p := w.publish(oneByOne)
	w.enterAll(p, 3)
	receive(t, held.arrived, "the first call")
	var callers []*engine.Handle
	for n := 3; n < 6; n++ {
		h, err := w.enter(p, n, true)
		if err != nil {
			t.Fatal(err)
		}
		callers = append(callers, h)
	}
	w.engine.Await(callers[1].ID, false)
	if place := w.engine.Place(callers[2].ID); place != 2 {
		t.Errorf("the caller has place %d", place)
	}
	held.open()
	for _, h := range callers {
		w.ended(h.ID)
	}
	if w.asked() != "0 3 5 1 2 4" {
		t.Errorf("the calls were %s", w.asked())
	}
}

func TestHangUpTakesAnExecutionOutOfTheQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("POST /ask")
	p := w.publish("on_disconnect: cancel\n" + oneByOne)
	w.enterAll(p, 1)
	receive(t, held.arrived, "the first call")
	h, err := w.enter(p, 1, true)
	if err != nil {
		t.Fatal(err)
	}
	w.engine.HangUp(h.ID, true)
	if record := w.ended(h.ID); record.Status != flow.Canceled || w.service.count("POST /ask") != 1 {
		t.Errorf("it is %s\n%s", record.Status, w.history(h.ID))
	}
}

// After a crash the queue is there again, in the same order, and no more run than
// may.
func TestQueueSurvivesACrash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("POST /ask")
	p := w.publish(strings.ReplaceAll(oneByOne, "method: POST", "method: POST, effect: keyed"))
	handles := w.enterAll(p, 6)
	receive(t, held.arrived, "the first call")
	w.crash()
	if n := w.restart(); n != len(handles) {
		t.Fatalf("%d executions go on", n)
	}
	receive(t, held.arrived, "the first call once more")
	for i, h := range handles[1:] {
		if w.record(h.ID).Status != flow.Queued || w.engine.Place(h.ID) != i+1 {
			t.Errorf("execution %d is %s, with place %d", i+1, w.record(h.ID).Status, w.engine.Place(h.ID))
		}
	}
	nothing(t, held.arrived, "another call")
	held.open()
	for i, h := range handles {
		again, err := w.engine.Attach(t.Context(), h.ID)
		if err != nil {
			t.Fatal(err)
		}
		if body := w.answer(again); body != fmt.Sprint(i) {
			t.Errorf("the answer is %s", body)
		}
		w.ended(h.ID)
	}
	if w.asked() != "0 0 1 2 3 4 5" {
		t.Errorf("the calls were %s", w.asked())
	}
}

// Once the queue is full, nothing is stored of whoever is refused. Who holds the
// line has room of their own.
func TestFullQueueRefusesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stop()
	w.admission = admission.Limits{Running: 10, Queued: 2}
	w.open()
	held := w.service.hold("POST /ask")
	p := w.publish(oneByOne)
	handles := w.enterAll(p, 3)
	receive(t, held.arrived, "the first call")
	if _, err := w.enter(p, 3, false); !errors.Is(err, engine.ErrFull) || w.engine.HasRoom("test", false) {
		t.Errorf("one more: %v", err)
	}
	if _, err := w.enter(p, 4, true); err != nil || !w.engine.HasRoom("test", true) {
		t.Errorf("a caller: %v", err)
	}
	if active := w.engine.Active(); active != 4 {
		t.Errorf("%d are under way", active)
	}
	if list, _, err := w.store.Executions(t.Context(), store.ExecutionQuery{Flow: "test"}); err != nil || len(list) > 4 {
		t.Errorf("stored are %d (%v)", len(list), err)
	}
	held.open()
	w.ended(handles[2].ID)
}

// An execution that waits by a step of its own, or for a person, gives its place to
// others, and takes one again before it goes on.
func TestWaitingGivesThePlaceToOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("POST /ask")
	p := w.publish(`
concurrency: 1
steps:
  first: {uses: branch, with: {paths: [{name: naps, when: trigger.body.n == 0}, {name: works}]}}
  nap: {uses: wait, with: {for: 20ms}}
  ask: {uses: http, with: {method: POST, url: "http://service/ask", body: "{{ trigger.body.n }}"}}
edges: [trigger -> first, first.naps -> nap, nap -> ask, first.works -> ask]`)
	handles := w.enterAll(p, 2)
	receive(t, held.arrived, "the call of the second")
	w.awaitStatus(handles[0].ID, flow.Queued)
	nothing(t, held.arrived, "another call")
	held.open()
	w.ended(handles[0].ID)
	if w.asked() != "1 0" {
		t.Errorf("the calls were %s", w.asked())
	}
}

// A flow that starts another one and waits for it needs no second place of the
// server, and none of its own flow where it starts itself.
func TestFlowsThatStartFlowsDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stop()
	w.admission = admission.Limits{Running: 1}
	w.open()
	w.publish("slug: inner\nconcurrency: 1\nsteps: {end: {uses: respond, with: {body: \"{{ trigger.body }}\"}}}\nedges: [trigger -> end]")
	p := w.publish(`
concurrency: 1
steps:
  deeper: {uses: branch, with: {paths: [{name: "yes", when: trigger.body.n > 0}, {name: "no"}]}}
  again: {uses: flow, with: {slug: test, body: {n: "{{ trigger.body.n - 1 }}"}}}
  inner: {uses: flow, with: {slug: inner, body: 7}}
  end: {uses: respond, with: {body: "{{ steps.again.body ?? steps.inner.body }}"}}
edges: [trigger -> deeper, deeper.yes -> again, deeper.no -> inner, again -> end, inner -> end]`)
	handles := w.enterAll(p, 3)
	for _, h := range handles {
		if body := w.answer(h); body != "7" {
			t.Errorf("the answer is %s", body)
		}
		w.ended(h.ID)
	}
}

// A limit that is changed counts at once, also where a command beside the server
// has changed it.
func TestConcurrencyCanBeChanged(t *testing.T) {
	t.Parallel()
	for _, beside := range []bool{false, true} {
		w := newWorld(t)
		held := w.service.hold("POST /ask")
		p := w.publish(oneByOne)
		handles := w.enterAll(p, 3)
		receive(t, held.arrived, "the first call")
		if beside {
			w.publish(strings.Replace(oneByOne, "concurrency: 1", "concurrency: 2", 1))
		} else {
			w.engine.SetConcurrency("test", 2)
		}
		receive(t, held.arrived, "the second call")
		nothing(t, held.arrived, "the third call")
		held.open()
		w.ended(handles[2].ID)
	}
}

// Large requests are left to the journal while their executions wait.
func TestLargeRequestsWaitInTheJournal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("POST /ask")
	p := w.publish(oneByOne)
	w.enterAll(p, 1)
	receive(t, held.arrived, "the first call")
	var handles []*engine.Handle
	for n := range 3 {
		h, err := w.engine.Start(t.Context(), engine.StartRequest{
			Flow: "test", VersionID: p.Version.ID, Version: 1, Settings: p.Settings, Mode: flow.Sync,
			Request: request(t, fmt.Sprintf(`{"n": %d}`, n)), Bytes: 10 << 20,
		})
		if err != nil {
			t.Fatal(err)
		}
		handles = append(handles, h)
	}
	held.open()
	for n, h := range handles {
		if body := w.answer(h); body != fmt.Sprint(n) {
			t.Errorf("the answer is %s", body)
		}
	}
}

// An execution that fails for a reason that may pass waits for its turn when its
// caller repeats the call.
func TestReopenedExecutionWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script("POST /ask -> 503\nPOST /ask -> 200")
	p := w.publish(oneByOne)
	failed := w.start(p, `{"n": 7}`)
	w.ended(failed.ID)
	held := w.service.hold("POST /ask")
	running := w.start(p, `{"n": 8}`)
	receive(t, held.arrived, "the call")
	again, resumed, err := w.engine.Reopen(t.Context(), failed.ID)
	if err != nil || !resumed {
		t.Fatal(resumed, err)
	}
	w.awaitStatus(failed.ID, flow.Queued)
	nothing(t, held.arrived, "another call")
	held.open()
	if body := w.answer(running); body != "8" {
		t.Errorf("the answer is %s", body)
	}
	if body := w.answer(again); body != "7" {
		t.Errorf("the answer is %s", body)
	}
}

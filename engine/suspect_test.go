package engine_test

import (
	"context"
	"errors"
	"testing"

	"redial/engine"
	"redial/engine/flow"
)

const suspectFlow = `
mode: async
steps:
  culprit: {uses: http, with: {url: "http://service/a"}}
  answer: {uses: respond, with: {body: {x: "{{ steps.culprit.body }}"}}}
edges: [trigger -> culprit, culprit -> answer]
`

// suspect is an execution whose call was under way each time the process died,
// and which is held back now.
func suspect(t *testing.T) (w *world, id string) {
	t.Helper()
	w = newWorld(t)
	w.service.script("GET /a -> 200 => 7")
	held := w.service.hold("GET /a")
	h := w.start(w.publish(suspectFlow), "")
	receive(t, held.arrived, "the call")
	w.awaitStep(h.ID, "culprit", flow.StepStarted)
	w.crash()
	held.open()
	w.open()
	w.journal.resumes = engine.Resumes{Unclean: 5, Tried: engine.MaxTrials}
	w.resume()
	w.awaitStatus(h.ID, flow.NeedsAttention)
	if n := w.service.count("GET /a"); n != 1 {
		t.Fatalf("the call was made %d times", n)
	}
	return w, h.ID
}

// An execution during which the process has died again and again is held back,
// even where its call is safe to repeat, until a person decides.
func TestSuspectIsHeldBack(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		decision engine.Decision
		status   flow.Status
		answer   string
	}{
		{engine.DecideRetry, flow.Succeeded, `{"x":7}`},
		{engine.DecideSkip, flow.Succeeded, `{"x":null}`},
		{engine.DecideFail, flow.Failed, ""},
	} {
		t.Run(string(tc.decision), func(t *testing.T) {
			t.Parallel()
			w, id := suspect(t)
			if err := w.engine.Decide(w.soon(), id, "culprit", nil, tc.decision); err != nil {
				t.Fatal(err)
			}
			if got := w.ended(id).Status; got != tc.status {
				t.Errorf("it is %s, want %s\n%s", got, tc.status, w.history(id))
			}
			answer, err := w.store.Answer(t.Context(), id)
			if tc.answer == "" {
				if !errors.Is(err, engine.ErrNotFound) {
					t.Errorf("it has answered: %v", err)
				}
				return
			}
			if err != nil || string(answer.Body) != tc.answer {
				t.Errorf("its answer is %v, %v", answer, err)
			}
		})
	}
}

// Steps that have not begun are held back as well. A decision about them can be
// read again after a restart.
func TestSuspectDoesNotBegin(t *testing.T) {
	t.Parallel()
	for decision, end := range map[engine.Decision]flow.Status{
		engine.DecideRetry: flow.Succeeded, engine.DecideSkip: flow.Succeeded, engine.DecideFail: flow.Failed,
	} {
		t.Run(string(decision), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			held := w.service.hold("GET /before")
			h := w.start(w.publish(`
mode: async
steps:
  before: {uses: http, with: {url: "http://service/before"}}
  culprit: {uses: http, with: {url: "http://service/a"}}
edges: [trigger -> before, before -> culprit]
`), "")
			receive(t, held.arrived, "the call")
			w.stopWhile(held.open) // the next step is due then, and has not begun
			w.open()
			w.journal.resumes = engine.Resumes{Unclean: 5, Tried: engine.MaxTrials}
			w.resume()
			if err := w.engine.Decide(w.soon(), h.ID, "culprit", nil, decision); err != nil {
				t.Fatal(err)
			}
			if got := w.ended(h.ID).Status; got != end {
				t.Errorf("it is %s, want %s\n%s", got, end, w.history(h.ID))
			}
			if n, want := w.service.count("GET /a"), map[bool]int{true: 1}[decision == engine.DecideRetry]; n != want {
				t.Errorf("the call was made %d times, want %d", n, want)
			}
			graph := w.events(h.ID)
			w.stop()
			if n := w.restart(); n != 0 || len(w.events(h.ID)) != len(graph) {
				t.Errorf("%d executions go on after the end", n)
			}
		})
	}
}

// stopWhile stops the engine in order, and does something once it takes no more.
func (w *world) stopWhile(do func()) {
	w.t.Helper()
	stopped, former := make(chan struct{}), w.engine
	go func() {
		defer close(stopped)
		former.Stop(context.Background())
	}()
	p := w.publish("slug: probe\nsteps: {end: {uses: respond}}\nedges: [trigger -> end]\n")
	for {
		_, err := w.tryStart(p, request(w.t, ""))
		if errors.Is(err, engine.ErrStopping) {
			break
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	do()
	receive(w.t, stopped, "the stop")
	w.stop()
}

// One that merely waits has taken nothing down.
func TestWhoWaitsIsNoSuspect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.start(w.publish("mode: async\nsteps:\n  sleep: {uses: wait, with: {for: 1h}}\nedges: [trigger -> sleep]\n"), "")
	w.awaitStatus(h.ID, flow.Waiting)
	w.crash()
	w.open()
	w.journal.resumes = engine.Resumes{Unclean: 5, Tried: engine.MaxTrials}
	w.resume()
	if undecided, err := w.engine.Undecided(w.soon(), h.ID); err != nil || len(undecided) != 0 {
		t.Errorf("to be decided are %v, %v", undecided, err)
	}
}

// When the process has died again, those that were under way go on one at a time.
func TestSuspectsGoOnOneAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("GET /a")
	p := w.publish(suspectFlow)
	ids := make([]string, 3)
	for i := range ids {
		ids[i] = w.start(p, "").ID
		receive(t, held.arrived, "the call")
		w.awaitStep(ids[i], "culprit", flow.StepStarted)
	}
	w.crash()
	w.open()
	w.journal.resumes = engine.Resumes{Unclean: engine.MaxUncleanResumes + 1}
	held = w.service.hold("GET /a")
	w.resume()
	receive(t, held.arrived, "the call of the first")
	if len(held.arrived) > 0 {
		t.Error("another one goes on beside it")
	}
	held.open()
	for _, id := range ids {
		if got := w.ended(id).Status; got != flow.Succeeded {
			t.Errorf("%s is %s", id, got)
		}
	}
}

// A server that stops leaves those whose turn has not come to the next start.
func TestStopDuringTrials(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("GET /a")
	p := w.publish(suspectFlow)
	var ids []string
	for range 2 {
		ids = append(ids, w.start(p, "").ID)
		receive(t, held.arrived, "the call")
		w.awaitStep(ids[len(ids)-1], "culprit", flow.StepStarted)
	}
	w.crash()
	w.open()
	w.journal.resumes = engine.Resumes{Unclean: engine.MaxUncleanResumes + 1}
	held = w.service.hold("GET /a")
	w.resume()
	receive(t, held.arrived, "the call of the first")
	w.stopWhile(held.open)
	if n := w.restart(); n == 0 {
		t.Error("nothing goes on")
	}
	for _, id := range ids {
		if got := w.ended(id).Status; got != flow.Succeeded {
			t.Errorf("%s is %s", id, got)
		}
	}
}

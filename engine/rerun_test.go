package engine_test

import (
	"errors"
	"testing"

	"redial/engine"
	"redial/engine/flow"
)

const rerunFlow = `
steps:
  a: {uses: http, with: {method: POST, url: "http://service/a", body: "{{ trigger.body.n }}"}}
  b: {uses: http, with: {method: POST, url: "http://service/b", body: "{{ steps.a.body.id }}"}}
  c: {uses: http, with: {method: POST, url: "http://service/c", body: "{{ steps.a.body.id }}"}}
  end: {uses: respond, with: {body: "{{ steps.a.body.id }} {{ steps.b.status }} {{ steps.c.status }}"}}
edges: [trigger -> a, a -> b, a -> c, b -> end, c -> end]
`

func TestRerun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script(`
POST /a -> 200 => {"id": 7}
POST /b -> 400
POST /b -> 201`)
	first := w.run(rerunFlow, `{"n": 9007199254740993}`)
	w.ended(first.ID)
	again, err := w.engine.Rerun(t.Context(), first.ID, "b")
	if err != nil {
		t.Fatal(err)
	}
	if body := w.answer(again); body != "7 201 200" {
		t.Errorf("the answer is %q\n%s", body, w.history(again.ID))
	}
	if again.ID == first.ID {
		t.Error("it is the same execution")
	}
	whole, err := w.engine.Rerun(t.Context(), first.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	w.answer(whole)
	for line, want := range map[string]int{"POST /a": 2, "POST /b": 3} {
		if n := w.service.count(line); n != want {
			t.Errorf("%s was called %d times, wanted %d", line, n, want)
		}
	}
	for _, c := range w.service.calls() {
		if c.Line == "POST /a" && c.Body != "9007199254740993" {
			t.Errorf("the call brought %s", c.Body)
		}
	}
}

func TestRerunRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.run("steps: {end: {uses: respond}}\nedges: [trigger -> end]", "")
	w.ended(h.ID)
	if _, err := w.engine.Rerun(t.Context(), h.ID, "nobody"); !hasCode(err, engine.ErrorInvalid) {
		t.Errorf("an unknown step: %v", err)
	}
	if _, err := w.engine.Rerun(t.Context(), "nobody", ""); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("an unknown execution: %v", err)
	}
}

// Viewers are told of all events of an execution, and of executions of a flow
// that begin after they have come.
func TestViewersAreToldOfNewEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.publish("steps: {end: {uses: respond}}\nedges: [trigger -> end]")
	before := w.start(p, "")
	w.ended(before.ID)
	viewer := w.engine.WatchFlow("test")
	defer viewer.Close()
	elsewhere := w.engine.WatchFlow("other")
	defer elsewhere.Close()
	h := w.start(p, "")
	w.ended(h.ID)
	receive(t, viewer.C, "the news")
	if ids := viewer.Take(); len(ids) != 1 || ids[0] != h.ID {
		t.Errorf("the news are about %v", ids)
	}
	if ids := viewer.Take(); len(ids) != 0 {
		t.Errorf("the old news come again: %v", ids)
	}
	nothing(t, elsewhere.C, "news of another flow")
	if last := w.events(h.ID); last[len(last)-1].Type != flow.ExecutionFinished {
		t.Errorf("the last event is %+v", last[len(last)-1])
	}
}

// A test that performs nothing with an effect performs nothing when it is run
// again.
func TestRerunOfASafeTest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.publish(rerunFlow)
	h, err := w.engine.Start(t.Context(), engine.StartRequest{
		Flow: "test", VersionID: p.Version.ID, Settings: p.Settings, Mode: flow.Sync,
		Test: true, Safe: true, Request: request(t, `{"n": 1}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.ended(h.ID)
	again, err := w.engine.Rerun(t.Context(), h.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	w.ended(again.ID)
	if lines := w.service.lines(); len(lines) != 0 {
		t.Errorf("the service got %v", lines)
	}
}

package engine_test

import (
	"errors"
	"reflect"
	"testing"

	"redial/engine"
	"redial/engine/flow"
)

func TestUndecidedSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := w.service.hold("POST /mail")
	h := w.run(`
steps:
  rounds: {uses: each, with: {items: "1..2", do: {steps: {mail: {uses: http, with: {method: POST, url: "http://service/mail"}}}, edges: []}}}
edges: [trigger -> rounds]`, "")
	receive(t, held.arrived, "the call")
	wants := func(id string, want []engine.Undecided) {
		t.Helper()
		if got, err := w.engine.Undecided(w.soon(), id); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("undecided are %v, %v; wanted %v", got, err, want)
		}
	}
	wants(h.ID, nil) // it is under way, and that is known
	w.crash()
	w.restart()
	w.awaitStatus(h.ID, flow.NeedsAttention)
	wants(h.ID, []engine.Undecided{{Step: "mail", Iteration: []int{0}}})
	if _, err := w.engine.Undecided(w.soon(), "nobody"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("an unknown execution: %v", err)
	}
	if err := w.engine.Cancel(w.soon(), h.ID); err != nil {
		t.Fatal(err)
	}
	wants(h.ID, nil)
}

package web

import (
	"fmt"
	"testing"

	"redial/engine/flow"
)

// Cursors of executions under way stay however many others finish; those of
// finished ones go, the oldest first.
func TestCursorsOfFinishedExecutionsAreForgotten(t *testing.T) {
	t.Parallel()
	c := newCursors()
	c.advance(&flow.Event{Execution: "under way", Seq: 7, Type: flow.StepStarted})
	for i := range 3 * keptCursors {
		id := fmt.Sprint(i)
		c.advance(&flow.Event{Execution: id, Seq: 1, Type: flow.ExecutionStarted})
		c.advance(&flow.Event{Execution: id, Seq: 2, Type: flow.ExecutionFinished})
		if c.seen[id] != 2 {
			t.Fatalf("execution %s was forgotten at once", id)
		}
	}
	if c.seen["under way"] != 7 {
		t.Error("an execution under way was forgotten")
	}
	if len(c.seen) != keptCursors+1 {
		t.Errorf("%d cursors are kept, want %d", len(c.seen), keptCursors+1)
	}
	if c.seen[fmt.Sprint(2*keptCursors-1)] != 0 || c.seen[fmt.Sprint(2*keptCursors)] != 2 {
		t.Error("others than the oldest were forgotten")
	}
}

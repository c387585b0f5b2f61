package web

import "redial/engine/flow"

// keptCursors is how many executions that have finished a viewer remembers. The
// viewer may be told of one a few times more after its last event was sent.
const keptCursors = 1024

// cursors are how far a viewer has come in each execution. Those of executions
// that finished long ago are forgotten: the page of a busy flow may stay open for
// weeks.
type cursors struct {
	seen     map[string]int64
	finished []string // a ring of those that finished last
	next     int
}

func newCursors() *cursors { return &cursors{seen: map[string]int64{}} }

// advance notes that an event was sent.
func (c *cursors) advance(e *flow.Event) {
	c.seen[e.Execution] = e.Seq
	if e.Type != flow.ExecutionFinished {
		return
	}
	if len(c.finished) < keptCursors {
		c.finished = append(c.finished, e.Execution)
		return
	}
	delete(c.seen, c.finished[c.next])
	c.finished[c.next] = e.Execution
	c.next = (c.next + 1) % keptCursors
}

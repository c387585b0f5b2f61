// Package admission decides which executions run and which wait for their turn.
// It knows places and order alone: nothing of flows, of callers or of a journal,
// no clock and no goroutine of its own.
//
// An execution takes a place of its flow, of which there are as many as the flow
// runs executions at once, and one of the server. It gets both together or
// waits for both, so nobody holds one and waits for the other.
//
// # Order
//
// Within a flow those go first for whom a caller holds the line, and among equals
// those that have begun before, then the oldest. Flows take turns. So that
// executions for which nobody waits are not starved either, one of Share starts
// is theirs while there are any: within each flow, and among the flows.
//
// # Children
//
// An execution that another one has started and waits for runs in the place that
// its parent has of the server; and in the place of the flow too, where it is of
// the flow of its parent, or of the parent's parent, and so on. Otherwise all
// places could be held by parents whose children wait for one. Where flows call
// each other in a circle and a child would have to wait for an execution that
// waits for it, the child runs although its flow has no room.
package admission

import (
	"errors"
	"sync"
	"time"
)

// ErrFull says that an execution neither runs nor waits, because as many wait as
// may.
var ErrFull = errors.New("as many executions wait as may; try again later")

// Share is of how many starts one goes to an execution for which nobody waits.
const Share = 5

// Limits bound what runs and what waits; 0: no bound.
type Limits struct {
	// Running is how many executions run at once, of all flows.
	Running int
	// Queued is how many of one flow wait for their turn while nobody waits for
	// them, and QueuedTotal how many of all flows do. For those for whom a caller
	// holds the line each bound holds by itself, so that one kind does not take
	// the room of the other.
	Queued, QueuedTotal int
}

// Ticket is one execution on its way. Its exported fields are set while it is out.
type Ticket struct {
	// ID and At order tickets: the older one first, and by ID at the same time.
	ID string
	At time.Time
	// Flow is the slug of its flow. Those without one are bounded by the server
	// alone.
	Flow string
	// Parent is the execution that waits for this one; nil: none.
	Parent *Ticket
	// Begun says that it has run before, and goes on.
	Begun bool
	// Bounded says that it may be refused. What was accepted already never is.
	Bounded bool
	// Awaited says that a caller holds the line for it; of a child, that of its root
	// counts. Await changes it.
	Awaited bool
	// Turn is called when it may run after it had to wait. It must not block, nor
	// call back into the room.
	Turn func()

	state state
	// inside: it runs in its ancestors' place of the flow.
	inside bool
	// children are the queued tickets whose root this is.
	children map[*Ticket]struct{}
	// edges are the flows that cannot go on before this one has ended its wait.
	edges []*line
}

type state uint8

const (
	out    state = iota // neither runs nor waits
	queued              // waits for its turn
	placed              // runs
)

// Room is where the executions of one server run. Its methods may be called from
// many goroutines.
type Room struct {
	mu     sync.Mutex
	limits Limits
	flows  map[string]*line
	placed int      // tickets that take a place of the server
	queued [2]int   // tickets that wait, by kind
	turns  []*line  // flows with tickets that wait, the one whose turn is next first
	passed int      // starts of awaited ones since the last of another
	calls  []func() // Turns of tickets that were placed, to be called unlocked
}

// New makes a room.
func New(limits Limits) *Room { return &Room{limits: limits, flows: map[string]*line{}} }

// Enter lets a ticket in that is out: it runs at once, and true is returned, or it
// waits for its Turn. ErrFull: it is still out.
func (r *Room) Enter(t *Ticket) (runs bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	flow := r.line(t.Flow)
	t.inside = t.within(t.Flow)
	if r.fits(flow, t) || r.circle(flow, t) {
		r.place(flow, t)
		return true, nil
	}
	if t.Bounded && r.full(flow, t) {
		return false, ErrFull
	}
	r.enqueue(flow, t)
	return false, nil
}

// Force lets a ticket that is out or waits run, whether or not there is room.
func (r *Room) Force(t *Ticket) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.state == placed {
		return
	}
	flow := r.line(t.Flow)
	if t.state == queued {
		r.dequeue(flow, t)
	} else {
		t.inside = t.within(t.Flow)
	}
	r.place(flow, t)
}

// Leave takes a ticket out, whatever it did, and gives its places to others.
func (r *Room) Leave(t *Ticket) {
	r.mu.Lock()
	flow := r.line(t.Flow)
	switch t.state {
	case out:
	case queued:
		r.dequeue(flow, t)
	case placed:
		if !t.inside {
			flow.placed--
		}
		if t.Parent == nil {
			r.placed--
		}
	}
	t.state = out
	r.tidy(flow)
	r.unlock()
}

// Await says whether a caller holds the line for a ticket from now on. What was
// started by its execution goes with it.
func (r *Room) Await(t *Ticket, awaited bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.Awaited == awaited || t.Parent != nil {
		return
	}
	family := make([]*Ticket, 0, len(t.children)+1)
	for child := range t.children {
		family = append(family, child)
	}
	if t.state == queued {
		family = append(family, t)
	}
	for _, member := range family {
		r.remove(r.line(member.Flow), member)
	}
	t.Awaited = awaited
	for _, member := range family {
		r.add(r.line(member.Flow), member)
	}
}

// SetLimit bounds how many executions of a flow run at once; 0: no bound. It
// counts at once: what waits and has room now runs. What runs already goes on.
func (r *Room) SetLimit(flow string, limit int) {
	r.mu.Lock()
	line := r.line(flow)
	if line.limit == limit {
		r.mu.Unlock()
		return
	}
	line.limit = limit
	r.unlock()
}

// unlock lets those run who can, and tells them once the room is open again.
func (r *Room) unlock() {
	for t := r.pick(); t != nil; t = r.pick() {
		flow := r.line(t.Flow)
		r.dequeue(flow, t)
		r.place(flow, t)
		if t.Turn != nil {
			r.calls = append(r.calls, t.Turn)
		}
	}
	calls := r.calls
	r.calls = nil
	r.mu.Unlock()
	for _, call := range calls {
		call()
	}
}

// place lets a ticket run.
func (r *Room) place(flow *line, t *Ticket) {
	t.state = placed
	if !t.inside {
		flow.placed++
	}
	if t.Parent == nil {
		r.placed++
	}
}

// fits reports whether there is room for a ticket. Whoever waits in the same flow
// and could run would do so already.
func (r *Room) fits(flow *line, t *Ticket) bool {
	return (t.inside || flow.hasRoom()) && (t.Parent != nil || r.hasRoom())
}

func (r *Room) hasRoom() bool { return r.limits.Running <= 0 || r.placed < r.limits.Running }

// full reports whether as many tickets of the kind wait as may.
func (r *Room) full(flow *line, t *Ticket) bool {
	kind := t.kind()
	return r.limits.Queued > 0 && flow.count(kind) >= r.limits.Queued ||
		r.limits.QueuedTotal > 0 && r.queued[kind] >= r.limits.QueuedTotal
}

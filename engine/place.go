package engine

import (
	"context"
	"slices"
	"strings"
	"time"

	"redial/engine/admission"
	"redial/engine/core"
	"redial/engine/flow"
)

// ErrFull says that an execution was not started, because as many wait for their
// turn as may. Nothing was stored.
var ErrFull = admission.ErrFull

// place is where an execution runs, or how it waits for its turn. An execution has
// one as long as there is something for it to do: one that merely waits, or needs a
// person, takes it again when it goes on.
type place struct {
	ticket admission.Ticket
	taken  bool
	asked  bool // it waits for its turn
	// begin is what it does first when it is its turn; nil: advance does.
	begin func(*run)
	// wary: that it runs is stored before it does. One that takes the process down
	// would else be found in the queue again and again.
	wary, announced bool
	bytes           int64 // of its request that are kept while it waits
	parks           bool  // the body of its request is not, once it is stored
	parked          bool  // nor is it now
}

// register makes the ticket of a new run. It is known to others from then on.
func (r *run) register() {
	t := &r.place.ticket
	t.ID, t.At = r.record.ID, r.record.StartedAt
	if !r.record.Test { // whoever tries a draft out does not wait for callers
		t.Flow = r.record.Flow
	}
	t.Turn = func() { r.mailbox.put((*run).turn) }
}

// adopt finds the execution that waits for one that a former server has left. One
// that did not wait is taken for one that does: the journal of the child does not
// say.
func (r *run) adopt() {
	if r.record.Parent == "" {
		return
	}
	lineage := strings.Split(r.record.Parent, "/")
	if parent := r.engine.find(lineage[len(lineage)-1]); parent != nil {
		r.place.ticket.Parent = &parent.place.ticket
	}
}

// enterRoom lets a new execution in: it runs, waits for its turn, or is refused by
// ErrFull.
func (r *run) enterRoom(request *StartRequest) error {
	t, room := &r.place.ticket, r.engine.room
	t.Awaited, t.Bounded = request.Awaited, request.id == ""
	if request.parent != nil {
		t.Parent = &request.parent.place.ticket
	}
	if t.Flow != "" && !request.rerun {
		room.SetLimit(t.Flow, request.Settings.Concurrency)
	}
	runs, err := room.Enter(t)
	r.place.taken, r.place.asked = runs, !runs
	if err != nil || runs {
		return err
	}
	r.place.bytes = max(int64(request.Bytes), leastBytes)
	if !r.engine.parked.keep(r.place.bytes) {
		r.place.bytes, r.place.parks = 0, true
	}
	r.engine.watch.start(r.engine)
	return nil
}

// returnToRoom lets an execution in that was accepted before. begin is what it does
// first when it is its turn, or at once if that is not to do anything.
func (r *run) returnToRoom(begin func(*run)) {
	t := &r.place.ticket
	t.Begun = r.record.Status != flow.Queued || r.state.LastSeq > 1
	if r.state.Status() != flow.Running {
		begin(r)
		return
	}
	r.place.begin, r.place.parks = begin, true
	r.place.wary = r.record.Status == flow.Queued
	r.place.asked = true
	if runs, _ := r.engine.room.Enter(t); runs { // it is never refused
		r.turn()
		return
	}
	r.engine.watch.start(r.engine)
}

// turn begins, or goes on with, an execution whose turn it is.
func (r *run) turn() {
	switch {
	case r.err != nil || !r.place.asked || r.isStopping():
	case r.place.parked:
		r.recall()
	case r.place.wary:
		r.place.wary, r.place.announced = false, true
		r.onceStored(func() { r.mailbox.put((*run).turn) })
	default:
		r.takePlace()
	}
}

func (r *run) takePlace() {
	r.place.taken, r.place.asked, r.place.announced, r.place.parks = true, false, false, false
	r.engine.parked.give(r.place.bytes)
	r.place.bytes = 0
	if begin := r.place.begin; begin != nil {
		r.place.begin = nil
		begin(r)
	}
}

// forcePlace lets an execution run whether or not there is room: a person has
// decided that it does, or it has to come to its end.
func (r *run) forcePlace() {
	if r.place.taken {
		return
	}
	r.engine.room.Force(&r.place.ticket)
	r.takePlace()
}

// seekPlace asks for a place where there is something to do again.
func (r *run) seekPlace() {
	if r.place.taken || r.place.asked || r.err != nil || r.state.Status() != flow.Running || ends(core.Next(r.state)) {
		return
	}
	t := &r.place.ticket
	t.Begun, t.Bounded = true, false
	r.place.taken, _ = r.engine.room.Enter(t) // it is never refused
	r.place.asked = !r.place.taken
	if r.place.asked {
		r.engine.watch.start(r.engine)
	}
}

// restPlace gives the place to others while there is nothing to do, and leaves the
// body of the request to the journal while it is not needed.
func (r *run) restPlace() {
	if r.place.parks && !r.place.parked && r.place.asked && r.created && r.writing == nil {
		without := *r.request
		without.Body = nil
		r.ask(&without)
		r.place.parked = true
	}
	if !r.place.taken || r.underWay > 0 {
		return
	}
	if status := r.state.Status(); status == flow.Waiting || status == flow.NeedsAttention {
		r.place.taken = false
		r.engine.room.Leave(&r.place.ticket)
	}
}

// leaveQueue ends the wait of an execution that comes to its end before its turn.
func (r *run) leaveQueue() {
	if r.place.asked {
		r.place.asked = false
		r.engine.room.Leave(&r.place.ticket)
	}
}

// vacate gives up the place, or the wait for it, for good.
func (r *run) vacate() {
	r.engine.parked.give(r.place.bytes)
	r.engine.room.Leave(&r.place.ticket)
}

// standing is where the execution stands, as people see it.
func (r *run) standing() flow.Status {
	status := r.state.Status()
	if status == flow.Running && !r.place.taken && !r.place.announced {
		return flow.Queued
	}
	return status
}

// ends reports whether all that is to be done is to finish.
func ends(commands []core.Command) bool { return len(commands) == 1 && commands[0].Kind == core.Finish }

// recall reads the request again that was left to the journal.
func (r *run) recall() {
	e := r.engine
	e.active.Add(1) // the run is active still, so nobody has stopped waiting
	go func() {
		defer e.active.Done()
		for pause := firstWritePause; ; pause = min(2*pause, longestWait) {
			request, err := e.options.Journal.Request(e.calls, r.record.ID)
			if err == nil {
				r.mailbox.put(func(r *run) {
					r.ask(request)
					r.place.parked = false
					r.turn()
				})
				return
			}
			e.options.Logger.Warn("a request could not be read; trying again", "execution", r.record.ID, "pause", pause, "error", err)
			select {
			case <-time.After(pause):
			case <-e.stopping:
				return
			}
		}
	}()
}

// runFirst puts executions that were under way before those that waited for their
// turn.
func runFirst(runs []*run) {
	slices.SortStableFunc(runs, func(a, b *run) int {
		waits := func(r *run) int {
			if r.record.Status == flow.Queued {
				return 1
			}
			return 0
		}
		return waits(a) - waits(b)
	})
}

// Await says whether a caller holds the line for an execution from now on: those
// for whom one does go first. One that is not under way here is left alone.
func (e *Engine) Await(id string, awaited bool) {
	if r := e.find(id); r != nil {
		e.room.Await(&r.place.ticket, awaited)
	}
}

// Place is where an execution stands in the queue of its flow, from 1; 0: it does
// not wait for its turn.
func (e *Engine) Place(id string) int {
	if r := e.find(id); r != nil {
		return e.room.Place(&r.place.ticket)
	}
	return 0
}

// HasRoom reports whether Start would not be refused by ErrFull now.
func (e *Engine) HasRoom(flow string, awaited bool) bool { return e.room.Room(flow, awaited) }

// Load is how much runs and waits for its turn here, and FlowLoad of one flow.
func (e *Engine) Load() admission.Load { return e.room.Load() }

// FlowLoad is the load of a flow; tests of its draft are not in it.
func (e *Engine) FlowLoad(flow string) admission.Load { return e.room.FlowLoad(flow) }

// SetConcurrency bounds how many executions of a flow run at once, from now on;
// 0: no bound.
func (e *Engine) SetConcurrency(flow string, limit int) { e.room.SetLimit(flow, limit) }

// readLimits reads how many executions of each flow may run at once, before those
// go on that a former server has left. Of a flow that is not published any more,
// what its newest execution began with counts.
func (e *Engine) readLimits(ctx context.Context, runs []*run) {
	limits := map[string]int{}
	for _, r := range runs {
		limits[r.record.Flow] = r.record.Settings.Concurrency
	}
	for slug, limit := range limits {
		if published, err := e.options.Published(ctx, slug); err == nil {
			limit = published.Settings.Concurrency
		}
		e.room.SetLimit(slug, limit)
	}
}

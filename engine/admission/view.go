package admission

// Place is where a ticket stands in the queue of its flow, from 1; 0: it does not
// wait. Those for whom callers wait come first, so a place may grow.
func (r *Room) Place(t *Ticket) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.state != queued {
		return 0
	}
	l := r.line(t.Flow)
	place := 1
	for k := awaited; k <= t.kind(); k++ {
		if k < t.kind() {
			place += l.count(k)
			continue
		}
		place += l.waiting[k].own.rank(t) + l.waiting[k].child.rank(t)
	}
	return place
}

// Load is how much runs and waits.
type Load struct {
	Running int
	// Awaited and Background wait for their turn: with a caller who holds the
	// line, and without.
	Awaited, Background int
	Limit               int // of Running; 0: none
}

// Queued is how many wait for their turn.
func (l Load) Queued() int { return l.Awaited + l.Background }

// Load of the server. Children that run in the place of their parent do not
// count.
func (r *Room) Load() Load {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Load{Running: r.placed, Awaited: r.queued[awaited], Background: r.queued[background], Limit: r.limits.Running}
}

// FlowLoad is that of a flow.
func (r *Room) FlowLoad(flow string) Load {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.flows[flow]
	if l == nil {
		return Load{}
	}
	return Load{Running: l.placed, Awaited: l.count(awaited), Background: l.count(background), Limit: l.limit}
}

// Room reports whether a new execution of a flow would run or wait now, rather
// than be refused.
func (r *Room) Room(flow string, awaited bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.flows[flow]
	if l == nil {
		l = &line{flow: flow}
	}
	t := &Ticket{Flow: flow, Awaited: awaited}
	return r.fits(l, t) || !r.full(l, t)
}

// Busy are the flows of which executions wait for their turn.
func (r *Room) Busy() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	flows := make([]string, len(r.turns))
	for i, l := range r.turns {
		flows[i] = l.flow
	}
	return flows
}

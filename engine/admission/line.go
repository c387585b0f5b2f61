package admission

import "slices"

// line is what runs and what waits of one flow.
type line struct {
	flow   string
	limit  int // 0: none
	placed int // tickets that take a place of the flow
	// waiting has those that wait, by kind: those that need a place of the server,
	// and children, who need none.
	waiting [2]struct{ own, child list }
	passed  int // starts of awaited ones since the last of another, while one waited
	skipped int // starts of children since the last of another, for want of room on the server
	// needs counts, by flow, the executions of this one that wait for a child that
	// waits for a place there.
	needs map[*line]int
}

func (r *Room) line(flow string) *line {
	l := r.flows[flow]
	if l == nil {
		l = &line{flow: flow}
		r.flows[flow] = l
	}
	return l
}

// maxFlows is how many flows are known at the same time without need. To forget
// each one whenever nothing of it runs would cost more.
const maxFlows = 4096

// tidy forgets a flow of which nothing is known but its name.
func (r *Room) tidy(l *line) {
	if len(r.flows) > maxFlows && l.limit == 0 && l.placed == 0 && l.count(awaited)+l.count(background) == 0 {
		delete(r.flows, l.flow)
	}
}

func (l *line) hasRoom() bool { return l.limit <= 0 || l.placed < l.limit }

func (l *line) count(k kind) int { return len(l.waiting[k].own) + len(l.waiting[k].child) }

// list is the one that a ticket waits in.
func (l *line) list(t *Ticket) *list {
	if t.Parent != nil {
		return &l.waiting[t.kind()].child
	}
	return &l.waiting[t.kind()].own
}

// first is who is to run next of a kind; nil: nobody who can. Where the server
// has no room, only children can.
func (l *line) first(k kind, room bool) *Ticket {
	child := l.waiting[k].child.first()
	if !room {
		return child
	}
	own := l.waiting[k].own.first()
	if own == nil || child != nil && before(child, own) < 0 {
		return child
	}
	return own
}

// candidate is who is to run next of the flow; nil: nobody who can. room says that
// the server has some. So that children do not take all places of the flow while
// it has none, now and then another one runs nevertheless.
func (l *line) candidate(room bool) *Ticket {
	if !l.hasRoom() {
		return nil
	}
	room = room || l.limit > 0 && l.skipped >= Share-1
	waits, other := l.first(awaited, room), l.first(background, room)
	if waits == nil || other != nil && l.passed >= Share-1 {
		return other
	}
	return waits
}

// pick is who is to run next; nil: nobody who can. Flows take turns, those in
// which a caller waits before the others.
func (r *Room) pick() *Ticket {
	room := r.hasRoom()
	wanted := awaited
	if r.passed >= Share-1 {
		wanted = background
	}
	var other *Ticket
	found := -1
	for at, l := range r.turns {
		t := l.candidate(room)
		if t == nil {
			continue
		}
		if other == nil {
			other, found = t, at
		}
		if l.class() == wanted {
			other, found = t, at
			break
		}
	}
	if other == nil {
		return nil
	}
	l := r.turns[found]
	r.started(l, other)
	r.turns = append(slices.Delete(r.turns, found, found+1), l)
	return other
}

// class is the kind of a flow among flows. One in which a caller waits is of
// theirs, also when another one has its turn there: the caller is next.
func (l *line) class() kind {
	if l.count(awaited) > 0 {
		return awaited
	}
	return background
}

// started counts a start, for those who are passed over by it.
func (r *Room) started(l *line, t *Ticket) {
	switch {
	case t.Parent == nil:
		l.skipped = 0
	case !r.hasRoom() && len(l.waiting[awaited].own)+len(l.waiting[background].own) > 0:
		l.skipped++
	}
	switch {
	case t.kind() == background:
		l.passed = 0
	case l.count(background) > 0:
		l.passed++
	}
	switch {
	case l.class() == background:
		r.passed = 0
	case r.queued[background] > 0:
		r.passed++
	}
}

// enqueue makes a ticket wait.
func (r *Room) enqueue(l *line, t *Ticket) {
	t.state = queued
	if root := t.root(); root != t {
		if root.children == nil {
			root.children = map[*Ticket]struct{}{}
		}
		root.children[t] = struct{}{}
		for a := t.Parent; a != nil; a = a.Parent {
			if held := r.flows[a.Flow]; held != nil && a.state == placed && !slices.Contains(t.edges, held) {
				t.edges = append(t.edges, held)
				held.need(l, 1)
			}
		}
	}
	r.add(l, t)
}

// dequeue ends a ticket's wait.
func (r *Room) dequeue(l *line, t *Ticket) {
	r.remove(l, t)
	if root := t.root(); root != t {
		delete(root.children, t)
	}
	for _, held := range t.edges {
		held.need(l, -1)
	}
	t.edges = nil
}

func (r *Room) add(l *line, t *Ticket) {
	if l.count(awaited)+l.count(background) == 0 {
		r.turns = append(r.turns, l)
	}
	l.list(t).add(t)
	r.queued[t.kind()]++
}

func (r *Room) remove(l *line, t *Ticket) {
	l.list(t).remove(t)
	r.queued[t.kind()]--
	if l.count(awaited)+l.count(background) > 0 {
		return
	}
	at := slices.Index(r.turns, l)
	r.turns = slices.Delete(r.turns, at, at+1)
}

func (l *line) need(other *line, n int) {
	if l.needs == nil {
		l.needs = map[*line]int{}
	}
	if l.needs[other] += n; l.needs[other] == 0 {
		delete(l.needs, other)
	}
}

// circle reports whether a child, if it waited for a place of the flow, would
// wait for an execution that waits for it.
func (r *Room) circle(l *line, t *Ticket) bool {
	if t.Parent == nil || t.inside {
		return false
	}
	seen := map[*line]bool{l: true}
	for next := []*line{l}; len(next) > 0; next = next[1:] {
		for other := range next[0].needs {
			if t.within(other.flow) {
				return true
			}
			if !seen[other] {
				seen[other] = true
				next = append(next, other)
			}
		}
	}
	return false
}

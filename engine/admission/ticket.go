package admission

import (
	"cmp"
	"slices"
)

// kind tells tickets for which a caller holds the line from others.
type kind uint8

const (
	awaited    kind = iota // a caller holds the line
	background             // nobody waits
)

func (t *Ticket) kind() kind {
	if t.root().Awaited {
		return awaited
	}
	return background
}

// root is the execution that all the others were started for.
func (t *Ticket) root() *Ticket {
	for t.Parent != nil {
		t = t.Parent
	}
	return t
}

// within reports whether an ancestor runs that is of a flow.
func (t *Ticket) within(flow string) bool {
	for a := t.Parent; a != nil; a = a.Parent {
		if a.Flow == flow && a.state == placed {
			return true
		}
	}
	return false
}

// before is the order among tickets of one kind.
func before(a, b *Ticket) int {
	if a.Begun != b.Begun {
		if a.Begun {
			return -1
		}
		return 1
	}
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return cmp.Compare(a.ID, b.ID)
}

// list is tickets in order. Most come and go at its ends.
type list []*Ticket

func (l *list) add(t *Ticket) {
	if n := len(*l); n == 0 || before((*l)[n-1], t) < 0 {
		*l = append(*l, t)
		return
	}
	at, _ := slices.BinarySearchFunc(*l, t, before)
	*l = slices.Insert(*l, at, t)
}

func (l *list) remove(t *Ticket) {
	at, found := slices.BinarySearchFunc(*l, t, before)
	switch {
	case !found:
	case at == 0:
		(*l)[0] = nil
		*l = (*l)[1:]
	default:
		*l = slices.Delete(*l, at, at+1)
	}
}

// rank is how many tickets stand before t, which need not be in the list.
func (l list) rank(t *Ticket) int {
	at, _ := slices.BinarySearchFunc(l, t, before)
	return at
}

func (l list) first() *Ticket {
	if len(l) == 0 {
		return nil
	}
	return l[0]
}

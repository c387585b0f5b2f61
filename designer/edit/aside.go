package edit

import (
	"maps"
	"slices"

	"redial/engine/flow"
)

// clearing moves the cards of a body aside that are in the way of one that is new
// or has become larger: first what it leads to, then what these lead to and what
// they would cover. Everything else stays.
type clearing struct {
	edges    []flow.Edge
	ids      []string // of the cards, in an order that is the same each time
	was, now map[string]box
	upstream map[string]bool // of the card; stays where it is
	queue    []string        // cards that were moved, whose neighbours may be in the way
	moved    map[string]flow.Position
}

// makeWay moves aside what is in the way of a card that took another room before.
// A new one took none, and began where its edges come from.
func (e *editor) makeWay(body []string, id string, was box) error {
	now := e.boxes(body)
	c := clearing{edges: e.edges(body), ids: slices.Sorted(maps.Keys(now)), was: maps.Clone(now), now: now, moved: map[string]flow.Position{}}
	c.was[id] = was
	c.upstream = reached(c.edges, id, backward)
	c.clear(id)
	if len(c.moved) == 0 {
		return nil
	}
	return e.place(body, c.moved)
}

// clear begins with a card. A file may have edges in a circle: then it stops.
func (c *clearing) clear(id string) {
	c.queue = append(c.queue, id)
	for most := 8 * len(c.now); len(c.queue) > 0 && most > 0; most-- {
		id := c.queue[0]
		c.queue = c.queue[1:]
		c.clearEdges(id)
		c.uncover(id)
		c.level(id)
	}
}

// clearEdges keeps the distance to what a card leads to, or that of columns where
// it was more. Edges that led backward may go on to.
func (c *clearing) clearEdges(id string) {
	for _, edge := range c.edges {
		next, found := c.now[edge.To]
		if edge.From != id || !found || c.upstream[edge.To] {
			continue // a file may have edges in a circle
		}
		if distance := c.was[edge.To].x - c.was[id].right(); distance >= 0 {
			c.push(edge.To, c.now[id].right()+min(distance, columnGap)-next.x, 0)
		}
	}
}

// uncover moves what a card covers now, and did not before: down what stood below
// it, to the right what stood beside it.
func (c *clearing) uncover(id string) {
	was, now := c.was[id], c.now[id]
	for _, other := range c.ids {
		at, before := c.now[other], c.was[other]
		switch {
		case other == id || !now.overlaps(at) || was.overlaps(before):
		case before.y >= was.y+was.height || c.upstream[other]:
			c.push(other, 0, now.y+now.height+rowGap-at.y)
		default:
			c.push(other, now.right()+columnGap-at.x, 0)
		}
	}
}

// level lets what stood in a row with a card that went down, and is joined with
// it, follow.
func (c *clearing) level(id string) {
	was, now := c.was[id], c.now[id]
	for _, edge := range c.edges {
		other := edge.From
		if other == id {
			other = edge.To
		} else if edge.To != id {
			continue
		}
		if at, found := c.now[other]; found && !c.upstream[other] && c.was[other].y == was.y {
			c.push(other, 0, now.y-at.y)
		}
	}
}

func (c *clearing) push(id string, x, y float64) {
	if x <= 0 && y <= 0 {
		return
	}
	at := c.now[id]
	at.x, at.y = at.x+max(x, 0), at.y+max(y, 0)
	c.now[id] = at
	c.moved[id] = flow.Position{X: at.x, Y: at.y}
	c.queue = append(c.queue, id)
}

// reached are the steps that edges lead to from one, itself included. Which end of
// an edge is which is given.
func reached(edges []flow.Edge, id string, ends func(flow.Edge) (from, to string)) map[string]bool {
	next := map[string][]string{}
	for _, edge := range edges {
		from, to := ends(edge)
		next[from] = append(next[from], to)
	}
	found := map[string]bool{id: true}
	for queue := []string{id}; len(queue) > 0; queue = queue[1:] {
		for _, to := range next[queue[0]] {
			if !found[to] {
				found[to] = true
				queue = append(queue, to)
			}
		}
	}
	return found
}

// onward are the ends of an edge as it leads, and backward the other way.
func onward(edge flow.Edge) (from, to string)   { return edge.From, edge.To }
func backward(edge flow.Edge) (from, to string) { return edge.To, edge.From }

// surrounding is a frame in a body that is arranged by hand, and its room.
type surrounding struct {
	frame string
	room  box
}

// around are the frames around a body, the innermost first.
func (e *editor) around(owner string) []surrounding {
	var all []surrounding
	for owner != "" {
		at, step, found := e.find(owner)
		if !found {
			break
		}
		if e.placedByHand(at.body) {
			all = append(all, surrounding{owner, e.boxOf(step, e.position(owner, step), 0)})
		}
		owner = at.owner
	}
	return all
}

// makeWayAround moves aside what is in the way of frames that have become larger.
func (e *editor) makeWayAround(frames []surrounding) error {
	if len(frames) == 0 {
		return nil
	}
	// What is laid out automatically in them is laid out anew.
	laid, shown := e.laid, e.shown
	defer func() { e.laid, e.shown = laid, shown }()
	e.laid, e.shown = nil, e.tree
	for _, f := range frames {
		at, _, found := e.find(f.frame)
		if !found {
			continue
		}
		if err := e.makeWay(at.body, f.frame, f.room); err != nil {
			return err
		}
	}
	return nil
}

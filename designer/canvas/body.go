package canvas

import "redial/engine/flow"

// body is a flow, or the inside of an each step, while it is being placed. Its
// cards stand around a corner of its own until settle moves them.
type body struct {
	cards  []*Card
	inner  []*body // of the cards that are frames, nil for others
	edges  []*Edge
	index  map[string]int // cards by their IDs
	order  []int          // in which they are read
	bounds Box
}

// compose makes the cards and edges of a body and arranges them, the inside of
// frames first.
func (b *builder) compose(source *flow.Body, trigger, parent *Card, triggerAt *flow.Position) *body {
	composed := &body{index: make(map[string]int, len(source.Steps)+1)}
	var fixed []bool
	add := func(card *Card, inner *body, at *flow.Position) {
		if _, taken := composed.index[card.ID]; !taken {
			composed.index[card.ID] = len(composed.cards)
		}
		if b.graph.cards[card.ID] == nil {
			b.graph.cards[card.ID] = card
		}
		composed.cards = append(composed.cards, card)
		composed.inner = append(composed.inner, inner)
		fixed = append(fixed, at != nil)
	}
	if trigger != nil {
		add(trigger, nil, triggerAt)
	}
	for i := range source.Steps {
		s := &source.Steps[i]
		card := b.step(s, parent)
		var inner *body
		if card.Frame {
			inner = b.inside(s, card)
			card.enclose(inner.bounds)
		}
		add(card, inner, s.At)
	}
	composed.join(source.Edges)
	composed.arrange(fixed)
	return composed
}

// inside is what is in a frame. One with nothing in it has room for a card.
func (b *builder) inside(s *flow.Step, frame *Card) *body {
	if frame.Empty {
		return &body{bounds: Box{Width: CardWidth, Height: CardHeight}}
	}
	return b.compose(s.Do, nil, frame, nil)
}

// enclose makes a frame as large as what is in it.
func (c *Card) enclose(inner Box) {
	c.Width = max(CardWidth, inner.Width+2*FramePadding)
	c.Height = HeightWithRows(len(c.Rows)) + inner.Height + 2*FramePadding
}

// join makes the edges between cards of the body. Others lead nowhere, of which
// the problems of the flow tell.
func (d *body) join(edges []flow.Edge) {
	seen := make(map[flow.Edge]bool, len(edges))
	for _, e := range edges {
		from, fromFound := d.index[e.From]
		to, toFound := d.index[e.To]
		if !fromFound || !toFound || from == to || seen[e] || d.cards[to].Trigger {
			continue
		}
		seen[e] = true
		edge := &Edge{From: d.cards[from], To: d.cards[to], Port: e.Port}
		edge.From.Out = append(edge.From.Out, edge)
		edge.To.In = append(edge.To.In, edge)
		d.edges = append(d.edges, edge)
	}
}

func (d *body) arrange(fixed []bool) {
	nodes := make([]node, len(d.cards))
	for i, card := range d.cards {
		nodes[i] = node{Box: card.Box, fixed: fixed[i]}
	}
	for _, e := range d.edges {
		join(nodes, d.index[e.From.ID], d.index[e.To.ID], e.From.portY(e.Port))
	}
	d.order = arrange(nodes)
	for i, card := range d.cards {
		card.Box = nodes[i].Box
		d.bounds = d.bounds.Union(card.Box)
	}
}

// settle moves the cards to where they are on the canvas, finds the ways of the
// edges, and hands all over to the graph.
func (b *builder) settle(d *body, by Point) {
	boxes := make([]Box, len(d.cards))
	for i, card := range d.cards {
		card.X, card.Y = card.X+by.X, card.Y+by.Y
		boxes[i] = card.Box
	}
	ways := newRouter(boxes)
	for _, e := range d.edges {
		start := Point{e.From.Right(), e.From.Y + e.From.portY(e.Port)}
		end := Point{e.To.X, e.To.Y + PortY}
		e.Path, e.Middle = ways.route(start, end, d.index[e.From.ID], d.index[e.To.ID])
	}
	b.graph.Edges = append(b.graph.Edges, d.edges...)
	for _, i := range d.order {
		card := d.cards[i]
		b.graph.Cards = append(b.graph.Cards, card)
		if inner := d.inner[i]; inner != nil {
			card.Origin = Point{
				card.X + FramePadding - inner.bounds.X,
				card.Y + CardHeight + FramePadding - inner.bounds.Y,
			}
			b.settle(inner, card.Origin)
		}
	}
}

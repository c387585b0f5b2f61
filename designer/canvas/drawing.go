package canvas

import (
	"context"
	"reflect"
	"strings"
)

// Drawing is a graph with the HTML of its cards and edges, as View shows them.
// What changed between two drawings is what a page has to be told.
type Drawing struct {
	Graph *Graph
	cards []drawnCard
	edges []drawnEdge
	// ambiguous graphs, which a draft with faults may have, cannot be compared:
	// several cards have one ID.
	ambiguous bool
	cardIndex map[string]int
	edgeIndex map[string]int
}

type drawnCard struct {
	*Card
	html string
}

type drawnEdge struct {
	*Edge
	key, html string
}

// Draw draws a graph. like is a drawing of a similar graph with the same options,
// or nil: what looks the same is taken from it.
func Draw(ctx context.Context, g *Graph, o Options, like *Drawing) (*Drawing, error) {
	d := &Drawing{
		Graph: g,
		cards: make([]drawnCard, len(g.Cards)), cardIndex: make(map[string]int, len(g.Cards)),
		edges: make([]drawnEdge, len(g.Edges)), edgeIndex: make(map[string]int, len(g.Edges)),
	}
	if like == nil {
		like = &Drawing{}
	}
	for i, card := range g.Cards {
		html, err := like.card(ctx, card, o)
		if err != nil {
			return nil, err
		}
		d.cards[i] = drawnCard{card, html}
		d.cardIndex[card.ID] = i
	}
	for i, edge := range g.Edges {
		key := edge.Key()
		html, err := like.edge(ctx, edge, key)
		if err != nil {
			return nil, err
		}
		d.edges[i] = drawnEdge{edge, key, html}
		d.edgeIndex[key] = i
	}
	d.ambiguous = len(d.cardIndex) < len(d.cards) || len(d.edgeIndex) < len(d.edges)
	return d, nil
}

// Key names the edge within its flow: from.port->to.
func (e *Edge) Key() string {
	if e.Port == "" {
		return e.From.ID + "->" + e.To.ID
	}
	return e.From.ID + "." + e.Port + "->" + e.To.ID
}

// card is the HTML of a card, which is that of the same card of d unless it
// looks another way.
func (d *Drawing) card(ctx context.Context, card *Card, o Options) (string, error) {
	if i, drawn := d.cardIndex[card.ID]; drawn && !d.ambiguous && looksLike(card, d.cards[i].Card) {
		return d.cards[i].html, nil
	}
	var html strings.Builder
	err := cardItem(card, o).Render(ctx, &html)
	return html.String(), err
}

func (d *Drawing) edge(ctx context.Context, edge *Edge, key string) (string, error) {
	if i, drawn := d.edgeIndex[key]; drawn && d.edges[i].Path == edge.Path && d.edges[i].Middle == edge.Middle {
		return d.edges[i].html, nil
	}
	var html strings.Builder
	err := edgeItem(edge).Render(ctx, &html)
	return html.String(), err
}

// looksLike reports whether two cards are shown alike. Their neighbours are
// shown by ID and title; all else that a card has is compared, so that nothing
// is forgotten when cards come to show more.
func looksLike(a, b *Card) bool {
	if parentID(a) != parentID(b) || len(a.In) != len(b.In) || len(a.Out) != len(b.Out) {
		return false
	}
	for i, e := range a.Out {
		other := b.Out[i]
		if e.Port != other.Port || e.To.ID != other.To.ID || e.To.Title != other.To.Title {
			return false
		}
	}
	return reflect.DeepEqual(alone(a), alone(b))
}

// alone is a card without its neighbours and its place in the order.
func alone(c *Card) Card {
	alone := *c
	alone.Index, alone.Parent, alone.In, alone.Out = 0, nil, nil, nil
	return alone
}

func parentID(c *Card) string {
	if c.Parent == nil {
		return ""
	}
	return c.Parent.ID
}

package canvas

import "slices"

// Delta is what a page has to change to show one drawing instead of another, as
// static/canvas.js takes it.
type Delta struct {
	// Full says that all cards and edges are there, and others are to go.
	Full bool `json:"full,omitempty"`
	// Bounds is the box around all cards.
	Bounds string `json:"bounds"`
	// Order are the IDs of all cards as they are read, if that has changed.
	Order []string `json:"order"`
	// Cards and Edges are those that are new or look another way.
	Cards        []DeltaCard `json:"cards"`
	Removed      []string    `json:"removed"`
	Edges        []DeltaEdge `json:"edges"`
	RemovedEdges []string    `json:"removedEdges"`
	Minimap      DeltaMap    `json:"minimap"`
}

// DeltaCard is a card by the ID of its step.
type DeltaCard struct {
	ID   string `json:"id"`
	HTML string `json:"html"`
}

// DeltaEdge is an edge by its [Edge.Key].
type DeltaEdge struct {
	Key  string `json:"key"`
	HTML string `json:"html"`
}

// DeltaMap is the minimap: SVG path data of cards and frames, and its view box.
type DeltaMap struct {
	Cards  string `json:"cards"`
	Frames string `json:"frames"`
	Box    string `json:"box"`
}

// Since is what changed between an earlier drawing and this one. It is the whole
// drawing if there is no earlier one, or if they cannot be compared because
// several steps of a draft have one ID.
func (d *Drawing) Since(earlier *Drawing) *Delta {
	g := d.Graph
	delta := &Delta{
		Bounds: g.bounds(),
		Cards:  []DeltaCard{}, Removed: []string{}, Edges: []DeltaEdge{}, RemovedEdges: []string{},
		Minimap: DeltaMap{g.overview(false), g.overview(true), g.mapBox()},
	}
	if earlier == nil || earlier.ambiguous || d.ambiguous {
		earlier = &Drawing{}
		delta.Full = true
	}
	for i := range d.cards {
		card := &d.cards[i]
		if at, there := earlier.cardIndex[card.ID]; !there || earlier.cards[at].html != card.html {
			delta.Cards = append(delta.Cards, DeltaCard{card.ID, card.html})
		}
	}
	for i := range earlier.cards {
		if _, stays := d.cardIndex[earlier.cards[i].ID]; !stays {
			delta.Removed = append(delta.Removed, earlier.cards[i].ID)
		}
	}
	for i := range d.edges {
		edge := &d.edges[i]
		if at, there := earlier.edgeIndex[edge.key]; !there || earlier.edges[at].html != edge.html {
			delta.Edges = append(delta.Edges, DeltaEdge{edge.key, edge.html})
		}
	}
	for i := range earlier.edges {
		if _, stays := d.edgeIndex[earlier.edges[i].key]; !stays {
			delta.RemovedEdges = append(delta.RemovedEdges, earlier.edges[i].key)
		}
	}
	if !slices.EqualFunc(d.cards, earlier.cards, func(a, b drawnCard) bool { return a.ID == b.ID }) {
		delta.Order = make([]string, len(d.cards))
		for i := range d.cards {
			delta.Order[i] = d.cards[i].ID
		}
	}
	return delta
}

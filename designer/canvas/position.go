package canvas

import (
	"redial/engine/flow"
	"redial/engine/step"
)

// Layout says where the cards of a flow stand, by their IDs, in the coordinates
// of the flow file: those of inner steps are counted from the origin of their
// frame.
func Layout(f *flow.Flow, library *step.Library) map[string]flow.Position {
	g := Build(f, library, nil)
	positions := make(map[string]flow.Position, len(g.Cards))
	for _, card := range g.Cards {
		at := flow.Position{X: card.X, Y: card.Y}
		if card.Parent != nil {
			at.X, at.Y = at.X-card.Parent.Origin.X, at.Y-card.Parent.Origin.Y
		}
		positions[card.ID] = at
	}
	return positions
}

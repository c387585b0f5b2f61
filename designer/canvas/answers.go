package canvas

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"redial/engine/check"
	"redial/engine/flow"
)

// maxAnswers is how many statuses a row names.
const maxAnswers = 2

// Sizes of what stands behind a port without an answer, as in canvas.css.
const (
	offerGap    = 46
	offerWidth  = 88
	offerHeight = 26
	offerSpace  = 6 // to cards and others above and below
)

// Answers is what the callers of a flow get at the ends of its paths.
type Answers struct {
	// Behind are the respond steps that may answer once a port is taken.
	Behind map[check.Port][]string
	// Silent are the ports at which paths end that answer nothing; none where
	// no caller waits.
	Silent []check.Port
}

// ShowAnswers says on each way out what callers get behind it, and marks those
// at whose end they get nothing.
func (g *Graph) ShowAnswers(answers Answers) {
	for port, steps := range answers.Behind {
		card := g.cards[port.Step]
		if card == nil {
			continue
		}
		for i := range card.Rows {
			if card.Rows[i].Port == port.Port {
				card.Rows[i].Answer = g.statuses(steps)
			}
		}
	}
	if len(g.Cards) == 1 {
		return // what happens first is asked elsewhere
	}
	var offers []Box
	for _, port := range answers.Silent {
		if card := g.cards[port.Step]; card != nil {
			silent := card.silentPort(port.Port)
			offer := g.offer(card, silent.Y, offers)
			silent.Drop = offer.Y + offerHeight/2 - card.Y - silent.Y
			card.Silent = append(card.Silent, silent)
			offers = append(offers, offer)
			g.Bounds = g.Bounds.Union(offer)
		}
	}
}

// offer is where a step that answers is offered: right of a port, as near to its
// level as there is room beside the cards and the other offers.
func (g *Graph) offer(from *Card, portY float64, others []Box) Box {
	wanted := Box{from.Right() + offerGap, from.Y + portY - offerHeight/2, offerWidth, offerHeight}
	var inWay []Box
	for _, card := range g.Cards {
		if card != from && !from.within(card) && wanted.X < card.Right()+offerSpace && card.X < wanted.Right()+offerSpace {
			inWay = append(inWay, card.Box)
		}
	}
	inWay = append(inWay, others...)
	levels := []float64{wanted.Y}
	for _, b := range inWay {
		levels = append(levels, b.Bottom()+offerSpace, b.Y-offerSpace-offerHeight)
	}
	slices.SortStableFunc(levels, func(a, b float64) int {
		return cmp.Compare(math.Abs(a-wanted.Y), math.Abs(b-wanted.Y))
	})
	for _, y := range levels { // below the lowest one there is room
		free := Box{wanted.X, y, offerWidth, offerHeight}
		if !slices.ContainsFunc(inWay, func(b Box) bool { return free.Overlaps(b, offerSpace) }) {
			return free
		}
	}
	return wanted
}

// within reports whether the card stands in a frame, or in one that is in it.
func (c *Card) within(frame *Card) bool {
	for around := c.Parent; around != nil; around = around.Parent {
		if around == frame {
			return true
		}
	}
	return false
}

// statuses are those that some steps answer with, each once.
func (g *Graph) statuses(steps []string) string {
	var statuses []string
	for _, id := range steps {
		if card := g.cards[id]; card != nil && card.Status != "" && !slices.Contains(statuses, card.Status) {
			statuses = append(statuses, card.Status)
		}
	}
	if len(statuses) > maxAnswers {
		return strings.Join(statuses[:maxAnswers], " · ") + " · …"
	}
	return strings.Join(statuses, " · ")
}

// SilentPort is a way out at whose end callers get an empty 204.
type SilentPort struct {
	Port string
	Y    float64 // of the port, from the top of the card
	Drop float64 // by how much the offer of an answer stands below the port
	Name string  // of the way out; empty for the usual one
}

func (c *Card) silentPort(port string) SilentPort {
	silent := SilentPort{Port: port, Y: c.portY(port)}
	if port != flow.DefaultPort {
		silent.Name = port
	}
	return silent
}

// explained says what the button is good for.
func (p SilentPort) explained() string {
	return "Callers get an empty 204 when this path ends. Add a step that answers them"
}

// after says where the answer would go, for those who do not see it.
func (p SilentPort) after(card *Card) string {
	if p.Name == "" {
		return "after " + card.Title
	}
	return "after " + card.Title + ", " + p.Name
}

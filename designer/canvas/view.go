package canvas

import (
	"net/url"
	"strconv"
	"strings"

	"redial/engine/flow"
)

// Options say how a canvas is shown.
type Options struct {
	// Link is the address of a page on which a step is open, for browsers
	// without scripts; nil: the same page with ?step=ID.
	Link func(step string) string
	// Selected is the ID of the step that is selected; empty: none.
	Selected string
	// States are those of steps in a run; steps without one look idle. Scripts
	// change them by <flow-canvas>.setStatus.
	States map[string]State
	// ReadOnly is a canvas that nothing can be changed on.
	ReadOnly bool
	// Sheet is the ID of what may lie above the lower part of the canvas on
	// narrow screens; empty: nothing does.
	Sheet string
	// Below is the ID of what stands below the card of a flow without steps; the
	// canvas keeps the two together.
	Below string
}

// State is how a step stands in a run.
type State struct {
	Status Status
	// Detail is what more there is to say: "120 ms", "attempt 2".
	Detail string
}

// Status is where a step stands in a run.
type Status string

// The statuses of steps. Words, icons and colours are the same everywhere.
const (
	Queued         Status = "queued"
	Running        Status = "running"
	Waiting        Status = "waiting"
	Succeeded      Status = "succeeded"
	Failed         Status = "failed"
	Skipped        Status = "skipped"
	NeedsAttention Status = "needs_attention"
	Canceled       Status = "canceled"
)

// look is the icon and the word of a status. static/canvas-run.js has the same.
func (s Status) look() (icon, word string) {
	switch s {
	case Queued:
		return "clock", "Queued"
	case Running:
		return "loader-circle", "Running"
	case Waiting:
		return "pause", "Waiting"
	case Succeeded:
		return "check", "Succeeded"
	case Failed:
		return "x", "Failed"
	case Skipped:
		return "minus", "Skipped"
	case NeedsAttention:
		return "hand", "Needs attention"
	case Canceled:
		return "circle-stop", "Canceled"
	default:
		return "", ""
	}
}

func (s Status) icon() string { icon, _ := s.look(); return icon }
func (s Status) word() string { _, word := s.look(); return word }

func (o Options) link(step string) string {
	if o.Link != nil {
		return o.Link(step)
	}
	return "?step=" + url.QueryEscape(step)
}

// anchor names the card within the page. It stays the same when other cards
// come and go.
func (c *Card) anchor() string { return "card-" + url.PathEscape(c.ID) }

// outline is the depth of the card as its look in the outline knows it.
func (c *Card) outline() string { return strconv.Itoa(min(c.Depth, 6)) }

// leads are the edges out of one port.
func (c *Card) leads(port string) []*Edge {
	var leads []*Edge
	for _, e := range c.Out {
		if e.Port == port {
			leads = append(leads, e)
		}
	}
	return leads
}

// problemsWord counts the problems for people.
func (c *Card) problemsWord() string {
	errors := c.Errors()
	if errors == 0 {
		return count(len(c.Problems), "warning")
	}
	if errors == len(c.Problems) {
		return count(errors, "error")
	}
	return count(len(c.Problems), "problem")
}

// severity is that of the worst problem; empty if there is none.
func (c *Card) severity() string {
	switch {
	case len(c.Problems) == 0:
		return ""
	case c.Errors() > 0:
		return string(flow.SeverityError)
	default:
		return string(flow.SeverityWarning)
	}
}

// messages are the problems, a line each, as many as one can read in passing.
func (c *Card) messages() string {
	const most = 8
	text := ""
	for i, p := range c.Problems {
		if i == most {
			return text + "\n…"
		}
		if i > 0 {
			text += "\n"
		}
		text += cut(oneLine(p.Message), maxWhole/most)
	}
	return text
}

// note is the note, cut to what one reads in passing.
func (c *Card) note() string { return cut(strings.TrimSpace(c.Note), maxNote) }

const maxNote = 600

// bounds is the box around all cards with a margin, as SVG writes boxes.
func (g *Graph) bounds() string { return viewBox(g.Bounds.Inset(-boundsMargin)) }

const boundsMargin = 80

// mapBox is what the minimap shows. Flows are wide: there, heights shrink less
// than widths, up to a point.
func (g *Graph) mapBox() string {
	const aspect, most = 184.0 / 112, 2.5
	b := g.Bounds.Inset(-boundsMargin)
	width, height := max(b.Width, b.Height*aspect), max(b.Height, b.Width/aspect/most)
	return viewBox(Box{b.X - (width-b.Width)/2, b.Y - (height-b.Height)/2, width, height})
}

func viewBox(b Box) string {
	return number(b.X) + " " + number(b.Y) + " " + number(b.Width) + " " + number(b.Height)
}

// overview are the cards, or the frames, as one path.
func (g *Graph) overview(frames bool) string {
	var p path
	for _, card := range g.Cards {
		if card.Frame == frames {
			p.rectangle(card.Box)
		}
	}
	return p.String()
}

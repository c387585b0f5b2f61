package canvas

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"redial/engine/flow"
	"redial/engine/step"
)

// Graph is a flow as the canvas shows it.
type Graph struct {
	Slug string
	Name string
	// Cards are the trigger and the steps in reading order: each after those
	// that lead to it, and inner steps right after the frame around them.
	Cards []*Card
	Edges []*Edge
	// Bounds is the box around all cards.
	Bounds Box
	// Problems are those that belong to no card.
	Problems []flow.Problem

	cards map[string]*Card
}

// Card is a step, or the trigger, on the canvas.
type Card struct {
	Box
	ID      string // of the step; flow.TriggerID
	Index   int    // in reading order
	Uses    string
	Kind    string // what the step is, in words: "Branch", "Acme: Check inventory"
	Title   string // what people call it
	Icon    string // name of a lucide icon
	Tint    string // #rrggbb, or empty
	Summary string // what it does in this flow
	// Whole is the summary of a trigger before it was shortened.
	Whole string
	Note  string
	// Status is what a step that answers the caller answers with: "200".
	Status   string
	Trigger  bool
	End      bool // answers the caller, or fails
	Disabled bool
	// Frame says that the card is the head of a frame around inner steps, of
	// which there may be none yet.
	Frame bool
	// Origin is where on the canvas the position 0, 0 of a frame's inner steps
	// is, in the coordinates of which the flow file speaks.
	Origin Point
	// Empty says that a frame has no inner steps.
	Empty bool
	// Parent is the frame that the card stands in, nil on the flow itself, and
	// Depth how many there are around it.
	Parent *Card
	Depth  int
	// HasOut says that the card has a port for its usual way out.
	HasOut bool
	Rows   []Row
	// Silent are the ways out at whose end callers who wait get no answer.
	Silent []SilentPort
	// Problems of the step, with the errors first.
	Problems []flow.Problem
	In, Out  []*Edge
}

// Row is a named way out of a step.
type Row struct {
	Port string
	Name string // as people read it
	// Condition is cut to what fits, and Whole what the flow file says.
	Condition string
	Whole     string
	Error     bool // the way that a failure takes
	// Answer is what callers get behind it: "200", "200 · 404".
	Answer string
}

// Edge joins two cards.
type Edge struct {
	From, To *Card
	Port     string
	Path     string // SVG path data
	// Middle is halfway between its ports, where it can be labelled.
	Middle Point
}

// Card finds a card by the ID of its step; nil if there is none.
func (g *Graph) Card(id string) *Card { return g.cards[id] }

// Errors counts the problems of the card that block publishing.
func (c *Card) Errors() int {
	errors := 0
	for _, p := range c.Problems {
		if p.Severity == flow.SeverityError {
			errors++
		}
	}
	return errors
}

// Build makes the graph of a flow. Problems are those of check; they are shown
// at their steps. Steps that the library does not know, edges that lead nowhere
// and cycles, which a draft may have, are drawn as well as they can be.
func Build(f *flow.Flow, library *step.Library, problems []flow.Problem) *Graph {
	b := &builder{
		graph:   &Graph{Slug: f.Slug, Name: f.Name, cards: map[string]*Card{}},
		library: library, kinds: map[string]*step.Kind{},
	}
	if b.graph.Name == "" {
		b.graph.Name = f.Slug
	}
	whole := b.compose(&f.Body, b.trigger(f), nil, f.Trigger.At)
	b.settle(whole, Point{})
	b.graph.Bounds = whole.bounds
	for i, card := range b.graph.Cards {
		card.Index = i
	}
	for _, p := range problems {
		if card := b.graph.cards[p.Step]; card != nil {
			card.Problems = append(card.Problems, p)
		} else {
			b.graph.Problems = append(b.graph.Problems, p)
		}
	}
	for _, card := range b.graph.Cards {
		slices.SortStableFunc(card.Problems, func(a, b flow.Problem) int {
			return strings.Compare(string(a.Severity), string(b.Severity)) // "error" before "warning"
		})
	}
	return b.graph
}

// usesEach is the step that has inner steps.
const usesEach = "each"

type builder struct {
	graph   *Graph
	library *step.Library
	kinds   map[string]*step.Kind
}

// kind finds what a step uses; nil if there is no such thing. A flow uses few
// kinds many times.
func (b *builder) kind(uses string) *step.Kind {
	kind, known := b.kinds[uses]
	if !known {
		if found, err := b.library.Kind(uses); err == nil {
			kind = found
		}
		b.kinds[uses] = kind
	}
	return kind
}

func (b *builder) trigger(f *flow.Flow) *Card {
	card := &Card{ID: flow.TriggerID, Uses: f.Trigger.Uses, Trigger: true, HasOut: true}
	card.Width, card.Height = CardWidth, CardHeight
	card.place(f.Trigger.At)
	kind := b.kind(f.Trigger.Uses)
	if kind == nil {
		card.unknown("Trigger")
		return card
	}
	card.Kind, card.Title, card.Icon = kind.Title, kind.Title, kind.Icon
	card.Whole = oneLine(triggerSummary(kind, f.Trigger.With, f.Slug))
	card.Summary = cut(shortAddress(card.Whole), maxSummary)
	return card
}

func (b *builder) step(s *flow.Step, parent *Card) *Card {
	card := &Card{
		ID: s.ID, Uses: s.Uses, Title: cut(oneLine(s.Title()), maxTitle), Note: s.Note,
		Disabled: s.Disabled, Parent: parent, HasOut: true,
	}
	card.Empty = s.Do == nil || len(s.Do.Steps) == 0
	card.Frame = !card.Empty || s.Uses == usesEach
	card.Empty = card.Empty && card.Frame
	if parent != nil {
		card.Depth = parent.Depth + 1
	}
	if kind := b.kind(s.Uses); kind == nil {
		card.unknown(card.Title)
	} else {
		card.describe(kind, s)
	}
	if s.OnError == flow.OnErrorRoute {
		card.Rows = append(card.Rows, Row{Port: flow.ErrorPort, Name: "on error", Error: true})
	}
	card.Width, card.Height = CardWidth, HeightWithRows(len(card.Rows))
	card.place(s.At)
	return card
}

// describe says what a step of a known kind is and does.
func (c *Card) describe(kind *step.Kind, s *flow.Step) {
	c.Title = cut(oneLine(kind.TitleOf(s)), maxTitle)
	c.Kind, c.Icon = kind.Title, kind.Icon
	c.Summary = cut(oneLine(summarize(kind, s.With)), maxSummary)
	if kind.Action != nil && validTint.MatchString(kind.Action.Component.Tint) {
		c.Tint = kind.Action.Component.Tint
	}
	c.Status = AnswerStatus(kind.Uses, s.With)
	c.End = c.Status != ""
	ports := kind.Ports(s.With)
	c.HasOut = ports.Default
	conditions := pathConditions(s.With)
	for _, port := range ports.Named {
		row := Row{Port: port, Name: cut(oneLine(port), maxTitle)}
		if whole, conditional := conditions[port]; conditional {
			words := condition(whole)
			row.Condition, row.Whole = cut(words, maxCondition), cut(oneLine(whole), maxWhole)
			if strings.Contains(words, missing) && !strings.Contains(whole, missing) {
				row.Whole = cut("Something is still to be filled in: "+words, maxWhole)
			}
		} else {
			row.Condition = "else"
		}
		c.Rows = append(c.Rows, row)
	}
}

var validTint = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// pathConditions are those of a branch by the names of its paths.
func pathConditions(with flow.Object) map[string]string {
	conditions := map[string]string{}
	for _, path := range branchPaths(with) {
		if when, conditional := path.Get("when"); conditional {
			if _, text := when.(string); !text {
				when = plain(when)
			}
			conditions[path.Text("name")] = fmt.Sprint(when)
		}
	}
	return conditions
}

// unknown is the look of a card whose step uses nothing that there is.
func (c *Card) unknown(title string) {
	c.Title, c.Icon, c.Kind = title, "circle-help", "Unknown step"
	if c.Summary = cut("Uses "+oneLine(c.Uses)+", which is not here", maxSummary); c.Uses == "" {
		c.Summary = "Does not say what it uses"
	}
}

func (c *Card) place(at *flow.Position) {
	if at != nil {
		c.X, c.Y = coordinate(at.X), coordinate(at.Y)
	}
}

// portY is where an edge leaves the card, counted from its top. Ports that the
// card does not have are at its head.
func (c *Card) portY(port string) float64 {
	for i, row := range c.Rows {
		if row.Port == port && port != flow.DefaultPort {
			return RowPortY(c.Height, len(c.Rows), i)
		}
	}
	return PortY
}

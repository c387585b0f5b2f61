package edit

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"redial/engine/flow"
)

// Sizes of cards as they are drawn on the canvas, in its pixels. They are used
// to find free places only, so that they need not be exact.
const (
	cardWidth    = 232
	cardHeight   = 64
	rowsHeight   = 8  // more, if a card has rows
	rowHeight    = 28 // of a path
	framePadding = 24 // around inner steps
	columnGap    = 88
	rowGap       = 40
)

// box is a rectangle on the canvas.
type box struct{ x, y, width, height float64 }

func (b box) right() float64 { return b.x + b.width }

func (b box) overlaps(o box) bool {
	return b.x < o.x+o.width && o.x < b.x+b.width && b.y < o.y+o.height && o.y < b.y+b.height
}

func (b box) around(o box) box {
	x, y := min(b.x, o.x), min(b.y, o.y)
	return box{x, y, max(b.x+b.width, o.x+o.width) - x, max(b.y+b.height, o.y+o.height) - y}
}

// bounds is the smallest box around all.
func bounds(boxes []box) box {
	all := boxes[0]
	for _, b := range boxes[1:] {
		all = all.around(b)
	}
	return all
}

// rounded is a position as the file has it: whole pixels within bounds.
func rounded(at flow.Position) (flow.Position, error) {
	if math.IsNaN(at.X) || math.IsNaN(at.Y) {
		return at, refuse("", "at", "A position is two numbers, [x, y]")
	}
	whole := func(n float64) float64 { return math.Round(min(max(n, -maxCoordinate), maxCoordinate)) + 0 }
	return flow.Position{X: whole(at.X), Y: whole(at.Y)}, nil
}

func positionValue(at flow.Position) []any { return []any{int64(at.X), int64(at.Y)} }

// positionOf is where the file puts a step; found is false if it does not say.
func positionOf(step flow.Object) (at flow.Position, found bool) {
	pair, _ := get[[]any](step, "at")
	if len(pair) != 2 {
		return at, false
	}
	coordinate := func(value any) float64 {
		switch v := value.(type) {
		case int64:
			return float64(v)
		case float64:
			return v
		}
		return math.NaN()
	}
	at, err := rounded(flow.Position{X: coordinate(pair[0]), Y: coordinate(pair[1])})
	return at, err == nil
}

// cards are what stands in a body, by their IDs: the trigger of the flow, and
// the steps.
func (e *editor) cards(body []string) flow.Object {
	steps, _ := e.steps(body)
	cards := make(flow.Object, 0, len(steps)+1)
	if trigger, found := get[flow.Object](e.tree, flow.TriggerID); found && len(body) == 0 {
		cards = append(cards, flow.Field{Name: flow.TriggerID, Value: trigger})
	}
	for _, f := range steps {
		if _, isObject := f.Value.(flow.Object); isObject {
			cards = append(cards, f)
		}
	}
	return cards
}

// placedByHand says whether the file puts any card of a body somewhere. If not,
// the whole body is laid out automatically.
func (e *editor) placedByHand(body []string) bool {
	return slices.ContainsFunc(e.cards(body), func(f flow.Field) bool {
		_, found := positionOf(f.Value.(flow.Object))
		return found
	})
}

// position is where a card stands, be it by hand or by the layout.
func (e *editor) position(id string, step flow.Object) flow.Position {
	if at, found := positionOf(step); found {
		return at
	}
	return e.laidOut(id)
}

// place puts cards of a body somewhere.
func (e *editor) place(body []string, places map[string]flow.Position) error {
	steps := slices.Clone(e.mustSteps(body))
	for i, f := range steps {
		at, moves := places[f.Name]
		step, isObject := f.Value.(flow.Object)
		if !moves || !isObject {
			continue
		}
		at, err := rounded(at)
		if err != nil {
			return err
		}
		steps[i].Value = with(step, "at", positionValue(at))
	}
	if len(steps) > 0 {
		e.setSteps(body, steps)
	}
	if at, moves := places[flow.TriggerID]; moves && len(body) == 0 {
		at, err := rounded(at)
		if err != nil {
			return err
		}
		e.put([]string{flow.TriggerID, "at"}, positionValue(at))
	}
	return nil
}

// laidOut is where the layout puts a card: where people see it or, if the edit has
// made it, where it would be put now.
func (e *editor) laidOut(id string) flow.Position {
	if e.laid == nil {
		e.laid = map[string]flow.Position{}
		e.layOut(e.shown)
	}
	if _, known := e.laid[id]; !known {
		e.layOut(e.tree)
	}
	if _, known := e.laid[id]; !known {
		e.laid[id] = flow.Position{}
	}
	return e.laid[id]
}

// layOut takes the places of cards of a tree for which there are none yet.
func (e *editor) layOut(tree flow.Object) {
	if e.options.Layout == nil {
		return
	}
	document, err := read(tree)
	if err != nil {
		return
	}
	for id, at := range e.options.Layout(document.Flow) {
		if _, known := e.laid[id]; known {
			continue
		}
		if at, err := rounded(at); err == nil {
			e.laid[id] = at
		}
	}
}

// pin gives every card of a body the position that it has, so that none of them
// moves when one is moved by hand.
func (e *editor) pin(body []string) error {
	places := map[string]flow.Position{}
	for _, f := range e.cards(body) {
		if _, found := positionOf(f.Value.(flow.Object)); !found {
			places[f.Name] = e.laidOut(f.Name)
		}
	}
	if len(places) == 0 {
		return nil
	}
	return e.place(body, places)
}

// boxOf is the room that a card takes.
func (e *editor) boxOf(step flow.Object, at flow.Position, depth int) box {
	ports, _ := e.portsOf(step, false)
	rows := 0
	for _, port := range ports {
		if port != flow.DefaultPort {
			rows++
		}
	}
	b := box{at.X, at.Y, cardWidth, cardHeight}
	if rows > 0 {
		b.height += rowsHeight + rowHeight*float64(rows)
	}
	inner, hasInner := bodyPath(step)
	if !hasInner && step.Text("uses") != usesEach || depth > flow.MaxNesting {
		return b
	}
	value, _ := lookup(step, inner)
	body, _ := value.(flow.Object)
	inside, _ := get[flow.Object](body, "steps")
	var boxes []box
	for _, f := range inside {
		object, _ := f.Value.(flow.Object)
		boxes = append(boxes, e.boxOf(object, e.position(f.Name, object), depth+1))
	}
	frame := box{width: cardWidth, height: cardHeight} // the place of the first inner step
	if len(boxes) > 0 {
		frame = bounds(boxes)
	}
	b.width = max(b.width, frame.width+2*framePadding)
	b.height += frame.height + 2*framePadding
	return b
}

// boxes are the rooms that the cards of a body take, by their IDs.
func (e *editor) boxes(body []string) map[string]box {
	all := map[string]box{}
	for _, f := range e.cards(body) {
		step, _ := f.Value.(flow.Object)
		all[f.Name] = e.boxOf(step, e.position(f.Name, step), 0)
	}
	return all
}

// obstacle is a card that is in the way of one that is placed. One that yields is
// in the way of the upper part alone, where every card is: it makes way for the rest.
type obstacle struct {
	box
	yields bool
}

// freeFrom is the first place at or below a box where it covers none of the
// others.
func freeFrom(b box, others []obstacle) flow.Position {
	slices.SortFunc(others, func(a, b obstacle) int { return cmp.Compare(a.y, b.y) })
	upper := b
	upper.height = cardHeight
	for _, o := range others {
		if o.yields && upper.overlaps(o.box) || !o.yields && b.overlaps(o.box) {
			b.y = o.y + o.height + rowGap
			upper.y = b.y
		}
	}
	return flow.Position{X: b.x, Y: b.y}
}

// freeAfter is a free place in a body for a step that was joined with others: right
// of what leads to it and as near as that allows to a place, if one is given, or
// left of what it leads to, or below all others. Where something follows it, that
// and what stands below makes way.
func (e *editor) freeAfter(body []string, id string, step flow.Object, near *flow.Position) flow.Position {
	boxes := e.boxes(body)
	delete(boxes, id)
	edges := e.edges(body)
	wanted := e.boxOf(step, flow.Position{}, 0)
	from, hasFrom := rightmostBefore(edges, boxes, id)
	to, hasTo := boxes[leadsTo(edges, id)]
	ahead, upstream := map[string]bool{}, map[string]bool{}
	switch {
	case hasFrom:
		wanted.x, wanted.y = from.right()+columnGap, from.y
		if hasTo && to.x >= from.right() && branches(edges, id) {
			wanted.y = to.y
		}
		if near != nil {
			wanted.x = max(wanted.x, near.X)
			if math.Abs(near.Y-wanted.y) >= cardHeight {
				wanted.y = near.Y
			}
		}
		ahead, upstream = reached(edges, id, onward), reached(edges, id, backward)
	case hasTo:
		wanted.x, wanted.y = to.x-columnGap-wanted.width, to.y
	case len(boxes) > 0:
		all := bounds(slices.Collect(maps.Values(boxes)))
		wanted.x, wanted.y = all.x, all.y+all.height+rowGap
	}
	var others []obstacle
	for other, b := range boxes {
		if !ahead[other] || b.x < from.right() {
			others = append(others, obstacle{b, hasFrom && hasTo && !upstream[other]})
		}
	}
	return freeFrom(wanted, others)
}

// rightmostBefore is the rightmost of the cards that lead to a step.
func rightmostBefore(edges []flow.Edge, boxes map[string]box, id string) (last box, found bool) {
	for _, edge := range edges {
		from, there := boxes[edge.From]
		if there && edge.To == id && (!found || from.right() > last.right()) {
			last, found = from, true
		}
	}
	return last, found
}

// leadsTo is the first step that another one leads to.
func leadsTo(edges []flow.Edge, id string) string {
	for _, edge := range edges {
		if edge.From == id {
			return edge.To
		}
	}
	return ""
}

// branches reports whether what leads to a step leads elsewhere too, or by a port
// that is not level with its card.
func branches(edges []flow.Edge, id string) bool {
	return slices.ContainsFunc(edges, func(in flow.Edge) bool {
		return in.To == id && (in.Port != flow.DefaultPort || slices.ContainsFunc(edges, func(out flow.Edge) bool {
			return out.From == in.From && out.To != id
		}))
	})
}

package edit

import (
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

// members are the IDs of what stands in a body: the trigger of the flow, and
// its steps.
func (e *editor) members(body []string) []string {
	var ids []string
	if _, _, found := e.find(flow.TriggerID); found && len(body) == 0 {
		ids = append(ids, flow.TriggerID)
	}
	steps, _ := e.steps(body)
	for _, f := range steps {
		if _, isObject := f.Value.(flow.Object); isObject {
			ids = append(ids, f.Name)
		}
	}
	return ids
}

// member is a step of a body, or the trigger.
func (e *editor) member(body []string, id string) flow.Object {
	if id == flow.TriggerID {
		trigger, _ := get[flow.Object](e.tree, id)
		return trigger
	}
	steps, _ := e.steps(body)
	step, _ := get[flow.Object](steps, id)
	return step
}

// placedByHand says whether the file puts any card of a body somewhere. If not,
// the whole body is laid out automatically.
func (e *editor) placedByHand(body []string) bool {
	return slices.ContainsFunc(e.members(body), func(id string) bool {
		_, found := positionOf(e.member(body, id))
		return found
	})
}

// positions are where the cards of a body stand, laid out ones too.
func (e *editor) positions(body []string) map[string]flow.Position {
	all := map[string]flow.Position{}
	for _, id := range e.members(body) {
		at, found := positionOf(e.member(body, id))
		if !found {
			at = e.laidOut(id)
		}
		all[id] = at
	}
	return all
}

// laidOut is where the layout puts a card. The layout is asked again only for
// cards that were not there before.
func (e *editor) laidOut(id string) flow.Position {
	if _, known := e.laid[id]; !known {
		laid := map[string]flow.Position{}
		if document, err := read(e.tree); err == nil && e.options.Layout != nil {
			for laidID, at := range e.options.Layout(document.Flow) {
				if at, err := rounded(at); err == nil {
					laid[laidID] = at
				}
			}
		}
		if e.laid == nil {
			e.laid = map[string]flow.Position{}
		}
		for laidID, at := range laid {
			if _, known := e.laid[laidID]; !known {
				e.laid[laidID] = at
			}
		}
		if _, known := e.laid[id]; !known {
			e.laid[id] = flow.Position{}
		}
	}
	return e.laid[id]
}

// pin gives every card of a body the position that it has, so that none of them
// moves when one is moved by hand.
func (e *editor) pin(body []string) {
	steps, _ := e.steps(body)
	steps = slices.Clone(steps)
	for i, f := range steps {
		step, isObject := f.Value.(flow.Object)
		if _, found := positionOf(step); isObject && !found {
			steps[i].Value = with(step, "at", positionValue(e.laidOut(f.Name)))
		}
	}
	trigger := e.member(nil, flow.TriggerID)
	if _, found := positionOf(trigger); len(body) == 0 && trigger != nil && !found {
		e.put([]string{flow.TriggerID, "at"}, positionValue(e.laidOut(flow.TriggerID)))
	}
	if len(steps) > 0 {
		e.setSteps(body, steps)
	}
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
	if !hasInner || depth > flow.MaxNesting {
		return b
	}
	value, _ := lookup(step, inner)
	body, _ := value.(flow.Object)
	inside, _ := get[flow.Object](body, "steps")
	var boxes []box
	for _, f := range inside {
		object, _ := f.Value.(flow.Object)
		innerAt, found := positionOf(object)
		if !found {
			innerAt = e.laidOut(f.Name)
		}
		boxes = append(boxes, e.boxOf(object, innerAt, depth+1))
	}
	if len(boxes) > 0 {
		frame := bounds(boxes)
		b.width = max(b.width, frame.width+2*framePadding)
		b.height += frame.height + 2*framePadding
	}
	return b
}

// boxes are the rooms that the cards of a body take, those left out excepted.
func (e *editor) boxes(body []string, except map[string]bool) []box {
	var all []box
	for id, at := range e.positions(body) {
		if !except[id] {
			all = append(all, e.boxOf(e.member(body, id), at, 0))
		}
	}
	return all
}

// freeFrom is the first place at or below a box where it covers none of the
// others.
func freeFrom(b box, others []box) flow.Position {
	slices.SortFunc(others, func(a, b box) int { return int(math.Copysign(1, a.y-b.y)) })
	for _, o := range others {
		if b.overlaps(o) {
			b.y = o.y + o.height + rowGap
		}
	}
	return flow.Position{X: b.x, Y: b.y}
}

// freeAfter is a free place in a body for a new step: right of what leads to it
// or, if nothing does, below all others.
func (e *editor) freeAfter(body []string, id string, step flow.Object) flow.Position {
	positions := e.positions(body)
	delete(positions, id)
	var before []box
	for _, edge := range e.edges(body) {
		if at, found := positions[edge.From]; found && edge.To == id {
			before = append(before, e.boxOf(e.member(body, edge.From), at, 0))
		}
	}
	others := e.boxes(body, map[string]bool{id: true})
	wanted := e.boxOf(step, flow.Position{}, 0)
	switch {
	case len(before) > 0:
		right := 0.0
		for i, b := range before {
			if end := b.x + b.width; i == 0 || end > right {
				right = end
			}
		}
		wanted.x, wanted.y = right+columnGap, before[0].y
	case len(others) > 0:
		all := bounds(others)
		wanted.x, wanted.y = all.x, all.y+all.height+rowGap
	}
	return freeFrom(wanted, others)
}

package edit

import (
	"errors"
	"maps"
	"slices"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// readText reads flow-file text.
func readText(text string) (*flowfile.Document, error) {
	document, err := flowfile.Read([]byte(text))
	var syntax *flowfile.SyntaxError
	if errors.As(err, &syntax) {
		return nil, refuse("", "", "The text is no flow file. Line %d, column %d: %s", syntax.Line, syntax.Column, syntax.Message)
	}
	return document, err
}

func (p *Paste) apply(e *editor) (string, error) {
	document, err := readText(p.Text)
	if err != nil {
		return "", err
	}
	// The tree of a part is written as it stands: it lacks the rest of a flow.
	part := document.Tree()
	pasted, _ := get[flow.Object](part, "steps")
	if len(pasted) == 0 {
		return "", refuse("", "", "There are no steps in the text")
	}
	body, err := e.within(p.In)
	if err != nil {
		return "", err
	}
	if err := e.room(countSteps(pasted)); err != nil {
		return "", err
	}
	if err := e.readsTexts(size(pasted)); err != nil {
		return "", err
	}
	names := map[string]string{}
	e.nameCopies(pasted, names, false)
	g := &group{body: body, steps: pasted}
	items, _ := get[[]any](part, "edges")
	for _, item := range items {
		if edge, ok := e.edge(item); ok && has(pasted, edge.From) && has(pasted, edge.To) {
			g.edges = append(g.edges, edge)
		}
	}
	made := e.copies(pasted, names)
	if made, err = e.placePasted(p, g, made); err != nil {
		return "", err
	}
	steps, err := e.steps(body)
	if err != nil {
		return "", err
	}
	e.setSteps(body, slices.Concat(steps, made))
	if err := e.addCopiedEdges(g, names); err != nil {
		return "", err
	}
	ids := make([]string, len(made))
	for i, f := range made {
		ids[i] = f.Name
	}
	return "Paste " + e.these(ids), e.grown()
}

// placePasted gives pasted steps their places: where the person points to or, in
// a body that is arranged by hand, below what is there.
func (e *editor) placePasted(p *Paste, g *group, made flow.Object) (flow.Object, error) {
	if p.At == nil && !e.placedByHand(g.body) {
		cleared := slices.Clone(made)
		for i, f := range cleared {
			if step, isObject := f.Value.(flow.Object); isObject {
				cleared[i].Value = without(step, "at")
			}
		}
		return cleared, nil
	}
	if err := e.pin(g.body); err != nil {
		return nil, err
	}
	places := e.arranged(g)
	all := bounds(places)
	var corner flow.Position
	if p.At != nil {
		at, err := rounded(*p.At)
		if err != nil {
			return nil, err
		}
		corner = at
	} else {
		corner = flow.Position{X: all.x, Y: all.y}
		if others := e.boxes(g.body); len(others) > 0 {
			there := bounds(slices.Collect(maps.Values(others)))
			corner = flow.Position{X: there.x, Y: there.y + there.height + rowGap}
		}
	}
	return e.shifted(made, func(i int) flow.Position {
		return flow.Position{X: places[i].x - all.x + corner.X, Y: places[i].y - all.y + corner.Y}
	}), nil
}

// arranged are the places of a group: those of the file, if it has one for each
// step, or else columns from left to right along the edges.
func (e *editor) arranged(g *group) []box {
	places := make([]box, len(g.steps))
	for i, f := range g.steps {
		step, _ := f.Value.(flow.Object)
		at, found := positionOf(step)
		if !found {
			return e.columns(g)
		}
		places[i] = e.boxOf(step, at, 0)
	}
	return places
}

// columns lays a group out: each step in the column after the last of those
// that lead to it, and the steps of a column one below the other.
func (e *editor) columns(g *group) []box {
	column := depths(g)
	widths := map[int]float64{}
	places := make([]box, len(g.steps))
	for i, f := range g.steps {
		step, _ := f.Value.(flow.Object)
		places[i] = e.boxOf(step, flow.Position{}, 0)
		widths[column[i]] = max(widths[column[i]], places[i].width)
	}
	below := map[int]float64{}
	for i := range places {
		for c := range column[i] {
			places[i].x += widths[c] + columnGap
		}
		places[i].y = below[column[i]]
		below[column[i]] += places[i].height + rowGap
	}
	return places
}

// depths are the lengths of the longest ways that lead to the steps of a group.
// Edges that close a circle, which a draft may have, do not count.
func depths(g *group) []int {
	index := make(map[string]int, len(g.steps))
	for i, f := range g.steps {
		index[f.Name] = i
	}
	incoming := make([]int, len(g.steps))
	next := make([][]int, len(g.steps))
	for _, edge := range g.edges {
		from, to := index[edge.From], index[edge.To]
		next[from] = append(next[from], to)
		incoming[to]++
	}
	depth := make([]int, len(g.steps))
	var queue []int
	for i, n := range incoming {
		if n == 0 {
			queue = append(queue, i)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, to := range next[queue[0]] {
			depth[to] = max(depth[to], depth[queue[0]]+1)
			if incoming[to]--; incoming[to] == 0 {
				queue = append(queue, to)
			}
		}
	}
	return depth
}

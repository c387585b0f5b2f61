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
	follows := e.followed(p, body)
	join := e.joinPasted(follows, body, g)
	if made, err = e.placePasted(p, g, made, follows, join != nil); err != nil {
		return "", err
	}
	steps, err := e.steps(body)
	if err != nil {
		return "", err
	}
	e.setSteps(body, slices.Concat(steps, made))
	if join != nil {
		if err := e.addEdges(body, renamedEdge(*join, names)); err != nil {
			return "", err
		}
	}
	if err := e.addCopiedEdges(g, names); err != nil {
		return "", err
	}
	ids := make([]string, len(made))
	for i, f := range made {
		ids[i] = f.Name
	}
	return "Paste " + e.these(ids), e.grown()
}

// followed is the step that pasted ones are to follow; empty: none.
func (e *editor) followed(p *Paste, body []string) string {
	after := p.After
	if after == "" && len(body) == 0 && len(e.mustSteps(body)) == 0 {
		after = flow.TriggerID
	}
	if at, _, found := e.find(after); !found || !slices.Equal(at.body, body) {
		return ""
	}
	return after
}

// joinPasted is the edge from the step that a group follows to its first step,
// under the ID that it had; nil: there is more than one way to join them, or none.
func (e *editor) joinPasted(follows string, body []string, g *group) *flow.Edge {
	at, object, found := e.find(follows)
	if !found || follows == "" {
		return nil
	}
	ports, _ := e.portsOf(object, at.id == flow.TriggerID)
	edges := e.edges(body)
	ports = slices.DeleteFunc(slices.Clone(ports), func(port string) bool {
		return port == flow.ErrorPort || slices.ContainsFunc(edges, func(edge flow.Edge) bool { return edge.From == follows && edge.Port == port })
	})
	var first []string
	for _, f := range g.steps {
		if !slices.ContainsFunc(g.edges, func(edge flow.Edge) bool { return edge.To == f.Name }) {
			first = append(first, f.Name)
		}
	}
	if len(ports) != 1 || len(first) != 1 {
		return nil
	}
	return &flow.Edge{From: follows, Port: ports[0], To: first[0]}
}

// placePasted gives pasted steps their places: where the person points to if
// there is room, right of what they follow or, in a body that is arranged by hand,
// below what is there. What is joined to a body that is not is laid out with it.
func (e *editor) placePasted(p *Paste, g *group, made flow.Object, follows string, joined bool) (flow.Object, error) {
	places := e.arranged(g)
	all := bounds(places)
	boxes := e.boxes(g.body)
	corner, free, err := e.pointed(p.At, all, boxes)
	if err != nil {
		return nil, err
	}
	before, hasBefore := boxes[follows]
	free = free && (!joined || corner.X > before.right())
	if !free && (p.At == nil || joined) && !e.placedByHand(g.body) {
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
	if !free {
		wanted := all
		switch {
		case hasBefore:
			wanted.x, wanted.y = before.right()+columnGap, before.y
		case p.At != nil:
			wanted.x, wanted.y = corner.X, corner.Y
		case len(boxes) > 0:
			there := bounds(slices.Collect(maps.Values(boxes)))
			wanted.y = there.y + there.height + rowGap
		}
		var others []obstacle
		for _, b := range boxes {
			others = append(others, obstacle{box: b})
		}
		corner = freeFrom(wanted, others)
	}
	return e.shifted(made, func(i int) flow.Position {
		return flow.Position{X: places[i].x - all.x + corner.X, Y: places[i].y - all.y + corner.Y}
	}), nil
}

// pointed is the place that a person points to, and whether a group covers nothing
// there.
func (e *editor) pointed(at *flow.Position, all box, boxes map[string]box) (corner flow.Position, free bool, err error) {
	if at == nil {
		return corner, false, nil
	}
	if corner, err = rounded(*at); err != nil {
		return corner, false, err
	}
	all.x, all.y = corner.X, corner.Y
	for _, b := range boxes {
		if all.overlaps(b) {
			return corner, false, nil
		}
	}
	return corner, true, nil
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

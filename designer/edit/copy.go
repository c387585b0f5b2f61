package edit

import (
	"slices"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// Copy is the flow-file text of steps and the edges between them, for the
// clipboard; Paste reads it. The error is a *Refused.
func Copy(tree flow.Object, steps []string) ([]byte, error) {
	if len(steps) > flow.MaxSteps {
		return nil, refuse("", "", "%d steps cannot be copied at once; at most 1,000 are possible", len(steps))
	}
	e := &editor{tree: tree, result: &Result{}, parsed: map[string]flow.Edge{}}
	chosen, err := e.selection(steps)
	if err != nil {
		return nil, err
	}
	part := flow.Object{}
	copied := flow.Object{}
	for _, group := range chosen {
		copied = append(copied, group.steps...)
	}
	part = append(part, flow.Field{Name: "steps", Value: copied})
	var edges []any
	for _, group := range chosen {
		for _, edge := range group.edges {
			edges = append(edges, edge.String())
		}
	}
	if len(edges) > 0 {
		part = append(part, flow.Field{Name: "edges", Value: edges})
	}
	text, err := flowfile.WriteTree(part)
	if err != nil {
		return nil, refuse("", "", "The steps cannot be copied: %v", err)
	}
	return text, nil
}

// group is a number of steps of one body, and the edges between them.
type group struct {
	body  []string
	steps flow.Object // in the order of the file
	edges []flow.Edge
	last  int // index in the body of the last of them
}

// selection sorts steps by their bodies. A step within another one that was
// chosen is copied with that one.
func (e *editor) selection(ids []string) ([]*group, error) {
	chosen := make(map[string]bool, len(ids))
	for _, id := range ids {
		if id == flow.TriggerID {
			return nil, refuse(id, "", "The trigger cannot be copied: a flow has only one")
		}
		chosen[id] = true
	}
	known := map[string]bool{}
	e.walk(func(s spot, step flow.Object) bool {
		known[s.id] = step != nil
		return true
	})
	for _, id := range ids {
		if !known[id] {
			_, _, err := e.step(id)
			return nil, err
		}
	}
	if len(chosen) == 0 {
		return nil, refuse("", "", "No step is chosen")
	}
	var groups []*group
	inside := map[string]bool{}
	e.walk(func(s spot, step flow.Object) bool {
		if inside[s.owner] {
			inside[s.id] = true
			return true
		}
		if !chosen[s.id] {
			return true
		}
		inside[s.id] = true
		i := slices.IndexFunc(groups, func(g *group) bool { return slices.Equal(g.body, s.body) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{body: s.body})
		}
		g := groups[i]
		g.steps = append(g.steps, flow.Field{Name: s.id, Value: step})
		g.last = indexOf(e.mustSteps(s.body), s.id)
		return true
	})
	for _, g := range groups {
		for _, edge := range e.edges(g.body) {
			if has(g.steps, edge.From) && has(g.steps, edge.To) {
				g.edges = append(g.edges, edge)
			}
		}
	}
	return groups, nil
}

func (d *Duplicate) apply(e *editor) (string, error) {
	groups, err := e.selection(d.Steps)
	if err != nil {
		return "", err
	}
	label := "Duplicate " + e.these(d.Steps)
	more, bytes := 0, size(e.tree)
	for _, g := range groups {
		more += countSteps(g.steps)
		bytes += size(g.steps)
	}
	if err := e.room(more); err != nil {
		return "", err
	}
	if bytes > flow.MaxFileBytes {
		return "", tooLarge()
	}
	if err := e.readsTexts(bytes); err != nil {
		return "", err
	}
	names := map[string]string{}
	for _, g := range groups {
		e.nameCopies(g.steps, names, true)
	}
	for _, g := range groups {
		if err := e.insertCopies(g, names); err != nil {
			return "", err
		}
	}
	return label, e.grown()
}

// nameCopies chooses the IDs of copies, inner steps included, and notes them by
// the old ones. Unless all are to be new, an ID that is free stays.
func (e *editor) nameCopies(steps flow.Object, names map[string]string, all bool) {
	walk(flow.Object{{Name: "steps", Value: steps}}, nil, "", func(s spot, step flow.Object) bool {
		id := s.id
		if all || e.ids()[id] || !flow.ValidID(id) {
			id = e.copiedID(id, step.Text("uses"))
		}
		e.ids()[id] = true
		names[s.id] = id
		e.result.Created = append(e.result.Created, id)
		return true
	})
}

// countSteps counts steps with those within them.
func countSteps(steps flow.Object) int {
	count := 0
	walk(flow.Object{{Name: "steps", Value: steps}}, nil, "", func(spot, flow.Object) bool {
		count++
		return true
	})
	return count
}

// copies are steps under new IDs, which their own edges and expressions use
// too.
func (e *editor) copies(steps flow.Object, names map[string]string) flow.Object {
	body, _ := e.rewriteBody(flow.Object{{Name: "steps", Value: steps}}, renaming(names))
	rewritten, _ := get[flow.Object](body, "steps")
	return renamedIDs(rewritten, names, e)
}

func renamedIDs(steps flow.Object, names map[string]string, e *editor) flow.Object {
	made := make(flow.Object, len(steps))
	for i, f := range steps {
		made[i] = flow.Field{Name: renamedID(f.Name, names), Value: f.Value}
		step, isObject := f.Value.(flow.Object)
		inner, hasInner := bodyPath(step)
		if !isObject || !hasInner {
			continue
		}
		value, _ := lookup(step, inner)
		body, _ := value.(flow.Object)
		if within, found := get[flow.Object](body, "steps"); found {
			body = with(body, "steps", renamedIDs(within, names, e))
		}
		if items, found := get[[]any](body, "edges"); found {
			edges := make([]any, len(items))
			for j, item := range items {
				edges[j] = item
				if edge, ok := e.edge(item); ok {
					edges[j] = renamedEdge(edge, names).String()
				}
			}
			body = with(body, "edges", edges)
		}
		made[i].Value = put(step, inner, body)
	}
	return made
}

func renamedID(id string, names map[string]string) string {
	if name, found := names[id]; found {
		return name
	}
	return id
}

func renamedEdge(edge flow.Edge, names map[string]string) flow.Edge {
	return flow.Edge{From: renamedID(edge.From, names), Port: edge.Port, To: renamedID(edge.To, names)}
}

// insertCopies puts the copies of a group behind it, and beside it on the
// canvas.
func (e *editor) insertCopies(g *group, names map[string]string) error {
	made := e.copies(g.steps, names)
	if e.placedByHand(g.body) {
		made = e.shifted(made, e.beside(g))
	}
	steps, err := e.steps(g.body)
	if err != nil {
		return err
	}
	e.setSteps(g.body, slices.Insert(slices.Clone(steps), g.last+1, made...))
	return e.addCopiedEdges(g, names)
}

func (e *editor) addCopiedEdges(g *group, names map[string]string) error {
	if len(g.edges) == 0 {
		return nil
	}
	edges := make([]flow.Edge, len(g.edges))
	for i, edge := range g.edges {
		edges[i] = renamedEdge(edge, names)
	}
	return e.addEdges(g.body, edges...)
}

// beside gives the originals of a group where they stand and finds by how much
// their copies have to be shifted down to cover nothing.
func (e *editor) beside(g *group) func(i int) flow.Position {
	boxes := e.boxes(g.body)
	own := make([]box, len(g.steps))
	for i, f := range g.steps {
		own[i] = boxes[f.Name]
	}
	all := bounds(own)
	wanted := all
	wanted.y += all.height + rowGap
	var others []obstacle
	for _, b := range boxes {
		others = append(others, obstacle{box: b})
	}
	free := freeFrom(wanted, others)
	return func(i int) flow.Position {
		return flow.Position{X: own[i].x + free.X - all.x, Y: own[i].y + free.Y - all.y}
	}
}

// shifted are steps at other places.
func (e *editor) shifted(steps flow.Object, place func(i int) flow.Position) flow.Object {
	moved := slices.Clone(steps)
	for i, f := range moved {
		step, isObject := f.Value.(flow.Object)
		at, err := rounded(place(i))
		if isObject && err == nil {
			moved[i].Value = with(step, "at", positionValue(at))
		}
	}
	return moved
}

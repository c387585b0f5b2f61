package edit

import (
	"slices"

	"redial/engine/flow"
)

func (r *Remove) apply(e *editor) (string, error) {
	label := ""
	gone := map[string]bool{}
	for _, id := range r.Steps {
		if id == flow.TriggerID {
			return "", refuse(id, "", "The trigger cannot be removed: it starts the flow. It can be replaced by another one")
		}
		if gone[id] {
			continue // named twice, or within another one
		}
		at, step, found := e.find(id)
		if !found {
			return "", e.unknownStep(id)
		}
		if label == "" {
			label = "Delete " + e.titleOf(id, step)
		}
		if err := e.remove(at, step, r.Heal, gone); err != nil {
			return "", err
		}
	}
	if len(r.Steps) > 1 {
		label = "Delete " + counted(len(r.Steps), "step", "steps")
	}
	for id := range gone {
		e.unread[id] = true
	}
	return label, nil
}

// remove takes a step away and notes in gone what went with it.
func (e *editor) remove(at spot, step flow.Object, heal bool, gone map[string]bool) error {
	steps, err := e.steps(at.body)
	if err != nil {
		return err
	}
	edges := e.edges(at.body)
	// What led nowhere before is not made to lead there from more places.
	there := func(id string) bool { _, found := steps.Get(id); return found || id == flow.TriggerID }
	way := slices.DeleteFunc(healing(edges, at.id), func(out flow.Edge) bool { return !there(out.To) })
	err = e.mapEdges(at.body, func(edge flow.Edge) []flow.Edge {
		switch {
		case edge.To == at.id && heal && edge.From != at.id && there(edge.From):
			return joined(edge, way, edges)
		case edge.From == at.id || edge.To == at.id:
			return nil
		}
		return []flow.Edge{edge}
	})
	if err != nil {
		return err
	}
	if steps, err = e.steps(at.body); err != nil {
		return err
	}
	e.setSteps(at.body, without(steps, at.id))
	e.gone(at, step, gone)
	return nil
}

// gone notes that a step is no longer there, and what was in it.
func (e *editor) gone(at spot, step flow.Object, gone map[string]bool) {
	e.taken = nil
	note := func(id string) {
		gone[id] = true
		e.result.Removed = append(e.result.Removed, id)
	}
	note(at.id)
	if inner, found := bodyPath(step); found {
		value, _ := lookup(step, inner)
		body, _ := value.(flow.Object)
		walk(body, nil, at.id, func(s spot, _ flow.Object) bool {
			note(s.id)
			return true
		})
	}
}

// healing are the edges by which a flow goes on after a step: those out of its
// default port or, if there are none, out of the only port that is used.
func healing(edges []flow.Edge, id string) []flow.Edge {
	byPort := map[string][]flow.Edge{}
	for _, edge := range edges {
		if edge.From == id && edge.To != id {
			byPort[edge.Port] = append(byPort[edge.Port], edge)
		}
	}
	if usual := byPort[flow.DefaultPort]; usual != nil || len(byPort) != 1 {
		return usual
	}
	for _, only := range byPort {
		return only
	}
	return nil
}

// joined are the edges that lead on from where an edge came from. Where one is
// there already, no second one is made.
func joined(in flow.Edge, way, existing []flow.Edge) []flow.Edge {
	var made []flow.Edge
	for _, out := range way {
		edge := flow.Edge{From: in.From, Port: in.Port, To: out.To}
		if edge.From != edge.To && !slices.Contains(existing, edge) {
			made = append(made, edge)
		}
	}
	return made
}

// noticeReaders says which steps read outputs that are no longer there.
func (e *editor) noticeReaders() {
	for id := range e.ids() {
		delete(e.unread, id) // it was made anew
	}
	if len(e.unread) == 0 {
		return
	}
	readers := e.readers(e.unread)
	if len(readers) == 0 {
		return
	}
	titles := make([]string, len(readers))
	for i, id := range readers {
		titles[i] = e.title(id)
	}
	verb, object := "reads", "it"
	if len(readers) > 1 {
		verb = "read"
	}
	if len(e.unread) > 1 {
		object = "them"
	}
	e.notice("%s %s %s", opening(listed(titles)), verb, object)
}

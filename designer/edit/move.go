package edit

import (
	"maps"
	"slices"

	"redial/engine/flow"
)

func (m *Move) apply(e *editor) (string, error) {
	if m.Into != nil && len(m.Steps) != 1 {
		return "", refuse("", "", "One step at a time is put into an edge")
	}
	label, err := m.move(e)
	if err != nil || m.Into == nil {
		return label, err
	}
	return label, e.moveOnto(m.Steps[0], *m.Into)
}

// move puts the cards where they are to be, in which body that is.
func (m *Move) move(e *editor) (string, error) {
	if m.In != nil {
		return e.moveInto(m.Steps, *m.In)
	}
	ids := make([]string, len(m.Steps))
	places := make(map[string]flow.Position, len(m.Steps))
	for i, placed := range m.Steps {
		ids[i] = placed.Step
		places[placed.Step] = placed.At
	}
	missing := maps.Clone(places)
	for _, body := range e.bodies() {
		touched := false
		for _, f := range e.cards(body) {
			if _, moves := places[f.Name]; moves {
				touched = true
				delete(missing, f.Name)
			}
		}
		if !touched {
			continue
		}
		if err := e.pin(body); err != nil {
			return "", err
		}
		if err := e.place(body, places); err != nil {
			return "", err
		}
	}
	for _, id := range ids {
		if _, isMissing := missing[id]; isMissing {
			_, _, err := e.step(id)
			return "", err
		}
	}
	return "Move " + e.these(ids), nil
}

// moveInto moves steps into another body. Edges that would lead through a frame
// are cut.
func (e *editor) moveInto(steps []Placed, owner string) (string, error) {
	target, err := e.within(owner)
	if err != nil {
		return "", err
	}
	ids := make([]string, len(steps))
	moving := map[string]bool{}
	for i, placed := range steps {
		ids[i] = placed.Step
		if moving[placed.Step] {
			return "", refuse(placed.Step, "", "%s is named twice in one move", opening(e.title(placed.Step)))
		}
		moving[placed.Step] = true
	}
	if err := e.pin(target); err != nil {
		return "", err
	}
	around := e.around(owner)
	for _, placed := range steps {
		if err := e.carry(placed, owner); err != nil {
			return "", err
		}
	}
	if err := e.carryEdges(target, moving); err != nil {
		return "", err
	}
	if err := e.makeWayAround(around); err != nil {
		return "", err
	}
	label := "Move " + e.these(ids)
	if owner == "" {
		return label + " out", nil
	}
	return label + " into " + e.title(owner), nil
}

// moveOnto puts a step that was moved to an edge into it. It stands level with the
// edge, and what follows makes way, as for a step that is added there.
func (e *editor) moveOnto(moved Placed, edge flow.Edge) error {
	id := moved.Step
	at, step, err := e.step(id)
	if err != nil {
		return err
	}
	around := e.around(at.owner)
	if err := e.cut(edge); err != nil {
		return err
	}
	if err := e.connect(flow.Edge{From: edge.From, Port: edge.Port, To: id}); err != nil {
		return err
	}
	if err := e.connect(flow.Edge{From: id, Port: e.firstPort(id, step), To: edge.To}); err != nil {
		return err
	}
	free := e.freeAfter(at.body, id, step, &moved.At)
	if err := e.place(at.body, map[string]flow.Position{id: free}); err != nil {
		return err
	}
	if err := e.makeWayForNew(at.body, id); err != nil {
		return err
	}
	return e.makeWayAround(around)
}

// carry moves one step into another body, without its edges.
func (e *editor) carry(placed Placed, owner string) error {
	at, step, err := e.step(placed.Step)
	if err != nil {
		return err
	}
	if placed.Step == flow.TriggerID {
		return refuse(placed.Step, "", "The trigger starts the flow, so it stays outside of frames")
	}
	target, err := e.within(owner)
	if err != nil {
		return err
	}
	if own := at.path(); len(target) > len(own) && slices.Equal(target[:len(own)], own) {
		return refuse(placed.Step, "", "%s cannot be moved into itself", opening(e.title(placed.Step)))
	}
	position, err := rounded(placed.At)
	if err != nil {
		return err
	}
	if at.owner == owner {
		return e.place(at.body, map[string]flow.Position{placed.Step: position})
	}
	from, err := e.steps(at.body)
	if err != nil {
		return err
	}
	e.setSteps(at.body, without(from, placed.Step))
	to, err := e.steps(target)
	if err != nil {
		return err
	}
	e.setSteps(target, inserted(to, len(to), placed.Step, with(step, "at", positionValue(position))))
	return nil
}

// carryEdges takes the edges between steps that were moved to where these are
// now, and those that would lead through a frame away.
func (e *editor) carryEdges(target []string, moved map[string]bool) error {
	here := map[string]bool{}
	for _, f := range e.cards(target) {
		here[f.Name] = true
	}
	var carried []flow.Edge
	for _, body := range e.bodies() {
		if slices.Equal(body, target) {
			continue
		}
		err := e.mapEdges(body, func(edge flow.Edge) []flow.Edge {
			switch {
			case moved[edge.From] && moved[edge.To]:
				carried = append(carried, edge)
				return nil
			case moved[edge.From] || moved[edge.To]:
				return nil
			}
			return []flow.Edge{edge}
		})
		if err != nil {
			return err
		}
	}
	if len(carried) == 0 {
		return nil
	}
	return e.addEdges(target, carried...)
}

// bodies are the ways to the bodies of the flow and of all each steps.
func (e *editor) bodies() [][]string {
	all := [][]string{nil}
	e.walk(func(s spot, step flow.Object) bool {
		if inner, found := bodyPath(step); found {
			all = append(all, append(s.path(), inner...))
		}
		return true
	})
	return all
}

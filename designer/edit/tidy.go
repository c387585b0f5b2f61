package edit

import (
	"redial/engine/flow"
)

func (t *Tidy) apply(e *editor) (string, error) {
	if len(t.Steps) == 0 {
		e.tree = unplaced(e.tree)
		if trigger := e.member(nil, flow.TriggerID); has(trigger, "at") {
			e.put([]string{flow.TriggerID}, without(trigger, "at"))
		}
		e.laid = nil
		return "Tidy up", nil
	}
	groups, err := e.selection(t.Steps)
	if err != nil {
		return "", err
	}
	for _, g := range groups {
		e.pin(g.body)
		positions := e.positions(g.body)
		own := make([]box, len(g.steps))
		for i, f := range g.steps {
			own[i] = e.boxOf(e.member(g.body, f.Name), positions[f.Name], 0)
		}
		corner := bounds(own)
		places := e.columns(g)
		for i, f := range g.steps {
			at := spot{id: f.Name, body: g.body}
			if err := e.place(at, flow.Position{X: corner.x + places[i].x, Y: corner.y + places[i].y}); err != nil {
				return "", err
			}
		}
	}
	return "Tidy up " + e.these(t.Steps), nil
}

// unplaced is a body without positions, those of inner steps included.
func unplaced(body flow.Object) flow.Object {
	steps, found := get[flow.Object](body, "steps")
	if !found {
		return body
	}
	cleared := make(flow.Object, len(steps))
	for i, f := range steps {
		cleared[i] = f
		step, isObject := f.Value.(flow.Object)
		if !isObject {
			continue
		}
		step = without(step, "at")
		if inner, hasInner := bodyPath(step); hasInner {
			value, _ := lookup(step, inner)
			within, _ := value.(flow.Object)
			step = put(step, inner, unplaced(within))
		}
		cleared[i].Value = step
	}
	return with(body, "steps", cleared)
}

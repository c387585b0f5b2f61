package edit

import (
	"redial/engine/flow"
)

func (t *Tidy) apply(e *editor) (string, error) {
	if len(t.Steps) == 0 {
		e.tree = unplaced(e.tree)
		if trigger, _ := get[flow.Object](e.tree, flow.TriggerID); has(trigger, "at") {
			e.put([]string{flow.TriggerID}, without(trigger, "at"))
		}
		e.laid, e.shown = nil, e.tree
		return "Tidy up", nil
	}
	groups, err := e.selection(t.Steps)
	if err != nil {
		return "", err
	}
	for _, g := range groups {
		if err := e.pin(g.body); err != nil {
			return "", err
		}
		boxes := e.boxes(g.body)
		own := make([]box, len(g.steps))
		for i, f := range g.steps {
			own[i] = boxes[f.Name]
		}
		corner := bounds(own)
		places := map[string]flow.Position{}
		for i, at := range e.columns(g) {
			places[g.steps[i].Name] = flow.Position{X: corner.x + at.x, Y: corner.y + at.y}
		}
		if err := e.place(g.body, places); err != nil {
			return "", err
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

package edit

import (
	"slices"

	"redial/engine/flow"
	"redial/engine/step"
)

const usesBranch = "branch"

func (a *Add) apply(e *editor) (string, error) {
	kind, err := e.newKind(a.Uses, false)
	if err != nil {
		return "", err
	}
	body, owner, err := e.bodyFor(a)
	if err != nil {
		return "", err
	}
	steps, err := e.steps(body)
	if err != nil {
		return "", err
	}
	if err := e.room(1); err != nil {
		return "", err
	}
	around := e.around(owner)
	id := a.ID
	if !flow.ValidID(id) || e.ids()[id] {
		id = e.newID(baseID(a.Uses))
	}
	e.ids()[id] = true
	object := e.newStep(a, kind)
	e.setSteps(body, inserted(steps, len(steps), id, object))
	e.result.Created = append(e.result.Created, id)
	if err := e.joinNew(a, body, id, object); err != nil {
		return "", err
	}
	if err := e.placeNew(a, body, id); err != nil {
		return "", err
	}
	return "Add " + e.title(id), e.makeWayAround(around)
}

// bodyFor is the way to the body that a new step goes into, and the frame of that:
// the one asked for, or that of the steps that it is joined with.
func (e *editor) bodyFor(a *Add) (body []string, owner string, err error) {
	if a.In != "" {
		body, err = e.within(a.In)
		return body, a.In, err
	}
	beside := a.Before
	switch {
	case a.Into != nil:
		beside = a.Into.From
	case a.After != nil:
		beside = a.After.Step
	}
	if beside == "" {
		return nil, "", nil
	}
	at, _, err := e.step(beside)
	return at.body, at.owner, err
}

// newStep is a step as it begins.
func (e *editor) newStep(a *Add, kind *step.Kind) flow.Object {
	var object flow.Object
	if a.Name != "" {
		object = append(object, flow.Field{Name: "name", Value: a.Name})
	}
	object = append(object, flow.Field{Name: "uses", Value: a.Uses})
	connection := a.Connection
	if connection == "" {
		connection = e.onlyConnection(kind)
	}
	if connection != "" {
		object = append(object, flow.Field{Name: "connection", Value: connection})
	}
	if fields := beginning(a.Uses, a.With); len(fields) > 0 {
		object = append(object, flow.Field{Name: "with", Value: fields})
	}
	return object
}

// beginning are the fields that a new step has: a branch needs paths to lead
// anywhere.
func beginning(uses string, fields flow.Object) flow.Object {
	if uses != usesBranch || has(fields, "paths") {
		return fields
	}
	return with(fields, "paths", []any{
		flow.Object{{Name: "name", Value: "yes"}, {Name: "when", Value: ""}},
		flow.Object{{Name: "name", Value: "otherwise"}},
	})
}

// onlyConnection is the connection of a kind's component if there is just one.
func (e *editor) onlyConnection(kind *step.Kind) string {
	if !kind.Connects || kind.Action == nil {
		return ""
	}
	only := ""
	for name, component := range e.options.Connections {
		if component != kind.Action.Component.Name {
			continue
		}
		if only != "" {
			return ""
		}
		only = name
	}
	return only
}

// joinNew makes the edges of a new step.
func (e *editor) joinNew(a *Add, body []string, id string, object flow.Object) error {
	if a.Into != nil {
		if err := e.putInto(body, *a.Into, id, object); err != nil {
			return err
		}
	}
	if a.After != nil {
		if err := e.connect(flow.Edge{From: a.After.Step, Port: a.After.Port, To: id}); err != nil {
			return err
		}
	}
	if a.Before != "" {
		return e.connect(flow.Edge{From: id, Port: e.firstPort(id, object), To: a.Before})
	}
	return nil
}

// putInto makes two edges of one, with a step between them.
func (e *editor) putInto(body []string, edge flow.Edge, id string, object flow.Object) error {
	at, _, err := e.step(edge.From)
	if err != nil {
		return err
	}
	if !slices.Equal(at.body, body) {
		return e.crossing(edge.From, id)
	}
	if !slices.Contains(e.edges(body), edge) {
		return e.noEdge(edge)
	}
	return e.mapEdges(body, func(other flow.Edge) []flow.Edge {
		if other != edge {
			return []flow.Edge{other}
		}
		return []flow.Edge{
			{From: edge.From, Port: edge.Port, To: id},
			{From: id, Port: e.firstPort(id, object), To: edge.To},
		}
	})
}

// placeNew gives a new step its place: where it was put or, in a body that is
// arranged by hand, where there is room.
func (e *editor) placeNew(a *Add, body []string, id string) error {
	byHand := e.placedByHand(body)
	if a.At == nil && !byHand {
		return nil
	}
	at := a.At
	if at == nil {
		step, _ := get[flow.Object](e.mustSteps(body), id)
		free := e.freeAfter(body, id, step, nil)
		at = &free
	}
	if err := e.place(body, map[string]flow.Position{id: *at}); err != nil {
		return err
	}
	if err := e.pin(body); err != nil {
		return err
	}
	return e.makeWayForNew(body, id)
}

// makeWayForNew moves aside what a new step leads to. It begins where its edges
// come from.
func (e *editor) makeWayForNew(body []string, id string) error {
	edges, boxes := e.edges(body), e.boxes(body)
	from, found := rightmostBefore(edges, boxes, id)
	if !found || leadsTo(edges, id) == "" {
		return nil
	}
	return e.makeWay(body, id, box{x: from.right(), y: boxes[id].y, height: cardHeight})
}

func (e *editor) mustSteps(body []string) flow.Object {
	steps, _ := e.steps(body)
	return steps
}

// room refuses more steps than a flow may have.
func (e *editor) room(more int) error {
	if len(e.ids())+more > flow.MaxSteps {
		return refuse("", "", "The flow would have more than %s, the most that a flow may have. Move parts of it into flows of their own", "1,000 steps")
	}
	return nil
}

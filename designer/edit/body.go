package edit

import (
	"slices"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// usesEach is the step that has inner steps.
const usesEach = "each"

// spot is where a step stands.
type spot struct {
	id    string
	body  []string // the way to the body from the root of the file
	owner string   // ID of the each step around it; empty: the flow
}

// path leads to the step.
func (s spot) path() []string {
	if s.id == flow.TriggerID {
		return []string{flow.TriggerID}
	}
	return append(slices.Clone(s.body), "steps", s.id)
}

// bodyPath is the way from a step to its inner body.
func bodyPath(step flow.Object) ([]string, bool) {
	if _, isObject := get[flow.Object](step, "do"); isObject {
		return []string{"do"}, true
	}
	if step.Text("uses") != usesEach {
		return nil, false
	}
	with, _ := get[flow.Object](step, "with")
	_, isObject := get[flow.Object](with, "do")
	return []string{"with", "do"}, isObject
}

// get is a field of an object if it is of a kind.
func get[T any](o flow.Object, name string) (T, bool) {
	value, _ := o.Get(name)
	typed, ok := value.(T)
	return typed, ok
}

// walk calls visit with every step of a body and of those within it, outer ones
// first, until it returns false. Steps that are no objects are nil.
func walk(body flow.Object, path []string, owner string, visit func(spot, flow.Object) bool) bool {
	steps, _ := get[flow.Object](body, "steps")
	for _, f := range steps {
		at := spot{id: f.Name, body: path, owner: owner}
		step, _ := f.Value.(flow.Object)
		if !visit(at, step) {
			return false
		}
		inner, found := bodyPath(step)
		if !found {
			continue
		}
		value, _ := lookup(step, inner)
		object, _ := value.(flow.Object)
		if !walk(object, append(at.path(), inner...), f.Name, visit) {
			return false
		}
	}
	return true
}

func (e *editor) walk(visit func(spot, flow.Object) bool) { walk(e.tree, nil, "", visit) }

// find is where a step or the trigger stands, and what it is.
func (e *editor) find(id string) (spot, flow.Object, bool) {
	if id == flow.TriggerID {
		trigger, found := get[flow.Object](e.tree, flow.TriggerID)
		return spot{id: id}, trigger, found
	}
	var at spot
	var step flow.Object
	found := false
	e.walk(func(s spot, o flow.Object) bool {
		if s.id == id {
			at, step, found = s, o, true
		}
		return !found
	})
	return at, step, found
}

// step is like find, and refuses what is not there.
func (e *editor) step(id string) (spot, flow.Object, error) {
	at, step, found := e.find(id)
	switch {
	case !found && id == flow.TriggerID:
		return at, nil, refuse(id, "", "The flow has no trigger. Add one to the flow file")
	case !found:
		return at, nil, e.unknownStep(id)
	case step == nil:
		return at, nil, refuse(id, "", "The step %s is no object in the flow file, so there is nothing in it to change. Correct it there, or remove it", id)
	}
	return at, step, nil
}

func (e *editor) unknownStep(id string) error {
	if id == "" {
		return refuse("", "", "The operation does not say which step it is about")
	}
	return refuse(id, "", "There is no step %q any more. Somebody may have removed or renamed it", shorten(id))
}

// within is the way to the body inside of an each step; empty for the flow. A
// body that is missing is made when something is put there.
func (e *editor) within(owner string) ([]string, error) {
	if owner == "" {
		return nil, nil
	}
	at, step, err := e.step(owner)
	if err != nil {
		return nil, err
	}
	inner, found := bodyPath(step)
	if !found && step.Text("uses") != usesEach {
		return nil, refuse(owner, "", "%s has no inside. Only For each has inner steps", e.title(owner))
	}
	if fields, given := step.Get("with"); given && !found {
		if _, isObject := fields.(flow.Object); !isObject && fields != nil || has(step, "do") {
			return nil, refuse(owner, "with", "The fields of %s are broken in the flow file. Correct them there", e.title(owner))
		}
	}
	return append(at.path(), inner...), nil
}

func (e *editor) body(path []string) flow.Object {
	value, _ := lookup(e.tree, path)
	body, _ := value.(flow.Object)
	return body
}

// steps are those of a body. Something that is no object is in the way.
func (e *editor) steps(body []string) (flow.Object, error) {
	value, found := e.body(body).Get("steps")
	steps, isObject := value.(flow.Object)
	if found && value != nil && !isObject {
		return nil, refuse("", "steps", "In the flow file \"steps\" is %s, so no step can be changed. Correct it there", describe(value))
	}
	return steps, nil
}

func (e *editor) setSteps(body []string, steps flow.Object) {
	e.put(append(slices.Clone(body), "steps"), steps)
}

func (e *editor) put(path []string, value any) { e.tree = put(e.tree, path, value) }

// items are what stands in the list of edges of a body.
func (e *editor) items(body []string) ([]any, error) {
	value, found := e.body(body).Get("edges")
	items, isList := value.([]any)
	if found && value != nil && !isList {
		return nil, refuse("", "edges", "In the flow file \"edges\" is %s, so no edge can be changed. Correct it there", describe(value))
	}
	return items, nil
}

func (e *editor) setItems(body []string, items []any) {
	if len(items) == 0 {
		if _, found := lookup(e.tree, append(slices.Clone(body), "edges")); !found {
			return
		}
	}
	e.put(append(slices.Clone(body), "edges"), items)
}

// edge reads an item of a list of edges.
func (e *editor) edge(item any) (flow.Edge, bool) {
	text, isText := item.(string)
	if !isText {
		return flow.Edge{}, false
	}
	edge, known := e.parsed[text]
	if !known {
		edge, _ = flowfile.ParseEdge(text) // what is no edge is a zero one
		e.parsed[text] = edge
	}
	return edge, edge != flow.Edge{}
}

// edges are those of a body that can be read.
func (e *editor) edges(body []string) []flow.Edge {
	items, _ := e.items(body)
	edges := make([]flow.Edge, 0, len(items))
	for _, item := range items {
		if edge, ok := e.edge(item); ok {
			edges = append(edges, edge)
		}
	}
	return edges
}

// mapEdges changes the edges of a body: change gives those that take the place
// of one. Items that are no edges stay, and of edges that are there already no
// second one is made.
func (e *editor) mapEdges(body []string, change func(flow.Edge) []flow.Edge) error {
	items, err := e.items(body)
	if err != nil {
		return err
	}
	kept := make([]any, 0, len(items))
	made := map[string]bool{}
	touched := false
	for _, item := range items {
		edge, ok := e.edge(item)
		if !ok {
			kept = append(kept, item)
			continue
		}
		after := change(edge)
		if len(after) == 1 && after[0] == edge {
			kept = append(kept, item)
			continue
		}
		touched = true
		for _, edge := range after {
			made[edge.String()] = true
			kept = append(kept, edge.String())
		}
		if len(kept) > 2*flow.MaxEdges {
			return refuse("", "edges", "The flow would have more than %d edges, the most that a flow may have", flow.MaxEdges)
		}
	}
	if touched {
		e.setItems(body, onlyOnce(kept, made))
	}
	return nil
}

// onlyOnce leaves of every edge that was made just the first.
func onlyOnce(items []any, made map[string]bool) []any {
	seen := map[string]bool{}
	return slices.DeleteFunc(items, func(item any) bool {
		text, isText := item.(string)
		if !isText || !made[text] {
			return false
		}
		again := seen[text]
		seen[text] = true
		return again
	})
}

func (e *editor) addEdges(body []string, edges ...flow.Edge) error {
	items, err := e.items(body)
	if err != nil {
		return err
	}
	items = slices.Clone(items)
	for _, edge := range edges {
		items = append(items, edge.String())
	}
	e.setItems(body, items)
	return nil
}

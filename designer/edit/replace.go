package edit

import (
	"slices"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/step"
)

func (r *Replace) apply(e *editor) (string, error) {
	at, before, err := e.step(r.Step)
	if err != nil {
		return "", err
	}
	isTrigger := r.Step == flow.TriggerID
	kind, err := e.newKind(r.Uses, isTrigger)
	if err != nil {
		return "", err
	}
	label := "Replace " + e.title(r.Step) + " by " + kindTitle(kind)
	after := with(before, "uses", r.Uses)
	fields, _ := get[flow.Object](before, "with")
	kept := flow.Object{}
	for _, f := range fields {
		if slices.ContainsFunc(kind.Fields, func(known component.Field) bool { return known.Name == f.Name }) {
			kept = append(kept, f)
		}
	}
	if inner, hasInner := bodyPath(before); hasInner && r.Uses != usesEach {
		e.dropInner(at, before)
		after = without(after, "do")
	} else if hasInner {
		body, _ := lookup(before, inner)
		after = without(after, "do")
		kept = with(kept, "do", body)
	}
	after = without(after, "with")
	if kept = beginning(r.Uses, kept); len(kept) > 0 {
		after = with(after, "with", kept)
	}
	if !isTrigger {
		after = without(after, "connection")
		if connection := e.connectionFor(before, kind.Connects, r.Uses); connection != "" {
			after = with(after, "connection", connection)
		}
	}
	e.put(at.path(), after)
	return label, e.portsChanged(at, before, nil)
}

// connectionFor is the connection of a step that becomes another kind: the one
// it has, if it belongs to the same component, or else the only one.
func (e *editor) connectionFor(before flow.Object, connects bool, uses string) string {
	if !connects {
		return ""
	}
	kind := e.kind(uses)
	connection := before.Text("connection")
	if kind.Action == nil || e.options.Connections[connection] == kind.Action.Component.Name {
		return connection
	}
	return e.onlyConnection(kind)
}

// dropInner notes that the inner steps of a step are gone.
func (e *editor) dropInner(at spot, step flow.Object) {
	gone := map[string]bool{}
	e.gone(at, step, gone)
	delete(gone, at.id)
	e.result.Removed = slices.DeleteFunc(e.result.Removed, func(id string) bool { return id == at.id })
}

// kindTitle is what a step of a kind does, without its component.
func kindTitle(kind *step.Kind) string {
	if kind.Action != nil {
		return kind.Action.Title
	}
	return kind.Title
}

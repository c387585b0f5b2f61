package web

import (
	"context"
	"slices"
	"strings"
	"sync"

	"redial/designer"
	"redial/designer/canvas"
	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/step"
)

// inspected is a step, or the trigger, as its inspector shows it: a form whose
// controls each edit one place of the draft.
type inspected struct {
	Card *canvas.Card
	Help string
	// Name is what the flow file calls the step; often empty.
	Name string
	// Fields are those of the kind, More those that are seldom needed.
	Fields, More []*formField
	// Settings are what every kind of step can have: timeout, retry, a note.
	Settings []*formField
	// Others are in the flow file, and the kind knows nothing of them.
	Others []*formField
	// Problems are those that have no control to stand at.
	Problems []flow.Problem
}

// plainTint is that of steps without a colour of their own.
const plainTint = "#64708a"

// Tint is the colour of the step's tile.
func (i *inspected) Tint() string {
	if i.Card.Tint == "" {
		return plainTint
	}
	return i.Card.Tint
}

// KindWords say what kind of step it is, where its title does not.
func (i *inspected) KindWords() string {
	switch {
	case i.Card.Kind != i.Card.Title:
		return i.Card.Kind
	case i.Card.Trigger:
		return "Trigger"
	default:
		return "Built-in step"
	}
}

// inspect is the inspector of the step with an ID; nil if there is no such step.
func (s *Server) inspect(ctx context.Context, state *flowState, workshop *designer.Workshop, graph *canvas.Graph, id string) (*inspected, error) {
	card := graph.Card(id)
	if card == nil {
		return nil, nil //nolint:nilnil // nothing is selected, which is no error
	}
	document, err := flowfile.Read(state.Draft.Source)
	if err != nil {
		return nil, err
	}
	file := fileStep(document.Tree(), id)
	kind, err := workshop.Library.Kind(card.Uses)
	if err != nil {
		kind = &step.Kind{Uses: card.Uses} // its fields are shown as what they are
	}
	f := &form{step: id, kind: kind, connections: workshop.Connections, credentials: workshop.Credentials, accounts: workshop.Accounts}
	f.scope = sync.OnceValue(func() *expression.Scope { return state.Checked.Plan.Scope(id) })
	if f.flows, err = s.otherFlows(ctx, kind, state.Draft.Slug); err != nil {
		return nil, err
	}
	f.titleOf = func(path string, value any) string {
		return s.choices.title(s.choiceSource(ctx, card.Uses, path, file.Text("connection")), value)
	}
	if id == flow.TriggerID && card.Uses == "webhook" {
		with, _ := file.Get("with")
		fields, _ := with.(flow.Object)
		auth := step.AuthOf(fields)
		if held := workshop.Credentials[auth.Connection]; held.Kind == auth.Type && held.Fault == "" {
			f.calling = callersSend(s.callersAuth(ctx, &step.Webhook{Auth: auth}))
		}
	}
	i := &inspected{Card: card, Help: kind.Help, Name: file.Text("name")}
	i.fill(f, file)
	i.Problems = f.place(stepProblems(state.Checked.Problems, id), i.all())
	return i, nil
}

// fill makes the controls out of what the flow file says of the step.
func (i *inspected) fill(f *form, file flow.Object) {
	value, _ := file.Get("with")
	with, _ := value.(flow.Object)
	if f.kind.Connects || given(file, "connection") {
		i.Fields = append(i.Fields, f.field(describeConnection(f.kind), place{}, file))
	}
	known := map[string]bool{"do": true} // edited on the canvas
	for k := range f.kind.Fields {
		described := &f.kind.Fields[k]
		known[described.Name] = true
		made := f.field(described, place{Path: "with", At: "with"}, with)
		if described.Advanced {
			i.More = append(i.More, made)
		} else {
			i.Fields = append(i.Fields, made)
		}
	}
	for _, other := range with {
		if !known[other.Name] {
			unknown := &component.Field{Name: other.Name, Title: other.Name, Kind: component.KindJSON}
			i.Others = append(i.Others, f.field(unknown, place{Path: "with", At: "with"}, with))
		}
	}
	if !i.Card.Trigger {
		i.Settings = f.settings(file)
	}
}

// all are the controls of the form.
func (i *inspected) all() []*formField {
	return slices.Concat(i.Fields, i.More, i.Others, i.Settings)
}

// MoreOpen reports whether one of the fields that are seldom needed has a value
// or a problem.
func (i *inspected) MoreOpen() bool { return slices.ContainsFunc(i.More, (*formField).notable) }

// fileStep is what a flow file says of a step, or of the trigger.
func fileStep(tree flow.Object, id string) flow.Object {
	if id == flow.TriggerID {
		value, _ := tree.Get("trigger")
		trigger, _ := value.(flow.Object)
		return trigger
	}
	value, _ := tree.Get("steps")
	steps, _ := value.(flow.Object)
	for _, s := range steps {
		found, _ := s.Value.(flow.Object)
		if s.Name == id {
			return found
		}
		value, _ := found.Get("with")
		with, _ := value.(flow.Object)
		value, _ = with.Get("do")
		if body, ok := value.(flow.Object); ok {
			if inner := fileStep(body, id); inner != nil {
				return inner
			}
		}
	}
	return nil
}

// stepProblems are those of a step, at paths below it, errors first.
func stepProblems(problems []flow.Problem, id string) []flow.Problem {
	var own []flow.Problem
	for _, p := range problems {
		if p.Step != id {
			continue
		}
		p.Path = fieldPath(&p)
		own = append(own, p)
	}
	slices.SortStableFunc(own, func(a, b flow.Problem) int { return strings.Compare(string(a.Severity), string(b.Severity)) })
	return own
}

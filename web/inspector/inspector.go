package inspector

import (
	"slices"
	"strings"

	"redial/designer/canvas"
	"redial/engine/component"
	"redial/engine/flow"
	"redial/web/ui"
)

// View is a step, or the trigger, as its inspector shows it: a form whose
// controls each edit one place of the draft.
type View struct {
	Card *canvas.Card
	Help string
	// Name is what the flow file calls the step; often empty.
	Name string
	// URL is where callers reach the flow that the step begins; empty: nowhere.
	URL string
	// Fields are those of the kind, More those that are seldom needed.
	Fields, More []*formField
	// Settings are what every kind of step can have: timeout, retry, a note.
	Settings []*formField
	// Others are in the flow file, and the kind knows nothing of them.
	Others []*formField
	// Problems are those that have no control to stand at.
	Problems []flow.Problem
}

// Tint is the colour of the step's tile.
func (i *View) Tint() string {
	if i.Card.Tint == "" {
		return ui.PlainTint
	}
	return i.Card.Tint
}

// KindWords say what kind of step it is, where its title does not.
func (i *View) KindWords() string {
	switch {
	case i.Card.Kind != i.Card.Title:
		return i.Card.Kind
	case i.Card.Trigger:
		return "Trigger"
	default:
		return "Built-in step"
	}
}

// View is the form of a step, or of the trigger, as a flow file has it. The problems are
// those of the whole flow.
func (f *Form) View(card *canvas.Card, file flow.Object, problems []flow.Problem) *View {
	i := &View{Card: card, Help: f.Kind.Help, Name: file.Text("name")}
	i.fill(f, file)
	i.Problems = f.place(stepProblems(problems, card.ID), i.all())
	return i
}

// fill makes the controls out of what the flow file says of the step.
func (i *View) fill(f *Form, file flow.Object) {
	value, _ := file.Get("with")
	with, _ := value.(flow.Object)
	if f.Kind.Connects || given(file, "connection") {
		i.Fields = append(i.Fields, f.field(describeConnection(f.Kind), place{}, file))
	}
	known := map[string]bool{"do": true} // edited on the canvas
	for k := range f.Kind.Fields {
		described := &f.Kind.Fields[k]
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
func (i *View) all() []*formField {
	return slices.Concat(i.Fields, i.More, i.Others, i.Settings)
}

// MoreOpen reports whether one of the fields that are seldom needed has a value
// or a problem.
func (i *View) MoreOpen() bool { return slices.ContainsFunc(i.More, (*formField).notable) }

// FileStep is what a flow file says of a step, or of the trigger.
func FileStep(tree flow.Object, id string) flow.Object {
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
			if inner := FileStep(body, id); inner != nil {
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
		p.Path = FieldPath(&p)
		own = append(own, p)
	}
	slices.SortStableFunc(own, func(a, b flow.Problem) int { return strings.Compare(string(a.Severity), string(b.Severity)) })
	return own
}

package web

import (
	"encoding/json"
	"strconv"
	"strings"

	"redial/designer/canvas"
	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/step"
)

// inspected is a step, or the trigger, as its inspector shows it.
type inspected struct {
	Card *canvas.Card
	Help string
	// Fields are those that the flow file gives, in the order of the form.
	Fields []inspectedField
	// Settings are what every kind of step can have: connection, timeout, retry.
	Settings []inspectedField
	Branch   bool
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

// inspectedField is a field with its value, as text.
type inspectedField struct {
	Label string
	Value string
	// Mono values are code, IDs or JSON.
	Mono bool
}

// inspect is the step with an ID; nil if there is none.
func inspect(f *flow.Flow, library *step.Library, graph *canvas.Graph, id string) *inspected {
	card := graph.Card(id)
	if card == nil {
		return nil
	}
	i := &inspected{Card: card}
	kind, err := library.Kind(card.Uses)
	if err != nil {
		kind = &step.Kind{}
	}
	i.Help = kind.Help
	if id == flow.TriggerID {
		i.fields(kind, f.Trigger.With)
		return i
	}
	f.All(func(s *flow.Step) bool {
		if s.ID != id {
			return true
		}
		i.Branch = s.Uses == "branch"
		i.fields(kind, s.With)
		i.settings(s)
		return false
	})
	return i
}

// fields are those of the kind, and then those that it does not know.
func (i *inspected) fields(kind *step.Kind, with flow.Object) {
	known := map[string]bool{}
	for k := range kind.Fields {
		field := &kind.Fields[k]
		known[field.Name] = true
		if value, given := with.Get(field.Name); given && field.Name != "do" {
			i.Fields = append(i.Fields, newInspectedField(field.Label(), value, field.Kind))
		}
	}
	for _, f := range with {
		if !known[f.Name] && f.Name != "do" {
			i.Fields = append(i.Fields, newInspectedField(f.Name, f.Value, ""))
		}
	}
}

func newInspectedField(label string, value any, kind component.Kind) inspectedField {
	text, isText := value.(string)
	if isText {
		return inspectedField{Label: label, Value: text, Mono: kind == component.KindJSON || strings.Contains(text, "{{")}
	}
	return inspectedField{Label: label, Value: pretty(value), Mono: true}
}

// pretty is a value as JSON over several lines.
func pretty(value any) string {
	compact, err := flow.EncodeJSON(value)
	if err != nil {
		return ""
	}
	indented, err := json.MarshalIndent(json.RawMessage(compact), "", "  ")
	if err != nil {
		return string(compact)
	}
	return unescaped.Replace(string(indented))
}

// unescaped undoes what encoding/json escapes for HTML, which pages do
// themselves.
var unescaped = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")

func (i *inspected) settings(s *flow.Step) {
	add := func(label, value string, mono bool) {
		if value != "" {
			i.Settings = append(i.Settings, inspectedField{Label: label, Value: value, Mono: mono})
		}
	}
	add("Note", s.Note, false)
	add("Connection", s.Connection, true)
	if s.Timeout > 0 {
		add("Time for one attempt", s.Timeout.String(), false)
	}
	if s.Retry != nil {
		add("Attempts", retryWords(s.Retry), false)
	}
	switch s.OnError {
	case flow.OnErrorContinue:
		add("When it fails", "The flow goes on with the error as the output.", false)
	case flow.OnErrorRoute:
		add("When it fails", "The flow goes on at the error port.", false)
	case flow.OnErrorFail, "":
	}
	if s.Disabled {
		add("Disabled", "The step is not run; null is passed on.", false)
	}
}

func retryWords(r *flow.Retry) string {
	words := "At most " + strconv.Itoa(r.Attempts)
	if r.Pause > 0 {
		words += ", the second after " + r.Pause.String()
	}
	return words
}

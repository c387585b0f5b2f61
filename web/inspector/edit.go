package inspector

import (
	"encoding/json"
	"slices"
	"strings"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/web/ui"
)

// operations are an edit as a button of the form carries it.
func operations(list ...flow.Object) string {
	items := make([]any, len(list))
	for i := range list {
		items[i] = list[i]
	}
	return FieldJSON(items)
}

func (m *formField) operation(op, path string, more ...flow.Field) flow.Object {
	return append(flow.Object{{Name: "op", Value: op}, {Name: "step", Value: m.Step}, {Name: "path", Value: path}}, more...)
}

// Unset takes the value away.
func (m *formField) Unset() string { return operations(m.operation("unset", m.Path)) }

// Set gives the field another value.
func (m *formField) Set(value any) string {
	return operations(m.operation("set", m.Path, flow.Field{Name: "value", Value: value}))
}

// AddItem adds an element to a list.
func (m *formField) AddItem() string {
	value := m.Add.Default
	if value == nil {
		switch m.Add.Kind {
		case component.KindObject:
			value = flow.Object{}
		case component.KindBoolean:
			value = false
		default:
			value = ""
		}
	}
	if len(m.Items) == 0 {
		return m.Set([]any{value})
	}
	return operations(m.operation("insert", m.Path, flow.Field{Name: "index", Value: int64(len(m.Items))}, flow.Field{Name: "value", Value: value}))
}

// NextItem is the path of the element that AddItem makes.
func (m *formField) NextItem() string { return m.item(len(m.Items)).Path }

// Shift moves the element by one place.
func (i *formItem) Shift(by int) string {
	return operations(i.operation("shift", i.List, flow.Field{Name: "from", Value: int64(i.Index)}, flow.Field{Name: "to", Value: int64(i.Index + by)}))
}

// Expressible reports whether the value can be given by an expression instead.
func (m *formField) Expressible() bool {
	if m.Literal || secret(m.Field) {
		return false
	}
	switch m.Control {
	case controlSwitch, controlChoice, controlSegmented, controlChecks, controlDate, controlMoment, controlList, controlObject, controlMap, controlFile:
		return true
	default:
		return false
	}
}

// Express turns the value into an expression.
func (m *formField) Express() string { return m.Set(m.express) }

// Expressed reports whether an expression stands where the field has a control
// of its own.
func (m *formField) Expressed() bool {
	if !templated(m.Value) || m.Literal {
		return false
	}
	switch m.Kind {
	case component.KindBoolean, component.KindChoice, component.KindFlow, component.KindFile, component.KindList, component.KindObject, component.KindMap, component.KindDate, component.KindDateTime:
		return true
	default:
		return false
	}
}

// Plainly turns an expression back into a value.
func (m *formField) Plainly() string {
	if value, ok := constant(m.Value); ok {
		return m.Set(value)
	}
	if m.Item {
		return m.Set("")
	}
	return m.Unset()
}

// Resettable reports whether there is a default to go back to.
func (m *formField) Resettable() bool {
	return m.Given && m.Default != nil && !m.Item && !m.Secret && FieldJSON(m.Value) != FieldJSON(m.Default)
}

// Text is the value as a text control shows it.
func (m *formField) Text() string {
	if m.Value == nil || m.Control == controlSecret && !templated(m.Value) {
		return ""
	}
	return ui.ValueText(m.Value)
}

// Pretty is the value as JSON over several lines.
func (m *formField) Pretty() string {
	if !m.Given && !m.Item {
		return ""
	}
	return Pretty(m.Value)
}

// AsText says that a value of any kind is edited as text.
func (m *formField) AsText() bool {
	_, isText := m.Value.(string)
	return isText || m.Value == nil && m.Item
}

// Placeholder is what holds where nothing is given, or an example.
func (m *formField) Placeholder() string {
	switch {
	case m.Control == controlSecret && m.Given:
		return "Stored in the flow file. Type to replace it"
	case m.Default != nil:
		return ui.ValueText(m.Default)
	case m.Example != nil:
		return "e.g. " + ui.ValueText(m.Example)
	default:
		return ""
	}
}

// Invalid reports whether a problem blocks publishing.
func (m *formField) Invalid() bool { return flow.HasErrors(m.Problems) }

// Checked is the state of a switch.
func (m *formField) Checked() bool {
	value := m.Value
	if value == nil {
		value = m.Default
	}
	on, _ := value.(bool)
	return on
}

// Language is that of the expressions in the value.
func (m *formField) Language() string {
	switch m.Control {
	case controlExpression:
		return "expression"
	case controlCondition:
		return "condition"
	default:
		return "template"
	}
}

// InputMode is the keyboard that a phone shows.
func (m *formField) InputMode() string {
	switch m.Kind {
	case component.KindURL:
		return "url"
	case component.KindEmail:
		return "email"
	default:
		return ""
	}
}

// Mono values are read letter by letter.
func (m *formField) Mono() bool {
	switch m.Kind {
	case component.KindURL, component.KindDuration, component.KindDateTime, component.KindQuery:
		return true
	default:
		return templated(m.Value)
	}
}

// kindGroup are options that belong together, under a title.
type kindGroup struct {
	Title string
	Kinds []option
}

// Pretty is a value as JSON over several lines.
func Pretty(value any) string {
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

// SettingsOpen reports whether the flow file says how the step runs.
func (i *View) SettingsOpen() bool { return slices.ContainsFunc(i.Settings, (*formField).notable) }

// Duplicate makes a copy of the step.
func (i *View) Duplicate() string {
	return operations(flow.Object{{Name: "op", Value: "duplicate"}, {Name: "steps", Value: []any{i.Card.ID}}})
}

// Remove deletes the step and joins what was before and behind it.
func (i *View) Remove() string {
	return operations(flow.Object{{Name: "op", Value: "remove"}, {Name: "steps", Value: []any{i.Card.ID}}, {Name: "heal", Value: true}})
}

// Disable keeps the step from being run, or lets it be run again.
func (i *View) Disable() string {
	m := &formField{Step: i.Card.ID, place: place{Path: "disabled"}}
	if i.Card.Disabled {
		return m.Unset()
	}
	return m.Set(true)
}

package inspector

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/web/ui"
)

// maxSegments is how many choices stand side by side rather than in a list.
const maxSegments = 3

// controlOf is how a field is edited with the value that it has now. A value
// that is not what the field is for is shown as what it is.
func (f *Form) controlOf(m *formField) control {
	_, isText := m.Value.(string)
	switch m.Kind {
	case component.KindSecret:
		return controlSecret
	case component.KindConnection:
		return controlConnection
	case component.KindExpression:
		if m.Value == nil || isText {
			return controlExpression
		}
	case component.KindCondition:
		if m.Value == nil || isText {
			return controlCondition
		}
	case component.KindPaths:
		if _, isList := m.Value.([]any); isList || m.Value == nil {
			return controlPaths
		}
	default:
		if m.Secret {
			return controlSecret
		}
		return f.valueControl(m)
	}
	return controlAny
}

// valueControl is that of a field whose value may be an expression.
func (f *Form) valueControl(m *formField) control {
	switch m.Kind {
	case component.KindBoolean, component.KindChoice, component.KindFlow, component.KindFile:
		return f.chosenControl(m)
	case component.KindList:
		return listControl(m)
	case component.KindObject, component.KindMap:
		return objectControl(m)
	case component.KindNumber, component.KindInteger:
		return controlNumber
	case component.KindDate:
		text, _ := m.Value.(string)
		if !templated(m.Value) && (text == "" || len(text) == len("2006-01-02")) {
			return controlDate
		}
	case component.KindDateTime:
		if m.Value == nil || utcTime(m.Value) != "" {
			return controlMoment
		}
	case component.KindJSON:
		return controlAny
	default:
	}
	switch v := m.Value.(type) {
	case flow.Object, []any:
		return controlAny
	case string:
		if strings.ContainsRune(v, '\n') {
			return controlArea
		}
	}
	if m.Multiline || m.Kind == component.KindTemplate || m.Kind == component.KindQuery {
		return controlArea
	}
	if m.Literal {
		return controlPlain
	}
	return controlText
}

// utcTime is an RFC 3339 date and time as a control of the browser takes it, in
// UTC; empty if the value is anything else, or finer than a second.
func utcTime(value any) string {
	text, _ := value.(string)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Nanosecond() != 0 || at.UTC().Year() > 9999 {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05")
}

func (f *Form) chosenControl(m *formField) control {
	if templated(m.Value) && !m.Literal {
		return controlText
	}
	_, isTruth := m.Value.(bool)
	_, isObject := m.Value.(flow.Object)
	switch {
	case m.Kind == component.KindBoolean && (m.Value == nil || isTruth):
		return controlSwitch
	case m.Kind == component.KindFile && (m.Value == nil || isObject):
		return controlFile
	case m.Kind == component.KindFlow:
		return controlChoice
	case m.Kind != component.KindChoice:
		return controlAny
	case len(m.Choices) <= maxSegments && m.known() && short(m.Choices):
		return controlSegmented
	default:
		return controlChoice
	}
}

// known reports whether the value is one of the choices, or none is given.
func (m *formField) known() bool {
	return m.Value == nil || slices.ContainsFunc(m.Choices, func(c component.Choice) bool { return same(c.Value, m.Value) })
}

// short reports whether choices fit side by side.
func short(choices []component.Choice) bool {
	length := 0
	for i := range choices {
		length += len([]rune(choiceTitle(&choices[i]))) + 4
	}
	return length <= 44
}

func choiceTitle(c *component.Choice) string {
	if c.Title != "" {
		return c.Title
	}
	return ui.ValueText(c.Value)
}

func same(a, b any) bool { return FieldJSON(a) == FieldJSON(b) }

func listControl(m *formField) control {
	list, isList := m.Value.([]any)
	switch {
	case templated(m.Value) && !m.Literal:
		return controlText
	case m.Value != nil && !isList || len(list) > maxControls || m.Depth > maxDepth:
		return controlAny
	case len(m.Choices) > 0 && m.among(list):
		return controlChecks
	default:
		return controlList
	}
}

// among reports whether all values are choices, each there once.
func (m *formField) among(values []any) bool {
	for i, value := range values {
		one := &formField{Field: m.Field, Value: value}
		if !one.known() || slices.ContainsFunc(values[:i], func(v any) bool { return same(v, value) }) {
			return false
		}
	}
	return true
}

func objectControl(m *formField) control {
	object, isObject := m.Value.(flow.Object)
	switch {
	case templated(m.Value) && !m.Literal:
		return controlText
	case m.Value != nil && !isObject || len(object) > maxControls || m.Depth > maxDepth:
		return controlAny
	case len(m.Fields) > 0:
		return controlObject
	default:
		return controlMap
	}
}

// choose puts the options of a choice together. A value that is none of them is
// one more, so that it is not lost by looking.
func (f *Form) choose(m *formField) {
	chosen, _ := m.Value.([]any)
	if m.Control != controlChecks && m.Given {
		chosen = []any{m.Value}
	}
	if !m.Given && m.Default != nil && m.Control != controlChoice {
		chosen, _ = m.Default.([]any)
		if m.Control != controlChecks {
			chosen = []any{m.Default}
		}
	}
	choices := m.Choices
	if m.Kind == component.KindFlow {
		choices = nil
		for _, slug := range f.Flows {
			choices = append(choices, component.Choice{Value: slug})
		}
	}
	listed := false
	for i := range choices {
		choice := &choices[i]
		listed = listed || same(choice.Value, m.Value)
		m.Options = append(m.Options, option{
			Value: choice.Value, Title: choiceTitle(choice),
			Selected: slices.ContainsFunc(chosen, func(v any) bool { return same(v, choice.Value) }),
		})
	}
	if m.Control == controlChoice && m.Given && !listed {
		m.Options = append(m.Options, option{Value: m.Value, Title: ui.ValueText(m.Value), Selected: true})
	}
}

// items are the controls of a list's elements.
func (f *Form) items(m *formField) {
	list, _ := m.Value.([]any)
	m.Add = itemField(m.Field)
	for i, value := range list {
		item := &formField{Field: m.Add, place: m.place.item(i), Value: value, Given: true, Item: true, Depth: m.Depth + 1, Literal: m.Literal}
		item.spoken = m.named() + ", item " + strconv.Itoa(i+1)
		f.control(item)
		m.Items = append(m.Items, &formItem{formField: item, Index: i, Count: len(list), List: m.Path, One: singular(m.Label())})
	}
}

// named is what the control is called where it cannot be seen what it belongs to.
func (m *formField) named() string {
	if m.spoken != "" {
		return m.spoken
	}
	return m.Label()
}

// members are the controls of an object's fields, and of what else is in it.
func (f *Form) members(m *formField) {
	object, _ := m.Value.(flow.Object)
	known := map[string]bool{}
	add := func(described *component.Field) {
		inner := &formField{Field: described, place: m.place.member(described.Name), Depth: m.Depth + 1, Literal: m.Literal || described.Literal}
		inner.Value, inner.Given = object.Get(described.Name)
		if f.Kind.Uses == "webhook" && m.Path == "with.auth" && !f.checkCallers(inner, object.Text("type")) {
			return
		}
		f.control(inner)
		m.Members = append(m.Members, inner)
	}
	for i := range m.Fields {
		known[m.Fields[i].Name] = true
		add(&m.Fields[i])
	}
	for _, other := range object {
		if !known[other.Name] {
			add(&component.Field{Name: other.Name, Title: other.Name, Kind: component.KindJSON})
		}
	}
}

// rows are the controls of a map's values.
func (f *Form) rows(m *formField) {
	object, _ := m.Value.(flow.Object)
	of := valueField(m.Field)
	for _, entry := range object {
		described := *of
		described.Name = entry.Name
		value := &formField{Field: &described, place: m.place.member(entry.Name), Value: entry.Value, Given: true, Item: true, Depth: m.Depth + 1, Literal: m.Literal}
		value.spoken = m.named() + ": " + entry.Name
		f.control(value)
		m.Rows = append(m.Rows, &mapRow{formField: value, Key: entry.Name, Map: m.Path})
	}
}

// itemField describes one element of a list.
func itemField(list *component.Field) *component.Field {
	item := &component.Field{Name: "item", Kind: component.KindText, Secret: list.Secret}
	switch schema := keyword(list.Schema, "items"); {
	case len(list.Fields) > 0:
		item.Kind, item.Fields = component.KindObject, list.Fields
	case len(list.Choices) > 0:
		item.Kind, item.Choices = component.KindChoice, list.Choices
	case schema != nil:
		item.Kind = kindOfSchema(schema)
	}
	return item
}

// valueField describes one value of a map.
func valueField(m *component.Field) *component.Field {
	value := &component.Field{Kind: component.KindJSON, Secret: m.Secret}
	if schema := keyword(m.Schema, "additionalProperties"); schema != nil {
		value.Kind = kindOfSchema(schema)
	}
	return value
}

func keyword(schema any, name string) any {
	object, _ := schema.(map[string]any)
	return object[name]
}

func kindOfSchema(schema any) component.Kind {
	switch keyword(schema, "type") {
	case "string":
		return component.KindText
	case "number":
		return component.KindNumber
	case "integer":
		return component.KindInteger
	case "boolean":
		return component.KindBoolean
	default:
		return component.KindJSON
	}
}

// chooseConnection lists the connections that a field can name.
func (f *Form) chooseConnection(m *formField) {
	if m.fits == nil {
		m.owner = f.connectionOwner()
		m.fits = func(name string) bool {
			if m.owner == "" { // an http step sends nothing of a secret to sign with
				return f.Connections[name] != step.SignatureComponent
			}
			return f.Connections[name] == m.owner
		}
	}
	names := make([]string, 0, len(f.Connections))
	for name := range f.Connections {
		if m.fits(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	chosen, _ := m.Value.(string)
	for _, name := range names {
		title := name
		if fault := f.Accounts[name].Fault; fault != "" {
			title += " (" + fault + ")"
		}
		m.Options = append(m.Options, option{Value: name, Title: title, Selected: name == chosen})
	}
	if chosen != "" && !slices.Contains(names, chosen) {
		why := " (not there)"
		if _, exists := f.Connections[chosen]; exists {
			why = " (of another kind)"
		}
		m.Options = append(m.Options, option{Value: chosen, Title: chosen + why, Selected: true})
	}
}

// connectionOwner is the component whose connections the step takes; empty: any.
func (f *Form) connectionOwner() string {
	if f.Kind.Action == nil {
		return ""
	}
	return f.Kind.Action.Component.Name
}

// expressed is a value as an expression in braces that gives the same, for those
// who go on to write one. It is not known for secrets, which no page may hold,
// and for text with expressions inside a list or an object.
func expressed(of *component.Field, value any) (string, bool) {
	if value == nil {
		value = of.Default
	}
	if secret(of) || nested(value) {
		return "{{ null }}", false
	}
	return "{{ " + FieldJSON(value) + " }}", true
}

func secret(of *component.Field) bool {
	return of.Secret || of.Kind == component.KindSecret || slices.ContainsFunc(of.Fields, func(f component.Field) bool { return secret(&f) })
}

// nested reports whether there is text with an expression somewhere inside.
func nested(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.Contains(v, "{{")
	case []any:
		return slices.ContainsFunc(v, nested)
	case flow.Object:
		return slices.ContainsFunc(v, func(f flow.Field) bool { return nested(f.Value) })
	default:
		return false
	}
}

// constant is the value of an expression in braces that always gives the same.
func constant(value any) (any, bool) {
	text, _ := value.(string)
	inside, opened := strings.CutPrefix(strings.TrimSpace(text), "{{")
	inside, closed := strings.CutSuffix(inside, "}}")
	if !opened || !closed {
		return nil, false
	}
	found, err := flow.DecodeJSON([]byte(inside))
	return found, err == nil && found != nil
}

// singular is what one of the items of a list is called: the line of lines.
func singular(label string) string {
	one, plural := strings.CutSuffix(label, "s")
	if short, ends := strings.CutSuffix(one, "ie"); ends {
		return short + "y"
	}
	if short, ends := strings.CutSuffix(one, "sse"); ends {
		return short + "ss"
	}
	if !plural || strings.HasSuffix(one, "s") {
		return "Item"
	}
	return one
}

// Title tells an object in a list from the others: by its first text.
func (i *formItem) Title() string {
	title := i.One + " " + strconv.Itoa(i.Index+1)
	object, _ := i.Value.(flow.Object)
	for k := range i.Fields {
		value, _ := object.Get(i.Fields[k].Name)
		if text, isText := value.(string); isText && text != "" && !secret(&i.Fields[k]) {
			return title + ": " + ui.Shortened(text, 60)
		}
	}
	return title
}

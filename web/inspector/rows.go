package inspector

import (
	"strings"

	"redial/designer/condition"
	"redial/designer/mapping"
	"redial/engine/component"
	"redial/engine/expression"
	"redial/web/ui"
)

// readCondition takes a condition apart into rows, if it has any.
func (f *Form) readCondition(m *formField) {
	text, _ := m.Value.(string)
	read, err := condition.Read(text)
	if err != nil {
		m.NoRows = err.Error()
		return
	}
	m.Condition = read
	var scope *expression.Scope
	if text != "" {
		scope = f.Scope()
	}
	m.Compared = comparisons(read, scope, f.Step, m.Path)
}

// readMapping takes an expression apart that makes a list out of another one.
func (m *formField) readMapping() {
	text, _ := m.Value.(string)
	inside, opened := strings.CutPrefix(strings.TrimSpace(text), "{{")
	inside, closed := strings.CutSuffix(inside, "}}")
	if !opened || !closed || m.Literal || !m.listLike() {
		return
	}
	if read, err := mapping.Read(inside); err == nil {
		m.Mapping = read
	}
}

func (m *formField) listLike() bool {
	return m.Kind == component.KindList || m.Kind == component.KindJSON
}

// Mappable reports whether the value can be made out of the items of another
// list: a list of objects, or any value that is not given yet.
func (m *formField) Mappable() bool {
	if m.Literal || m.Mapping != nil || secret(m.Field) {
		return false
	}
	return m.Control == controlList && len(m.Fields) > 0 || m.Control == controlAny && m.Item && ui.ValueText(m.Value) == ""
}

// Map begins a mapping, with the fields that the items are to have. The list is still to
// be chosen: until then the value is missing.
func (m *formField) Map() string {
	begun := &mapping.Mapping{}
	for i := range m.Fields {
		begun.Fields = append(begun.Fields, mapping.Field{Name: m.Fields[i].Name, Value: "." + m.Fields[i].Name})
	}
	if len(begun.Fields) == 0 {
		begun.Fields = []mapping.Field{{Name: "name", Value: ".name"}}
	}
	source, err := mapping.Write(begun)
	if err != nil {
		return m.Unset()
	}
	return m.Set("{{ " + source + " }}")
}

// valueless are the comparisons that need no value.
func valueless() string {
	var names []string
	for _, d := range condition.Operators() {
		if d.Takes == condition.Nothing {
			names = append(names, string(d.Operator))
		}
	}
	return strings.Join(names, " ")
}

// takesValue reports whether a row has a value.
func takesValue(row *condition.Row) bool {
	return !strings.Contains(" "+valueless()+" ", " "+string(row.Operator)+" ")
}

// MaxRows bounds what is sent to be written as an expression, in bytes.
const MaxRows = 256 << 10

package inspector

import (
	"slices"
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

// Map begins a mapping, with the fields that items cannot be without and those that
// their example has. The list is still to be chosen: until then the value is missing.
func (m *formField) Map() string {
	begun := &mapping.Mapping{}
	example := firstItem(m.Example)
	for i := range m.Fields {
		if name := m.Fields[i].Name; m.Fields[i].Required || example[name] != nil {
			begun.Fields = append(begun.Fields, mapping.Field{Name: name})
		}
	}
	if len(begun.Fields) == 0 {
		name := "name"
		if len(m.Fields) > 0 {
			name = m.Fields[0].Name
		}
		begun.Fields = []mapping.Field{{Name: name}}
	}
	source, err := mapping.Write(begun)
	if err != nil {
		return m.Unset()
	}
	return m.Set("{{ " + source + " }}")
}

// firstItem is the first object of a list.
func firstItem(list any) map[string]any {
	items, _ := list.([]any)
	if len(items) == 0 {
		return nil
	}
	item, _ := items[0].(map[string]any)
	return item
}

// Fill gives the fields of a mapping that was just begun the values that are called
// like them in the items of its list.
func Fill(begun *mapping.Mapping, scope *expression.Scope) {
	if slices.ContainsFunc(begun.Fields, func(f mapping.Field) bool { return strings.TrimSpace(f.Value) != "" }) {
		return
	}
	program, _ := expression.Compile(begun.List, scope)
	if program == nil || program.Type() == nil || program.Type().Items == nil {
		return
	}
	own := map[string]string{}
	for name := range program.Type().Items.Fields {
		own[bareName(name)] = name
	}
	for i := range begun.Fields {
		if name := own[bareName(begun.Fields[i].Name)]; mapping.PlainName(name) {
			begun.Fields[i].Value = "." + name
		}
	}
}

// bareName is a name without what people write in different ways.
func bareName(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
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

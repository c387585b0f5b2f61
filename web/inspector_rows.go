package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"redial/designer/condition"
	"redial/designer/mapping"
	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/web/reply"
)

// readCondition takes a condition apart into rows, if it has any.
func (f *form) readCondition(m *formField) {
	text, _ := m.Value.(string)
	read, err := condition.Read(text)
	if err != nil {
		m.NoRows = err.Error()
		return
	}
	m.Condition = read
	var scope *expression.Scope
	if text != "" {
		scope = f.scope()
	}
	m.Compared = comparisons(read, scope, f.step, m.Path)
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
	return m.Control == controlList && len(m.Fields) > 0 || m.Control == controlAny && m.Item && fieldText(m.Value) == ""
}

// Map begins a mapping, with the fields that the items are to have.
func (m *formField) Map() string {
	begun := &mapping.Mapping{List: "[]"}
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

// maxRows bounds what is sent to be written as an expression, in bytes.
const maxRows = 256 << 10

// composeExpression writes rows as an expression, and says what each row of a
// condition may compare.
func (s *Server) composeExpression(w http.ResponseWriter, r *http.Request) {
	body, ok := s.readAll(w, r, maxRows)
	if !ok {
		return
	}
	var rows struct {
		Condition *condition.Condition `json:"condition"`
		Mapping   *mapping.Mapping     `json:"mapping"`
		Path      string               `json:"path"`
	}
	err := readStrictly(body, &rows)
	if err == nil && rows.Condition == nil && rows.Mapping == nil {
		err = errors.New("there is neither a condition nor a mapping")
	}
	if err != nil {
		s.Problem(w, r, &reply.Problem{Type: "unreadable-body", Detail: reply.Sentence(fmt.Sprintf("the rows cannot be read: %v", err))})
		return
	}
	var source string
	if rows.Condition != nil {
		source, err = condition.Write(rows.Condition)
	} else if source, err = mapping.Write(rows.Mapping); err == nil {
		source = "{{ " + source + " }}"
	}
	answer := flow.Object{{Name: "source", Value: source}}
	var refused *condition.Refused
	if errors.As(err, &refused) {
		answer = flow.Object{{Name: "group", Value: int64(refused.Group)}, {Name: "row", Value: int64(refused.Row)}, {Name: "unfilled", Value: refused.Unfilled}}
	}
	if err != nil {
		// Rows that are not filled in yet are no failure of the page.
		answer = answer.Set("fault", err.Error())
	}
	if rows.Condition != nil {
		offers, err := s.offers(r.Context(), r.PathValue("slug"), r.PathValue("step"), rows.Path, rows.Condition)
		if err != nil {
			s.Fail(w, r, "reading what a step can compare", err)
			return
		}
		answer = answer.Set("offers", offers)
	}
	s.WriteJSON(w, http.StatusOK, answer)
}

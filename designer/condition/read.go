package condition

import (
	"strings"

	"redial/engine/expression"
)

// sentence is an error that people read as it is.
type sentence string

func (s sentence) Error() string { return string(s) }

// Why an expression has no rows.
var (
	ErrSyntax error = sentence("Rows are there again when the expression can be read.")
	ErrDeep   error = sentence("The expression joins and and or in more levels than rows can show.")
	ErrLong   error = sentence("The expression compares more than rows can show.")
	ErrOther  error = sentence("The expression does more than compare fields with values, so it has no rows.")
)

// Read takes an expression apart into rows. The error says why it has none. An
// expression without anything in it is a condition with one empty row.
func Read(source string) (*Condition, error) {
	if strings.TrimSpace(source) == "" {
		return &Condition{Join: All, Groups: [][]Row{{{Operator: Is}}}}, nil
	}
	read, fault := expression.Parse(source)
	if fault != nil {
		return nil, ErrSyntax
	}
	c := &Condition{Join: All}
	if read.Name == string(Any) && read.Kind == expression.SyntaxOperator {
		c.Join = Any
	}
	for _, part := range joined(read, c.Join) {
		var group []Row
		for _, inner := range joined(part, c.Join.Other()) {
			row, err := readRow(inner)
			if err != nil {
				return nil, err
			}
			group = append(group, row)
		}
		c.Groups = append(c.Groups, group)
	}
	return c, c.faithful(read)
}

// faithful makes sure that the rows say what the expression says.
func (c *Condition) faithful(read *expression.Syntax) error {
	rows := 0
	for _, group := range c.Groups {
		rows += len(group)
	}
	if rows > MaxRows {
		return ErrLong
	}
	written, err := Write(c)
	if err != nil {
		return ErrOther
	}
	again, fault := expression.Parse(written)
	if fault != nil || !again.Same(read) {
		return ErrOther
	}
	return nil
}

// joined are the parts of a chain of one join.
func joined(s *expression.Syntax, join Join) []*expression.Syntax {
	if s.Kind != expression.SyntaxOperator || s.Name != string(join) || len(s.Parts) != 2 {
		return []*expression.Syntax{s}
	}
	return append(joined(s.Parts[0], join), joined(s.Parts[1], join)...)
}

// shown is a field as people see it.
func shown(s *expression.Syntax) string {
	if s.Source == blank {
		return ""
	}
	if kept := s.Unfinished(); len(kept) == 1 {
		return kept[0]
	}
	return s.Source
}

func readRow(s *expression.Syntax) (Row, error) {
	switch s.Kind {
	case expression.SyntaxName, expression.SyntaxMember, expression.SyntaxIndex, expression.SyntaxCall:
		return Row{Field: shown(s), Operator: IsTrue}, nil
	case expression.SyntaxOperator:
	default:
		return Row{}, ErrOther
	}
	switch {
	case s.Name == string(All) || s.Name == string(Any):
		return Row{}, ErrDeep
	case s.Name == "not":
		return negated(s.Parts[0])
	case len(s.Parts) != 2:
		return Row{}, ErrOther
	}
	field, value := s.Parts[0], s.Parts[1]
	null := value.Kind == expression.SyntaxLiteral && value.Value == nil
	switch {
	case s.Name == "in":
		return among(field, value, IsOneOf, IsEmpty)
	case s.Name == "!=" && null:
		return Row{Field: shown(field), Operator: Exists}, nil
	case s.Name == "==" && null:
		return Row{Field: shown(field), Operator: IsMissing}, nil
	}
	for operator, name := range infix {
		if name == s.Name {
			return Row{Field: shown(field), Operator: operator, Value: showValue(value, false)}, nil
		}
	}
	return Row{}, ErrOther
}

// negated is what stands behind a not.
func negated(s *expression.Syntax) (Row, error) {
	switch s.Kind {
	case expression.SyntaxName, expression.SyntaxMember, expression.SyntaxIndex, expression.SyntaxCall:
		return Row{Field: shown(s), Operator: IsNotTrue}, nil
	default:
	}
	if s.Kind != expression.SyntaxOperator || len(s.Parts) != 2 {
		return Row{}, ErrOther
	}
	switch s.Name {
	case "in":
		return among(s.Parts[0], s.Parts[1], IsNoneOf, IsNotEmpty)
	case "contains":
		return Row{Field: shown(s.Parts[0]), Operator: ContainsNot, Value: showValue(s.Parts[1], false)}, nil
	default:
		return Row{}, ErrOther
	}
}

// among is a comparison with the values of a list.
func among(field, list *expression.Syntax, operator, emptiness Operator) (Row, error) {
	if list.Kind != expression.SyntaxList {
		return Row{}, ErrOther
	}
	if list.Source == empty {
		return Row{Field: shown(field), Operator: emptiness}, nil
	}
	values := make([]string, len(list.Parts))
	for i, part := range list.Parts {
		values[i] = showValue(part, true)
	}
	return Row{Field: shown(field), Operator: operator, Value: strings.Join(values, ", ")}, nil
}

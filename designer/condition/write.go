package condition

import (
	"errors"
	"fmt"
	"strings"

	"redial/engine/expression"
)

// Refused says which row cannot be written, and why.
type Refused struct {
	Group, Row int
	Message    string
	// Unfilled says that something is not there yet, rather than wrong.
	Unfilled bool
}

func (r *Refused) Error() string { return r.Message }

// Write is the expression of a condition. The error is a *Refused.
func Write(c *Condition) (string, error) {
	if c.Join != All && c.Join != Any {
		return "", &Refused{Message: "The rows are joined by \"and\" or by \"or\"."}
	}
	rows := 0
	groups := make([]string, 0, len(c.Groups))
	for g, group := range c.Groups {
		parts := make([]string, 0, len(group))
		for i := range group {
			if rows++; rows > MaxRows {
				return "", &Refused{Group: g, Row: i, Message: fmt.Sprintf("There are more than %d rows. Write an expression instead.", MaxRows)}
			}
			text, err := group[i].write()
			if err != nil {
				return "", &Refused{Group: g, Row: i, Message: err.Error(), Unfilled: errors.Is(err, errNoField) || errors.Is(err, errNoValue)}
			}
			parts = append(parts, text)
		}
		joined := strings.Join(parts, " "+string(c.Join.Other())+" ")
		if len(parts) > 1 && len(c.Groups) > 1 {
			joined = "(" + joined + ")"
		}
		if len(parts) > 0 {
			groups = append(groups, joined)
		}
	}
	if len(groups) == 0 {
		return "", &Refused{Message: "There is no row yet.", Unfilled: true}
	}
	return strings.Join(groups, " "+string(c.Join)+" "), nil
}

// What a row lacks that is being filled in.
var (
	errNoField error = sentence("Choose a field.")
	errNoValue error = sentence("Fill in a value.")
)

func (r *Row) write() (string, error) {
	if strings.TrimSpace(r.Field) == "" {
		return "", errNoField
	}
	field, err := operand(r.Field, "field")
	if err != nil {
		return "", err
	}
	described, known := describe(r.Operator)
	if !known {
		return "", sentence(fmt.Sprintf("There is no comparison %.40q.", r.Operator))
	}
	value := ""
	switch described.Takes {
	case OneValue:
		value, err = writeValue(r.Value)
	case Values:
		value, err = writeValues(r.Value)
	case Nothing:
	}
	if err != nil {
		return "", err
	}
	switch r.Operator {
	case Exists:
		return field + " != null", nil
	case IsMissing:
		return field + " == null", nil
	case IsEmpty:
		return field + " in " + empty, nil
	case IsNotEmpty:
		return field + " not in " + empty, nil
	case IsOneOf:
		return field + " in " + value, nil
	case IsNoneOf:
		return field + " not in " + value, nil
	case ContainsNot:
		return "not (" + field + " contains " + value + ")", nil
	case IsTrue:
		return field, nil
	case IsNotTrue:
		return "not " + field, nil
	default:
		return field + " " + infix[r.Operator] + " " + value, nil
	}
}

// empty are the values that are nothing to a person.
const empty = `[null, "", []]`

// operand is an expression as it stands beside an operator.
func operand(source, what string) (string, error) {
	source = strings.TrimSpace(source)
	if len(source) > maxText {
		return "", sentence(fmt.Sprintf("The %s is too long.", what))
	}
	read, fault := expression.Parse(source)
	if fault != nil {
		return "", sentence(fmt.Sprintf("The %s is not an expression: %s.", what, fault.Message))
	}
	switch read.Kind {
	case expression.SyntaxOperator, expression.SyntaxOther:
		return "(" + source + ")", nil
	default:
		return source, nil
	}
}

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
}

func (r *Refused) Error() string { return r.Message }

// What is written for a field or a value that is not filled in yet, and, with the text
// in brackets behind it, for one that is wrong. Nothing has these names: the rows are
// kept, and no flow can run with them.
const (
	blank     = expression.Blank
	blankData = blank + blank // of a value that is going to be data
)

// Write is the expression of a condition, with a blank for each thing that is not
// filled in yet or wrong. The error is a *Refused.
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
				return "", &Refused{Group: g, Row: i, Message: err.Error()}
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
		return "", &Refused{Message: "There is no row yet."}
	}
	return strings.Join(groups, " "+string(c.Join)+" "), nil
}

// errNoValue is that of a value that is not filled in yet.
var errNoValue error = sentence("Fill in a value.")

func (r *Row) write() (string, error) {
	described, known := describe(r.Operator)
	switch {
	case !known:
		return "", sentence(fmt.Sprintf("There is no comparison %.40q.", r.Operator))
	case len(r.Field) > maxText:
		return "", sentence("The field is too long.")
	case len(r.Value) > maxText:
		return "", sentence("The value is too long.")
	}
	field, value := r.writeField(), ""
	switch described.Takes {
	case OneValue:
		value = r.writeValue()
	case Values:
		value = r.writeValues()
	case Nothing:
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

// writeField is the field, or what stands for one that is missing or wrong.
func (r *Row) writeField() string {
	if strings.TrimSpace(r.Field) == "" {
		return blank
	}
	written, err := operand(r.Field)
	if err != nil {
		return expression.Unfinished(blank, r.Field)
	}
	return written
}

func (r *Row) writeValue() string {
	trimmed := strings.TrimSpace(r.Value)
	inside, data := expressed(trimmed)
	name := blank
	if data {
		name, trimmed = blankData, inside
	}
	switch written, err := writeValue(r.Value); {
	case errors.Is(err, errNoValue):
		return name
	case err != nil:
		return expression.Unfinished(name, trimmed)
	default:
		return written
	}
}

func (r *Row) writeValues() string {
	switch written, err := writeValues(r.Value); {
	case errors.Is(err, errNoValue):
		return "[" + blank + "]"
	case err != nil:
		return "[" + expression.Unfinished(blank, r.Value) + "]"
	default:
		return written
	}
}

// errNoExpression is that of a text which is to be an expression, and is none.
var errNoExpression error = sentence("This is no expression.")

// operand is an expression as it stands beside an operator.
func operand(source string) (string, error) {
	source = strings.TrimSpace(source)
	read, fault := expression.Parse(source)
	if fault != nil {
		return "", errNoExpression
	}
	switch read.Kind {
	case expression.SyntaxOperator, expression.SyntaxOther:
		return "(" + source + ")", nil
	default:
		return source, nil
	}
}

package condition

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"redial/engine/expression"
	"redial/engine/flow"
)

var numberPattern = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// ValueKind is what a person means by a value that they have written.
type ValueKind string

// The kinds of values.
const (
	TextValue   ValueKind = "text"
	NumberValue ValueKind = "number"
	TruthValue  ValueKind = "truth"
	DataValue   ValueKind = "data" // an expression
	ListValue   ValueKind = "list" // several of any kind
)

// ValueKind is that of the row's value.
func (r *Row) ValueKind() ValueKind {
	if described, _ := describe(r.Operator); described.Takes == Values {
		return ListValue
	}
	trimmed := strings.TrimSpace(r.Value)
	_, data := expressed(trimmed)
	switch {
	case data:
		return DataValue
	case trimmed == "true" || trimmed == "false":
		return TruthValue
	case numberPattern.MatchString(trimmed):
		return NumberValue
	default:
		return TextValue
	}
}

// TextLikeData reports whether the row's value is a text that reads like data:
// trigger.body.quantity. Who writes that may have meant what stands there.
func (r *Row) TextLikeData() bool {
	if r.ValueKind() != TextValue || len(r.Value) > maxText {
		return false
	}
	read, fault := expression.Parse(strings.TrimSpace(r.Value))
	if fault != nil {
		return false
	}
	members := 0
	for read.Kind == expression.SyntaxMember || read.Kind == expression.SyntaxIndex {
		read = read.Parts[0]
		members++
	}
	return members > 0 && read.Kind == expression.SyntaxName && slices.Contains([]string{"trigger", "steps", "config"}, read.Name)
}

// expressed is the expression that stands in {{ }}.
func expressed(trimmed string) (string, bool) {
	inside, opened := strings.CutPrefix(trimmed, "{{")
	inside, closed := strings.CutSuffix(inside, "}}")
	return strings.TrimSpace(inside), opened && closed
}

// writeValue is what a person means by the text of a value, as the language
// writes it: a number, true or false, an expression in {{ }}, text in quotes as
// it stands in them, and else the text itself.
func writeValue(text string) (string, error) {
	trimmed := strings.TrimSpace(text)
	inside, data := expressed(trimmed)
	switch {
	case trimmed == "" || data && inside == "":
		return "", errNoValue
	case data:
		return operand(inside)
	case trimmed == "true" || trimmed == "false":
		return trimmed, nil
	case numberPattern.MatchString(trimmed):
		if _, err := flow.ParseNumber(trimmed); err != nil {
			return "", sentence(fmt.Sprintf("The value is not a number that can be compared: %v.", err))
		}
		return trimmed, nil
	}
	if quoted, ok := unquoted(trimmed); ok {
		return expression.Literal(quoted), nil
	}
	return expression.Literal(trimmed), nil
}

func unquoted(text string) (string, bool) {
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return "", false
	}
	value, err := strconv.Unquote(text)
	return value, err == nil
}

// writeValues is a list of values that are written with commas between them.
// Quotes keep a comma together.
func writeValues(text string) (string, error) {
	var written []string
	for _, one := range splitValues(text) {
		value, err := writeValue(one)
		if errors.Is(err, errNoValue) {
			return "", sentence("One of the values is empty. Take out its comma, or write \"\" for empty text.")
		}
		if err != nil {
			return "", err
		}
		written = append(written, value)
	}
	if len(written) == 0 {
		return "", errNoValue
	}
	return "[" + strings.Join(written, ", ") + "]", nil
}

// splitValues cuts at commas outside of quotes and braces.
func splitValues(text string) []string {
	var parts []string
	begin, braces, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"' && (quoted || strings.TrimSpace(text[begin:i]) == "" || braces > 0):
			quoted = !quoted
		case quoted:
		case strings.HasPrefix(text[i:], "{{"):
			braces++
			i++
		case strings.HasPrefix(text[i:], "}}") && braces > 0:
			braces--
			i++
		case c == ',' && braces == 0:
			parts, begin = append(parts, text[begin:i]), i+1
		}
	}
	if strings.TrimSpace(text[begin:]) != "" || len(parts) > 0 {
		parts = append(parts, text[begin:])
	}
	return parts
}

// showValue is a part of an expression as writeValue takes it.
func showValue(s *expression.Syntax, inList bool) string {
	switch s.Source {
	case blank:
		return ""
	case blankData:
		return "{{  }}"
	}
	if kept := s.Unfinished(); len(kept) == 1 {
		if s.Name == blankData {
			return "{{ " + kept[0] + " }}"
		}
		return kept[0]
	}
	if s.Kind != expression.SyntaxLiteral {
		return "{{ " + s.Source + " }}"
	}
	text, isText := s.Value.(string)
	if !isText {
		if s.Value == nil {
			return "{{ null }}"
		}
		return expression.Literal(s.Value)
	}
	again, err := writeValue(text)
	plain := err == nil && again == expression.Literal(text) && strings.TrimSpace(text) == text
	if plain && (!inList || !strings.ContainsAny(text, `,"{}`)) {
		return text
	}
	return expression.Literal(text)
}

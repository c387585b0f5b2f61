package component

import (
	"slices"
	"strings"

	"redial/engine/flow"
)

// Field is one value that people fill in: of an action, of a connection, of a
// built-in step.
type Field struct {
	Name  string
	Title string
	Help  string
	Kind  Kind
	// Required fields must have a value other than null and empty text.
	Required bool
	// Default is used where no value is given; nil if there is none.
	Default any
	Choices []Choice
	// ChoicesFrom says how to ask the service for choices; nil if there is
	// nothing to ask. Other values may be given all the same.
	ChoicesFrom *ChoiceSource
	// Example is a value as it might be; nil if there is none.
	Example any
	// Schema is the JSON Schema of the value, as a plain JSON value; nil allows
	// any value.
	Schema any
	// Multiline text is edited in a larger box.
	Multiline bool
	// Advanced fields are shown only when asked for.
	Advanced bool
	// Secret values are written, never shown again.
	Secret bool
	// Literal values are fixed when the flow is published: expressions in them
	// are not evaluated.
	Literal bool
	// For is the choice that the field belongs to: it counts only where another
	// field has one of some values. nil: it always does. Connections alone have
	// such fields.
	For *Condition
	// Fields describe the members of an object, or of the objects in a list.
	Fields []Field
}

// Condition is that a field has one of some values.
type Condition struct {
	Field  string
	Values []string
}

// holds reports whether it does with the values of fields, of which those that
// are not given have their defaults. nil holds.
func (c *Condition) holds(properties []property, given func(name string) any) bool {
	if c == nil {
		return true
	}
	value := given(c.Field)
	for i := range properties {
		if value == nil && properties[i].field.Name == c.Field {
			value = properties[i].field.Default
		}
	}
	text, _ := value.(string)
	return slices.Contains(c.Values, text)
}

// Label is the title, or else the name made readable.
func (f *Field) Label() string {
	if f.Title != "" {
		return f.Title
	}
	return strings.ReplaceAll(f.Name, "_", " ")
}

// Kind says how a field is edited and read.
type Kind string

// The kinds of fields.
const (
	KindText       Kind = "text"
	KindNumber     Kind = "number"
	KindInteger    Kind = "integer"
	KindBoolean    Kind = "boolean"
	KindChoice     Kind = "choice"
	KindJSON       Kind = "json"   // any value
	KindList       Kind = "list"   // values, or objects with Fields
	KindObject     Kind = "object" // an object with Fields
	KindMap        Kind = "map"    // names that people choose, with values
	KindSecret     Kind = "secret"
	KindConnection Kind = "connection" // the name of a connection
	KindTemplate   Kind = "template"   // long text with expressions in it
	KindCondition  Kind = "condition"  // a bare expression, true or false
	KindExpression Kind = "expression" // a bare expression of any value
	KindPaths      Kind = "paths"      // the paths of a branch
	KindFlow       Kind = "flow"       // the slug of another flow
	KindDuration   Kind = "duration"
	KindURL        Kind = "url"
	KindDate       Kind = "date"
	KindDateTime   Kind = "datetime"
	KindEmail      Kind = "email"
	KindQuery      Kind = "query" // a query language's text
	KindFile       Kind = "file"  // {contentType, base64}
)

var kinds = []Kind{
	KindText, KindNumber, KindInteger, KindBoolean, KindChoice, KindJSON, KindList, KindObject, KindMap,
	KindSecret, KindConnection, KindTemplate, KindCondition, KindExpression, KindPaths, KindFlow,
	KindDuration, KindURL, KindDate, KindDateTime, KindEmail, KindQuery, KindFile,
}

// Summarize is the line under a step's name: the action's summary with the
// step's own values in it, expressions without their braces.
func (a *Action) Summarize(with flow.Object) string {
	if a.summary == "" {
		return a.Title
	}
	var out strings.Builder
	for rest := a.summary; ; {
		before, after, found := strings.Cut(rest, "{")
		name, tail, closed := strings.Cut(after, "}")
		out.WriteString(before)
		if !found || !closed {
			return strings.Join(strings.Fields(out.String()), " ")
		}
		out.WriteString(a.summaryValue(name, with))
		rest = tail
	}
}

func (a *Action) summaryValue(name string, with flow.Object) string {
	const most = 40
	value, found := with.Get(name)
	if !found {
		value = a.defaultOf(name)
	}
	if value == nil {
		return "…"
	}
	text, isText := value.(string)
	if !isText {
		encoded, err := flow.EncodeJSON(value)
		if err != nil {
			return "…"
		}
		text = string(encoded)
	}
	text = strings.TrimSpace(strings.NewReplacer("{{", "", "}}", "").Replace(text))
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most-1]) + "…"
	}
	return text
}

func (a *Action) defaultOf(name string) any {
	for i := range a.Fields {
		if a.Fields[i].Name == name {
			return a.Fields[i].Default
		}
	}
	return nil
}

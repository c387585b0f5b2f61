// Package mapping is the making of one list out of another as people put it
// together: which list, and what the fields of each new item are. It becomes an
// expression of the builder's language, map(list, {name: .field}), and is read
// back from one of that form.
//
// It knows the syntax of expressions and nothing of flows, forms or HTTP.
package mapping

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"redial/engine/expression"
)

// Mapping says how each item of a new list is made.
type Mapping struct {
	// List is the list to take items from, an expression.
	List   string  `json:"list"`
	Fields []Field `json:"fields"`
}

// Field is one of a new item.
type Field struct {
	Name string `json:"name"`
	// Value is an expression over the item: .sku, .price * 2, trigger.body.id.
	Value string `json:"value"`
}

// Bounds of a mapping.
const (
	MaxFields = 50
	maxText   = 4000 // bytes of a list or a value
)

// sentence is an error that people read as it is.
type sentence string

func (s sentence) Error() string { return string(s) }

// Why an expression is no mapping that can be shown as rows.
var (
	ErrSyntax error = sentence("Rows are there again when the expression can be read.")
	ErrOther  error = sentence("The expression does more than give the items of a list new fields, so it has no rows.")
)

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// blank is written for what is not filled in yet, and, with the text in brackets
// behind it, for what is wrong. Nothing has this name: the rows are kept, and no flow
// can run with them.
const blank = expression.Blank

// Write is the expression of a mapping, without braces around it, with a blank for
// each thing that is missing or wrong. The error is a sentence.
func Write(m *Mapping) (string, error) {
	list := strings.TrimSpace(m.List)
	tooLarge := len(list) > maxText || len(m.Fields) > MaxFields
	for _, f := range m.Fields {
		tooLarge = tooLarge || len(f.Name) > maxText || len(f.Value) > maxText
	}
	if tooLarge {
		return "", sentence(fmt.Sprintf("The mapping is too large: at most %d fields, and %d bytes each.", MaxFields, maxText))
	}
	if list == "" {
		list = blank
	} else if _, fault := expression.Parse(list); fault != nil {
		list = expression.Unfinished(blank, list)
	}
	pairs := make([]string, 0, len(m.Fields))
	seen := map[string]bool{"": true}
	nameless := blank
	for _, f := range m.Fields {
		name, value := f.Name, f.value()
		if seen[name] { // an object has each name once
			for m.has(nameless) {
				nameless += blank
			}
			name, value = nameless, expression.Unfinished(blank, f.Name, strings.TrimSpace(f.Value))
			nameless += blank
		}
		seen[f.Name] = true
		if !PlainName(name) {
			name = expression.Literal(name)
		}
		pairs = append(pairs, name+": "+value)
	}
	if len(pairs) == 0 {
		return "", sentence("There is no field yet.")
	}
	return "map(" + list + ", {" + strings.Join(pairs, ", ") + "})", nil
}

// has reports whether a field is called so.
func (m *Mapping) has(name string) bool {
	return slices.ContainsFunc(m.Fields, func(f Field) bool { return f.Name == name })
}

// value is the value of a field, or what stands for one that is missing or wrong.
func (f *Field) value() string {
	value := strings.TrimSpace(f.Value)
	if value == "" {
		return blank
	}
	// The value is read alone, so that one that closes a bracket too many does
	// not reach beyond its place.
	read, fault := expression.Parse("map([], {a: " + value + "})")
	if fault != nil {
		return expression.Unfinished(blank, value)
	}
	if fields, ok := object(read); !ok || len(fields) != 2 {
		return expression.Unfinished(blank, value)
	}
	return value
}

// reserved are words that mean something where a name stands.
var reserved = map[string]bool{
	"not": true, "in": true, "or": true, "and": true, "matches": true, "contains": true, "startsWith": true,
	"endsWith": true, "let": true, "if": true, "else": true, "true": true, "false": true, "null": true, "nil": true,
}

// PlainName reports whether a name can stand in an expression without quotes.
func PlainName(name string) bool { return plainName.MatchString(name) && !reserved[name] }

// Read takes an expression apart. The error says why that cannot be done.
func Read(source string) (*Mapping, error) {
	read, fault := expression.Parse(source)
	if fault != nil {
		return nil, ErrSyntax
	}
	parts, ok := object(read)
	if !ok || len(parts) == 0 || len(parts) > 2*MaxFields {
		return nil, ErrOther
	}
	m := &Mapping{List: shown(read.Parts[0])}
	for i := 0; i+1 < len(parts); i += 2 {
		name, isText := parts[i].Value.(string)
		if parts[i].Kind != expression.SyntaxLiteral || !isText {
			return nil, ErrOther
		}
		field := Field{Name: name, Value: shown(parts[i+1])}
		if kept := parts[i+1].Unfinished(); len(kept) == 2 {
			field = Field{Name: kept[0], Value: kept[1]}
		}
		m.Fields = append(m.Fields, field)
	}
	written, err := Write(m)
	if err != nil {
		return nil, ErrOther
	}
	if again, fault := expression.Parse(written); fault != nil || !again.Same(read) {
		return nil, ErrOther
	}
	return m, nil
}

// shown is a part as people see it.
func shown(s *expression.Syntax) string {
	if s.Source == blank {
		return ""
	}
	if kept := s.Unfinished(); len(kept) == 1 {
		return kept[0]
	}
	return s.Source
}

// object are the keys and values of the object that map makes of each item.
func object(s *expression.Syntax) ([]*expression.Syntax, bool) {
	if s.Kind != expression.SyntaxCall || s.Name != "map" || len(s.Parts) != 2 || s.Parts[1].Kind != expression.SyntaxObject {
		return nil, false
	}
	return s.Parts[1].Parts, true
}

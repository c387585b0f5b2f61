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

// Write is the expression of a mapping, without braces around it. The error is a
// sentence.
func Write(m *Mapping) (string, error) {
	list := strings.TrimSpace(m.List)
	switch {
	case list == "":
		return "", sentence("Choose the list whose items are taken.")
	case len(list) > maxText || len(m.Fields) > MaxFields:
		return "", sentence(fmt.Sprintf("The mapping is too large: at most %d fields, and %d bytes each.", MaxFields, maxText))
	}
	if _, fault := expression.Parse(list); fault != nil {
		return "", sentence("The list is no expression: " + fault.Message + ".")
	}
	pairs := make([]string, 0, len(m.Fields))
	seen := map[string]bool{}
	for _, f := range m.Fields {
		pair, err := f.write()
		if err != nil {
			return "", err
		}
		if seen[f.Name] {
			return "", sentence(fmt.Sprintf("Two fields are called %q. Each needs a name of its own.", f.Name))
		}
		seen[f.Name] = true
		pairs = append(pairs, pair)
	}
	if len(pairs) == 0 {
		return "", sentence("There is no field yet.")
	}
	return "map(" + list + ", {" + strings.Join(pairs, ", ") + "})", nil
}

func (f *Field) write() (string, error) {
	value := strings.TrimSpace(f.Value)
	switch {
	case f.Name == "":
		return "", sentence("A field has no name.")
	case value == "":
		return "", sentence(fmt.Sprintf("The field %q has no value.", f.Name))
	case len(value) > maxText || len(f.Name) > maxText:
		return "", sentence(fmt.Sprintf("The field %.40q is too long.", f.Name))
	}
	// The value is read alone, so that one that closes a bracket too many does
	// not reach beyond its place.
	if read, fault := expression.Parse("map([], {a: " + value + "})"); fault != nil {
		return "", sentence(fmt.Sprintf("The value of %q is no expression: %s.", f.Name, fault.Message))
	} else if fields, ok := object(read); !ok || len(fields) != 2 {
		return "", sentence(fmt.Sprintf("The value of %q is no expression.", f.Name))
	}
	name := f.Name
	if !plainName.MatchString(name) || reserved[name] {
		name = expression.Literal(name)
	}
	return name + ": " + value, nil
}

// reserved are words that mean something where a name stands.
var reserved = map[string]bool{
	"not": true, "in": true, "or": true, "and": true, "matches": true, "contains": true, "startsWith": true,
	"endsWith": true, "let": true, "if": true, "else": true, "true": true, "false": true, "null": true, "nil": true,
}

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
	m := &Mapping{List: read.Parts[0].Source}
	for i := 0; i+1 < len(parts); i += 2 {
		name, isText := parts[i].Value.(string)
		if parts[i].Kind != expression.SyntaxLiteral || !isText {
			return nil, ErrOther
		}
		m.Fields = append(m.Fields, Field{Name: name, Value: parts[i+1].Source})
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

// object are the keys and values of the object that map makes of each item.
func object(s *expression.Syntax) ([]*expression.Syntax, bool) {
	if s.Kind != expression.SyntaxCall || s.Name != "map" || len(s.Parts) != 2 || s.Parts[1].Kind != expression.SyntaxObject {
		return nil, false
	}
	return s.Parts[1].Parts, true
}

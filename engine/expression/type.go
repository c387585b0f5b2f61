package expression

import (
	"sort"
	"strings"
)

// Kind is a kind of value.
type Kind int

// The kinds. Date is text that holds an RFC 3339 date, with or without a time.
const (
	Any Kind = iota
	Null
	Boolean
	Integer
	Number
	Text
	List
	Object
	Date
)

var kindNames = [...]string{"any value", "null", "true or false", "whole number", "number", "text", "list", "object", "date"}

// String is the kind's name in messages and documentation.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "value"
}

// Type is what is known about a value before anything runs. A nil *Type, or one
// of kind Any, means that nothing is known.
type Type struct {
	Kind Kind
	// Fields are an object's known fields.
	Fields map[string]*Type
	// Items is the type of a list's elements.
	Items *Type
	// Open means that an object may have other fields than Fields.
	Open bool
	// Nullable means that the value may be null or missing.
	Nullable bool
	// Example is a value as it might be, for people and previews.
	Example any
	// Choices are the only values that there may be, as an enum lists them; nil
	// if that is not known.
	Choices []any
	// depth is how deep the types nest that an expression built.
	depth int
}

// maxTypeDepth bounds the types of values that an expression builds. They share
// parts, so that whoever walks one would walk twice as far with each level.
const maxTypeDepth = 12

// part is a type as a part of a larger one.
func (t *Type) part() *Type {
	if t == nil || t.depth >= maxTypeDepth {
		return typeAny
	}
	return t
}

// built notes the depth of a type made of parts.
func built(t *Type) *Type {
	t.depth = 1
	if t.Items != nil {
		t.depth += t.Items.depth
	}
	for _, f := range t.Fields {
		if f != nil {
			t.depth = max(t.depth, 1+f.depth)
		}
	}
	return t
}

var (
	typeAny     = &Type{Kind: Any}
	typeNull    = &Type{Kind: Null, Nullable: true}
	typeBoolean = &Type{Kind: Boolean}
	typeInteger = &Type{Kind: Integer}
	typeNumber  = &Type{Kind: Number}
	typeText    = &Type{Kind: Text}
	typeDate    = &Type{Kind: Date}
	typeList    = &Type{Kind: List}
	typeObject  = &Type{Kind: Object, Open: true}
)

func listOf(items *Type) *Type { return built(&Type{Kind: List, Items: items.part()}) }

// kind is the type's kind; nil is Any.
func (t *Type) kind() Kind {
	if t == nil {
		return Any
	}
	return t.Kind
}

// items is the type of the elements, never nil.
func (t *Type) items() *Type {
	if t == nil || t.Items == nil {
		return typeAny
	}
	return t.Items
}

// nullable is the same type, or null.
func (t *Type) nullable() *Type {
	if t == nil || t.Nullable || t.Kind == Any {
		return t
	}
	c := *t
	c.Nullable = true
	return &c
}

// certain is the same type without null, as after ??.
func (t *Type) certain() *Type {
	if t == nil || !t.Nullable {
		return t
	}
	c := *t
	c.Nullable = false
	return &c
}

// String describes the type in a message, such as "list of text".
func (t *Type) String() string {
	switch {
	case t == nil:
		return Any.String()
	case t.Kind == List && t.items().Kind != Any:
		return "list of " + t.items().String()
	case t.Kind == Object && len(t.Fields) > 0:
		return "object with " + nameList(t.names())
	default:
		return t.Kind.String()
	}
}

// names are the known fields in order.
func (t *Type) names() []string {
	names := make([]string, 0, len(t.Fields))
	for name := range t.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// nameList writes at most eight names.
func nameList(names []string) string {
	const most = 8
	quoted := make([]string, 0, most)
	for i, name := range names {
		if i == most {
			quoted = append(quoted, "…")
			break
		}
		quoted = append(quoted, clip(name, maxText))
	}
	return strings.Join(quoted, ", ")
}

// isNumber says whether a kind is one of the two kinds of numbers.
func isNumber(k Kind) bool { return k == Integer || k == Number }

// isText says whether values of the kind are text.
func isText(k Kind) bool { return k == Text || k == Date }

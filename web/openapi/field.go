package openapi

import (
	"fmt"
	"slices"
	"strings"

	"redial/engine/flow"
)

// Field is a field of a value that a schema describes, for people.
type Field struct {
	Name     string // "[ ]" for the items of a list
	Depth    int
	Kind     string // in words: "whole number", "list of texts or null"
	Required bool
	Help     string
}

// Bounds of a list of fields.
const (
	maxFields     = 200
	maxFieldDepth = 4
	maxChoices    = 12
)

// Fields are those of a schema, each followed by the fields within it; none where
// the schema describes no object and no list of objects.
func Fields(schema any) []Field {
	f := fields{root: schema}
	f.within(schema, 0)
	return f.found
}

// Kind is the kind of the values of a schema, in words.
func Kind(schema flow.Object) string {
	f := fields{root: schema}
	return f.kind(f.resolved(schema), true)
}

type fields struct {
	root  any
	found []Field
}

// within adds the fields of an object, or of the objects in a list.
func (f *fields) within(schema any, depth int) {
	if depth > maxFieldDepth {
		return
	}
	s := f.resolved(schema)
	properties, _ := s.Get("properties")
	object, _ := properties.(flow.Object)
	required, _ := s.Get("required")
	must, _ := required.([]any)
	for _, p := range object {
		if len(f.found) >= maxFields {
			return
		}
		inner := f.resolved(p.Value)
		f.found = append(f.found, Field{
			Name: p.Name, Depth: depth, Kind: f.kind(inner, true), Required: slices.Contains(must, any(p.Name)), Help: help(inner),
		})
		f.within(inner, depth+1)
	}
	if items, listed := s.Get("items"); listed && len(object) == 0 {
		f.within(items, depth)
	}
}

// resolved is a schema with what its reference leads to, and what allOf adds.
func (f *fields) resolved(schema any) flow.Object {
	s, _ := schema.(flow.Object)
	for range maxFieldDepth {
		ref := s.Text("$ref")
		if ref == "" {
			break
		}
		s, _ = f.at(ref).(flow.Object)
	}
	return s
}

// at is the part of the schema that a local reference names; nil: none.
func (f *fields) at(ref string) any {
	pointer, local := strings.CutPrefix(ref, "#")
	if !local {
		return nil
	}
	at := f.root
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if part == "" {
			continue
		}
		object, _ := at.(flow.Object)
		at, _ = object.Get(unescaped(part))
	}
	return at
}

var kinds = map[string][2]string{
	"string": {"text", "texts"}, "integer": {"whole number", "whole numbers"}, "number": {"number", "numbers"},
	"boolean": {"true or false", "true or false"}, "object": {"object", "objects"}, "array": {"list", "lists"}, "null": {"null", "null"},
}

// kind is the kind of values in words, of one or of many.
func (f *fields) kind(s flow.Object, one bool) string {
	form := 1
	if one {
		form = 0
	}
	var names []string
	given, _ := s.Get("type")
	list, several := given.([]any)
	if !several {
		list = []any{given}
	}
	for _, name := range list {
		text, _ := name.(string)
		words, known := kinds[text]
		switch {
		case !known:
			return "any value"
		case text == "array" && one:
			items, _ := s.Get("items")
			names = append(names, "list of "+f.kind(f.resolved(items), false))
		default:
			names = append(names, words[form])
		}
	}
	return strings.ReplaceAll(strings.Join(names, " or "), "list of any value", "list")
}

// help is what a schema says of its values, for people.
func help(s flow.Object) string {
	words := []string{}
	if text := cut(s.Text("description")); text != "" {
		words = append(words, text)
	} else if text := cut(s.Text("title")); text != "" {
		words = append(words, text)
	}
	if value, given := s.Get("const"); given {
		words = append(words, "Always "+shown(value)+".")
	}
	if value, _ := s.Get("enum"); value != nil {
		if choices, ok := value.([]any); ok {
			words = append(words, "One of "+choiceWords(choices)+".")
		}
	}
	if format := s.Text("format"); format != "" && format != "int64" {
		words = append(words, "As "+format+".")
	}
	for _, bound := range [][2]string{{"minimum", "At least"}, {"exclusiveMinimum", "More than"}, {"maximum", "At most"}, {"exclusiveMaximum", "Less than"}, {"pattern", "Matches"}} {
		if value, given := s.Get(bound[0]); given {
			words = append(words, fmt.Sprintf("%s %s.", bound[1], shown(value)))
		}
	}
	return strings.Join(words, " ")
}

func choiceWords(choices []any) string {
	words := make([]string, 0, maxChoices)
	for i, c := range choices {
		if i == maxChoices {
			words = append(words, fmt.Sprintf("%d more", len(choices)-maxChoices))
			break
		}
		words = append(words, shown(c))
	}
	return strings.Join(words, ", ")
}

// maxShown bounds what of a text is shown in a table, in characters.
const maxShown = 400

func shown(value any) string {
	text, err := flow.EncodeJSON(value)
	if err != nil {
		return ""
	}
	return cut(string(text))
}

func cut(text string) string {
	if runes := []rune(text); len(runes) > maxShown {
		return string(runes[:maxShown]) + "…"
	}
	return text
}

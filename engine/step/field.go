package step

import "redial/engine/component"

// Describing the fields of the built-in steps.

func field(name, title string, kind component.Kind, help string) component.Field {
	return component.Field{Name: name, Title: title, Kind: kind, Help: help}
}

func required(f component.Field) component.Field {
	f.Required = true
	return f
}

func withDefault(f component.Field, value any) component.Field {
	f.Default = value
	return f
}

// literal says that the field takes no expressions.
func literal(f component.Field) component.Field {
	f.Literal = true
	return f
}

// advanced says that the field is seldom needed.
func advanced(f component.Field) component.Field {
	f.Advanced = true
	return f
}

// withFields describes the members of an object.
func withFields(f component.Field, members ...component.Field) component.Field {
	f.Fields = members
	return f
}

// options is a field that takes one of a few words, which people know as such.
func options(name, title string, words ...string) component.Field {
	f := field(name, title, component.KindChoice, "")
	for _, word := range words {
		f.Choices = append(f.Choices, component.Choice{Value: word, Title: word})
	}
	return f
}

// choice is a field that takes one of a few words, each with its meaning.
func choice(name, title string, words ...[2]string) component.Field {
	f := field(name, title, component.KindChoice, "")
	for _, word := range words {
		f.Choices = append(f.Choices, component.Choice{Value: word[0], Title: word[1]})
	}
	return f
}

// severalOf is a field that takes a list of some of a few words.
func severalOf(name, title string, words ...string) component.Field {
	f := options(name, title, words...)
	f.Kind = component.KindList
	return f
}

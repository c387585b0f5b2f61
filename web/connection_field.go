package web

import (
	"errors"
	"slices"

	"github.com/a-h/templ"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/web/ui"
)

// connectionField is one field of the form.
type connectionField struct {
	*component.Field
	Value  string // empty for secrets
	Stored bool   // a secret has a value
	Error  string
	// Hidden says that the field is for another choice than the one that was made.
	Hidden bool
	// Makes is the choice with which a random value may be made for it; nil: a value
	// comes from elsewhere.
	Makes *generation
}

var (
	errNoChoice = errors.New("choose one of the list")
	errNoJSON   = errors.New("write it as JSON")
)

// parse reads a text as a value of the field's kind. What does not fit stays a
// text: the check says what is wrong with it.
func (f *connectionField) parse(text string) (any, error) {
	switch f.Kind {
	case component.KindBoolean, component.KindChoice:
		for _, choice := range f.options() {
			if ui.ValueText(choice.Value) == text {
				return choice.Value, nil
			}
		}
		return nil, errNoChoice
	case component.KindNumber, component.KindInteger:
		if value, err := flow.ParseNumber(text); err == nil {
			return value, nil
		}
	case component.KindJSON, component.KindList, component.KindObject, component.KindMap:
		value, err := flow.DecodeJSON([]byte(text))
		if err != nil {
			return nil, errNoJSON
		}
		return value, nil
	default:
	}
	return text, nil
}

// optional reports whether the field may be left empty, with nothing in its place.
func (f *connectionField) optional() bool { return !f.Required && f.Default == nil }

// chosen reports whether a choice is the one that the list shows.
func (f *connectionField) chosen(choice component.Choice) bool {
	if f.Value == "" && f.Default != nil {
		return ui.ValueText(choice.Value) == ui.ValueText(f.Default)
	}
	return f.Value == ui.ValueText(choice.Value)
}

// only marks a field that belongs to a choice, for the script of the form.
func (f *connectionField) only() templ.Attributes {
	if f.For == nil {
		return nil
	}
	return forChoice(f.For, f.Hidden)
}

// options are what the field offers to choose from.
func (f *connectionField) options() []component.Choice {
	if f.Kind == component.KindBoolean {
		return []component.Choice{{Value: true, Title: "Yes"}, {Value: false, Title: "No"}}
	}
	return f.Choices
}

// placeholder is what holds where nothing is entered, or an example.
func (f *connectionField) placeholder() string {
	switch {
	case f.Stored:
		return "Stored. Empty keeps it"
	case f.Default != nil:
		return plainValue(f.Default)
	case f.Example != nil:
		return "Such as " + plainValue(f.Example)
	default:
		return ""
	}
}

// invalid marks a control whose value has to be mended.
func (f *connectionField) invalid() templ.Attributes {
	if f.Error == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true"}
}

// long reports whether a value takes several lines.
func (f *connectionField) long() bool {
	switch f.Kind {
	case component.KindJSON, component.KindList, component.KindObject, component.KindMap, component.KindTemplate:
		return true
	default:
		return f.Multiline
	}
}

// anyShown reports whether advanced fields hold something to look at.
func anyShown(fields []*connectionField) bool {
	return slices.ContainsFunc(fields, func(f *connectionField) bool {
		return f.Error != "" || f.Value != "" || f.Stored
	})
}

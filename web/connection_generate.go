package web

import (
	"strings"

	"github.com/a-h/templ"

	"redial/engine/caller"
	"redial/engine/component"
	"redial/engine/signature"
	"redial/engine/step"
)

// generation says of a secret when people may have one made: theirs is the side that
// decides on it. The script of the form makes it.
type generation struct {
	For *component.Condition
	// Hidden says that another choice was made.
	Hidden bool
	// Prefix is what the secret begins with.
	Prefix string
}

// generated are the secrets that may be made here, by component and field: what
// callers present, and what callbacks are signed with. The other schemes of
// signatures have secrets that the service gives out.
var generated = map[string]map[string]generation{
	step.HTTPComponent: {"token": ofCallers, "password": ofCallers, "key": ofCallers},
	step.SignatureComponent: {"secret": {
		For:    &component.Condition{Field: "scheme", Values: []string{string(signature.Standard), string(signature.GitHub)}},
		Prefix: signature.StandardPrefix,
	}},
}

var ofCallers = generation{For: &component.Condition{Field: caller.UseField, Values: []string{caller.UseCallers}}}

// generation is how a field's value may be made with some values of the others; nil:
// not at all.
func (f *connectionForm) generation(field *component.Field, values map[string]any) *generation {
	made, found := generated[f.Component][field.Name]
	if !found {
		return nil
	}
	made.Hidden = !f.Owner.Connection.Applies(&component.Field{For: made.For}, values)
	return &made
}

// optionalFor is when a field may be left empty that may: what callers present may
// not.
func (f *connectionField) optionalFor() templ.Attributes {
	if f.Makes == nil {
		return nil
	}
	return forChoice(&component.Condition{Field: caller.UseField, Values: []string{caller.UseServices}}, !f.Makes.Hidden)
}

// forChoice marks what belongs to a choice of the form, for its script.
func forChoice(choice *component.Condition, hidden bool) templ.Attributes {
	return templ.Attributes{"data-for": fieldPrefix + choice.Field, "data-values": strings.Join(choice.Values, " "), "hidden": hidden}
}

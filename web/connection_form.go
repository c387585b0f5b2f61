package web

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"redial/engine"
	"redial/engine/caller"
	"redial/engine/component"
	"redial/engine/step"
	"redial/web/inspector"
	"redial/web/reply"
	"redial/web/ui"
)

// connectionForm is a connection as people edit it. It never holds a secret.
type connectionForm struct {
	New       bool
	Name      string
	NameError string
	// Owner is the component; nil if it is not there any more.
	Owner     *component.Component
	Component string // its name
	Fields    []connectionField
	Updated   time.Time
	Uses      []connectionUse
	MoreUses  bool
}

// prefixes of the form's names.
const (
	fieldPrefix = "field."
	clearPrefix = "clear."
)

// storedForm is the form of a stored connection; engine.ErrNotFound.
func (s *Server) storedForm(ctx context.Context, name string) (*connectionForm, error) {
	stored, err := s.store.Connection(ctx, name)
	if err != nil {
		return nil, err
	}
	workshop, err := s.workshop.get(ctx)
	if err != nil {
		return nil, err
	}
	form := &connectionForm{Name: name, Component: stored.Component, Updated: stored.Updated}
	if form.Uses, form.MoreUses, err = s.connectionUses(ctx, name); err != nil {
		return nil, err
	}
	if owner, err := workshop.Library.Catalogue().Component(stored.Component); err == nil && owner.Connection != nil {
		form.Owner = owner
		form.fill(form.purposed(stored.Fields))
		for _, finding := range connectionFaults(owner, stored.Fields) {
			form.report(finding)
		}
	}
	return form, nil
}

// connectionFaults are what is wrong with the fields of a connection, wherever it
// comes from.
func connectionFaults(owner *component.Component, fields map[string]any) []component.Finding {
	findings := owner.Connection.Check(fields)
	if wrong := caller.Check(owner.Name, fields); wrong != nil && len(findings) == 0 {
		findings = append(findings, *wrong)
	}
	return findings
}

// purposed are the fields of a connection that says what it is for. One from
// before connections did, by which hooks alone know their callers, is for those.
func (f *connectionForm) purposed(fields map[string]any) map[string]any {
	steps := slices.ContainsFunc(f.Uses, func(u connectionUse) bool { return len(u.Steps) > 0 })
	if f.Component != step.HTTPComponent || fields[caller.UseField] != nil || fields["base_url"] != nil || steps || len(f.Uses) == 0 {
		return fields
	}
	fields = maps.Clone(fields)
	fields[caller.UseField] = caller.UseCallers
	return fields
}

// newForm is the form of a connection to be made of a component, empty but for what
// may stand behind the component's name: caller.UseCallers, or the way in which
// callers identify themselves; engine.ErrNotFound.
func (s *Server) newForm(ctx context.Context, wanted string, taken []connectionItem) (*connectionForm, error) {
	componentName, begun, forCallers := strings.Cut(wanted, inspector.SchemeMark)
	workshop, err := s.workshop.get(ctx)
	if err != nil {
		return nil, err
	}
	owner, err := workshop.Library.Catalogue().Component(componentName)
	if err != nil || owner.Connection == nil {
		return nil, fmt.Errorf("the component %s: %w", componentName, engine.ErrNotFound)
	}
	form := &connectionForm{New: true, Owner: owner, Component: owner.Name}
	name, begin := owner.Name, map[string]any{}
	if forCallers {
		name = caller.UseCallers
		begin[caller.UseField] = caller.UseCallers
		if begun != caller.UseCallers {
			begin["scheme"] = begun
		}
	}
	form.Name = freeName(name, taken)
	form.fill(begin)
	return form, nil
}

// fill shows values, but for the secret ones.
func (f *connectionForm) fill(values map[string]any) {
	f.Fields = nil
	defer f.hide(values)
	for i := range f.Owner.Connection.Fields {
		field := connectionField{Field: &f.Owner.Connection.Fields[i]}
		switch value := values[field.Name]; {
		case value == nil:
		case field.Secret:
			field.Stored = true
		default:
			field.Value = ui.ValueText(value)
		}
		f.Fields = append(f.Fields, field)
	}
}

// hide hides the fields that belong to other choices than those of the values.
func (f *connectionForm) hide(values map[string]any) {
	for i := range f.Fields {
		f.Fields[i].Hidden = !f.Owner.Connection.Applies(f.Fields[i].Field, values)
		f.Fields[i].Makes = f.generation(f.Fields[i].Field, values)
	}
}

// callersChoice makes a connection for the credentials of callers.
const callersChoice = step.HTTPComponent + inspector.SchemeMark + caller.UseCallers

// newTitle is what the form of a new connection is called.
func (f *connectionForm) newTitle() string {
	for i := range f.Fields {
		if f.Fields[i].Name == caller.UseField && f.Fields[i].Value == caller.UseCallers {
			return "New connection for callers"
		}
	}
	return "New " + f.Owner.Title + " connection"
}

// common and advanced are the two parts of the form.
func (f *connectionForm) part(advanced bool) []*connectionField {
	var part []*connectionField
	for i := range f.Fields {
		if f.Fields[i].Advanced == advanced {
			part = append(part, &f.Fields[i])
		}
	}
	return part
}

// hasErrors reports whether something has to be mended first.
func (f *connectionForm) hasErrors() bool {
	if f.NameError != "" {
		return true
	}
	for i := range f.Fields {
		if f.Fields[i].Error != "" {
			return true
		}
	}
	return false
}

// read takes what a person has entered and gives the values of the connection.
// What is wrong stands at its field afterwards. Secrets that were left empty
// keep their value, unless an address changes.
func (f *connectionForm) read(form url.Values, before map[string]any) map[string]any {
	values, kept := map[string]any{}, maps.Clone(before)
	for i := range f.Fields {
		field := &f.Fields[i]
		field.Error = ""
		text := strings.TrimSpace(form.Get(fieldPrefix + field.Name))
		if !field.Secret {
			field.Value = text
		}
		if form.Get(clearPrefix+field.Name) != "" {
			delete(kept, field.Name)
		}
		if text == "" {
			continue
		}
		value, err := field.parse(text)
		if err != nil {
			field.Error = reply.Sentence(err.Error())
			continue
		}
		values[field.Name] = value
	}
	f.hide(values)
	for i := range f.Fields {
		if f.Fields[i].Hidden { // what was entered before the choice changed
			delete(values, f.Fields[i].Name)
			delete(kept, f.Fields[i].Name)
		}
	}
	values = keepSecrets(f.Owner, kept, values)
	for i := range f.Fields {
		if name := f.Fields[i].Name; f.Fields[i].Secret && kept[name] != nil && values[name] == nil {
			f.Fields[i].Error = "Enter it again: the address has changed, and a secret goes nowhere but to the address that it was given for."
		}
	}
	for _, finding := range connectionFaults(f.Owner, values) {
		f.report(finding)
	}
	return values
}

// report puts a finding at the field that it belongs to, the first one only.
func (f *connectionForm) report(finding component.Finding) {
	name, _, _ := strings.Cut(finding.Field, ".")
	name, _, _ = strings.Cut(name, "[")
	for i := range f.Fields {
		if f.Fields[i].Name == name && f.Fields[i].Error == "" {
			f.Fields[i].Error = reply.Sentence(finding.Message)
		}
	}
}

// action is where the form posts to.
func (f *connectionForm) action() templ.SafeURL {
	if f.New {
		return "/connections"
	}
	return templ.SafeURL("/connections/" + f.Name)
}

package web

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"redial/engine"
	"redial/engine/caller"
	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/store"
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

// prefixes of the form's names.
const (
	fieldPrefix = "field."
	clearPrefix = "clear."
)

func numberedName(name string, n int) string {
	if n == 1 {
		return name
	}
	return name + "-" + strconv.Itoa(n)
}

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

// createConnection makes a connection.
func (s *Server) createConnection(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	list, err := s.connectionList(r.Context())
	if err == nil {
		list.Chosen = true
		list.Form, err = s.newForm(r.Context(), r.PostForm.Get("component"), list.Items)
	}
	if err != nil {
		s.pageFault(w, r, "making a connection", err)
		return
	}
	form := list.Form
	form.Name = strings.TrimSpace(r.PostForm.Get("name"))
	values := form.read(r.PostForm, nil)
	_, err = s.store.Connection(r.Context(), form.Name)
	switch {
	case !namePattern.MatchString(form.Name):
		form.NameError = "Use a-z, 0-9, _ and -, 64 at most, beginning with a letter or a digit."
	case err == nil:
		form.NameError = "There is such a connection already. Choose another name."
	case !errors.Is(err, engine.ErrNotFound):
		s.pageFault(w, r, "reading a connection", err)
		return
	}
	s.saveConnection(w, r, list, values)
}

// changeConnection changes a connection. Secrets that are left empty stay.
func (s *Server) changeConnection(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	list, err := s.connectionList(r.Context())
	var stored *store.Connection
	if err == nil {
		list.Chosen = true
		stored, err = s.store.Connection(r.Context(), r.PathValue("name"))
	}
	if err == nil {
		list.Form, err = s.storedForm(r.Context(), stored.Name)
	}
	switch {
	case err != nil:
		s.pageFault(w, r, "changing a connection", err)
	case list.Form.Owner == nil:
		s.faultPage(w, r, http.StatusConflict, "The component is gone", fmt.Sprintf("The component %s is not here any more. Add it again, or delete the connection.", stored.Component))
	default:
		s.saveConnection(w, r, list, list.Form.read(r.PostForm, stored.Fields))
	}
}

// saveConnection stores what was entered, or shows what is wrong with it.
func (s *Server) saveConnection(w http.ResponseWriter, r *http.Request, list *connectionList, values map[string]any) {
	form := list.Form
	if form.hasErrors() {
		s.renderConnections(w, r, http.StatusUnprocessableEntity, list)
		return
	}
	if err := s.store.PutConnection(r.Context(), store.Connection{Name: form.Name, Component: form.Component, Fields: values}); err != nil {
		s.pageFault(w, r, "storing a connection", err)
		return
	}
	s.published.Changed()
	s.goTo(w, r, "/connections/"+form.Name)
}

// goTo sends a person to another page, also where htmx made the request.
func (s *Server) goTo(w http.ResponseWriter, r *http.Request, path string) {
	if fragment(r) {
		w.Header().Set("HX-Redirect", path)
		w.WriteHeader(http.StatusOK)
		return
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
}

// removeConnection deletes a connection for somebody who has said yes to that.
func (s *Server) removeConnection(w http.ResponseWriter, r *http.Request) {
	err := s.store.DeleteConnection(r.Context(), r.PathValue("name"))
	if err != nil && !errors.Is(err, engine.ErrNotFound) {
		s.pageFault(w, r, "deleting a connection", err)
		return
	}
	s.published.Changed()
	http.Redirect(w, r, "/connections", http.StatusSeeOther)
}

// action is where the form posts to.
func (f *connectionForm) action() templ.SafeURL {
	if f.New {
		return "/connections"
	}
	return templ.SafeURL("/connections/" + f.Name)
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

// words are what a connection is found by.
func (i *connectionItem) words() string { return strings.ToLower(i.Name + " " + i.Component) }

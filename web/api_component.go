package web

import (
	"fmt"
	"net/http"
	"slices"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/web/reply"
)

// listComponents answers with the catalogue: what steps there are, and what
// they take.
func (s *Server) listComponents(w http.ResponseWriter, r *http.Request) {
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	components := workshop.Library.Catalogue().Components()
	items := make([]flow.Object, len(components))
	for i, c := range components {
		items[i] = componentBody(c)
	}
	s.WriteJSON(w, http.StatusOK, page(items, ""))
}

func componentBody(c *component.Component) flow.Object {
	actions := make([]any, len(c.Actions))
	for i, a := range c.Actions {
		actions[i] = flow.Object{
			{Name: "uses", Value: c.Name + "/" + a.Name},
			{Name: "title", Value: a.Title}, {Name: "help", Value: a.Help},
			{Name: "effect", Value: a.Effect},
			{Name: "fields", Value: fieldList(a.Fields)},
			{Name: "output", Value: a.OutputSchema},
		}
	}
	body := flow.Object{
		{Name: "name", Value: c.Name}, {Name: "title", Value: c.Title}, {Name: "help", Value: c.Help},
		{Name: "icon", Value: c.Icon}, {Name: "tint", Value: c.Tint}, {Name: "hash", Value: c.Hash},
		{Name: "connection", Value: nil}, {Name: "actions", Value: actions},
	}
	if c.Connection != nil {
		body[6].Value = flow.Object{{Name: "help", Value: c.Connection.Help}, {Name: "fields", Value: fieldList(c.Connection.Fields)}}
	}
	return body
}

func fieldList(fields []component.Field) []any {
	list := make([]any, len(fields))
	for i, f := range fields {
		entry := flow.Object{
			{Name: "name", Value: f.Name}, {Name: "title", Value: f.Title}, {Name: "help", Value: f.Help},
			{Name: "kind", Value: f.Kind}, {Name: "required", Value: f.Required},
		}
		if f.Default != nil {
			entry = append(entry, flow.Field{Name: "default", Value: f.Default})
		}
		if f.Example != nil {
			entry = append(entry, flow.Field{Name: "example", Value: f.Example})
		}
		if len(f.Choices) > 0 {
			entry = append(entry, flow.Field{Name: "choices", Value: choiceList(f.Choices)})
		}
		list[i] = entry
	}
	return list
}

func choiceList(choices []component.Choice) []any {
	list := make([]any, len(choices))
	for i, c := range choices {
		list[i] = flow.Object{{Name: "value", Value: c.Value}, {Name: "title", Value: c.Title}}
	}
	return list
}

// putComponent adds a component from its manifest or from an OpenAPI document, or
// replaces one that was
// added before. Built-in ones stay as they are.
func (s *Server) putComponent(w http.ResponseWriter, r *http.Request) {
	source, ok := s.readAll(w, r, component.MaxOpenAPIBytes)
	if !ok {
		return
	}
	name := r.PathValue("name")
	if component.IsOpenAPI(source) {
		var err error
		if source, err = component.FromOpenAPI(name, source); err != nil {
			s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: reply.Sentence(err.Error())})
			return
		}
	}
	parsed, problems := component.Parse(source)
	switch {
	case flow.HasErrors(problems):
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: fmt.Sprintf("The manifest of %s has problems; `problems` names every place.", name), Problems: problems})
		return
	case parsed.Name != name:
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: fmt.Sprintf("The manifest is called %q, but the address has %q; make them the same.", parsed.Name, name)})
		return
	}
	if _, err := s.workshop.base.Catalogue().Component(name); err == nil {
		s.Problem(w, r, &reply.Problem{Type: "conflict", Detail: fmt.Sprintf("The component %q is built in; give yours another name.", name)})
		return
	}
	manifest := flow.Manifest{Hash: parsed.Hash, Name: parsed.Name, Source: parsed.Source}
	if err := s.store.PutComponent(r.Context(), manifest); err != nil {
		s.Fail(w, r, "storing a component", err)
		return
	}
	s.published.Changed()
	s.WriteJSON(w, http.StatusOK, componentBody(parsed))
}

func sortedTexts(list []string) []string {
	slices.Sort(list)
	return list
}

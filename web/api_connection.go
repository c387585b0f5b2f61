package web

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"

	"redial/engine"
	"redial/engine/component"
	"redial/engine/flow"
	"redial/store"
	"redial/web/reply"
)

var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

func (s *Server) listConnections(w http.ResponseWriter, r *http.Request) {
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	connections, err := s.store.Connections(r.Context())
	if err != nil {
		s.Fail(w, r, "listing connections", err)
		return
	}
	items := make([]flow.Object, len(connections))
	for i := range connections {
		items[i] = connectionBody(workshop.Library.Catalogue(), &connections[i])
	}
	s.WriteJSON(w, http.StatusOK, page(items, ""))
}

// connectionBody is a connection without its secrets. A field that the
// component does not know is taken for one.
func connectionBody(catalogue *component.Catalogue, c *store.Connection) flow.Object {
	shown := map[string]any{}
	secret := []string{}
	fields := map[string]component.Field{}
	if owner, err := catalogue.Component(c.Component); err == nil && owner.Connection != nil {
		for _, f := range owner.Connection.Fields {
			fields[f.Name] = f
		}
	}
	for name, value := range c.Fields {
		if f, known := fields[name]; known && !f.Secret {
			shown[name] = value
		} else {
			secret = append(secret, name)
		}
	}
	return flow.Object{
		{Name: "name", Value: c.Name}, {Name: "component", Value: c.Component},
		{Name: "fields", Value: shown}, {Name: "secrets", Value: sortedTexts(secret)},
		{Name: "updatedAt", Value: c.Updated},
	}
}

func (s *Server) getConnection(w http.ResponseWriter, r *http.Request) {
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	connection, err := s.store.Connection(r.Context(), r.PathValue("name"))
	if err != nil {
		s.Fail(w, r, "reading a connection", err)
		return
	}
	s.WriteJSON(w, http.StatusOK, connectionBody(workshop.Library.Catalogue(), connection))
}

// putConnection creates or replaces a connection. Secrets that are left out keep
// their value, as they can not be read back, unless an address changes: a secret
// goes nowhere but to the address that it was given for.
func (s *Server) putConnection(w http.ResponseWriter, r *http.Request) {
	object, ok := s.readObject(w, r, maxRequest)
	if !ok || !s.onlyFields(w, r, object, "component", "fields") {
		return
	}
	name := r.PathValue("name")
	if !namePattern.MatchString(name) {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: fmt.Sprintf("%q cannot name a connection; use a-z, 0-9, _ and -.", name)})
		return
	}
	componentName, _ := object["component"].(string)
	fields, isObject := object["fields"].(map[string]any)
	if !isObject && object["fields"] != nil {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: "fields has to be an object."})
		return
	}
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	owner, err := workshop.Library.Catalogue().Component(componentName)
	switch {
	case err != nil:
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: reply.Sentence(err.Error())})
		return
	case owner.Connection == nil:
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: fmt.Sprintf("The component %q takes no connection.", componentName)})
		return
	}
	before, err := s.store.Connection(r.Context(), name)
	created := errors.Is(err, engine.ErrNotFound)
	if err != nil && !created {
		s.Fail(w, r, "reading a connection", err)
		return
	}
	if !created && before.Component == componentName {
		fields = keepSecrets(owner, before.Fields, fields)
	}
	for _, wrong := range connectionFaults(owner, fields) {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: reply.Sentence(wrong.String())})
		return
	}
	if err := s.store.PutConnection(r.Context(), store.Connection{Name: name, Component: componentName, Fields: fields}); err != nil {
		s.Fail(w, r, "storing a connection", err)
		return
	}
	s.published.Changed()
	stored, err := s.store.Connection(r.Context(), name)
	if err != nil {
		s.Fail(w, r, "reading a connection", err)
		return
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	s.WriteJSON(w, status, connectionBody(workshop.Library.Catalogue(), stored))
}

func keepSecrets(owner *component.Component, before, fields map[string]any) map[string]any {
	kept := maps.Clone(fields)
	if kept == nil {
		kept = map[string]any{}
	}
	moved := func(f component.Field) bool { return f.Kind == component.KindURL && kept[f.Name] != before[f.Name] }
	if slices.ContainsFunc(owner.Connection.Fields, moved) {
		return kept
	}
	for _, f := range owner.Connection.Fields {
		if _, given := kept[f.Name]; !given && f.Secret && before[f.Name] != nil {
			kept[f.Name] = before[f.Name]
		}
	}
	return kept
}

func (s *Server) deleteConnection(w http.ResponseWriter, r *http.Request) {
	if err := s.store.DeleteConnection(r.Context(), r.PathValue("name")); err != nil {
		s.Fail(w, r, "deleting a connection", err)
		return
	}
	s.published.Changed()
	w.WriteHeader(http.StatusNoContent)
}

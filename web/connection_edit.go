package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"redial/engine"
	"redial/store"
)

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

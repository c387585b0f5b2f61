package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"redial/engine"
	"redial/engine/component"
	"redial/engine/flow"
)

// trialTime bounds the test of a connection.
const trialTime = 20 * time.Second

// trial is what the test of a connection came to.
type trial struct {
	Title string
	// Invalid are fields that have to be mended before anything can be sent.
	Invalid []connectionField
	Failure *flow.Failure
	// Untestable says that the component names no request to test with.
	Untestable bool
	Took       time.Duration
}

// testConnection tries out what stands in the form, without storing it.
func (s *Server) testConnection(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	form, err := s.newForm(r.Context(), r.PostForm.Get("component"), nil)
	if err != nil {
		s.pageFault(w, r, "testing a connection", err)
		return
	}
	form.Name = strings.TrimSpace(r.PostForm.Get("name"))
	before, err := s.storedFields(r.Context(), form.Name, form.Component)
	if err != nil {
		s.pageFault(w, r, "reading a connection", err)
		return
	}
	values := form.read(r.PostForm, before)
	result := &trial{Title: form.Owner.Title, Untestable: !form.Owner.CanTest()}
	for i := range form.Fields {
		if form.Fields[i].Error != "" {
			result.Invalid = append(result.Invalid, form.Fields[i])
		}
	}
	if len(result.Invalid) == 0 {
		ctx, cancel := context.WithTimeout(r.Context(), trialTime)
		defer cancel()
		began := time.Now()
		result.Failure = form.Owner.Test(ctx, s.client, &component.Connection{Name: form.Name, Component: form.Component, Fields: values})
		result.Took = time.Since(began)
	}
	s.Render(w, r, http.StatusOK, trialView(result))
}

// storedFields are those of a stored connection of a component; nil if there is
// none.
func (s *Server) storedFields(ctx context.Context, name, componentName string) (map[string]any, error) {
	stored, err := s.store.Connection(ctx, name)
	if errors.Is(err, engine.ErrNotFound) || err == nil && stored.Component != componentName {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return stored.Fields, nil
}

package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"redial/engine"
	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/web/reply"
)

// choicesTime bounds how long a service is asked for the choices of a field.
const choicesTime = 15 * time.Second

// fieldChoices asks the service behind a step for the values of one of its
// fields, with the connection of the step.
func (s *Server) fieldChoices(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	state, err := s.loadFlowState(ctx, r.PathValue("slug"))
	if err != nil {
		s.Fail(w, r, "reading a flow", err)
		return
	}
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	asked, refusal := findChoices(state.Checked.Flow, workshop.Library, r.PathValue("step"), r.URL.Query().Get("path"))
	if refusal != nil {
		s.Problem(w, r, refusal)
		return
	}
	connection, err := s.connectionForChoices(ctx, asked)
	if err != nil {
		s.Fail(w, r, "reading a connection", err)
		return
	}
	if connection == nil && asked.owner.Connection != nil && !asked.owner.Connection.Optional {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: fmt.Sprintf("Choose a connection first; the values come from %s.", asked.owner.Title)})
		return
	}
	limited, cancel := context.WithTimeout(ctx, choicesTime)
	defer cancel()
	choices, failure := asked.owner.Choices(limited, s.client, connection, asked.field.ChoicesFrom)
	if failure != nil {
		s.Problem(w, r, &reply.Problem{Type: "service-failed", Detail: reply.Sentence(failure.Message)})
		return
	}
	s.choices.keep(s.choiceSource(ctx, asked.step.Uses, r.URL.Query().Get("path"), asked.step.Connection), choices)
	items := make([]any, len(choices))
	for i, choice := range choices {
		items[i] = flow.Object{{Name: "value", Value: choice.Value}, {Name: "title", Value: choice.Title}}
	}
	s.WriteJSON(w, http.StatusOK, flow.Object{{Name: "choices", Value: items}})
}

// wantedChoices is a field whose service can be asked.
type wantedChoices struct {
	step  *flow.Step
	owner *component.Component
	field *component.Field
}

func findChoices(f *flow.Flow, library *step.Library, id, path string) (*wantedChoices, *reply.Problem) {
	var found *flow.Step
	f.All(func(s *flow.Step) bool {
		if s.ID == id {
			found = s
		}
		return found == nil
	})
	if found == nil {
		return nil, &reply.Problem{Type: "not-found", Detail: "The draft has no such step any more."}
	}
	kind, err := library.Kind(found.Uses)
	if err != nil || kind.Action == nil {
		return nil, &reply.Problem{Type: "not-found", Detail: "This step has no fields whose values a service knows."}
	}
	field := fieldAt(kind.Fields, path)
	if field == nil || field.ChoicesFrom == nil {
		return nil, &reply.Problem{Type: "not-found", Detail: "The values of this field are not known to a service."}
	}
	return &wantedChoices{found, kind.Action.Component, field}, nil
}

// fieldAt is the field at a path such as with.lines[0].item_id; nil if there is
// none.
func fieldAt(fields []component.Field, path string) *component.Field {
	var at *component.Field
	for name := range strings.SplitSeq(strings.TrimPrefix(path, "with."), ".") {
		name, _, _ = strings.Cut(name, "[")
		at = nil
		for i := range fields {
			if fields[i].Name == name {
				at, fields = &fields[i], fields[i].Fields
				break
			}
		}
		if at == nil {
			return nil
		}
	}
	return at
}

// connectionForChoices is that of the step; nil if it has none that fits.
func (s *Server) connectionForChoices(ctx context.Context, asked *wantedChoices) (*component.Connection, error) {
	if asked.step.Connection == "" {
		return nil, nil
	}
	stored, err := s.store.Connection(ctx, asked.step.Connection)
	if errors.Is(err, engine.ErrNotFound) || err == nil && stored.Component != asked.owner.Name {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &component.Connection{Name: stored.Name, Component: stored.Component, Fields: stored.Fields}, nil
}

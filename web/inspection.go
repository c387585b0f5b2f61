package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"redial/designer"
	"redial/designer/canvas"
	"redial/designer/condition"
	"redial/designer/mapping"
	"redial/engine"
	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/step"
	"redial/store"
	"redial/web/inspector"
	"redial/web/reply"
)

// inspect is the inspector of the step with an ID; nil if there is no such step.
func (s *Server) inspect(ctx context.Context, state *flowState, workshop *designer.Workshop, graph *canvas.Graph, id string) (*inspector.View, error) {
	card := graph.Card(id)
	if card == nil {
		return nil, nil //nolint:nilnil // nothing is selected, which is no error
	}
	document, err := flowfile.Read(state.Draft.Source)
	if err != nil {
		return nil, err
	}
	file := inspector.FileStep(document.Tree(), id)
	kind, err := workshop.Library.Kind(card.Uses)
	if err != nil {
		kind = &step.Kind{Uses: card.Uses} // its fields are shown as what they are
	}
	f := &inspector.Form{Step: id, Kind: kind, Connections: workshop.Connections, Credentials: workshop.Credentials, Accounts: workshop.Accounts}
	f.Scope = sync.OnceValue(func() *expression.Scope { return state.Checked.Plan.Scope(id) })
	if f.Flows, err = s.otherFlows(ctx, kind, state.Draft.Slug); err != nil {
		return nil, err
	}
	f.TitleOf = func(path string, value any) string {
		return s.choices.title(s.choiceSource(ctx, card.Uses, path, file.Text("connection")), value)
	}
	if id == flow.TriggerID && card.Uses == "webhook" {
		with, _ := file.Get("with")
		fields, _ := with.(flow.Object)
		auth := step.AuthOf(fields)
		if held := workshop.Credentials[auth.Connection]; held.Kind == auth.Type && held.Fault == "" {
			f.Calling = inspector.CallersSend(s.hooks.CallersAuth(ctx, auth))
		}
	}
	view := f.View(card, file, state.Checked.Problems)
	if id == flow.TriggerID && card.Uses == "webhook" {
		view.URL = s.Absolute("/hooks/" + state.Draft.Slug)
	}
	return view, nil
}

// offers are, for each row of a condition in turn, the comparisons and the
// control of the value as the page shows them. There are none where the step is
// gone.
func (s *Server) offers(ctx context.Context, slug, id, path string, of *condition.Condition) ([]any, error) {
	rows := 0
	for _, group := range of.Groups {
		rows += len(group)
	}
	if rows > condition.MaxRows {
		return nil, nil
	}
	data, err := s.draftData(ctx, slug, id)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer data.leave()
	return inspector.Offers(ctx, of, data.Scope, id, path)
}

// fillMapping fills in what a mapping that was just begun takes from its list.
func (s *Server) fillMapping(ctx context.Context, slug, id string, begun *mapping.Mapping) error {
	if begun.List == "" || len(begun.Fields) > mapping.MaxFields {
		return nil
	}
	data, err := s.draftData(ctx, slug, id)
	if errors.Is(err, engine.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	defer data.leave()
	inspector.Fill(begun, data.Scope)
	return nil
}

// otherFlows are the slugs that a step which runs a flow may name.
func (s *Server) otherFlows(ctx context.Context, kind *step.Kind, own string) ([]string, error) {
	wanted := false
	for i := range kind.Fields {
		wanted = wanted || kind.Fields[i].Kind == component.KindFlow
	}
	if !wanted {
		return nil, nil
	}
	var slugs []string
	for after := ""; len(slugs) < maxFlows; {
		drafts, err := s.store.Drafts(ctx, after, store.MaxPage)
		if err != nil {
			return nil, err
		}
		for i := range drafts {
			if after = drafts[i].Slug; after != own {
				slugs = append(slugs, after)
			}
		}
		if len(drafts) < store.MaxPage {
			break
		}
	}
	return slugs, nil
}

// maxFlows bounds the flows that can be chosen from.
const maxFlows = 500

// composeExpression writes rows as an expression, and says what each row of a
// condition may compare.
func (s *Server) composeExpression(w http.ResponseWriter, r *http.Request) {
	body, ok := s.readAll(w, r, inspector.MaxRows)
	if !ok {
		return
	}
	var rows struct {
		Condition *condition.Condition `json:"condition"`
		Mapping   *mapping.Mapping     `json:"mapping"`
		Path      string               `json:"path"`
	}
	err := readStrictly(body, &rows)
	if err == nil && rows.Condition == nil && rows.Mapping == nil {
		err = errors.New("there is neither a condition nor a mapping")
	}
	if err != nil {
		s.Problem(w, r, &reply.Problem{Type: "unreadable-body", Detail: reply.Sentence(fmt.Sprintf("the rows cannot be read: %v", err))})
		return
	}
	var source string
	if rows.Mapping != nil {
		if err := s.fillMapping(r.Context(), r.PathValue("slug"), r.PathValue("step"), rows.Mapping); err != nil {
			s.Fail(w, r, "reading what a step can map", err)
			return
		}
	}
	if rows.Condition != nil {
		source, err = condition.Write(rows.Condition)
	} else if source, err = mapping.Write(rows.Mapping); err == nil {
		source = "{{ " + source + " }}"
	}
	answer := flow.Object{{Name: "source", Value: source}}
	var refused *condition.Refused
	if errors.As(err, &refused) {
		answer = flow.Object{{Name: "group", Value: int64(refused.Group)}, {Name: "row", Value: int64(refused.Row)}}
	}
	if err != nil {
		// Rows that cannot be read yet are no failure of the page.
		answer = answer.Set("fault", err.Error())
	}
	if rows.Condition != nil {
		offers, err := s.offers(r.Context(), r.PathValue("slug"), r.PathValue("step"), rows.Path, rows.Condition)
		if err != nil {
			s.Fail(w, r, "reading what a step can compare", err)
			return
		}
		answer = answer.Set("offers", offers)
	}
	s.WriteJSON(w, http.StatusOK, answer)
}

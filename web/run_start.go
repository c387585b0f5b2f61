package web

import (
	"context"
	"encoding/json"
	"net/http"

	"redial/engine"
	"redial/engine/flow"
	"redial/engine/step"
)

// startRun starts a test of the draft. It is safe unless the person asks for it
// to be real.
func (s *Server) startRun(w http.ResponseWriter, r *http.Request) {
	p, forReal, ok := s.readRun(w, r)
	if !ok {
		return
	}
	slug := r.PathValue("slug")
	request, err := p.request()
	if err != nil {
		s.problem(w, r, &Problem{Type: "invalid", Detail: sentence(err.Error())})
		return
	}
	if !s.keepPayload(w, r, p) {
		return
	}
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	version, settings, problems, err := workshop.Freeze(r.Context(), Drafts{s.store}, slug)
	switch {
	case problems != nil:
		s.problem(w, r, &Problem{Type: "flow-problems", Problems: problems})
		return
	case err != nil:
		s.fail(w, r, "freezing a draft", err)
		return
	}
	if refusal := s.refusedByTrigger(r.Context(), version, request); refusal != nil {
		s.problem(w, r, refusal)
		return
	}
	handle, err := s.engine.Start(r.Context(), engine.StartRequest{
		Flow: slug, VersionID: version.ID, Settings: settings, Mode: settings.Mode,
		Test: true, Safe: !forReal, Request: request,
	})
	if err != nil {
		s.notStarted(w, r, err)
		return
	}
	s.writeStarted(w, r, handle)
}

// refusedByTrigger is what a caller would be told who makes a call that does
// not fit; nil if it fits.
func (s *Server) refusedByTrigger(ctx context.Context, version *flow.Version, request *flow.Request) *Problem {
	trigger, err := s.engine.Trigger(ctx, version.ID)
	if err != nil {
		return nil // starting it says why
	}
	webhook, ok := trigger.(*step.Webhook)
	if !ok || webhook.Schema == nil {
		return nil
	}
	if violations := webhook.Schema.Validate(request.Body); len(violations) > 0 {
		return &Problem{Type: "invalid-body", Violations: violations}
	}
	return nil
}

// readRun reads what a test is to be. It answers itself when that fails.
func (s *Server) readRun(w http.ResponseWriter, r *http.Request) (*payload, bool, bool) {
	data, ok := s.readAll(w, r, maxPayload)
	if !ok {
		return nil, false, false
	}
	body := struct {
		payload
		Real bool `json:"real"`
	}{}
	if err := json.Unmarshal(data, &body); err != nil {
		s.problem(w, r, &Problem{Type: "bad-request", Detail: "The body is not a test call."})
		return nil, false, false
	}
	if err := body.check(); err != nil {
		s.problem(w, r, &Problem{Type: "invalid", Detail: sentence(err.Error())})
		return nil, false, false
	}
	return &body.payload, body.Real, true
}

// putPayload keeps what a flow is tested with.
func (s *Server) putPayload(w http.ResponseWriter, r *http.Request) {
	p, _, ok := s.readRun(w, r)
	if ok && s.keepPayload(w, r, p) {
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) keepPayload(w http.ResponseWriter, r *http.Request, p *payload) bool {
	slug := r.PathValue("slug")
	if _, err := s.store.Draft(r.Context(), slug); err != nil {
		s.fail(w, r, "reading a flow", err)
		return false
	}
	data, err := json.Marshal(p)
	if err == nil {
		err = s.store.PutTestPayload(r.Context(), slug, data)
	}
	if err != nil {
		s.fail(w, r, "keeping a test payload", err)
	}
	return err == nil
}

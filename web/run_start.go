package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"redial/designer"
	"redial/engine"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/web/reply"
)

// runOrder is what a test of the draft is to be.
type runOrder struct {
	payload
	// Real performs the steps that change something outside.
	Real bool `json:"real"`
	// Part is what to run; nil: all of the flow.
	Part *runPart `json:"part"`
}

// runPart is a part of a flow to run.
type runPart struct {
	Aim  designer.Aim `json:"aim"`
	Step string       `json:"step"`
	// Execution is the one whose outputs are to be reused, before those of
	// newer ones. SameCall says that its call is to be, too, not the payload.
	Execution string `json:"execution"`
	SameCall  bool   `json:"sameCall"`
}

// startRun starts a test of the draft, or of a part of it. It is safe unless the
// person asks for it to be real. Steps that have outputs pinned to them put
// those out.
func (s *Server) startRun(w http.ResponseWriter, r *http.Request) {
	order, ok := s.readRun(w, r)
	if !ok {
		return
	}
	same := order.Part != nil && order.Part.SameCall && order.Part.Execution != ""
	request, ok := s.runCall(w, r, order, same)
	if !ok || !s.keepPayload(w, r, &order.payload) {
		return
	}
	leave, err := s.runs.take(r.Context())
	if err != nil {
		s.Fail(w, r, "starting a test", err)
		return
	}
	defer leave()
	start, trial, ok := s.freezeTrial(w, r, order.Part)
	if !ok {
		return
	}
	if refusal := s.refusedByTrigger(r.Context(), start.VersionID, request); refusal != nil && !same {
		s.Problem(w, r, refusal)
		return
	}
	start.Safe, start.Request = !order.Real, request
	handle, err := s.engine.Start(r.Context(), *start)
	leave()
	if err != nil {
		s.Fail(w, r, "starting an execution", err)
		return
	}
	if s.durable(w, r, handle) {
		s.WriteJSON(w, http.StatusOK, flow.Object{{Name: "executionId", Value: handle.ID}, {Name: "notice", Value: trial.Notice}})
	}
}

// runCall is the call that a test runs on: the payload, or the same as that of an
// earlier execution. It answers itself when there is none.
func (s *Server) runCall(w http.ResponseWriter, r *http.Request, order *runOrder, same bool) (*flow.Request, bool) {
	if same {
		request, err := s.callOf(r.Context(), r.PathValue("slug"), order.Part.Execution)
		if err != nil {
			s.Fail(w, r, "reading the call of an execution", err)
		}
		return request, err == nil
	}
	request, err := order.request()
	if err != nil {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: reply.Sentence(err.Error())})
	}
	return request, err == nil
}

// freezeTrial freezes the draft for a test of all of it, if part is nil, or of a
// part. It answers itself when that cannot be.
func (s *Server) freezeTrial(w http.ResponseWriter, r *http.Request, part *runPart) (*engine.StartRequest, *designer.Trial, bool) {
	slug := r.PathValue("slug")
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return nil, nil, false
	}
	var known designer.Known
	var err error
	if part == nil {
		part = &runPart{Aim: designer.AimAll}
	} else if known, err = s.earlier(r.Context(), slug, part.Execution); err != nil {
		s.Fail(w, r, "reading earlier outputs", err)
		return nil, nil, false
	}
	if known.Pins, err = s.pinnedOutputs(r.Context(), slug); err != nil {
		s.Fail(w, r, "reading what is pinned", err)
		return nil, nil, false
	}
	version, settings, trial, problems, err := workshop.FreezeTrial(r.Context(), Drafts{s.store}, slug, part.Aim, part.Step, known)
	var refused *designer.NotRunnable
	switch {
	case errors.As(err, &refused):
		s.Problem(w, r, &reply.Problem{Type: "invalid", Step: refused.Step, Detail: refused.Message})
		return nil, nil, false
	case err != nil:
		s.Fail(w, r, "freezing a draft", err)
		return nil, nil, false
	case problems != nil:
		s.Problem(w, r, &reply.Problem{Type: "flow-problems", Problems: problems})
		return nil, nil, false
	}
	return &engine.StartRequest{
		Flow: slug, VersionID: version.ID, Settings: settings, Mode: settings.Mode,
		Test: true, Part: trial.Part, Given: trial.Given,
	}, trial, true
}

// refusedByTrigger is what a caller would be told who makes a call that does
// not fit; nil if it fits.
func (s *Server) refusedByTrigger(ctx context.Context, versionID int64, request *flow.Request) *reply.Problem {
	trigger, err := s.engine.Trigger(ctx, versionID)
	if err != nil {
		return nil // starting it says why
	}
	webhook, ok := trigger.(*step.Webhook)
	if !ok || webhook.Schema == nil {
		return nil
	}
	if violations := webhook.Schema.Validate(request.Body); len(violations) > 0 {
		return &reply.Problem{Type: "invalid-body", Violations: violations}
	}
	return nil
}

// readRun reads what a test is to be. It answers itself when that fails.
func (s *Server) readRun(w http.ResponseWriter, r *http.Request) (*runOrder, bool) {
	data, ok := s.readAll(w, r, maxPayload)
	if !ok {
		return nil, false
	}
	order := &runOrder{}
	if err := json.Unmarshal(data, order); err != nil {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "The body is not a test call."})
		return nil, false
	}
	if err := order.check(); err != nil {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: reply.Sentence(err.Error())})
		return nil, false
	}
	return order, true
}

// putPayload keeps what a flow is tested with.
func (s *Server) putPayload(w http.ResponseWriter, r *http.Request) {
	order, ok := s.readRun(w, r)
	if ok && s.keepPayload(w, r, &order.payload) {
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *Server) keepPayload(w http.ResponseWriter, r *http.Request, p *payload) bool {
	slug := r.PathValue("slug")
	if _, err := s.store.Draft(r.Context(), slug); err != nil {
		s.Fail(w, r, "reading a flow", err)
		return false
	}
	data, err := json.Marshal(p)
	if err == nil {
		err = s.store.PutTestPayload(r.Context(), slug, data)
	}
	if err != nil {
		s.Fail(w, r, "keeping a test payload", err)
	}
	return err == nil
}

package hook

import (
	"context"
	"errors"
	"net/http"

	"redial/engine"
	"redial/engine/flow"
	"redial/web/reply"
)

// executionStatus tells a caller where an execution stands, if asked to when it
// has come to rest.
//
// A person who is signed in gets a page instead.
func (s *Server) executionStatus(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Accept, Cookie")
	if s.page(w, r) {
		return
	}
	record, ok := s.pollExecution(w, r, atRest)
	if !ok {
		return
	}
	w.Header().Set("Redial-Execution-Id", record.ID)
	s.WriteJSON(w, http.StatusOK, s.WithPlace(record, s.callerStatus(r.Context(), record)))
}

// Execution finds the execution of the path, for somebody who may read it.
func (s *Server) Execution(w http.ResponseWriter, r *http.Request) (*flow.Execution, bool) {
	id := r.PathValue("id")
	record, err := s.store.Execution(r.Context(), id)
	if errors.Is(err, engine.ErrNotFound) {
		if !s.Gone(w, r) {
			s.Problem(w, r, NoExecution())
		}
		return nil, false
	}
	if err != nil {
		s.Fail(w, r, "reading an execution", err)
		return nil, false
	}
	return record, true
}

// callerStatus is an execution as its caller sees it.
func (s *Server) callerStatus(ctx context.Context, e *flow.Execution) flow.Object {
	told := *e
	told.Failure = s.callerFailure(ctx, e.VersionID, e.Failure)
	return Status(&told)
}

// Status is an execution as the public contract shows it.
func Status(e *flow.Execution) flow.Object {
	body := flow.Object{
		{Name: "executionId", Value: e.ID},
		{Name: "flow", Value: e.Flow},
		{Name: "version", Value: int64(e.Version)},
		{Name: "mode", Value: e.Mode},
		{Name: "status", Value: e.Status},
		{Name: "startedAt", Value: e.StartedAt},
		{Name: "endedAt", Value: reply.OptionalTime(e.EndedAt)},
	}
	if !e.AnsweredAt.IsZero() {
		body = append(body, flow.Field{Name: "answer", Value: flow.Object{
			{Name: "status", Value: int64(e.AnswerStatus)}, {Name: "at", Value: e.AnsweredAt},
		}})
	}
	if e.Failure != nil {
		body = append(body, flow.Field{Name: "error", Value: e.Failure})
	}
	if !e.HungUpAt.IsZero() {
		body = append(body, flow.Field{Name: "hangUp", Value: flow.Object{
			{Name: "at", Value: e.HungUpAt}, {Name: "effect", Value: e.Settings.OnDisconnect},
		}})
	}
	if e.Test {
		body = append(body, flow.Field{Name: "test", Value: true})
	}
	if e.Parent != "" {
		body = append(body, flow.Field{Name: "parent", Value: e.Parent})
	}
	return body
}

// executionResponse is the answer itself, as the caller would have got it on
// the line; if asked to, as soon as it is there.
func (s *Server) executionResponse(w http.ResponseWriter, r *http.Request) {
	record, ok := s.pollExecution(w, r, told)
	if !ok {
		return
	}
	header := w.Header()
	header.Set("Redial-Execution-Id", record.ID)
	result, final, err := s.result(r.Context(), record)
	if err != nil {
		s.Fail(w, r, "reading an answer", err)
		return
	}
	if !final {
		held, err := s.HeldBack(r.Context(), record)
		if err != nil {
			s.Fail(w, r, "reading why an execution is held back", err)
			return
		}
		header.Set("Redial-Answer", "pending")
		header.Set("Retry-After", reply.RetryAfter(s.answerTimes.of(r.Context(), s.store, record.Flow)))
		s.WriteJSON(w, http.StatusAccepted, s.WithPlace(record, pendingBody(record, held)))
		return
	}
	header.Set("Redial-Answer", "final")
	s.writeResult(w, r, record.ID, result)
}

// result is what the caller of an execution is told. final is false while that
// is open.
func (s *Server) result(ctx context.Context, record *flow.Execution) (result engine.Result, final bool, err error) {
	result.Status = record.Status
	if !record.AnsweredAt.IsZero() {
		result.Answer, err = s.store.Answer(ctx, record.ID)
		return result, true, err
	}
	result.Failure = record.Failure
	return result, record.Status.Ended(), nil
}

// Told is what the response URL gives for an execution in the end: the answer of the
// flow, or the problem that takes its place. Nil while that is open, and where there is
// nothing but a 204.
func (s *Server) Told(ctx context.Context, record *flow.Execution) (*flow.Answer, error) {
	result, final, err := s.result(ctx, record)
	var problem *reply.Problem
	switch {
	case err != nil || !final || result.Answer != nil:
		return result.Answer, err
	case result.Failure != nil:
		problem = s.failureProblem(ctx, record.ID, result.Failure)
	case result.Status == flow.Canceled:
		problem = canceledProblem(record.ID)
	default:
		return nil, nil
	}
	status, body := s.ProblemBody(problem)
	return &flow.Answer{Status: status, Headers: [][2]string{{"Content-Type", "application/problem+json"}}, Body: body}, nil
}

func pendingBody(record *flow.Execution, held bool) flow.Object {
	body := Status(record)
	if record.Status == flow.NeedsAttention {
		body = append(body, flow.Field{Name: "reason", Value: attentionReason(held)})
	}
	return body
}

// callerCancel lets those who may follow an execution cancel it.
func (s *Server) callerCancel(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.followedExecution(w, r); ok {
		s.Cancel(w, r)
	}
}

// Cancel ends the execution of the path, for somebody who may do that, and answers with
// where it then stands.
func (s *Server) Cancel(w http.ResponseWriter, r *http.Request) {
	record, ok := s.Execution(w, r)
	if !ok {
		return
	}
	if err := s.engine.Cancel(r.Context(), record.ID); err != nil {
		s.Refuse(w, r, "canceling an execution", err)
		return
	}
	if record, ok = s.Execution(w, r); ok {
		s.WriteJSON(w, http.StatusOK, s.callerStatus(r.Context(), record))
	}
}

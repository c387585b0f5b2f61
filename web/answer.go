package web

import (
	"errors"
	"net/http"
	"strconv"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// writeResult tells a caller what an execution came to.
func (s *Server) writeResult(w http.ResponseWriter, r *http.Request, execution string, result engine.Result) {
	switch {
	case result.Answer != nil:
		s.writeAnswer(w, r, result.Answer)
	case result.Failure != nil:
		s.problem(w, r, s.failureProblem(r.Context(), execution, result.Failure))
	case result.Status == flow.Canceled:
		s.problem(w, r, canceledProblem(execution))
	default:
		guardAnswer(w.Header())
		w.WriteHeader(http.StatusNoContent)
	}
}

// canceledProblem is what the caller of an execution gets that was canceled
// before it had answered.
func canceledProblem(execution string) *Problem {
	no := false
	return &Problem{Type: "canceled", Execution: execution, Retryable: &no}
}

// writeAnswer sends the answer of a flow, byte for byte as it was stored.
func (s *Server) writeAnswer(w http.ResponseWriter, r *http.Request, answer *flow.Answer) {
	header := w.Header()
	for _, h := range answer.Headers {
		header.Add(h[0], h[1])
	}
	if len(answer.Body) > 0 && header.Get("Content-Type") == "" {
		// Without one, net/http would guess.
		header.Set("Content-Type", "application/octet-stream")
	}
	guardAnswer(header)
	if answer.Status != http.StatusNoContent && answer.Status != http.StatusNotModified {
		header.Set("Content-Length", strconv.Itoa(len(answer.Body)))
	}
	w.WriteHeader(answer.Status)
	if r.Method != http.MethodHead {
		s.write(w, answer.Body)
	}
}

// guardAnswer keeps an answer that a flow made from acting as a page of this
// server.
func guardAnswer(header http.Header) {
	header.Set("Content-Security-Policy", "sandbox")
	header.Set("X-Content-Type-Options", "nosniff")
}

// writeJSON answers with a value as JSON.
func (s *Server) writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := flow.EncodeJSON(value)
	if err != nil {
		s.logger.Error("an answer could not be written as JSON", "error", err)
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	s.write(w, append(body, '\n'))
}

// write sends a body. That the other side has gone is no error of ours.
func (s *Server) write(w http.ResponseWriter, body []byte) {
	hurry(w, len(body))
	//nolint:gosec // a flow's answer goes out byte for byte; guardAnswer keeps it from acting as a page of ours
	if _, err := w.Write(body); err != nil {
		s.logger.Debug("an answer could not be sent", "error", err)
	}
}

// fail answers for what is not there, or not possible now, and for mistakes of
// ours, which it logs.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, doing string, err error) {
	switch {
	case errors.Is(err, engine.ErrNotFound):
		if !s.gone(w, r) {
			s.notFound(w, r)
		}
	case r.Context().Err() != nil: // nobody is there to hear it
	case errors.Is(err, engine.ErrStopping), errors.Is(err, engine.ErrFull), errors.Is(err, errCrowded):
		s.problem(w, r, &Problem{Type: "unavailable", RetryAfter: shortPause})
	case store.MayPass(err):
		s.logger.Warn("a request was put off", "doing", doing, "path", r.URL.Path, "error", err)
		s.problem(w, r, &Problem{Type: "unavailable", RetryAfter: shortPause})
	default:
		s.logger.Error("a request failed", "doing", doing, "path", r.URL.Path, "error", err)
		s.problem(w, r, &Problem{Type: "internal"})
	}
}

// refuse answers for a mistake of the caller's.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, doing string, err error) {
	var refused *engine.Error
	if !errors.As(err, &refused) {
		s.fail(w, r, doing, err)
		return
	}
	kind := "invalid"
	if refused.Code == engine.ErrorConflict {
		kind = "conflict"
	}
	s.problem(w, r, &Problem{Type: kind, Detail: sentence(refused.Message)})
}

package hook

import (
	"net/http"
	"strconv"

	"redial/engine"
	"redial/engine/flow"
	"redial/web/reply"
)

// writeResult tells a caller what an execution came to.
func (s *Server) writeResult(w http.ResponseWriter, r *http.Request, execution string, result engine.Result) {
	switch {
	case result.Answer != nil:
		s.writeAnswer(w, r, result.Answer)
	case result.Failure != nil:
		s.Problem(w, r, s.failureProblem(r.Context(), execution, result.Failure))
	case result.Status == flow.Canceled:
		s.Problem(w, r, canceledProblem(execution))
	default:
		reply.GuardAnswer(w.Header())
		w.WriteHeader(http.StatusNoContent)
	}
}

// canceledProblem is what the caller of an execution gets that was canceled
// before it had answered.
func canceledProblem(execution string) *reply.Problem {
	no := false
	return &reply.Problem{Type: "canceled", Execution: execution, Retryable: &no}
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
	reply.GuardAnswer(header)
	if answer.Status != http.StatusNoContent && answer.Status != http.StatusNotModified {
		header.Set("Content-Length", strconv.Itoa(len(answer.Body)))
	}
	w.WriteHeader(answer.Status)
	if r.Method != http.MethodHead {
		s.Write(w, answer.Body)
	}
}

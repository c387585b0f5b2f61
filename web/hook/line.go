package hook

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/web/reply"
)

// lines counts the callers who hold the line for an execution. One execution has
// several where calls with one key have joined.
type lines struct {
	mu   sync.Mutex
	held map[string]int // by execution
}

func newLines() *lines { return &lines{held: map[string]int{}} }

func (l *lines) take(execution string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held[execution]++
}

// leave says whether the caller was the last one.
func (l *lines) leave(execution string) (last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[execution]--; l.held[execution] > 0 {
		return false
	}
	delete(l.held, execution)
	return true
}

// serve gives a caller what its terms say: the execution's addresses at once, or
// the answer as soon as it is there.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, handle *engine.Handle, t terms) {
	w.Header().Set("Redial-Execution-Id", handle.ID)
	if t.applied != "" {
		w.Header().Set("Preference-Applied", t.applied)
	}
	if t.mode == flow.Async {
		s.handOver(w, r, handle)
		return
	}
	s.holdLine(w, r, handle, t)
}

// holdLine waits for the answer, until the deadline at most. net/http ends the
// request's context when the caller hangs up, as its body was read to the end.
func (s *Server) holdLine(w http.ResponseWriter, r *http.Request, handle *engine.Handle, t terms) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(t.settings.Deadline))
	defer cancel()
	s.lines.take(handle.ID)
	result, err := handle.Wait(ctx)
	last := s.lines.leave(handle.ID)
	if err != nil && last {
		s.engine.Await(handle.ID, false)
	}
	switch {
	case err == nil:
		s.writeResult(w, r, handle.ID, result)
	case r.Context().Err() != nil:
		s.engine.HangUp(handle.ID, last)
	case errors.Is(err, context.DeadlineExceeded) && t.settings.OnDeadline == flow.FailAtDeadline:
		if s.stored(w, r, handle) {
			yes := true
			s.Problem(w, r, &reply.Problem{Type: "deadline", Execution: handle.ID, Retryable: &yes})
		}
	case errors.Is(err, context.DeadlineExceeded):
		s.handOver(w, r, handle)
	default:
		s.notStarted(w, r, err)
	}
}

// handOver lets the caller go with the execution's addresses.
func (s *Server) handOver(w http.ResponseWriter, r *http.Request, handle *engine.Handle) {
	if !s.stored(w, r, handle) {
		return
	}
	record, err := s.store.Execution(r.Context(), handle.ID)
	if err != nil {
		s.Fail(w, r, "reading an execution", err)
		return
	}
	release, err := s.promiseCallback(w, r, record)
	if err != nil {
		s.Fail(w, r, "promising a callback", err)
		return
	}
	defer release()
	statusURL := s.Absolute("/executions/" + handle.ID)
	w.Header().Set("Location", statusURL)
	w.Header().Set("Retry-After", reply.RetryAfter(s.answerTimes.of(r.Context(), s.store, record.Flow)))
	s.WriteJSON(w, http.StatusAccepted, flow.Object{
		{Name: "executionId", Value: handle.ID},
		{Name: "status", Value: record.Status},
		{Name: "statusUrl", Value: statusURL},
		{Name: "responseUrl", Value: statusURL + "/response"},
		{Name: "cancelUrl", Value: statusURL + "/cancel"},
	})
}

// stored waits until the execution is durable. If it never will be, the caller
// is told, as nothing was accepted.
func (s *Server) stored(w http.ResponseWriter, r *http.Request, handle *engine.Handle) bool {
	err := handle.Stored(r.Context())
	if err != nil && r.Context().Err() == nil {
		s.notStarted(w, r, err)
	}
	return err == nil
}

// notStarted answers a call that did not become an execution.
func (s *Server) notStarted(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Del("Redial-Execution-Id")
	w.Header().Del("Preference-Applied")
	s.fault(w, r, "starting an execution", err)
}

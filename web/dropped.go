package web

import (
	"errors"
	"net/http"

	"redial/engine"
	"redial/store"
	"redial/web/hook"
	"redial/web/reply"
)

// Why executions are not there any more, in metrics.
const (
	droppedByAge  = "age"
	deletedByHand = "deleted"
)

// closeDropped is the code with which sockets of an execution are closed that is not
// there any more: of those for private use (RFC 6455, section 7.4.2), like 410.
const closeDropped = 4410

// ExecutionsDropped takes note of executions that were dropped because they are old:
// it counts them and tells those who watch one.
func (s *Server) ExecutionsDropped(ids []string) {
	s.metrics.dropped.WithLabelValues(droppedByAge).Add(float64(len(ids)))
	s.engine.Gone(ids...)
}

// deleteExecution deletes an execution that has ended, for somebody who wants that.
func (s *Server) deleteExecution(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	err := s.store.DropExecution(r.Context(), id, actor(r.Context()))
	var owed *store.OwedError
	switch {
	case errors.As(err, &owed):
		s.Problem(w, r, &reply.Problem{Type: "conflict", Detail: "The execution cannot be deleted now: " + owed.Reason + "."})
	case errors.Is(err, engine.ErrNotFound) && s.hooks.Gone(w, r):
	case errors.Is(err, engine.ErrNotFound):
		s.Problem(w, r, hook.NoExecution())
	case err != nil:
		s.Fail(w, r, "deleting an execution", err)
	default:
		s.metrics.dropped.WithLabelValues(deletedByHand).Inc()
		s.engine.Gone(id)
		w.WriteHeader(http.StatusNoContent)
	}
}

package hook

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
	"redial/web/reply"
)

// Dropped is what is left of the execution in the path of a request; nil if there is
// none in it, or it was not dropped.
func (s *Server) Dropped(r *http.Request) *store.Dropped {
	path := strings.TrimPrefix(r.URL.Path, "/api")
	id := r.PathValue("id")
	if id == "" || !strings.HasPrefix(path, "/executions/") {
		return nil
	}
	dropped, err := s.store.Dropped(r.Context(), id)
	if err != nil {
		if !errors.Is(err, engine.ErrNotFound) && r.Context().Err() == nil {
			s.Logger.Error("what remains of an execution could not be read", "execution", id, "error", err)
		}
		return nil
	}
	return dropped
}

// Gone answers for an execution that is not there any more, to those who might have
// read it. It is false, and nothing is answered, where that is not so.
func (s *Server) Gone(w http.ResponseWriter, r *http.Request) bool {
	dropped := s.Dropped(r)
	if dropped != nil {
		s.tellDropped(w, r, dropped)
	}
	return dropped != nil
}

func (s *Server) tellDropped(w http.ResponseWriter, r *http.Request, d *store.Dropped) {
	w.Header().Set("Redial-Execution-Id", d.Execution)
	if strings.HasSuffix(r.URL.Path, "/response") {
		w.Header().Set("Redial-Answer", "final")
	}
	s.Problem(w, r, &reply.Problem{Type: "execution-dropped", Execution: d.Execution, Detail: DroppedText(d)})
}

// DroppedText says when an execution was dropped, and why.
func DroppedText(d *store.Dropped) string {
	why := "as executions are kept for a time after their end"
	if d.By != "" {
		why = "because somebody who runs this server wanted it deleted"
	}
	return fmt.Sprintf("The execution ended on %s, and was deleted on %s, %s.", dayText(d.Ended), dayText(d.At), why)
}

func dayText(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// thereOrDropped is the execution in the path of a request. Of one that was dropped it
// has what decides who may read it. It is nil if there never was one.
func (s *Server) thereOrDropped(r *http.Request) (*flow.Execution, *store.Dropped, error) {
	record, err := s.store.Execution(r.Context(), r.PathValue("id"))
	if !errors.Is(err, engine.ErrNotFound) {
		return record, nil, err
	}
	dropped := s.Dropped(r)
	if dropped == nil {
		return nil, nil, nil
	}
	return &flow.Execution{ID: dropped.Execution, Flow: dropped.Flow, VersionID: dropped.VersionID}, dropped, nil
}

// NoExecution is what is said of an execution that is not there, or not for the
// one who asks.
func NoExecution() *reply.Problem {
	return &reply.Problem{Type: "not-found", Detail: "There is no execution with this ID."}
}

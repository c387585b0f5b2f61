package web

import (
	"fmt"
	"net/http"
	"strings"

	"redial/engine/flow"
	"redial/web/reply"
)

// problemPage tells what a type of problem means: as a page to people, as JSON
// to programs.
func (s *Server) problemPage(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("type")
	kind, known := reply.ProblemTypes[name]
	if !known {
		s.Problem(w, r, &reply.Problem{Type: "not-found", Detail: fmt.Sprintf("There is no type of problem called %q.", name)})
		return
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		s.WriteJSON(w, http.StatusOK, flow.Object{
			{Name: "type", Value: s.Absolute("/problems/" + name)}, {Name: "title", Value: kind.Title},
			{Name: "status", Value: kind.Status}, {Name: "means", Value: kind.Means}, {Name: "do", Value: kind.Do},
		})
		return
	}
	s.Render(w, r, http.StatusOK, problemView(name, kind))
}

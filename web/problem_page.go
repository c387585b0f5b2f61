package web

import (
	"fmt"
	"net/http"
	"strings"

	"redial/engine/flow"
)

// problemPage tells what a type of problem means: as a page to people, as JSON
// to programs.
func (s *Server) problemPage(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("type")
	kind, known := problemTypes[name]
	if !known {
		s.problem(w, r, &Problem{Type: "not-found", Detail: fmt.Sprintf("There is no type of problem called %q.", name)})
		return
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		s.writeJSON(w, http.StatusOK, flow.Object{
			{Name: "type", Value: s.absolute("/problems/" + name)}, {Name: "title", Value: kind.Title},
			{Name: "status", Value: kind.Status}, {Name: "means", Value: kind.Means}, {Name: "do", Value: kind.Do},
		})
		return
	}
	s.writePageHeader(w)
	if err := problemView(name, kind).Render(r.Context(), w); err != nil {
		s.logger.Debug("a page could not be sent", "error", err)
	}
}

// writePageHeader says what a page of ours may do, which is little.
func (s *Server) writePageHeader(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
}

package web

import (
	"net/http"
	"strings"

	"redial/web/reply"
)

// methods are what somebody may have meant who used another one.
var methods = []string{
	http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete,
}

// otherwise answers what no route takes: with 405 if the address takes other
// methods, and else with 404.
func (s *Server) otherwise(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range methods {
			other := r.Clone(r.Context())
			other.Method = method
			if _, pattern := mux.Handler(other); pattern != "/" && pattern != "/api/" {
				allowed = append(allowed, method)
			}
		}
		if len(allowed) == 0 {
			s.NotFound(w, r)
			return
		}
		s.Problem(w, r, &reply.Problem{Type: "method-not-allowed", Allow: strings.Join(allowed, ", ")})
	}
}

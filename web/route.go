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
// methods, and else with 404; people get a page that says so.
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
		switch {
		case len(allowed) > 0:
			s.Problem(w, r, &reply.Problem{Type: "method-not-allowed", Allow: strings.Join(allowed, ", ")})
		case r.Method == http.MethodGet && wantsPage(r) && !strings.HasPrefix(r.URL.Path, "/api/"):
			w.Header().Set("Vary", "Accept")
			s.faultPage(w, r, http.StatusNotFound, "No such page", "There is nothing at this address. It may be misspelled, or an old one.")
		default:
			s.NotFound(w, r)
		}
	}
}

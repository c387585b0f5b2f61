package web

import (
	"net/http"
	"strings"

	"redial/web/reply"
)

// hooked takes calls of hooks before the mux sees them: it would send a path
// with a doubled slash or dots on to a clean one, and senders of webhooks take a
// redirect for a failure.
func (s *Server) hooked(next http.Handler) http.Handler {
	call := s.metrics.counted("hook", s.hook)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, isHook := strings.CutPrefix(r.URL.Path, "/hooks/")
		if !isHook {
			next.ServeHTTP(w, r)
			return
		}
		slug, below, _ := strings.Cut(path, "/")
		r.SetPathValue("slug", slug)
		r.SetPathValue("below", below)
		if r.Method == http.MethodOptions {
			s.hookOptions(w, r)
			return
		}
		if below == "openapi.json" {
			s.openAPI(w, r)
			return
		}
		call(w, r)
	})
}

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

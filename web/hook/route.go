package hook

import (
	"net/http"
	"strings"
)

// Handler takes calls of hooks and hands everything else on to next. A mux must not
// see calls: it would send a path with a doubled slash or dots on to a clean one, and
// senders of webhooks take a redirect for a failure.
func (s *Server) Handler(next http.Handler) http.Handler {
	call := s.counted(s.hook)
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

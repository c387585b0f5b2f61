package hook

import (
	"net/http"
	"slices"
	"strings"

	"redial/engine/step"
)

const (
	// corsExposed are the headers of answers that pages may read, beside those
	// that every page may.
	corsExposed = "Location, Retry-After, Allow, Redial-Execution-Id, Redial-Answer, Redial-Resumed, Idempotency-Replayed, Preference-Applied"
	// corsMaxAge is how long a browser may remember the answer, in seconds.
	corsMaxAge = "600"
	// maxWantedHeaders bounds the list of headers that a page asks for, in bytes.
	maxWantedHeaders = 4096
)

// allowOrigin lets pages of the trigger's origins read the answer. An answer
// depends on the origin as soon as there are any.
func allowOrigin(header http.Header, r *http.Request, trigger *step.Webhook) (allowed bool) {
	if len(trigger.Origins) == 0 {
		return false
	}
	// With "*" too: an origin that is named can be given credentials, and hooks
	// take none that a browser sends by itself.
	header.Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	switch {
	case origin == "":
		return false
	case slices.Contains(trigger.Origins, "*"):
		header.Set("Access-Control-Allow-Origin", "*")
	case slices.Contains(trigger.Origins, origin):
		header.Set("Access-Control-Allow-Origin", origin)
	default:
		return false
	}
	header.Set("Access-Control-Expose-Headers", corsExposed)
	return true
}

// hookOptions answers OPTIONS on a hook: the preflight of a browser, the
// handshake by which a sender of CloudEvents asks whether it may deliver, or the
// question which methods there are.
func (s *Server) hookOptions(w http.ResponseWriter, r *http.Request) {
	_, trigger, refusal := s.find(r.Context(), r.PathValue("slug"))
	if refusal != nil {
		s.Problem(w, r, refusal)
		return
	}
	header := w.Header()
	methods := allowedMethods(trigger)
	header.Set("Allow", methods)
	if allowOrigin(header, r, trigger) && r.Header.Get("Access-Control-Request-Method") != "" {
		preflight(header, r, methods)
	}
	handshake(header, r, trigger)
	w.WriteHeader(http.StatusNoContent)
}

// allowedMethods are those of a hook, as the Allow header lists them.
func allowedMethods(trigger *step.Webhook) string {
	return strings.Join(append(slices.Clone(trigger.Methods), http.MethodOptions), ", ")
}

// preflight allows what a page asks for. A flow may read any header, and without
// credentials that a browser adds by itself none of them is a danger.
func preflight(header http.Header, r *http.Request, methods string) {
	header.Add("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers")
	header.Set("Access-Control-Allow-Methods", methods)
	if wanted := r.Header.Get("Access-Control-Request-Headers"); wanted != "" && len(wanted) <= maxWantedHeaders {
		header.Set("Access-Control-Allow-Headers", wanted)
	}
	header.Set("Access-Control-Max-Age", corsMaxAge)
}

// handshake agrees to deliveries of CloudEvents: CloudEvents 1.0 web hooks,
// section 4. Whoever knows the URL of a flow that takes POST may deliver, at
// whatever rate: what is too much is refused by 429 and 503.
func handshake(header http.Header, r *http.Request, trigger *step.Webhook) {
	origin := r.Header.Get("WebHook-Request-Origin")
	if origin == "" || !slices.Contains(trigger.Methods, http.MethodPost) {
		return
	}
	header.Set("WebHook-Allowed-Origin", origin)
	if r.Header.Get("WebHook-Request-Rate") != "" {
		header.Set("WebHook-Allowed-Rate", "*")
	}
}

// corsOfExecution lets pages that may call a flow read what became of their
// calls. An execution of a version that is gone, or of no hook, is for none.
func (s *Server) corsOfExecution(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Origin") == "" {
		return
	}
	record, _, err := s.thereOrDropped(r)
	if err != nil || record == nil {
		return // of which the handler speaks
	}
	if _, trigger, refusal := s.find(r.Context(), record.Flow); refusal == nil {
		allowOrigin(w.Header(), r, trigger)
	}
}

// forPages is a handler of an execution's URL that pages may call.
func (s *Server) forPages(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.corsOfExecution(w, r)
		next(w, r)
	}
}

// executionOptions answers OPTIONS on the URLs of an execution that its caller
// has.
func (s *Server) executionOptions(methods string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Allow", methods)
		s.corsOfExecution(w, r)
		if header.Get("Access-Control-Allow-Origin") != "" && r.Header.Get("Access-Control-Request-Method") != "" {
			preflight(header, r, methods)
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

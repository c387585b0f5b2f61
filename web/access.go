package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"github.com/gorilla/websocket"

	"redial/engine"
	"redial/web/reply"
)

// authenticated lets through who has an API token or a session. With a session,
// a change must come from one of our own pages; with a token it may come from no
// page at all, but from no foreign one.
func (s *Server) authenticated(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, trusted, err := s.identify(r)
		switch {
		case err != nil:
			s.Fail(w, r, "checking who calls", err)
		case name == "":
			s.Problem(w, r, s.refuseToken(r, &reply.Problem{Type: "unauthorized"}))
		case !trusted:
			s.Problem(w, r, &reply.Problem{Type: "forbidden-origin"})
		default:
			next(w, r.WithContext(withActor(r.Context(), name)))
		}
	})
}

// identify is what to call whoever has an API token or a session; empty: the
// request has neither. trusted is false for what may come from a foreign page.
func (s *Server) identify(r *http.Request) (name string, trusted bool, err error) {
	name, err = s.tokenName(r)
	trusted = name != "" && (r.Header.Get("Origin") == "" || s.ownOrigin(r))
	if err == nil && name == "" {
		name, err = s.sessionName(r)
		trusted = name != "" && (s.ownOrigin(r) || !changes(r.Method) && !websocket.IsWebSocketUpgrade(r) && r.Header.Get("Origin") == "")
	}
	return name, trusted, err
}

// tokenName is what to call whoever carries the token of the environment or one
// of the store; empty: the request carries none that is known.
func (s *Server) tokenName(r *http.Request) (string, error) {
	token := bearerToken(r)
	if token == "" {
		return "", nil
	}
	if s.apiToken != "" && equalSecrets(token, s.apiToken) {
		return environmentToken, nil
	}
	name, err := s.store.CheckToken(r.Context(), token)
	if errors.Is(err, engine.ErrNotFound) {
		return "", nil
	}
	return tokenActor + name, err
}

// bearerToken is the token that a request carries; empty: none.
func bearerToken(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// equalSecrets compares in a time that tells nothing of either.
func equalSecrets(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// ownOrigin reports whether a request says that it comes from one of our own
// pages.
func (s *Server) ownOrigin(r *http.Request) bool {
	return r.Header.Get("Origin") == s.Public.Scheme+"://"+s.Public.Host
}

package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"github.com/gorilla/websocket"

	"redial/engine"
)

// authenticated lets through who has an API token or a session. With a session,
// a change must come from one of our own pages; with a token it may come from no
// page at all, but from no foreign one.
func (s *Server) authenticated(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known, err := s.knowsToken(r)
		trusted := known && (r.Header.Get("Origin") == "" || s.ownOrigin(r))
		if err == nil && !known {
			known, err = s.hasSession(r)
			trusted = known && (s.ownOrigin(r) || !changes(r.Method) && !websocket.IsWebSocketUpgrade(r) && r.Header.Get("Origin") == "")
		}
		switch {
		case err != nil:
			s.fail(w, r, "checking who calls", err)
		case !known:
			s.problem(w, r, &Problem{Type: "unauthorized"})
		case !trusted:
			s.problem(w, r, &Problem{Type: "forbidden-origin"})
		default:
			next(w, r)
		}
	})
}

// knowsToken reports whether the request carries the token of the environment
// or one of the store.
func (s *Server) knowsToken(r *http.Request) (bool, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return false, nil
	}
	if s.apiToken != "" && equalSecrets(token, s.apiToken) {
		return true, nil
	}
	_, err := s.store.CheckToken(r.Context(), token)
	if errors.Is(err, engine.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// equalSecrets compares in a time that tells nothing of either.
func equalSecrets(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// ownOrigin reports whether a request says that it comes from one of our own
// pages.
func (s *Server) ownOrigin(r *http.Request) bool {
	return r.Header.Get("Origin") == s.public.Scheme+"://"+s.public.Host
}

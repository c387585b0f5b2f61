package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"strings"

	"redial/engine"
)

// authenticated lets through who has an API token. A request that a browser
// sends from a page of another origin is refused even so: tokens do not belong
// into foreign pages.
func (s *Server) authenticated(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		known, err := s.knowsToken(r)
		switch {
		case err != nil:
			s.fail(w, r, "checking an API token", err)
		case !known:
			s.problem(w, r, &Problem{Type: "unauthorized"})
		case !s.sameOrigin(r):
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

// sameOrigin reports whether a request comes from one of our own pages, or from
// no page at all.
func (s *Server) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin == "" || origin == s.public.Scheme+"://"+s.public.Host
}

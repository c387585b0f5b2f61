package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"redial/engine"
	"redial/store"
	"redial/web/reply"
)

// sessionUser is the key of the person's name in a session.
const sessionUser = "user"

// newSessions keeps people signed in for a month after they were last here.
func newSessions(s *store.Store, secure bool) *scs.SessionManager {
	sessions := scs.New()
	sessions.Store = s.Sessions()
	sessions.HashTokenInStore = true
	sessions.Lifetime = 90 * 24 * time.Hour
	sessions.IdleTimeout = 30 * 24 * time.Hour
	sessions.Cookie.Name = "redial_session"
	sessions.Cookie.HttpOnly = true
	sessions.Cookie.SameSite = http.SameSiteLaxMode
	sessions.Cookie.Secure = secure
	return sessions
}

// SignInURL is the address of a one-use sign-in link.
func SignInURL(public, secret string) string {
	return strings.TrimSuffix(public, "/") + "/sign-in/" + secret
}

// routeSessions are the URLs by which people come and go.
func (s *Server) routeSessions(mux *http.ServeMux) {
	mux.Handle("GET /sign-in/{secret}", s.sessions.LoadAndSave(http.HandlerFunc(s.signIn)))
	mux.Handle("POST /sign-out", s.page(s.signOut))
}

// signIn turns a one-use link into a session.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		return // whoever only looks does not use the link up
	}
	user, err := s.store.UseSignInLink(r.Context(), r.PathValue("secret"))
	if errors.Is(err, engine.ErrNotFound) {
		s.refuseLink(w, r)
		return
	}
	if err == nil {
		err = s.sessions.RenewToken(r.Context())
	}
	if err != nil {
		s.Fail(w, r, "signing somebody in", err)
		return
	}
	s.sessions.Put(r.Context(), sessionUser, user)
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// refuseLink tells somebody whose link opens nothing how to get another one.
func (s *Server) refuseLink(w http.ResponseWriter, r *http.Request) {
	if wait := s.failedSignIn(r); wait > 0 {
		w.Header().Set("Retry-After", reply.RetryAfter(wait))
		s.signInPage(w, r, http.StatusTooManyRequests, "Too many sign-ins have failed from your address, and this link opens nothing either.")
		return
	}
	s.signInPage(w, r, http.StatusGone, "This link has been used already, or it is older than a day.")
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) {
	if err := s.sessions.Destroy(r.Context()); err != nil {
		s.Fail(w, r, "signing somebody out", err)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// signInPage tells how to sign in.
func (s *Server) signInPage(w http.ResponseWriter, r *http.Request, status int, why string) {
	s.Render(w, r, status, signInView(why))
}

// page lets people through who are signed in, and shows all others how to be.
// What changes something must come from a page of our own.
func (s *Server) page(next http.HandlerFunc) http.Handler {
	return s.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user := s.sessions.GetString(r.Context(), sessionUser)
		switch {
		case user == "":
			s.signInPage(w, r, http.StatusUnauthorized, "")
		case changes(r.Method) && !s.ownOrigin(r):
			s.Problem(w, r, &reply.Problem{Type: "forbidden-origin"})
		default:
			next(w, r.WithContext(withActor(r.Context(), user)))
		}
	}))
}

// changes reports whether a method may change something (RFC 9110, 9.2.1).
func changes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// sessionName is the name of the person who sends a request; empty: nobody is
// signed in.
func (s *Server) sessionName(r *http.Request) (string, error) {
	cookie, err := r.Cookie(s.sessions.Cookie.Name)
	if errors.Is(err, http.ErrNoCookie) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	ctx, err := s.sessions.Load(r.Context(), cookie.Value)
	if err != nil {
		return "", err
	}
	return s.sessions.GetString(ctx, sessionUser), nil
}

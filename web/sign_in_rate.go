package web

import (
	"net/http"
	"time"

	"redial/web/header"
	"redial/web/ratelimit"
	"redial/web/reply"
)

// failedSignIns is how often sign-ins may fail from one address: so many at once, and
// then one each 15 s.
var failedSignIns = ratelimit.Rate{Calls: 20, Per: 5 * time.Minute}

// failedSignIn counts a sign-in that has failed, against the address that it comes
// from. It is the time after which the address may fail again; 0: it may have failed.
//
// This bounds what failing costs. It does not keep anybody out: a right session, token
// or link opens at any time, as others may come from the same address. None of them can
// be found by trying, as each has 128 random bits or more.
func (s *Server) failedSignIn(r *http.Request) time.Duration {
	return s.signIns.Take(header.CallerAddress(r, s.proxies), failedSignIns, time.Now())
}

// refuseToken is the problem of a request without a session or with a token that is
// none: refusal, or that there were too many such tokens.
func (s *Server) refuseToken(r *http.Request, refusal *reply.Problem) *reply.Problem {
	if bearerToken(r) == "" {
		return refusal
	}
	wait := s.failedSignIn(r)
	if wait == 0 {
		return refusal
	}
	problem := reply.TooManyCalls(wait)
	problem.Detail = "Too many sign-ins have failed from this address. This token is none that the server knows."
	return problem
}

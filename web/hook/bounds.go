package hook

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"redial/engine/flow"
	"redial/web/header"
	"redial/web/ratelimit"
	"redial/web/reply"
)

// Bounds are how much a server takes on at the same time, and how fast. Those of
// executions are the engine's.
type Bounds struct {
	// Callers is how many calls of hooks are under way at once: sending a body,
	// holding the line or getting an answer; 0: no bound.
	Callers int
	// Bodies is how many bytes of bodies are read and held at once, for callers who
	// send them or hold the line; 0: DefaultBodies. A value that was read from a body
	// takes up to twenty times its bytes, so this decides how much memory callers can
	// make the server use.
	Bodies int64
	// PerCaller is for each caller, and PerFlow for each flow; Flows has those that
	// differ, by slug.
	PerCaller, PerFlow ratelimit.Rate
	Flows              map[string]ratelimit.Rate
	// Proxies are those whose word on where a call comes from is believed.
	Proxies []netip.Prefix
}

// DefaultBodies is Bounds.Bodies of a small machine.
const DefaultBodies = 64 << 20

// seats counts the calls of hooks that are under way.
type seats struct {
	most  int64 // 0: no bound
	taken atomic.Int64
}

// take is false if all are taken.
func (s *seats) take() bool {
	if n := s.taken.Add(1); s.most > 0 && n > s.most {
		s.taken.Add(-1)
		return false
	}
	return true
}

func (s *seats) leave() { s.taken.Add(-1) }

// admitted refuses a call for which there is no room, or which comes too soon
// after others. Nothing is waited for, and nothing of its body has been read.
//
// Callers are told apart by the credential that they have shown, or else by their
// addresses. A signature does not count before the body was checked against it: the
// call comes from an address, and takes nothing from the flow's rate until then.
func (s *Server) admitted(r *http.Request, c *call) *reply.Problem {
	now, caller := time.Now(), header.CallerAddress(r, s.bounds.Proxies)
	if c.guard != nil && !c.signed() {
		caller = "connection " + c.trigger.Auth.Connection
	}
	wait := s.rates.takeCaller(caller, now)
	switch {
	case wait > 0:
	case c.signed():
		wait = s.rates.waitFlow(c.slug, now)
	default:
		wait = s.rates.takeFlow(c.slug, now)
	}
	if wait > 0 {
		return reply.TooManyCalls(wait)
	}
	if !s.engine.HasRoom(c.slug, termsOf(c.published.Settings, r.Header).mode == flow.Sync) {
		return s.noCapacity(c.slug)
	}
	return nil
}

// admittedSigned is what admitted leaves to be done when a signature was verified.
func (s *Server) admittedSigned(c *call) *reply.Problem {
	if !c.signed() {
		return nil
	}
	if wait := s.rates.takeFlow(c.slug, time.Now()); wait > 0 {
		return reply.TooManyCalls(wait)
	}
	return nil
}

// refuseGuess is the problem of a caller whose credentials are wrong: refusal, or one
// of the rate at which its address comes with such.
func (s *Server) refuseGuess(r *http.Request, refusal *reply.Problem) *reply.Problem {
	if wait := s.rates.takeCaller(header.CallerAddress(r, s.bounds.Proxies), time.Now()); wait > 0 {
		return reply.TooManyCalls(wait)
	}
	return refusal
}

// noCapacity is the problem of a call that there is no room for.
func (s *Server) noCapacity(slug string) *reply.Problem {
	yes := true
	return &reply.Problem{Type: "no-capacity", RetryAfter: s.answerTimes.known(slug), Retryable: &yes}
}

// The rest of a call that is refused before its body was read is listened to only as
// far as it is there already.
const (
	unreadTime  = 20 * time.Millisecond
	unreadBytes = 64 << 10
)

// answerUnread makes an answer go out at once although the body was not read to its
// end: net/http would read it first, however slowly it comes. Where more is to come
// than is there, the connection ends with the answer.
func answerUnread(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody || r.Header.Get("Expect") != "" {
		return // nothing comes, or not before it is asked for
	}
	line := http.NewResponseController(w)
	if line.SetReadDeadline(time.Now().Add(unreadTime)) == nil {
		if _, err := io.CopyN(io.Discard, r.Body, unreadBytes); errors.Is(err, io.EOF) {
			_ = line.SetReadDeadline(time.Time{})
			return
		}
	}
	w.Header().Set("Connection", "close")
}

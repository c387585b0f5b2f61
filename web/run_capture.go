package web

import (
	"maps"
	"net/http"
	"sync"
	"time"

	"redial/engine/flow"
)

// captureWait is how long a hook is watched for its next call.
const captureWait = 10 * time.Minute

// captures are the flows whose next call becomes a sample to test with, whether
// it is taken or refused.
type captures struct {
	mu    sync.Mutex
	armed map[string]*capture // by slug
}

type capture struct {
	until time.Time
	taken *payload // nil: no call has come yet
}

func newCaptures() *captures { return &captures{armed: map[string]*capture{}} }

// arm watches for the next call of a flow.
func (c *captures) arm(slug string, now time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(now)
	until := now.Add(captureWait)
	c.armed[slug] = &capture{until: until}
	return until
}

// disarm watches no longer.
func (c *captures) disarm(slug string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.armed, slug)
}

// forget drops what nobody waits for any longer.
func (c *captures) forget(now time.Time) {
	maps.DeleteFunc(c.armed, func(_ string, old *capture) bool { return now.After(old.until) })
}

// look is what came of watching a flow; nil: it is not watched.
func (c *captures) look(slug string, now time.Time) *capture {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(now)
	found := c.armed[slug]
	if found == nil {
		return nil
	}
	seen := *found
	return &seen
}

// Take keeps a call if the flow is watched and no other call came before.
func (c *captures) Take(slug string, request *flow.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.armed[slug]; found != nil && found.taken == nil && !time.Now().After(found.until) {
		found.taken = requestPayload(request)
	}
}

// Wants reports whether a flow's next call is wanted.
func (c *captures) Wants(slug string) bool {
	found := c.look(slug, time.Now())
	return found != nil && found.taken == nil
}

// armCapture makes the next call of a flow a sample.
func (s *Server) armCapture(w http.ResponseWriter, r *http.Request) {
	slug := r.PathValue("slug")
	if _, err := s.store.Draft(r.Context(), slug); err != nil {
		s.Fail(w, r, "reading a flow", err)
		return
	}
	until := s.captures.arm(slug, time.Now())
	s.WriteJSON(w, http.StatusOK, flow.Object{{Name: "until", Value: until.UTC()}})
}

func (s *Server) disarmCapture(w http.ResponseWriter, r *http.Request) {
	s.captures.disarm(r.PathValue("slug"))
	w.WriteHeader(http.StatusNoContent)
}

// lookCapture tells whether the call has come. Looking changes nothing: the call
// is there for as long as one would have waited for it.
func (s *Server) lookCapture(w http.ResponseWriter, r *http.Request) {
	found := s.captures.look(r.PathValue("slug"), time.Now())
	answer := struct {
		Armed   bool       `json:"armed"`
		Until   *time.Time `json:"until,omitempty"`
		Payload *payload   `json:"payload,omitempty"`
	}{}
	if found != nil {
		answer.Armed, answer.Until, answer.Payload = found.taken == nil, &found.until, found.taken
	}
	s.writePlain(w, r, answer)
}

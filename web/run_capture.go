package web

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"

	"redial/engine/content"
	"redial/engine/flow"
	"redial/web/reply"
)

const (
	// captureWait is how long a hook is watched for its next call.
	captureWait = 10 * time.Minute
	// maxCapture is how large the body of a captured call may be, in bytes.
	maxCapture = 1 << 20
)

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

// take keeps a call if the flow is watched and no other call came before.
func (c *captures) take(slug string, now time.Time, p *payload) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.armed[slug]; found != nil && found.taken == nil && !now.After(found.until) {
		found.taken = p
	}
}

// waits reports whether a flow's next call is wanted.
func (c *captures) waits(slug string, now time.Time) bool {
	found := c.look(slug, now)
	return found != nil && found.taken == nil
}

// capture reads the body of a call if somebody waits for one; nil: nobody does.
// What becomes of the call does not change: its body can be read as before.
func (s *Server) capture(r *http.Request) []byte {
	if !s.captures.waits(r.PathValue("slug"), time.Now()) {
		return nil
	}
	original := r.Body
	data, err := io.ReadAll(io.LimitReader(original, maxCapture+1))
	r.Body = resumedBody{io.MultiReader(bytes.NewReader(data), failing{err}, original), original}
	if err != nil || len(data) > maxCapture {
		return nil
	}
	if data == nil {
		data = []byte{}
	}
	return data
}

// keepCapture makes a sample of a call that was read, without its credentials. A
// call by somebody who may not make it is none.
func (s *Server) keepCapture(r *http.Request, data []byte, refusal *reply.Problem) {
	if data == nil || refusal != nil && (refusal.Type == "credentials-required" || refusal.Type == "credentials-unavailable") {
		return
	}
	slug := r.PathValue("slug")
	r = s.withhold(r, slug)
	body, err := content.Decode(r.Header.Get("Content-Type"), data, content.DefaultLimits)
	if err != nil {
		body = string(data) // the flow will refuse it; one can see why
	}
	s.captures.take(slug, time.Now(), requestPayload(newRequest(r, body)))
}

// resumedBody is a body of which a part was read already.
type resumedBody struct {
	io.Reader
	io.Closer
}

// failing gives the error that reading met, in its turn.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
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

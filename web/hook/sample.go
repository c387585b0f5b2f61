package hook

import (
	"bytes"
	"io"
	"net/http"

	"redial/engine/content"
	"redial/engine/flow"
	"redial/web/reply"
)

// Sampler wants to see calls as they come, whether they are taken or refused.
type Sampler interface {
	// Wants reports whether the next call of a flow is wanted. It is asked with each
	// call.
	Wants(slug string) bool
	// Take is given a call, without its credentials.
	Take(slug string, request *flow.Request)
}

// sampleBytes is how large the body of a sample may be, in bytes.
const sampleBytes = 1 << 20

// sample reads the body of a call if somebody waits for one; nil: nobody does.
// What becomes of the call does not change: its body can be read as before.
func (s *Server) sample(r *http.Request) []byte {
	if !s.sampler.Wants(r.PathValue("slug")) {
		return nil
	}
	original := r.Body
	data, err := io.ReadAll(io.LimitReader(original, sampleBytes+1))
	r.Body = resumedBody{io.MultiReader(bytes.NewReader(data), failing{err}, original), original}
	if err != nil || len(data) > sampleBytes {
		return nil
	}
	if data == nil {
		data = []byte{}
	}
	return data
}

// keepSample makes a sample of a call that was read, without its credentials. A
// call by somebody who may not make it is none.
func (s *Server) keepSample(r *http.Request, data []byte, refusal *reply.Problem) {
	if data == nil || refusal != nil && (refusal.Type == "credentials-required" || refusal.Type == "credentials-unavailable") {
		return
	}
	slug := r.PathValue("slug")
	r = s.withhold(r, slug)
	body, err := content.Decode(r.Header.Get("Content-Type"), data, content.DefaultLimits)
	if err != nil {
		body = string(data) // the flow will refuse it; one can see why
	}
	s.sampler.Take(slug, newRequest(r, body))
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

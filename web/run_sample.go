package web

import (
	"errors"
	"net/http"
	"time"

	"redial/engine/flow"
	"redial/store"
)

// sampleCalls is how many of the last calls are offered as samples.
const sampleCalls = 5

// maxSample is how large a call may be to be offered, in bytes: it has to fit
// into a test payload.
const maxSample = maxPayload / 2

// listSamples answers with calls to test with.
func (s *Server) listSamples(w http.ResponseWriter, r *http.Request) {
	state, err := s.loadFlowState(r.Context(), r.PathValue("slug"))
	if err != nil {
		s.Fail(w, r, "reading a flow", err)
		return
	}
	f := state.Checked.Flow
	samples := []sampleCall{{Label: "From the schema", Payload: schemaPayload(f)}}
	if document, given := f.Trigger.With.Get("schema"); !given || document == nil {
		samples[0].Label = "Empty"
	}
	calls, _, err := s.store.Executions(r.Context(), store.ExecutionQuery{Flow: f.Slug, Origin: store.FromCallers, Limit: sampleCalls})
	for i := 0; err == nil && i < len(calls); i++ {
		var request *flow.Request
		if request, _, err = s.store.RequestWithin(r.Context(), calls[i].ID, maxSample); errors.Is(err, store.ErrRequestTooLarge) {
			err = nil
		} else if err == nil {
			samples = append(samples, sampleCall{
				Label: "Call", At: &calls[i].StartedAt, Status: calls[i].Status, Payload: requestPayload(request),
			})
		}
	}
	if err != nil {
		s.Fail(w, r, "reading the last calls of a flow", err)
		return
	}
	s.writePlain(w, r, samples)
}

// sampleCall is a call to test with.
type sampleCall struct {
	Label   string      `json:"label"`
	At      *time.Time  `json:"at,omitempty"`
	Status  flow.Status `json:"status,omitempty"`
	Payload *payload    `json:"payload"`
}

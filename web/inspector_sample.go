package web

import (
	"context"

	"redial/engine/flow"
	"redial/engine/step"
)

// sampleBody is the body of the flow's test payload, where the trigger has a
// schema that can be made from it; nil where there is none.
func (s *Server) sampleBody(ctx context.Context, kind *step.Kind, f *flow.Flow) (*any, error) {
	if !kind.Trigger() {
		return nil, nil //nolint:nilnil // there is none
	}
	p, err := s.testPayload(ctx, f)
	if err != nil || p.Body == "" {
		return nil, err
	}
	body, err := flow.DecodeJSON([]byte(p.Body))
	if err != nil || body == nil {
		return nil, nil //nolint:nilerr,nilnil // no JSON yet
	}
	return &body, nil
}

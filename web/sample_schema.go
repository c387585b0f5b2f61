package web

import (
	"net/http"

	inferred "redial/designer/schema"
	"redial/engine/flow"
)

// sampleSchema answers with the schema of the body of the flow's test payload as
// it is kept now; null where there is none to make a schema of.
func (s *Server) sampleSchema(w http.ResponseWriter, r *http.Request) {
	state, err := s.loadFlowState(r.Context(), r.PathValue("slug"))
	if err != nil {
		s.Fail(w, r, "reading a flow", err)
		return
	}
	kept, err := s.testPayload(r.Context(), state.Checked.Flow)
	if err != nil {
		s.Fail(w, r, "reading a test payload", err)
		return
	}
	var schema any
	if body, err := flow.DecodeJSON([]byte(kept.Body)); err == nil && tells(body) {
		schema = inferred.From(body)
	}
	s.WriteJSON(w, http.StatusOK, flow.Object{{Name: "schema", Value: schema}})
}

// tells reports whether there is anything in a body: an empty one is what a
// payload begins with, and its schema would say nothing.
func tells(body any) bool {
	switch v := flow.Plain(body).(type) {
	case nil:
		return false
	case map[string]any:
		return len(v) > 0
	case []any:
		return len(v) > 0
	default:
		return true
	}
}

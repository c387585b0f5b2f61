package hook

import "redial/engine/flow"

// Place is where an execution stands in the queue of its flow, from 1; 0: it
// does not wait for its turn, or has it just now.
func (s *Server) Place(x *flow.Execution) int {
	if x.Status != flow.Queued {
		return 0
	}
	return s.engine.Place(x.ID)
}

// WithPlace adds to the JSON of an execution where it stands in the queue, if it waits
// there.
func (s *Server) WithPlace(x *flow.Execution, body flow.Object) flow.Object {
	if place := s.Place(x); place > 0 {
		body = append(body, flow.Field{Name: "queue", Value: flow.Object{{Name: "place", Value: int64(place)}}})
	}
	return body
}

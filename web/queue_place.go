package web

import "redial/engine/flow"

// queuePlace is where an execution stands in the queue of its flow, from 1; 0: it
// does not wait for its turn, or has it just now.
func (s *Server) queuePlace(x *flow.Execution) int {
	if x.Status != flow.Queued {
		return 0
	}
	return s.engine.Place(x.ID)
}

// queueField is what an execution says about its place, as JSON.
func (s *Server) queueField(x *flow.Execution, body flow.Object) flow.Object {
	if place := s.queuePlace(x); place > 0 {
		body = append(body, flow.Field{Name: "queue", Value: flow.Object{{Name: "place", Value: int64(place)}}})
	}
	return body
}

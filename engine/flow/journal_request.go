package flow

import (
	"encoding/json"
	"fmt"
)

// journalRequest is a stored request as encoding/json reads it. It leaves the
// values alone, as it would turn all numbers into doubles.
type journalRequest struct {
	Method     string          `json:"method"`
	Path       string          `json:"path"`
	Query      json.RawMessage `json:"query"`
	Headers    json.RawMessage `json:"headers"`
	Body       json.RawMessage `json:"body"`
	ReceivedAt string          `json:"receivedAt"`
}

// EncodeRequest writes a request for the journal. As in events, doubles stay
// doubles: expressions give the same after a restart as before it.
func EncodeRequest(r *Request) ([]byte, error) {
	data, err := encoder{kinds: true}.fields(nil, Object{
		{"method", r.Method}, {"path", r.Path}, {"query", optionalMap(r.Query)},
		{"headers", optionalMap(r.Headers)}, {"body", r.Body}, {"receivedAt", r.ReceivedAt},
	})
	if err != nil {
		return nil, fmt.Errorf("writing a request: %w", err)
	}
	return data, nil
}

// optionalMap is null for a map that is not there, so that it comes back as
// such.
func optionalMap(m map[string]any) any {
	if m == nil {
		return nil
	}
	return m
}

// DecodeRequest reads what EncodeRequest wrote.
func DecodeRequest(data []byte) (*Request, error) {
	var stored journalRequest
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, fmt.Errorf("reading a stored request: %w", err)
	}
	r := &Request{Method: stored.Method, Path: stored.Path, ReceivedAt: stored.ReceivedAt}
	for _, part := range []struct {
		name string
		data json.RawMessage
		set  func(any)
	}{
		{"query", stored.Query, func(v any) { r.Query, _ = v.(map[string]any) }},
		{"headers", stored.Headers, func(v any) { r.Headers, _ = v.(map[string]any) }},
		{"body", stored.Body, func(v any) { r.Body = v }},
	} {
		value, err := decodeOptional(part.data)
		if err != nil {
			return nil, fmt.Errorf("reading the %s of a stored request: %w", part.name, err)
		}
		part.set(value)
	}
	return r, nil
}

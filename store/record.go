package store

import (
	"encoding/json"
	"fmt"

	"redial/engine/flow"
)

// Answers and failures are stored as JSON. Bodies of answers are not: they are
// kept byte for byte. The flow room writes events and requests.

// answerHead is an answer without its body.
type answerHead struct {
	Status  int         `json:"status"`
	Headers [][2]string `json:"headers,omitempty"`
}

func encodeAnswerHead(a *flow.Answer) (string, error) {
	data, err := flow.EncodeJSON(answerHead{a.Status, a.Headers})
	if err != nil {
		return "", fmt.Errorf("writing the answer: %w", err)
	}
	return string(data), nil
}

func decodeAnswer(head, body []byte) (*flow.Answer, error) {
	var stored answerHead
	if err := json.Unmarshal(head, &stored); err != nil {
		return nil, fmt.Errorf("reading a stored answer: %w", err)
	}
	return &flow.Answer{Status: stored.Status, Headers: stored.Headers, Body: body}, nil
}

// encodeFailure is NULL where there is none.
func encodeFailure(f *flow.Failure) (any, error) {
	if f == nil {
		return nil, nil
	}
	data, err := flow.EncodeJSON(f)
	if err != nil {
		return nil, fmt.Errorf("writing a failure: %w", err)
	}
	return string(data), nil
}

func decodeFailure(data []byte) (*flow.Failure, error) {
	if data == nil {
		return nil, nil
	}
	f := new(flow.Failure)
	if err := json.Unmarshal(data, f); err != nil {
		return nil, fmt.Errorf("reading a stored failure: %w", err)
	}
	return f, nil
}

func decodeSettings(data []byte) (flow.Settings, error) {
	settings := flow.DefaultSettings()
	if err := json.Unmarshal(data, &settings); err != nil {
		return settings, fmt.Errorf("reading stored settings: %w", err)
	}
	return settings, nil
}

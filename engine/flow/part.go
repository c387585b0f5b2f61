package flow

import (
	"encoding/json"
	"fmt"
)

// Part is what a test runs of a flow, when it does not run all of it.
type Part struct {
	// Steps are the IDs of all steps that take part, those that are given and
	// those inside each steps among them. The others are left out: nothing is
	// recorded of them, and an edge from one of them has arrived.
	Steps []string `json:"steps"`
	// Begin are steps of the part that begin at once, whatever leads to them.
	Begin []string `json:"begin,omitempty"`
	// Rounds is how many rounds each steps have at most; 0: all of them.
	Rounds int `json:"rounds,omitempty"`
}

// Given is how a step ends that a test does not run.
type Given struct {
	Output any
	// OutputBlob is as in Event.
	OutputBlob *Blob
	Port       string
	// Failure is there for a step that had failed, and whose flow goes on.
	Failure *Failure
	// Pinned says that a person has pinned the output. Otherwise it is that of
	// the execution with the ID Reused, or, without one, an example.
	Pinned    bool
	Reused    string
	Simulated bool
}

// journalGiven is the form in which a Given is stored.
type journalGiven struct {
	Output    json.RawMessage `json:"out,omitempty"`
	Blob      *Blob           `json:"outb,omitempty"`
	Port      string          `json:"p,omitempty"`
	Failure   *Failure        `json:"err,omitempty"`
	Pinned    bool            `json:"pin,omitempty"`
	Reused    string          `json:"re,omitempty"`
	Simulated bool            `json:"sim,omitempty"`
}

func encodeGiven(given map[string]Given, apart Apart) (json.RawMessage, error) {
	if len(given) == 0 {
		return nil, nil
	}
	stored := make(map[string]journalGiven, len(given))
	for id, g := range given {
		output, blob, err := encodeApart(g.Output, g.OutputBlob, apart)
		if err != nil {
			return nil, fmt.Errorf("the output of step %s: %w", id, err)
		}
		stored[id] = journalGiven{output, blob, g.Port, g.Failure, g.Pinned, g.Reused, g.Simulated}
	}
	return EncodeJSON(stored)
}

// decodeGiven reads what encodeGiven wrote, the outputs only if they are wanted.
func decodeGiven(data json.RawMessage, outputs bool) (map[string]Given, error) {
	if len(data) == 0 {
		return nil, nil
	}
	var stored map[string]journalGiven
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, err
	}
	given := make(map[string]Given, len(stored))
	for id, s := range stored {
		if !outputs {
			s.Output, s.Blob = nil, nil
		}
		output, err := decodeOptional(s.Output)
		if err != nil {
			return nil, fmt.Errorf("the output of step %s: %w", id, err)
		}
		given[id] = Given{output, s.Blob, s.Port, s.Failure, s.Pinned, s.Reused, s.Simulated}
	}
	return given, nil
}

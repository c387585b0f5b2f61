package flow

import (
	"encoding/json"
	"fmt"
	"time"
)

// journalEvent is the form in which an event is stored. Names are short, as
// there are many events; their execution is stored beside them.
type journalEvent struct {
	Seq          int64           `json:"n"`
	Type         EventType       `json:"t"`
	At           time.Time       `json:"at"`
	Step         string          `json:"s,omitempty"`
	Iteration    []int           `json:"i,omitempty"`
	Attempt      int             `json:"a,omitempty"`
	Outcome      Outcome         `json:"o,omitempty"`
	Port         string          `json:"p,omitempty"`
	Duration     time.Duration   `json:"d,omitempty"`
	Failure      *Failure        `json:"err,omitempty"`
	Input        json.RawMessage `json:"in,omitempty"`
	InputBlob    *Blob           `json:"inb,omitempty"`
	Output       json.RawMessage `json:"out,omitempty"`
	OutputBlob   *Blob           `json:"outb,omitempty"`
	Size         int64           `json:"z,omitempty"`
	Items        int             `json:"items,omitempty"`
	Until        *time.Time      `json:"until,omitempty"`
	Child        string          `json:"child,omitempty"`
	Status       Status          `json:"st,omitempty"`
	AnswerStatus int             `json:"ans,omitempty"`
	Mode         Mode            `json:"m,omitempty"`
	Exchanges    []Exchange      `json:"x,omitempty"`
	Reused       string          `json:"re,omitempty"`
	Part         *Part           `json:"part,omitempty"`
	Given        json.RawMessage `json:"given,omitempty"`
	Passed       bool            `json:"pass,omitempty"`
	Final        bool            `json:"fin,omitempty"`
	Cancel       bool            `json:"c,omitempty"`
	Simulated    bool            `json:"sim,omitempty"`
	Pinned       bool            `json:"pin,omitempty"`
	Resumed      bool            `json:"again,omitempty"`
	Safe         bool            `json:"safe,omitempty"`
}

// EncodeEvents writes events of one execution for the journal, with all values in
// them.
func EncodeEvents(events []Event) ([]byte, error) { return EncodeEventsApart(events, nil) }

// EncodeEventsApart is EncodeEvents where apart decides which values stand beside
// the events. A *ValueError says which event cannot be written.
func EncodeEventsApart(events []Event, apart Apart) ([]byte, error) {
	stored := make([]journalEvent, len(events))
	for i := range events {
		e := &events[i]
		stored[i] = journalEvent{
			Seq: e.Seq, Type: e.Type, At: e.At, Step: e.Step, Iteration: e.Iteration,
			Attempt: e.Attempt, Outcome: e.Outcome, Port: e.Port, Duration: e.Duration,
			Passed: e.Passed, Failure: e.Failure, Items: e.Items, Child: e.Child,
			Status: e.Status, AnswerStatus: e.AnswerStatus, Mode: e.Mode, Cancel: e.Cancel,
			Exchanges: e.Exchanges, Simulated: e.Simulated, Pinned: e.Pinned, Reused: e.Reused,
			Resumed: e.Resumed, Safe: e.Safe, Part: e.Part, Size: e.Size, Final: e.Final,
		}
		if !e.Until.IsZero() {
			stored[i].Until = &e.Until
		}
		if err := stored[i].encodeValues(e, apart); err != nil {
			return nil, &ValueError{e.Seq, err}
		}
	}
	return EncodeJSON(stored)
}

func (s *journalEvent) encodeValues(e *Event, apart Apart) (err error) {
	if s.Input, s.InputBlob, err = encodeApart(e.Input, e.InputBlob, apart); err != nil {
		return fmt.Errorf("the input of step %s: %w", e.Step, err)
	}
	if s.Output, s.OutputBlob, err = encodeApart(e.Output, e.OutputBlob, apart); err != nil {
		return fmt.Errorf("the output of step %s: %w", e.Step, err)
	}
	if s.Given, err = encodeGiven(e.Given, apart); err != nil {
		return fmt.Errorf("what is given: %w", err)
	}
	return nil
}

// DecodeEvents reads what EncodeEventsApart wrote; the events belong to the given
// execution. Values that are kept apart are for ReadApart.
func DecodeEvents(execution string, data []byte) ([]Event, error) {
	var stored []journalEvent
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, fmt.Errorf("reading events of execution %s: %w", execution, err)
	}
	events := make([]Event, len(stored))
	for i := range stored {
		s := &stored[i]
		events[i] = s.event(execution)
		var err error
		if events[i].Input, err = decodeOptional(s.Input); err != nil {
			return nil, fmt.Errorf("reading the input of step %s of execution %s: %w", s.Step, execution, err)
		}
		if events[i].Output, err = decodeOptional(s.Output); err != nil {
			return nil, fmt.Errorf("reading the output of step %s of execution %s: %w", s.Step, execution, err)
		}
		if events[i].Given, err = decodeGiven(s.Given, true); err != nil {
			return nil, fmt.Errorf("reading what was given to execution %s: %w", execution, err)
		}
	}
	return events, nil
}

func encodeOptional(value any) (json.RawMessage, error) {
	if value == nil {
		return nil, nil
	}
	return encoder{kinds: true}.append(nil, value)
}

// encodeApart writes a value, or the name under which it is kept apart, which one
// that has not been read has already.
func encodeApart(value any, unread *Blob, apart Apart) (json.RawMessage, *Blob, error) {
	data, err := encodeOptional(value)
	if err != nil || apart == nil || data == nil {
		return data, unread, err
	}
	if blob := apart(data); blob != nil {
		return nil, blob, nil
	}
	return data, nil, nil
}

// DecodeStored reads a value that was kept apart.
func DecodeStored(data []byte) (any, error) { return decodeJSON(data) }

func decodeOptional(data json.RawMessage) (any, error) {
	if len(data) == 0 {
		return nil, nil
	}
	return decodeJSON(data)
}

// event is a stored event without its values.
func (s *journalEvent) event(execution string) Event {
	e := Event{
		Execution: execution,
		Seq:       s.Seq, Type: s.Type, At: s.At, Step: s.Step, Iteration: s.Iteration,
		Attempt: s.Attempt, Outcome: s.Outcome, Port: s.Port, Duration: s.Duration,
		Passed: s.Passed, Failure: s.Failure, Items: s.Items, Child: s.Child,
		Status: s.Status, AnswerStatus: s.AnswerStatus, Mode: s.Mode, Cancel: s.Cancel,
		Exchanges: s.Exchanges, Simulated: s.Simulated, Pinned: s.Pinned, Reused: s.Reused,
		Resumed: s.Resumed, Safe: s.Safe, Part: s.Part, Size: s.Size, Final: s.Final,
		InputBlob: s.InputBlob, OutputBlob: s.OutputBlob,
	}
	if s.Until != nil {
		e.Until = *s.Until
	}
	return e
}

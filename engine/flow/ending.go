package flow

import (
	"encoding/json"
	"fmt"
)

// journalEnding is a stored event without what may be large and tells nothing of
// how a step ended: what it took in, and what it exchanged.
type journalEnding struct {
	journalEvent
	Input     passedOver `json:"in"`
	Exchanges passedOver `json:"x"`
}

// passedOver is JSON that is not read.
type passedOver struct{}

func (*passedOver) UnmarshalJSON([]byte) error { return nil }

// DecodeEndings reads events as DecodeEvents does, without what steps took in
// and what they exchanged. Of outputs it reads those that wanted asks for, given
// the event and how many bytes of JSON its output has; of what was given to the
// execution it reads no outputs at all. Those that are wanted and kept apart are
// for ReadApart. In memory a value takes many times its
// bytes, so this is for those who look through executions of any size.
func DecodeEndings(execution string, data []byte, wanted func(e *Event, bytes int) bool) ([]Event, error) {
	var stored []journalEnding
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, fmt.Errorf("reading events of execution %s: %w", execution, err)
	}
	events := make([]Event, len(stored))
	for i := range stored {
		s := &stored[i].journalEvent
		events[i] = s.event(execution)
		events[i].InputBlob = nil
		if s.OutputBlob != nil && !wanted(&events[i], s.OutputBlob.Size) {
			events[i].OutputBlob = nil
		}
		var err error
		if len(s.Output) > 0 && wanted(&events[i], len(s.Output)) {
			if events[i].Output, err = decodeOptional(s.Output); err != nil {
				return nil, fmt.Errorf("reading the output of step %s of execution %s: %w", s.Step, execution, err)
			}
		}
		if events[i].Given, err = decodeGiven(s.Given, false); err != nil {
			return nil, fmt.Errorf("reading what was given to execution %s: %w", execution, err)
		}
	}
	return events, nil
}

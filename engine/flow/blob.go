package flow

import "fmt"

// Blob names a value that is kept beside the journal, because it is large. Equal
// values have one name and are kept once.
type Blob struct {
	Hash string `json:"h"` // SHA-256 of the value's JSON, in hex
	Size int    `json:"n"` // of the JSON, in bytes
}

// Apart decides where the JSON of a value is kept: apart, under the name that it
// gives, or in the event, if it gives nil.
type Apart func(json []byte) *Blob

// ValueError says that a value of an event cannot be written down.
type ValueError struct {
	Seq    int64 // of the event
	Reason error
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("writing event %d: %v", e.Seq, e.Reason)
}

// Unwrap gives the reason.
func (e *ValueError) Unwrap() error { return e.Reason }

// ReadApart reads the values of an event that are kept apart. read gives the value
// of a blob.
func (e *Event) ReadApart(read func(*Blob) (any, error)) (err error) {
	if e.InputBlob != nil {
		if e.Input, err = read(e.InputBlob); err != nil {
			return fmt.Errorf("reading the input of step %s: %w", e.Step, err)
		}
	}
	if e.OutputBlob != nil {
		if e.Output, err = read(e.OutputBlob); err != nil {
			return fmt.Errorf("reading the output of step %s: %w", e.Step, err)
		}
	}
	for id, given := range e.Given {
		if given.OutputBlob == nil {
			continue
		}
		if given.Output, err = read(given.OutputBlob); err != nil {
			return fmt.Errorf("reading the output that is given to step %s: %w", id, err)
		}
		e.Given[id] = given
	}
	e.forget()
	return nil
}

// forget leaves the names of values out.
func (e *Event) forget() {
	e.InputBlob, e.OutputBlob = nil, nil
	for id, given := range e.Given {
		if given.OutputBlob != nil {
			given.OutputBlob = nil
			e.Given[id] = given
		}
	}
}

package flow

import (
	"encoding/json"
	"time"
)

// EventType names what happened.
type EventType string

// The events of the public contract, section 5.
const (
	ExecutionStarted  EventType = "execution.started"
	StepStarted       EventType = "step.started"
	StepRetrying      EventType = "step.retrying"
	StepFinished      EventType = "step.finished"
	ResponseStored    EventType = "response.stored"
	ExecutionFinished EventType = "execution.finished"
)

// Outcome is how a step ended.
type Outcome string

// The outcomes of the public contract.
const (
	StepSucceeded Outcome = "succeeded"
	StepFailed    Outcome = "failed"
	StepSkipped   Outcome = "skipped"
)

// Event is one entry of an execution's journal. The state of an execution is a
// function of its version and its events, so an event carries all that is
// needed to go on after a restart. Viewers get the Public part.
type Event struct {
	Seq       int64
	Execution string
	Type      EventType
	At        time.Time

	Step string
	// Iteration holds the index of the round in each enclosing each step, the
	// outermost first. Empty for steps of the flow itself.
	Iteration []int
	Attempt   int // of step.started and step.retrying, from 1

	Outcome  Outcome
	Port     string        // that was taken
	Duration time.Duration // of step.finished
	Failure  *Failure
	Input    any // what the step was asked to do, for people to read
	Output   any
	// Size is how many bytes Input or Output have as JSON, if these are enough to
	// count: see core.Limits.
	Size int64
	// InputBlob and OutputBlob are there in events as they are stored, in place of
	// values that have not been read: see ReadApart.
	InputBlob, OutputBlob *Blob
	// Exchanges are the calls that an attempt has made, of step.retrying and
	// step.finished.
	Exchanges []Exchange
	// Reused marks a step that was not run either: its output is that of the
	// execution with this ID.
	Reused string
	// Part and Given are for execution.started: what is run of the flow, nil for
	// all of it, and how the steps end that are not run, by ID.
	Part  *Part
	Given map[string]Given

	// The marks stand together, as there are many events.

	// Passed marks a skipped step whose edges arrive nevertheless: it is
	// disabled, or a person decided to go on without it.
	Passed bool
	// Final is for step.finished: the failure ends the execution, whatever the
	// step's on_error says.
	Final bool
	// Simulated marks a step that a safe test did not perform: its output is an
	// example.
	Simulated bool
	// Pinned marks a step that a test did not run: its output is the one that a
	// person has pinned to it.
	Pinned bool
	// Resumed is for step.retrying: the execution had failed at this step, and was
	// reopened. That failure, and the end of the execution, count no more.
	Resumed bool
	// Safe is for execution.started of a test: steps with effects are not
	// performed.
	Safe bool
	// Cancel is for execution.finished and step.finished: because of a cancel.
	Cancel bool

	Items int       // of a started each step: how many rounds
	Until time.Time // of a started wait step, and of step.retrying: when it goes on
	Child string    // of a started flow step: the execution it starts

	Status       Status // of execution.finished; of execution.started if it waits for its turn
	AnswerStatus int    // of response.stored
	Mode         Mode   // of execution.started
}

// Taken reports whether a finished step was not run, as its output was there
// before the execution.
func (e *Event) Taken() bool { return e.Pinned || e.Reused != "" }

// publicEvent is the form in which viewers get an event. Inputs and outputs are
// not in it: they may be large or private and are asked for by step.
type publicEvent struct {
	Seq        int64      `json:"seq"`
	Execution  string     `json:"execution"`
	Type       EventType  `json:"type"`
	Step       string     `json:"step,omitempty"`
	Iteration  *int       `json:"iteration,omitempty"`
	Iterations []int      `json:"iterations,omitempty"` // only in nested rounds
	At         time.Time  `json:"at"`
	Attempt    int        `json:"attempt,omitempty"`
	Outcome    Outcome    `json:"outcome,omitempty"`
	Port       string     `json:"port,omitempty"`
	MS         *float64   `json:"ms,omitempty"`
	Passed     bool       `json:"passed,omitempty"`
	Simulated  bool       `json:"simulated,omitempty"`
	Pinned     bool       `json:"pinned,omitempty"`
	Reused     string     `json:"reused,omitempty"`
	Resumed    bool       `json:"resumed,omitempty"`
	Safe       bool       `json:"safe,omitempty"`
	Part       []string   `json:"part,omitempty"`
	Error      *Failure   `json:"error,omitempty"`
	Items      *int       `json:"items,omitempty"`
	Until      *time.Time `json:"until,omitempty"`
	Child      string     `json:"child,omitempty"`
	Mode       Mode       `json:"mode,omitempty"`
	Status     any        `json:"status,omitempty"` // a Status, or an answer's HTTP status
}

// Public is the event as the public contract describes it, as JSON.
func (e Event) Public() ([]byte, error) {
	p := publicEvent{
		Seq: e.Seq, Execution: e.Execution, Type: e.Type, Step: e.Step,
		At: e.At, Attempt: e.Attempt, Outcome: e.Outcome, Port: e.Port,
		Passed: e.Passed, Simulated: e.Simulated, Pinned: e.Pinned, Reused: e.Reused,
		Resumed: e.Resumed, Safe: e.Safe, Error: e.Failure, Child: e.Child, Mode: e.Mode,
	}
	if e.Part != nil {
		p.Part = e.Part.Steps
	}
	if n := len(e.Iteration); n > 0 {
		p.Iteration = &e.Iteration[n-1]
		if n > 1 {
			p.Iterations = e.Iteration
		}
	}
	switch e.Type {
	case StepFinished:
		if e.Outcome != StepSkipped && !e.Taken() {
			ms := float64(e.Duration.Microseconds()) / 1000
			p.MS = &ms
		}
	case StepStarted:
		if e.Items > 0 {
			p.Items = &e.Items
		}
	case ResponseStored:
		p.Status = e.AnswerStatus
	case ExecutionFinished:
		p.Status = e.Status
	case ExecutionStarted:
		if e.Status != "" {
			p.Status = e.Status
		}
	case StepRetrying:
	}
	if !e.Until.IsZero() {
		p.Until = &e.Until
	}
	return json.Marshal(p)
}

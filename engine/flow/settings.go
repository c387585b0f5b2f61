package flow

import (
	"fmt"
	"time"
)

// Mode says whether a caller holds the line for the answer or gets an
// execution ID at once.
type Mode string

// The modes of the public contract.
const (
	Sync  Mode = "sync"
	Async Mode = "async"
)

// Valid reports whether m is one of the two modes.
func (m Mode) Valid() bool { return m == Sync || m == Async }

// DeadlineMode says what a caller gets who waited in vain.
type DeadlineMode string

// The deadline modes of the public contract.
const (
	Handover       DeadlineMode = "handover" // a 202, as async
	FailAtDeadline DeadlineMode = "fail"     // a 504 problem
)

// DisconnectMode says what becomes of an execution whose caller hung up.
type DisconnectMode string

// The disconnect modes of the public contract.
const (
	ContinueAlone      DisconnectMode = "continue"
	CancelOnDisconnect DisconnectMode = "cancel"
)

// Bounds of a deadline, from the public contract.
const (
	DefaultDeadline = 25 * time.Second
	MaxDeadline     = 15 * time.Minute
)

// Settings are the parts of a flow that may change without publishing a new
// version. They live beside the versions; an execution records those it began
// with.
type Settings struct {
	Mode          Mode           `json:"mode"`
	Deadline      Duration       `json:"deadline"`
	OnDeadline    DeadlineMode   `json:"on_deadline"`
	OnDisconnect  DisconnectMode `json:"on_disconnect"`
	CallersChoose bool           `json:"callers_choose"`
	Concurrency   int            `json:"concurrency"` // 0: unlimited
	// Callback is nil where nobody is called back. It is not changed once it is
	// part of settings, so settings may share it.
	Callback *Callback `json:"callback,omitempty"`
}

// Equal reports whether two settings are the same.
func (s Settings) Equal(other Settings) bool {
	same := s.Callback.Equal(other.Callback)
	s.Callback, other.Callback = nil, nil
	return same && s == other
}

// DefaultSettings are those of a flow file that gives none.
func DefaultSettings() Settings {
	return Settings{
		Mode:          Sync,
		Deadline:      Duration(DefaultDeadline),
		OnDeadline:    Handover,
		OnDisconnect:  ContinueAlone,
		CallersChoose: true,
	}
}

// Problems says what is wrong with the settings, each under the name of the
// setting in the flow file.
func (s Settings) Problems() []Problem {
	var problems []Problem
	report := func(path, format string, args ...any) {
		problems = append(problems, Problem{
			Severity: SeverityError, Code: CodeInvalidValue,
			Path: path, Message: fmt.Sprintf(format, args...),
		})
	}
	if !s.Mode.Valid() {
		report("mode", "mode is %q; it is either sync or async", s.Mode)
	}
	if s.Deadline <= 0 || time.Duration(s.Deadline) > MaxDeadline {
		report("deadline", "deadline is %s; it must be more than 0s and at most 15m", s.Deadline)
	}
	if s.OnDeadline != Handover && s.OnDeadline != FailAtDeadline {
		report("on_deadline", "on_deadline is %q; it is either handover or fail", s.OnDeadline)
	}
	if s.OnDisconnect != ContinueAlone && s.OnDisconnect != CancelOnDisconnect {
		report("on_disconnect", "on_disconnect is %q; it is either continue or cancel", s.OnDisconnect)
	}
	if s.Concurrency < 0 {
		report("concurrency", "concurrency is %d; it is a number of executions, or 0 for no limit", s.Concurrency)
	}
	if s.Callback != nil {
		s.Callback.problems(report)
	}
	return problems
}

package core

import (
	"time"

	"redial/engine/flow"
)

// Limits are what one execution may use up. What is zero is not bounded. They are
// asked about before a step is begun and never change what has happened, so an
// execution is read back the same under others.
type Limits struct {
	// Steps that are begun, each attempt and each step of each round by itself.
	Steps int
	// Rounds of all each steps together.
	Rounds int
	// Bytes of all that steps take in and put out, as the events say.
	Bytes int64
	// Time in which steps were under way: see Usage.
	Time time.Duration
}

// Limit is one of Limits.
type Limit uint8

// The limits.
const (
	NoLimit Limit = iota
	LimitSteps
	LimitRounds
	LimitBytes
	LimitTime
)

// Usage is what an execution has used up so far: a function of its events.
type Usage struct {
	Steps, Rounds int
	Bytes         int64
	// Time is that in which steps were under way. Steps that merely wait do not
	// count, and of a time in which nothing happens no more than LongestGap: the
	// process may have been down, or the flow may have waited for another.
	Time time.Duration

	newest time.Time // of the events
}

// LongestGap is how much of a time without events counts as used. No call takes
// longer.
const LongestGap = 15 * time.Minute

// Used is what the execution has used up.
func (s *State) Used() Usage { return s.usage }

// Exceeds says which limit keeps the execution from beginning another step, or
// rounds of an each step; NoLimit: none.
func (s *State) Exceeds(l *Limits, rounds int) Limit {
	u := &s.usage
	switch {
	case l.Steps > 0 && u.Steps >= l.Steps:
		return LimitSteps
	case l.Rounds > 0 && u.Rounds+rounds > l.Rounds:
		return LimitRounds
	case l.Bytes > 0 && u.Bytes > l.Bytes:
		return LimitBytes
	case l.Time > 0 && u.Time > l.Time:
		return LimitTime
	default:
		return NoLimit
	}
}

// use counts an event, before it is applied.
func (s *State) use(e *flow.Event) {
	u := &s.usage
	u.Bytes += e.Size
	if e.Type == flow.StepStarted {
		u.Steps++
		u.Rounds += e.Items
	}
	if s.Root.calls > s.attention {
		// The clock may have been set back.
		u.Time += min(max(0, e.At.Sub(u.newest)), LongestGap)
	}
	u.newest = e.At
}

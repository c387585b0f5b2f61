package flow

import "time"

// Status is where an execution stands.
type Status string

// The statuses of the public contract.
const (
	Queued         Status = "queued"
	Running        Status = "running"
	Waiting        Status = "waiting"
	Succeeded      Status = "succeeded"
	Failed         Status = "failed"
	Canceled       Status = "canceled"
	NeedsAttention Status = "needs_attention"
)

// Valid reports whether s is one of the statuses.
func (s Status) Valid() bool {
	switch s {
	case Queued, Running, Waiting, Succeeded, Failed, Canceled, NeedsAttention:
		return true
	default:
		return false
	}
}

// Ended reports whether an execution with this status has come to its end.
// One that needs attention has not: a person may let it go on.
func (s Status) Ended() bool { return s == Succeeded || s == Failed || s == Canceled }

// Request is the call that started an execution, as `trigger` shows it to the
// flow's expressions. Header names are in lower case.
type Request struct {
	Method     string         `json:"method"`
	Path       string         `json:"path"`
	Query      map[string]any `json:"query"`
	Headers    map[string]any `json:"headers"`
	Body       any            `json:"body"`
	ReceivedAt string         `json:"receivedAt"` // RFC 3339
}

// Answer is what a flow tells its caller.
type Answer struct {
	Status  int         `json:"status"`
	Headers [][2]string `json:"headers,omitempty"`
	Body    []byte      `json:"body,omitempty"`
}

// Execution is one run of a version, as lists and pages show it.
type Execution struct {
	ID        string
	Flow      string // slug
	VersionID int64
	Version   int  // number; 0: a draft under test
	Test      bool // started by "test", not by a caller
	Mode      Mode // in effect for this call
	Settings  Settings
	Status    Status
	// Parent has the IDs of the executions whose flow steps led to this one, the
	// outermost first, joined by slashes. Empty for one that a caller started.
	Parent    string
	StartedAt time.Time
	EndedAt   time.Time // zero while not ended
	// AnsweredAt is when an answer was stored and AnswerStatus its HTTP status.
	AnsweredAt   time.Time
	AnswerStatus int
	// HungUpAt is when a caller hung up who was kept waiting, the last one if
	// there were several; zero: none has. Settings say what that means.
	HungUpAt time.Time
	Failure  *Failure // of a failed execution
	LastSeq  int64    // of its newest event
}

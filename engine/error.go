package engine

// ErrorCode says what kind of mistake a request to the engine holds.
type ErrorCode string

// The error codes.
const (
	ErrorInvalid  ErrorCode = "invalid"  // it asks for something that is not there
	ErrorConflict ErrorCode = "conflict" // the execution is not in the state for it
)

// Error is a request to the engine that cannot be carried out. Its message is
// fit for whoever asked.
type Error struct {
	Code    ErrorCode
	Message string
}

func (e *Error) Error() string { return e.Message }

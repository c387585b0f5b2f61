package flow

// FailureCode says why a step or an execution failed. Codes alone decide the
// HTTP status of the answer and whether another attempt is made.
type FailureCode string

// The failure codes.
const (
	FailedService     FailureCode = "service_error"       // an outside service answered with an error
	FailedUnreachable FailureCode = "service_unreachable" // no connection, or it broke
	FailedTimeout     FailureCode = "timeout"             // an attempt took longer than the step allows
	FailedConnection  FailureCode = "connection"          // the step's connection is missing or incomplete
	FailedEgress      FailureCode = "egress"              // the address may not be called from here
	FailedExpression  FailureCode = "expression"          // an expression of the step failed
	FailedInput       FailureCode = "invalid_input"       // a field's value is not what the step takes
	FailedLimit       FailureCode = "limit"               // a size, count or depth was exceeded
	FailedByFlow      FailureCode = "failed_by_flow"      // a fail step
	FailedCanceled    FailureCode = "canceled"            // canceled while under way
	FailedUnknown     FailureCode = "outcome_unknown"     // interrupted; the effect may have happened
	FailedInternal    FailureCode = "internal"            // our own fault
)

// The failure codes of what an execution may use up at most. They do not pass by
// themselves.
const (
	FailedSteps      FailureCode = "too_many_steps"    // steps of one execution
	FailedRounds     FailureCode = "too_many_rounds"   // of each steps
	FailedAttempts   FailureCode = "too_many_attempts" // at one step
	FailedOutput     FailureCode = "output_too_large"  // of one step, or what it takes in
	FailedOutputs    FailureCode = "outputs_too_large" // of all steps of one execution
	FailedAnswer     FailureCode = "answer_too_large"  // of the flow
	FailedNesting    FailureCode = "flows_too_deep"    // flows that start flows
	FailedLength     FailureCode = "took_too_long"     // the execution as a whole
	FailedUnstorable FailureCode = "not_storable"      // what happened cannot be written down
)

// Failure is why a step failed. It is shown to those who build the flow: no secret
// and nothing of the program's inside may be in it. Of outside services callers are
// told less, as its words may name an address.
type Failure struct {
	Code    FailureCode `json:"code"`
	Message string      `json:"message"`
	// Status is the HTTP status that the outside service answered with, or that
	// a fail step asks for; 0 if there is none.
	Status int `json:"status,omitempty"`
	// Step is the ID of the failed step and Iteration its round, if any.
	Step      string `json:"step,omitempty"`
	Iteration []int  `json:"iteration,omitempty"`
	// Retryable says that the reason may pass by itself.
	Retryable bool `json:"retryable"`
	// RetryAfter is how long the outside service asked to wait; 0 if it did not.
	RetryAfter Duration `json:"retryAfter,omitempty"`
}

// Error makes a failure usable as a Go error.
func (f *Failure) Error() string { return f.Message }

// Object is the failure as later steps see it: {"code", "message", "status"}.
func (f *Failure) Object() map[string]any {
	object := map[string]any{"code": string(f.Code), "message": f.Message, "status": nil}
	if f.Status != 0 {
		object["status"] = int64(f.Status)
	}
	return object
}

package expression

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Codes of faults, for tests and for programs. The message is for people.
const (
	FaultSyntax       = "syntax"
	FaultUnknownName  = "unknown_name"
	FaultUnknownField = "unknown_field"
	FaultUnknownStep  = "unknown_step"
	FaultNotUpstream  = "not_upstream"
	FaultMaySkip      = "may_skip"
	FaultFunction     = "unknown_function"
	FaultArguments    = "arguments"
	FaultType         = "type"
	FaultLimit        = "limit"
)

// Fault is one thing that is wrong with an expression before it runs.
type Fault struct {
	// Start and End are a range of bytes in the source.
	Start, End int
	// Message says what is wrong and what to do.
	Message string
	// Warning is true where the expression can run all the same.
	Warning bool
	// Code is one of the Fault constants.
	Code string
}

// failed says whether a fault keeps the expression from running.
func failed(faults []Fault) bool {
	for _, f := range faults {
		if !f.Warning {
			return true
		}
	}
	return false
}

// Codes of errors.
const (
	// CodeNull: a value was null where one is needed.
	CodeNull = "null"
	// CodeType: a value is of the wrong kind.
	CodeType = "type"
	// CodeValue: a value is of the right kind and cannot be used all the same.
	CodeValue = "value"
	// CodeOverflow: a number left the range of its kind.
	CodeOverflow = "overflow"
	// CodeLimit: the evaluation ran out of work, memory or time.
	CodeLimit = "limit"
)

// Error is why an evaluation failed. Its text is fit for the user: it names
// the place, and kinds and lengths of values, but never dumps them.
type Error struct {
	Message string
	// Code is one of the Code constants.
	Code string
	// Offset and End are the range of bytes in Source that failed.
	Offset, End int
	// Source is the whole expression or template.
	Source string
	// quiet is the message without anything of the values' content.
	quiet string
}

// Error says what happened and where.
func (e *Error) Error() string {
	if e.Source == "" {
		return e.Message
	}
	where := e.Source
	if e.Offset >= 0 && e.End > e.Offset && e.End <= len(e.Source) {
		where = e.Source[e.Offset:e.End]
	}
	return e.Message + " (in: " + clip(strings.TrimSpace(where), 2*maxText) + ")"
}

// errorf makes an error that does not know its place yet; the node whose
// evaluation it ends gives it one.
func errorf(code, format string, args ...any) *Error {
	quiet := make([]any, len(args))
	for i, arg := range args {
		quiet[i] = arg
		if d, ok := arg.(described); ok {
			quiet[i] = d.quiet()
		}
	}
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Offset: -1, quiet: fmt.Sprintf(format, quiet...)}
}

// hush takes what the values hold out of the message, for expressions that may
// read secrets.
func (e *Error) hush() {
	if e.quiet != "" {
		e.Message = e.quiet
	}
}

// at gives an error its place, unless it has one from further inside.
func at(n *node, err error) error {
	var e *Error
	if errors.As(err, &e) && e.Offset < 0 {
		e.Offset, e.End = n.start, n.end
	}
	return err
}

// clip shortens text for a message.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

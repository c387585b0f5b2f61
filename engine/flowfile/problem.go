package flowfile

import (
	"errors"
	"fmt"

	"redial/engine/flow"
)

// ErrTooLarge says that a file is over one of the limits of the format: its
// size, its nesting, the number of its steps or edges.
var ErrTooLarge = errors.New("the flow file is too large")

// SyntaxError says why and where a file cannot be read at all.
type SyntaxError struct {
	Line, Column int // from 1; columns count characters
	Message      string
	cause        error
}

// Error is the message with its place.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
}

// Unwrap gives ErrTooLarge for a file over the limits.
func (e *SyntaxError) Unwrap() error { return e.cause }

// Problem is the error in the form in which the problems of readable files are
// shown.
func (e *SyntaxError) Problem() flow.Problem {
	code := flow.CodeSyntax
	if errors.Is(e, ErrTooLarge) {
		code = flow.CodeLimit
	}
	return flow.Problem{
		Severity: flow.SeverityError, Code: code, Message: e.Message,
		Line: e.Line, Column: e.Column,
	}
}

func (s *source) syntaxError(offset int, format string, args ...any) *SyntaxError {
	line, column := s.place(offset)
	return &SyntaxError{Line: line, Column: column, Message: fmt.Sprintf(format, args...)}
}

func (s *source) tooLarge(offset int, format string, args ...any) *SyntaxError {
	err := s.syntaxError(offset, format, args...)
	err.cause = ErrTooLarge
	return err
}

// maxProblems bounds what one file can report. A file with more is not a flow
// that somebody corrects line by line.
const maxProblems = 200

// report collects problems while a file is read, each at the trail's place.
type report struct {
	source *source
	trail
	problems []flow.Problem
	omitted  bool
}

func (r *report) error(offset int, code, format string, args ...any) {
	r.add(flow.SeverityError, offset, code, fmt.Sprintf(format, args...))
}

func (r *report) warning(offset int, code, format string, args ...any) {
	r.add(flow.SeverityWarning, offset, code, fmt.Sprintf(format, args...))
}

func (r *report) add(severity flow.Severity, offset int, code, message string) {
	if len(r.problems) == maxProblems {
		if !r.omitted {
			r.omitted = true
			r.problems = append(r.problems, flow.Problem{
				Severity: flow.SeverityError, Code: flow.CodeLimit, Line: 1, Column: 1,
				Message: fmt.Sprintf("there are more than %d problems; the others are not shown", maxProblems),
			})
		}
		return
	}
	if r.omitted {
		return
	}
	line, column := r.source.place(offset)
	r.problems = append(r.problems, flow.Problem{
		Severity: severity, Code: code, Message: message,
		Path: r.path(), Step: r.step(), Line: line, Column: column,
	})
}

package flow

import "fmt"

// Severity tells a problem that blocks publishing from one that does not.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Codes of problems, for programs. People read the message.
const (
	CodeInvalidValue      = "invalid_value"
	CodeUnknownKey        = "unknown_key"
	CodeDuplicateKey      = "duplicate_key"
	CodeUnknownStep       = "unknown_step"
	CodeUnknownPort       = "unknown_port"
	CodeUnknownComponent  = "unknown_component"
	CodeUnknownField      = "unknown_field"
	CodeMissingField      = "missing_field"
	CodeUnknownConnection = "unknown_connection"
	CodeExpression        = "expression"
	CodeCycle             = "cycle"
	CodeUnreachable       = "unreachable"
	CodeErrorEdge         = "error_edge"
	CodeRespond           = "respond"
	CodeDeadline          = "deadline"
	CodeLimit             = "limit"
	CodeSyntax            = "syntax"
)

// Problem is one thing that is wrong with a flow. The command `check`, the
// designer and publishing report the same problems in the same words.
type Problem struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"`
	Message  string   `json:"message"`
	// Path leads to the place in the flow file, in the form
	// steps.check_inventory.with.sku or edges[2]. Empty: the file as a whole.
	Path string `json:"path,omitempty"`
	// Step is the ID of the step that the problem belongs to, if any.
	Step string `json:"step,omitempty"`
	// Line and Column count from 1, columns in characters. Zero: unknown.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Start and End are the byte range of a fault within the text at Path, for
	// expressions.
	Start int `json:"start,omitempty"`
	End   int `json:"end,omitempty"`
}

// String is the problem as `check` prints it, without the file's name.
func (p Problem) String() string {
	text := p.Message
	if p.Severity == SeverityWarning {
		text = "warning: " + text
	}
	return fmt.Sprintf("%d:%d: %s", p.Line, p.Column, text)
}

// HasErrors reports whether one of the problems blocks publishing.
func HasErrors(problems []Problem) bool {
	for _, p := range problems {
		if p.Severity == SeverityError {
			return true
		}
	}
	return false
}

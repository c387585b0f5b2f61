// Package schema checks plain values against JSON Schema, draft 2020-12, and
// says in plain English what does not fit.
//
// The library reads schemas: it checks them against the meta-schema and
// resolves references. Checking values is done here, because values come from
// strangers: the library collects every fault before it returns, has no limit
// on the work that one value may cost, and speaks in the terms of schemas.
// Tests hold the two to the same verdicts.
//
// What is taken and what is not:
//
//   - format is checked, which the draft leaves open. Unknown formats pass.
//   - Patterns are those of Go's regexp (RE2): no look-around, no
//     back-references, and time that is linear in the text.
//   - References reach only into the schema itself. Nothing is ever loaded.
//   - $dynamicRef and other drafts are refused.
//   - Integers are exact. 1.0 is an integer, as the draft says.
//
// Nothing that knows of requests, flows or steps may enter this package.
package schema

import "strings"

// Bounds of what one check may cost and tell.
const (
	// MaxViolations is how many violations Validate tells at most.
	MaxViolations = 100
	// maxSteps bounds the work of one Validate to a second or two. A body of
	// 10 MiB has at most five million values.
	maxSteps = 12_000_000
	// maxPointer is where a pointer is cut back to the value that holds the one
	// at fault.
	maxPointer = 2_000
)

// Violation is one place of a value that does not fit the schema.
type Violation struct {
	// Pointer leads to the place, as a JSON Pointer (RFC 6901). Of a field
	// that is missing it is where the field should be. Empty: the whole value.
	Pointer string `json:"pointer"`
	// Detail says what is wrong, for whoever sent the value. It does not
	// repeat texts of the value.
	Detail string `json:"detail"`
	// Place and Rule are Pointer and Detail without any name, text or number of the
	// value, for those who keep no part of it: names that are not in the schema, and
	// places in lists, are "*".
	Place string `json:"-"`
	Rule  string `json:"-"`
}

// Schema is a compiled schema. It is immutable and may be used at once from
// many goroutines.
type Schema struct {
	root  *node
	names map[string]bool // of all fields that stand in it
}

// Validate says what does not fit: every violation, the known fields of an
// object in the order of their names before the others, at most MaxViolations.
// No violation means that the value, a plain JSON value, fits.
func (s *Schema) Validate(value any) []Violation {
	c := &check{steps: maxSteps, names: s.names}
	c.value(s.root, value, nil)
	if c.steps <= 0 {
		const tooLarge = "is too large to be checked against the schema"
		return append(c.violations[:min(len(c.violations), MaxViolations-1)], Violation{Detail: tooLarge, Rule: tooLarge})
	}
	return c.violations
}

// Error says what is wrong with a schema.
type Error struct {
	Pointer string // RFC 6901, within the schema; empty: the schema as a whole
	Message string
}

// Error is the message with its place.
func (e *Error) Error() string {
	if e.Pointer == "" {
		return e.Message
	}
	return "at " + e.Pointer + ": " + e.Message
}

var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

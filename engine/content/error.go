package content

import "fmt"

// Error says why a body could not be read. Its text is fit for the caller who
// sent the body.
type Error struct {
	// Type is what the body claims to be: "JSON", "XML", "text", "a form",
	// "multipart/form-data".
	Type string
	// Offset is the byte at fault and Line the line, both counting from 1.
	// Zero: not known.
	Offset int64
	Line   int
	// TooLarge says that the body may be well-formed but goes over a limit.
	TooLarge bool
	// Message says what is wrong.
	Message string
}

// Error is the whole sentence, with the place.
func (e *Error) Error() string {
	text := "the body is not " + e.Type + ": " + e.Message
	if e.TooLarge {
		text = "the body cannot be read as " + e.Type + ": " + e.Message
	}
	switch {
	case e.Line > 0:
		return fmt.Sprintf("%s at line %d", text, e.Line)
	case e.Offset > 0:
		return fmt.Sprintf("%s at byte %d", text, e.Offset)
	default:
		return text
	}
}

package edit

import "fmt"

// Refused is why an edit is not done: a sentence for the person who wanted it,
// that says what is in the way and what to do.
type Refused struct {
	Message string
	Step    string // that it is about, if any
	Path    string // below the step, or below the flow
}

// Error is the sentence.
func (r *Refused) Error() string { return r.Message }

func refuse(step, path, format string, args ...any) *Refused {
	return &Refused{Message: fmt.Sprintf(format, args...), Step: step, Path: path}
}

package expression

import (
	"fmt"
	"time"
)

// The bounds of the language. Expressions and their values come from outside,
// so everything that can grow is counted before it grows.
const (
	// MaxSource is the longest expression, in bytes.
	MaxSource = 16 << 10
	// MaxTemplate is the longest template, in bytes.
	MaxTemplate = 1 << 20
	// MaxTemplateParts is the largest number of expressions in one template.
	MaxTemplateParts = 1000
	// MaxNesting is how deep brackets, signs, conditions and let may nest.
	MaxNesting = 100

	// maxDepth bounds chains that nest in the tree without nesting in the
	// source, such as a.b.c or a + b + c.
	maxDepth = 1000
	// maxNodes bounds the size of the tree.
	maxNodes = 10000

	// maxFaults bounds the faults and the warnings that are reported for one
	// expression: nobody reads more, and each may cost a search for near names.
	maxFaults = 20

	// maxSteps is the work one evaluation may do. A step is about one visit of
	// a list's element, or 16 bytes of text looked at.
	maxSteps = 5_000_000
	// maxMemory is what one evaluation may allocate, in bytes, garbage included.
	maxMemory = 64 << 20
	// maxTime is the longest time one evaluation may take. It is looked at only
	// every clockEvery steps, so that ordinary expressions never ask the clock.
	maxTime    = 10 * time.Second
	clockEvery = 1 << 16

	// maxPattern is the longest regular expression, in bytes, and
	// maxPatternSize its largest size once repetitions are multiplied out.
	maxPattern     = 1000
	maxPatternSize = 20_000

	// maxText is how much of a value's text a message may show.
	maxText = 60
	// maxValueDepth is how deep the lists and objects of a result may nest.
	maxValueDepth = 1000
)

// Sizes that are charged for values, in bytes: an element of a list, an entry
// of an object, and what any list or object costs by itself.
const (
	sizeElement   = 16
	sizeEntry     = 64
	sizeContainer = 48
)

// work charges n steps.
func (r *run) work(n int) error {
	before := r.steps
	r.steps += int64(n)
	if r.steps > maxSteps || n < 0 {
		return &Error{Code: CodeLimit, Offset: -1, Message: fmt.Sprintf(
			"the expression does too much work: more than %d million steps; make its lists shorter, or look values up with lookup or joinBy instead of a filter in a map", maxSteps/1_000_000)}
	}
	if before/clockEvery != r.steps/clockEvery {
		return r.checkTime()
	}
	return nil
}

func (r *run) checkTime() error {
	now := time.Now()
	if r.started.IsZero() {
		r.started = now
		return nil
	}
	if now.Sub(r.started) > maxTime {
		return &Error{Code: CodeLimit, Offset: -1, Message: fmt.Sprintf("the expression took longer than %s", maxTime)}
	}
	return nil
}

// grow charges n bytes, before they are allocated.
func (r *run) grow(n int) error {
	r.memory += int64(n)
	if r.memory > maxMemory || n < 0 {
		return &Error{Code: CodeLimit, Offset: -1, Message: fmt.Sprintf(
			"the expression needs too much memory: more than %d MiB of text, lists and objects", maxMemory>>20)}
	}
	return r.work(n / 16)
}

// growList charges a list of n elements.
func (r *run) growList(n int) error {
	if n > maxMemory/sizeElement {
		return r.grow(maxMemory + 1)
	}
	r.built = true
	return r.grow(sizeContainer + n*sizeElement)
}

// growObject charges an object of n entries.
func (r *run) growObject(n int) error {
	if n > maxMemory/sizeEntry {
		return r.grow(maxMemory + 1)
	}
	r.built = true
	return r.grow(sizeContainer + n*sizeEntry)
}

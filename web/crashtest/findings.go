package crashtest

import (
	"fmt"
	"strings"

	"redial/engine/flow"
)

// Kind is one way in which a promise is broken.
type Kind string

// The kinds, as the table calls them.
const (
	Lost         Kind = "accepted and lost"
	RunAgain     Kind = "steps recorded as done and run again"
	NotOnce      Kind = "effects that are not there exactly once"
	OutOfNowhere Kind = "effects without an execution, or one call with two"
	TwoAnswers   Kind = "two answers for one execution"
	Stuck        Kind = "neither ended nor waiting for a person at an unsafe step"
	Damaged      Kind = "journals with gaps or doubled ends"
)

// Kinds are all kinds in the order of the table.
func Kinds() []Kind {
	return []Kind{Lost, RunAgain, NotOnce, OutOfNowhere, TwoAnswers, Stuck, Damaged}
}

// shown is how many examples of each kind are kept.
const shown = 5

// Findings are what a check has counted, and the promises that it found broken.
type Findings struct {
	Executions   map[flow.Status]int
	Keyed        int // calls with a key
	KeyedEffects int // what they have brought about
	Unsafe       int // calls that must not be repeated

	count    map[Kind]int
	examples map[Kind][]string
}

func newFindings() *Findings {
	return &Findings{Executions: map[flow.Status]int{}, count: map[Kind]int{}, examples: map[Kind][]string{}}
}

func (f *Findings) add(kind Kind, format string, args ...any) {
	f.count[kind]++
	if len(f.examples[kind]) < shown {
		f.examples[kind] = append(f.examples[kind], fmt.Sprintf(format, args...))
	}
}

// Broken is how often promises of a kind were broken.
func (f *Findings) Broken(kind Kind) int { return f.count[kind] }

// Err says which promises were broken; nil: none.
func (f *Findings) Err() error {
	var text strings.Builder
	for _, kind := range Kinds() {
		if f.count[kind] == 0 {
			continue
		}
		fmt.Fprintf(&text, "%s: %d\n", kind, f.count[kind])
		for _, example := range f.examples[kind] {
			fmt.Fprintf(&text, "  %s\n", example)
		}
	}
	if text.Len() == 0 {
		return nil
	}
	return fmt.Errorf("promises were broken\n%s", text.String())
}

// total is the number of executions.
func (f *Findings) total() int {
	sum := 0
	for _, n := range f.Executions {
		sum += n
	}
	return sum
}

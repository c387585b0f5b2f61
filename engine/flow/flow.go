// Package flow holds the nouns of Redial: flows and their steps, published
// versions, executions and their events, problems and failures.
//
// It is a leaf: it imports nothing but the standard library and knows neither
// how a flow is read, nor checked, nor run, nor stored. Every other room may
// import it.
package flow

import (
	"regexp"
	"slices"
)

// FormatVersion is the value of the `redial` key of a flow file that this
// program reads and writes.
const FormatVersion = 1

// Limits of a flow file, from the public contract.
const (
	MaxSteps     = 1000
	MaxEdges     = 5000
	MaxFileBytes = 1 << 20
	MaxNesting   = 64
)

// TriggerID is the ID that edges and expressions use for the trigger. No step
// may bear it.
const TriggerID = "trigger"

// Names of the ports that every kind of step can have. The default port has
// no name.
const (
	DefaultPort = ""
	ErrorPort   = "error"
)

// Flow is a graph of steps joined by edges, as it stands in a flow file.
// Steps and edges keep the order of the file.
type Flow struct {
	Slug        string
	Name        string
	Description string
	Settings    Settings
	Config      Object
	Trigger     Trigger
	Body
}

// Body is what a flow and the `do` of an each step have in common: steps and
// the edges between them.
type Body struct {
	Steps []Step
	Edges []Edge
}

// Trigger is what starts a flow. It is no step: it has no ID of its own choice,
// no retry and no incoming edges.
type Trigger struct {
	Uses string
	With Object
	At   *Position
}

// Step is one node of the graph.
type Step struct {
	ID         string
	Uses       string // built-in step or component/action[@version]
	Name       string
	Note       string
	Connection string
	With       Object
	Do         *Body // the inner graph of an each step; nil for all others
	Timeout    Duration
	Retry      *Retry
	OnError    ErrorMode
	Disabled   bool
	At         *Position
}

// Title is the name a person gave the step, or else its ID.
func (s *Step) Title() string {
	if s.Name != "" {
		return s.Name
	}
	return s.ID
}

// Edge joins a port of one step to another step.
type Edge struct {
	From string
	Port string // DefaultPort where the file names none
	To   string
}

// String is the edge as the flow file writes it.
func (e Edge) String() string {
	if e.Port == DefaultPort {
		return e.From + " -> " + e.To
	}
	return e.From + "." + e.Port + " -> " + e.To
}

// Position is where a card stands on the canvas, in canvas pixels.
type Position struct{ X, Y float64 }

// Retry says how often and with what pauses a failed attempt is repeated.
type Retry struct {
	Attempts int      // all attempts, the first included
	Pause    Duration // before the second attempt
	Factor   float64  // by which each later pause grows; 2 unless given
	Jitter   float64  // share of a pause that is left to chance; 0.2 unless given
}

// Defaults of retries, from the public contract.
const (
	DefaultRetryFactor = 2
	DefaultRetryJitter = 0.2
)

// ErrorMode says what a failing step means for its execution.
type ErrorMode string

// The error modes of the public contract.
const (
	OnErrorFail     ErrorMode = "fail"     // the execution fails
	OnErrorContinue ErrorMode = "continue" // the output is {"error": …}
	OnErrorRoute    ErrorMode = "route"    // the error port is taken
)

var (
	slugPattern = regexp.MustCompile(`^[a-z0-9-]{1,64}$`)
	idPattern   = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
)

// ValidSlug reports whether s may name a flow.
func ValidSlug(s string) bool { return slugPattern.MatchString(s) }

// ValidID reports whether s may name a step.
func ValidID(s string) bool { return idPattern.MatchString(s) && s != TriggerID }

// All yields every step of the body, the inner ones of each steps included,
// outer before inner, in file order.
func (b *Body) All(yield func(*Step) bool) { b.walk(yield) }

func (b *Body) walk(yield func(*Step) bool) bool {
	for i := range b.Steps {
		if !yield(&b.Steps[i]) {
			return false
		}
		if inner := b.Steps[i].Do; inner != nil && !inner.walk(yield) {
			return false
		}
	}
	return true
}

// Step finds a step of this body by its ID, not looking into each steps.
func (b *Body) Step(id string) (*Step, bool) {
	i := slices.IndexFunc(b.Steps, func(s Step) bool { return s.ID == id })
	if i < 0 {
		return nil, false
	}
	return &b.Steps[i], true
}

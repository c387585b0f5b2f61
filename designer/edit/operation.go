package edit

import "redial/engine/flow"

// Operation is one thing that is done to a flow: Add, Remove, Connect and so
// on. Steps are named by their IDs, "trigger" is the trigger.
type Operation interface {
	// apply does it and says what was done, for undo and the history: "Add
	// Branch". The error is a *Refused.
	apply(e *editor) (label string, err error)
}

// Port is where an edge leaves a step.
type Port struct {
	Step string
	Port string // flow.DefaultPort where none is named
}

// Add adds a step.
type Add struct {
	Uses string
	// ID is used if it is valid and free; else one is made from Uses.
	ID, Name   string
	Connection string // empty: the only one of the component, if there is one only
	With       flow.Object
	At         *flow.Position // nil: a free place, or as the layout wants it
	In         string         // the each step around it; empty: the flow itself
	After      *Port          // an edge from here to the new step
	Into       *flow.Edge     // an edge that the new step is put into
	Before     string         // an edge from the new step to this one
}

// Remove takes steps away, with their edges and all that is in them.
type Remove struct {
	Steps []string
	// Heal joins what led to the steps with what followed them.
	Heal bool
}

// Connect adds an edge.
type Connect struct{ flow.Edge }

// Disconnect removes an edge.
type Disconnect struct{ flow.Edge }

// Reconnect moves an end of an edge. What is nil stays.
type Reconnect struct {
	flow.Edge
	NewFrom, NewPort, NewTo *string
}

// Move puts cards elsewhere.
type Move struct {
	Steps []Placed
	// In is the each step that they move into, empty: out of all. Nil: they
	// stay in the body in which they are.
	In *string
	// Into is an edge that the one step that moves is put into.
	Into *flow.Edge
}

// Placed is a step and a place on the canvas.
type Placed struct {
	Step string
	At   flow.Position
}

// Set gives a field a value. Objects that are missing on the way are made.
type Set struct {
	Step  string // empty: the flow
	Path  string // "name", "retry.attempts", `with["odd key"]`, "with.paths[1].when"
	Value any
}

// Unset takes a field or an item of a list away. Objects that become empty by
// it go too.
type Unset struct{ Step, Path string }

// Insert puts an item into a list.
type Insert struct {
	Step, Path string
	Index      int
	Value      any
}

// Shift moves an item of a list.
type Shift struct {
	Step, Path string
	From, To   int
}

// Rename gives a step another ID. Edges and expressions follow.
type Rename struct{ Step, ID string }

// RenamePath gives a path of a branch another name. Its edges follow.
type RenamePath struct{ Step, Path, Name string }

// Replace makes another kind of step of one. Fields of the same name stay, and
// edges whose ports there still are.
type Replace struct{ Step, Uses string }

// Duplicate makes copies of steps beside them.
type Duplicate struct{ Steps []string }

// Paste adds the steps of a text: a flow file, or a part of one as Copy makes
// it.
type Paste struct {
	Text string
	In   string
	// At is where the upper left corner goes if there is room. If there is none,
	// the steps go to the right of those that they follow, or else below what is
	// in the way.
	At *flow.Position
	// After is the step that the first of them follows, if one of them alone is
	// the first and After has one port alone that leads nowhere. Steps that are
	// pasted into a flow that has none follow the trigger.
	After string
}

// Tidy takes positions away, or lays out the given steps where they are.
type Tidy struct{ Steps []string }

// Load replaces everything but the slug by a flow file.
type Load struct{ Text string }

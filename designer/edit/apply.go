package edit

import (
	"redial/engine/flow"
	"redial/engine/step"
)

// Options are what an edit needs to know besides the flow.
type Options struct {
	// Library says which fields and ports steps have.
	Library *step.Library
	// Connections are those that there are, and the components they belong to.
	Connections map[string]string
	// Layout says where all cards stand on the canvas as things are, by their
	// IDs. Without it, or for cards that it leaves out, positions are those of
	// the file.
	Layout func(*flow.Flow) map[string]flow.Position
}

// Result is what came of an edit.
type Result struct {
	Tree flow.Object
	// Created are the IDs of new steps, in the order in which they were made.
	Created []string
	// Renamed are the new IDs of steps by their old ones.
	Renamed map[string]string
	// Removed are the IDs of steps that are gone.
	Removed []string
	// Notice is what else people should know: "Confirm and Notify read it."
	// It is empty mostly.
	Notice string
	// Label is what undo and the history call the edit: "Add Check inventory".
	Label string
}

// Apply does the operations one after the other. The error is a *Refused; then
// nothing is done. The tree given is not changed.
func Apply(tree flow.Object, operations []Operation, options Options) (*Result, error) {
	return nil, refuse("", "", "this is not possible yet")
}

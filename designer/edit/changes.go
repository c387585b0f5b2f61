package edit

import (
	"errors"

	"redial/engine/flow"
)

// Changes are what turned one tree into another. They are done one after the
// other.
type Changes []Change

// Change replaces, adds or removes one field of an object, or one item of a
// list of edges.
type Change struct {
	// Path leads to the field, or to the list of edges.
	Path []string
	// Index is where a field that is added or removed stands in its object, or
	// an item in its list.
	Index int
	// Old and New are the values; nil where there is none.
	Old, New *Value
}

// Value is a value of a flow file.
type Value struct{ any }

// ErrConflict says that changes do not fit a tree: what they replace is not
// there as they found it. The error's text has the path.
var ErrConflict = errors.New("the flow was changed there meanwhile")

// Diff is what turns one tree into another: Diff(a, b).Apply(a) is b, including
// the order of fields and items.
func Diff(before, after flow.Object) Changes { return nil }

// Apply does the changes to a tree, which may be another one than that which
// they were made for. The error is ErrConflict if what they replace is not
// there as they found it.
func (c Changes) Apply(tree flow.Object) (flow.Object, error) { return nil, ErrConflict }

// Inverse are the changes that take these back.
func (c Changes) Inverse() Changes { return nil }

// Overlaps reports whether both change the same place.
func (c Changes) Overlaps(o Changes) bool { return false }

// Join makes one list of changes of two that follow each other. Changes of the
// same value become one.
func Join(a, b Changes) Changes { return append(a, b...) }

// Copy is the flow-file text of steps, for the clipboard.
func Copy(tree flow.Object, steps []string) ([]byte, error) {
	return nil, refuse("", "", "this is not possible yet")
}

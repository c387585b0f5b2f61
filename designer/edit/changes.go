package edit

import (
	"errors"
	"fmt"
	"slices"

	"redial/engine/flow"
)

// Changes are what turned one tree into another, made by Diff. They are done
// one after the other.
type Changes []Change

// Change replaces, adds or removes one field of an object or one item of a list
// of edges, or gives the fields of an object another order.
type Change struct {
	// Path are the names of the fields that lead to the field, to the list of
	// edges, or to the object whose order changes.
	Path []string
	Kind ChangeKind
	// Index is where a field that is added or removed stands in its object, or
	// an item in its list.
	Index int
	// Old and New are the values; nil where there is none. Of an order they are
	// lists of names.
	Old, New *Value
}

// ChangeKind says what a change is about.
type ChangeKind string

// The kinds of changes.
const (
	ChangeField ChangeKind = ""
	ChangeItem  ChangeKind = "item"
	ChangeOrder ChangeKind = "order"
)

// Value is a value of a flow file, null among them.
type Value struct{ Any any }

// ErrConflict says that changes do not fit a tree: what they replace is not
// there as they found it. The text of the error that wraps it has the path.
var ErrConflict = errors.New("the flow was changed there meanwhile")

// Apply does the changes to a tree, which may be another one than that which
// they were made for, and is not changed itself. Where what they replace is not
// there as they found it, the error is ErrConflict.
//
// The result may not be in the form that reading a file gives
// (flowfile.FromTree), if others have changed the flow too.
func (c Changes) Apply(tree flow.Object) (flow.Object, error) {
	w := writer{owned: map[*flow.Field]bool{}}
	for i := range c {
		after, ok := w.change(tree, &c[i], c[i].Path)
		if !ok {
			return nil, fmt.Errorf("%s: %w", placeName(names(c[i].Path...)), ErrConflict)
		}
		tree = after
	}
	return tree, nil
}

// Inverse are the changes that take these back.
func (c Changes) Inverse() Changes {
	inverse := make(Changes, len(c))
	for i, change := range c {
		change.Old, change.New = change.New, change.Old
		inverse[len(c)-1-i] = change
	}
	return inverse
}

// Added are the IDs of the steps that the changes add; of a step with steps inside
// of it, its own.
func (c Changes) Added() []string {
	var added []string
	for i := range c {
		if c[i].Kind != ChangeField || c[i].Old != nil || c[i].New == nil {
			continue
		}
		steps, _ := c[i].New.Any.(flow.Object)
		switch path := c[i].Path; levelOf(path) {
		case stepLevel:
			if id := path[len(path)-1]; id != flow.TriggerID {
				added = append(added, id)
			}
		case stepsLevel:
			for j := range steps {
				added = append(added, steps[j].Name)
			}
		case bodyLevel, edgesLevel, fieldsLevel, configLevel, valueLevel:
		}
	}
	slices.Sort(added)
	return added
}

// writer does changes. Objects that it has made itself are changed in place.
type writer struct{ owned map[*flow.Field]bool }

// change does a change below an object, where path leads to its place.
func (w *writer) change(o flow.Object, c *Change, path []string) (flow.Object, bool) {
	if c.Kind == ChangeOrder && len(path) == 0 {
		return w.order(o, c)
	}
	if len(path) == 0 {
		return nil, false
	}
	i := indexOf(o, path[0])
	if len(path) == 1 && c.Kind == ChangeField {
		return w.field(o, i, c)
	}
	if i < 0 && c.fills(path) {
		var empty any = flow.Object{}
		if c.Kind == ChangeItem {
			empty = []any{}
		}
		i, o = len(o), inserted(o, len(o), path[0], empty)
	}
	if i < 0 {
		return nil, false
	}
	var inner any
	var ok bool
	if len(path) == 1 && c.Kind == ChangeItem {
		inner, ok = item(o[i].Value, c)
	} else if object, isObject := o[i].Value.(flow.Object); isObject {
		inner, ok = w.change(object, c, path[1:])
	}
	if !ok {
		return nil, false
	}
	return w.set(o, i, inner), true
}

func (w *writer) set(o flow.Object, i int, value any) flow.Object {
	if !w.owned[&o[0]] {
		o = slices.Clone(o)
		w.owned[&o[0]] = true
	}
	o[i].Value = value
	return o
}

// field replaces, adds or removes the field at index i, which is -1 if it is
// not there.
func (w *writer) field(o flow.Object, i int, c *Change) (flow.Object, bool) {
	if c.soft() && i >= 0 && sameKind(o[i].Value, c.value()) && (c.Old == nil || !isEmpty(o[i].Value)) {
		return o, true // it is there for others too
	}
	if c.soft() && c.New == nil && i < 0 {
		return o, true
	}
	switch {
	case c.Old == nil && (i >= 0 || c.New == nil):
		return nil, false
	case c.Old == nil:
		return inserted(o, c.Index, c.Path[len(c.Path)-1], c.New.Any), true
	case i < 0 || !same(o[i].Value, c.Old.Any):
		return nil, false
	case c.New == nil:
		return without(o, o[i].Name), true
	}
	return w.set(o, i, c.New.Any), true
}

func (w *writer) order(o flow.Object, c *Change) (flow.Object, bool) {
	if c.Old == nil || c.New == nil || !same(fieldNames(o), c.Old.Any) {
		return nil, false
	}
	wanted, _ := c.New.Any.([]any)
	ordered := make(flow.Object, 0, len(o))
	for _, name := range wanted {
		text, _ := name.(string)
		value, found := o.Get(text)
		if !found {
			return nil, false
		}
		ordered = append(ordered, flow.Field{Name: text, Value: value})
	}
	return ordered, len(ordered) == len(o)
}

func fieldNames(o flow.Object) []any {
	names := make([]any, len(o))
	for i, f := range o {
		names[i] = f.Name
	}
	return names
}

// item adds or removes an item of a list in which each is there only once.
func item(value any, c *Change) (any, bool) {
	list, isList := value.([]any)
	find := func(wanted any) int {
		return slices.IndexFunc(list, func(item any) bool { return same(item, wanted) })
	}
	switch {
	case !isList || (c.Old == nil) == (c.New == nil):
		return nil, false
	case c.Old != nil:
		i := find(c.Old.Any)
		if i < 0 {
			return nil, false
		}
		return slices.Concat(list[:i], list[i+1:]), true
	case find(c.New.Any) >= 0:
		return nil, false
	}
	i := min(max(c.Index, 0), len(list))
	return slices.Concat(list[:i], []any{c.New.Any}, list[i:]), true
}

// value is the one that the change adds or removes.
func (c *Change) value() any {
	if c.New != nil {
		return c.New.Any
	}
	return c.Old.Any
}

// soft says that the change only makes or removes the empty object or list
// around others, such as the `steps` of a flow that has none yet. Several
// people may do so: who comes second finds it there, and it goes with the last.
func (c *Change) soft() bool {
	return c.Kind == ChangeField && (c.Old == nil) != (c.New == nil) && isEmpty(c.value()) && isContainer(c.Path)
}

// fills says that the change puts something into an object or list that is
// missing, but only because somebody took away what was in it: path is what
// remains of the way when it is missed.
func (c *Change) fills(path []string) bool {
	beyond := 2
	if c.Kind == ChangeItem {
		beyond = 1
	}
	return c.Old == nil && c.New != nil && c.Kind != ChangeOrder && len(path) == beyond &&
		isContainer(c.Path[:len(c.Path)-beyond+1])
}

func isEmpty(value any) bool {
	switch v := value.(type) {
	case flow.Object:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return false
}

func sameKind(a, b any) bool {
	switch a.(type) {
	case flow.Object:
		_, ok := b.(flow.Object)
		return ok
	case []any:
		_, ok := b.([]any)
		return ok
	}
	return false
}

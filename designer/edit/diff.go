package edit

import (
	"slices"
	"sort"

	"redial/engine/flow"
)

// Diff is what turns one tree into another: Diff(a, b).Apply(a) is b, including
// the order of fields and items. Objects are compared field by field, lists of
// edges item by item, and all else as a whole.
func Diff(before, after flow.Object) Changes {
	d := differ{}
	d.object(nil, before, after)
	return d.changes
}

type differ struct{ changes Changes }

func (d *differ) add(path []string, c Change) {
	c.Path = slices.Clone(path)
	d.changes = append(d.changes, c)
}

func (d *differ) value(path []string, a, b any) {
	if same(a, b) {
		return
	}
	switch x := a.(type) {
	case flow.Object:
		if y, both := b.(flow.Object); both {
			d.object(path, x, y)
			return
		}
	case []any:
		if y, both := b.([]any); both && isEdges(path) && eachOnce(x) && eachOnce(y) {
			d.items(path, x, y)
			return
		}
	}
	d.add(path, Change{Old: &Value{a}, New: &Value{b}})
}

func (d *differ) object(path []string, a, b flow.Object) {
	if sameNames(a, b) {
		for i := range a {
			d.value(below(path, a[i].Name), a[i].Value, b[i].Value)
		}
		return
	}
	inA, inB := indexes(a), indexes(b)
	for i, f := range slices.Backward(a) {
		if _, stays := inB[f.Name]; !stays {
			d.remove(below(path, f.Name), i, f.Value)
		}
	}
	var old, now []any
	for _, f := range a {
		if _, stays := inB[f.Name]; stays {
			old = append(old, f.Name)
		}
	}
	for _, f := range b {
		if _, was := inA[f.Name]; was {
			now = append(now, f.Name)
		}
	}
	if !same(old, now) {
		d.add(path, Change{Kind: ChangeOrder, Old: &Value{old}, New: &Value{now}})
	}
	for _, f := range a {
		if i, stays := inB[f.Name]; stays {
			d.value(below(path, f.Name), f.Value, b[i].Value)
		}
	}
	for i, f := range b {
		if _, was := inA[f.Name]; !was {
			d.insert(below(path, f.Name), i, f.Value)
		}
	}
}

// remove takes a field away. What is around others is emptied first, so that it
// stays if somebody else has put something into it.
func (d *differ) remove(path []string, index int, value any) {
	if isContainer(path) && (sameKind(value, flow.Object{}) || sameKind(value, []any{}) && eachOnce(value.([]any))) {
		empty := emptyLike(value)
		d.value(path, value, empty)
		value = empty
	}
	d.add(path, Change{Index: index, Old: &Value{value}})
}

func (d *differ) insert(path []string, index int, value any) {
	if !isContainer(path) || !sameKind(value, flow.Object{}) && !(sameKind(value, []any{}) && eachOnce(value.([]any))) {
		d.add(path, Change{Index: index, New: &Value{value}})
		return
	}
	empty := emptyLike(value)
	d.add(path, Change{Index: index, New: &Value{empty}})
	d.value(path, empty, value)
}

func emptyLike(value any) any {
	if _, isList := value.([]any); isList {
		return []any{}
	}
	return flow.Object{}
}

// items compares lists in which each item is there only once. What stands in
// the same order in both stays, all else is taken out and put in.
func (d *differ) items(path []string, a, b []any) {
	inB := make(map[any]int, len(b))
	for i, item := range b {
		inB[item] = i
	}
	stays := rising(a, inB)
	for i, item := range slices.Backward(a) {
		if !stays[item] {
			d.add(path, Change{Kind: ChangeItem, Index: i, Old: &Value{item}})
		}
	}
	for i, item := range b {
		if !stays[item] {
			d.add(path, Change{Kind: ChangeItem, Index: i, New: &Value{item}})
		}
	}
}

// rising is the longest selection of items whose indexes in the other list
// rise (patience sorting).
func rising(items []any, index map[any]int) map[any]bool {
	var tails []int // item that ends the best selection of each length
	previous := make([]int, len(items))
	for i, item := range items {
		at, found := index[item]
		if !found {
			continue
		}
		n := sort.Search(len(tails), func(k int) bool { return index[items[tails[k]]] >= at })
		previous[i] = -1
		if n > 0 {
			previous[i] = tails[n-1]
		}
		if n == len(tails) {
			tails = append(tails, i)
		} else {
			tails[n] = i
		}
	}
	chosen := map[any]bool{}
	if len(tails) > 0 {
		for i := tails[len(tails)-1]; i >= 0; i = previous[i] {
			chosen[items[i]] = true
		}
	}
	return chosen
}

func eachOnce(list []any) bool {
	seen := make(map[string]bool, len(list))
	for _, item := range list {
		text, isText := item.(string)
		if !isText || seen[text] {
			return false
		}
		seen[text] = true
	}
	return true
}

func sameNames(a, b flow.Object) bool {
	return slices.EqualFunc(a, b, func(x, y flow.Field) bool { return x.Name == y.Name })
}

func indexes(o flow.Object) map[string]int {
	all := make(map[string]int, len(o))
	for i, f := range o {
		all[f.Name] = i
	}
	return all
}

// below is a path that no other one shares its memory with.
func below(path []string, name string) []string {
	return append(path[:len(path):len(path)], name)
}

// level says what a path of a flow file leads to.
type level int

const (
	bodyLevel level = iota // the flow, or the inside of an each step
	stepsLevel
	edgesLevel
	stepLevel
	fieldsLevel
	configLevel
	valueLevel
)

func levelOf(path []string) level {
	at := bodyLevel
	for i, name := range path {
		switch {
		case at == bodyLevel && name == "steps":
			at = stepsLevel
		case at == bodyLevel && name == "edges":
			at = edgesLevel
		case at == bodyLevel && name == "config" && i == 0:
			at = configLevel
		case at == bodyLevel && name == flow.TriggerID && i == 0, at == stepsLevel:
			at = stepLevel
		case at == stepLevel && name == "with":
			at = fieldsLevel
		case (at == stepLevel || at == fieldsLevel) && name == "do":
			at = bodyLevel
		default:
			return valueLevel
		}
	}
	return at
}

func isEdges(path []string) bool { return levelOf(path) == edgesLevel }

// isContainer tells objects and lists that are there only for what is in them.
func isContainer(path []string) bool {
	at := levelOf(path)
	return len(path) > 0 && at != stepLevel && at != valueLevel
}

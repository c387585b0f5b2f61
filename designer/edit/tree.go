package edit

import (
	"math"
	"slices"

	"redial/engine/flow"
)

// with is an object with a field that has this value: where it stands already,
// or else at the end. The object given is not changed.
func with(o flow.Object, name string, value any) flow.Object {
	if i := indexOf(o, name); i >= 0 {
		changed := slices.Clone(o)
		changed[i].Value = value
		return changed
	}
	return inserted(o, len(o), name, value)
}

// without is an object that lacks a field.
func without(o flow.Object, name string) flow.Object {
	i := indexOf(o, name)
	if i < 0 {
		return o
	}
	changed := make(flow.Object, 0, len(o)-1)
	return append(append(changed, o[:i]...), o[i+1:]...)
}

// inserted is an object with one more field, at an index.
func inserted(o flow.Object, index int, name string, value any) flow.Object {
	index = min(max(index, 0), len(o))
	changed := make(flow.Object, 0, len(o)+1)
	changed = append(append(changed, o[:index]...), flow.Field{Name: name, Value: value})
	return append(changed, o[index:]...)
}

func indexOf(o flow.Object, name string) int {
	for i := range o {
		if o[i].Name == name {
			return i
		}
	}
	return -1
}

func has(o flow.Object, name string) bool { return indexOf(o, name) >= 0 }

// lookup finds the value at a path of field names.
func lookup(o flow.Object, path []string) (value any, found bool) {
	value = o
	for _, name := range path {
		object, isObject := value.(flow.Object)
		if !isObject {
			return nil, false
		}
		if value, found = object.Get(name); !found {
			return nil, false
		}
	}
	return value, true
}

// put is an object with a value at a path of field names. What is missing on
// the way is made; what stands in the way and is no object is replaced.
func put(o flow.Object, path []string, value any) flow.Object {
	if len(path) == 0 {
		whole, _ := value.(flow.Object)
		return whole
	}
	if len(path) > 1 {
		inner, _ := o.Get(path[0])
		object, _ := inner.(flow.Object)
		value = put(object, path[1:], value)
	}
	return with(o, path[0], value)
}

// same reports whether two values are exactly the same, in kind and in order.
func same(a, b any) bool {
	switch x := a.(type) {
	case flow.Object:
		y, isObject := b.(flow.Object)
		if !isObject || len(x) != len(y) {
			return false
		}
		if len(x) > 0 && &x[0] == &y[0] {
			return true
		}
		for i := range x {
			if x[i].Name != y[i].Name || !same(x[i].Value, y[i].Value) {
				return false
			}
		}
		return true
	case []any:
		y, isList := b.([]any)
		if !isList || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !same(x[i], y[i]) {
				return false
			}
		}
		return true
	case float64:
		y, isFloat := b.(float64)
		return isFloat && math.Float64bits(x) == math.Float64bits(y) // -0.0 is written differently
	default:
		switch b.(type) {
		case flow.Object, []any:
			return false
		}
		return a == b
	}
}

// size is about how many bytes a value takes in a file, and never more than it
// really takes.
func size(value any) int {
	switch v := value.(type) {
	case string:
		return len(v)
	case []any:
		total := 0
		for _, item := range v {
			total += size(item) + 2
		}
		return total
	case flow.Object:
		total := 0
		for _, f := range v {
			total += len(f.Name) + size(f.Value) + 2
		}
		return total
	default:
		return 1
	}
}

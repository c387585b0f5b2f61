// Package schema makes a JSON Schema out of a value, for those who have a sample
// and want the shape that calls must have. The sample always fits its schema.
package schema

import (
	"maps"
	"slices"

	"redial/engine/flow"
)

// Bounds. What lies beyond is left open, so that the sample fits all the same.
const (
	maxDepth      = 16
	maxProperties = 200
	maxItems      = 200
	maxExample    = 100 // characters
)

// From is the schema of a value: its types, the members that objects must have,
// and what the sample holds as examples. Values are plain JSON ones, or with
// flow.Object for objects. Lists get one schema for all of their items.
func From(sample any) flow.Object { return from([]any{flow.Plain(sample)}, 0) }

// from is the schema that all of some values fit.
func from(values []any, depth int) flow.Object {
	var schema flow.Object
	kinds := kindsOf(values)
	switch {
	case len(kinds) == 0 || depth > maxDepth:
		return flow.Object{}
	case len(kinds) == 1:
		schema = schema.Set("type", kinds[0])
	default:
		types := make([]any, len(kinds))
		for i, kind := range kinds {
			types[i] = kind
		}
		schema = schema.Set("type", types)
	}
	if slices.Contains(kinds, "object") {
		schema = members(schema, values, depth)
	}
	if slices.Contains(kinds, "array") {
		schema = items(schema, values, depth)
	}
	if example, ok := example(values); ok {
		schema = schema.Set("examples", []any{example})
	}
	return schema
}

// order is that in which types are listed.
var order = []string{"object", "array", "string", "integer", "number", "boolean", "null"}

func kindsOf(values []any) []string {
	found := map[string]bool{}
	for _, value := range values {
		found[kindOf(value)] = true
	}
	if found["number"] {
		delete(found, "integer") // every integer is a number
	}
	var kinds []string
	for _, kind := range order {
		if found[kind] {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 1 && kinds[0] == "null" {
		return nil // null says nothing of what may come
	}
	return kinds
}

func kindOf(value any) string {
	switch value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case int64:
		return "integer"
	case float64:
		return "number"
	case bool:
		return "boolean"
	default:
		return "null"
	}
}

// members describes what the objects among the values have. A member that all
// have, and that is null in none, must be there.
func members(schema flow.Object, values []any, depth int) flow.Object {
	byName := map[string][]any{}
	objects := 0
	for _, value := range values {
		object, ok := value.(map[string]any)
		if !ok {
			continue
		}
		objects++
		for name, member := range object {
			byName[name] = append(byName[name], member)
		}
	}
	var required []any
	properties := flow.Object{}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		if len(properties) == maxProperties {
			break
		}
		found := byName[name]
		properties = append(properties, flow.Field{Name: name, Value: from(found, depth+1)})
		if len(found) == objects && !slices.Contains(found, nil) {
			required = append(required, name)
		}
	}
	if len(required) > 0 {
		schema = schema.Set("required", required)
	}
	return schema.Set("properties", properties)
}

// items describes all items of the lists among the values at once.
func items(schema flow.Object, values []any, depth int) flow.Object {
	var all []any
	for _, value := range values {
		list, _ := value.([]any)
		all = append(all, list...)
	}
	if len(all) == 0 || len(all) > maxItems {
		return schema
	}
	if of := from(all, depth+1); len(of) > 0 {
		schema = schema.Set("items", of)
	}
	return schema
}

// example is the first value that says something and is short.
func example(values []any) (any, bool) {
	for _, value := range values {
		switch v := value.(type) {
		case string:
			if v != "" && len([]rune(v)) <= maxExample {
				return v, true
			}
		case int64, float64:
			return v, true
		}
	}
	return nil, false
}

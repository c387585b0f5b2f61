package openapi

import (
	"maps"
	"slices"

	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/step"
)

// Bounds of schemas that are derived: types share parts, so the tree that they
// stand for can be far larger than they are.
const (
	maxDepth = 12
	maxNodes = 2000
)

// shapeSchema is the JSON Schema of a value before it is evaluated.
func shapeSchema(s step.Shape) flow.Object {
	w := writer{left: maxNodes}
	return w.shape(s, 0)
}

// writer writes schemas. Beyond its bounds it leaves them open.
type writer struct{ left int }

func (w *writer) spent(depth int) bool {
	w.left--
	return w.left < 0 || depth > maxDepth
}

func (w *writer) shape(s step.Shape, depth int) flow.Object {
	if w.spent(depth) {
		return flow.Object{}
	}
	switch {
	case s.IsConstant:
		return w.constant(s.Constant, depth)
	case s.Fields != nil:
		properties, required := flow.Object{}, []any{}
		for _, f := range s.Fields {
			properties = append(properties, flow.Field{Name: f.Name, Value: w.shape(f.Value, depth+1)})
			required = append(required, f.Name)
		}
		return object(properties, required)
	case s.Items != nil:
		items := make([]flow.Object, len(s.Items))
		for i := range s.Items {
			items[i] = w.shape(s.Items[i], depth+1)
		}
		return list(items)
	default:
		return w.value(s.Type, depth)
	}
}

// constant is the schema of a value that is always the same.
func (w *writer) constant(value any, depth int) flow.Object {
	if w.spent(depth) {
		return flow.Object{}
	}
	switch v := value.(type) {
	case nil:
		return typed("null")
	case map[string]any:
		properties, required := flow.Object{}, []any{}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			properties = append(properties, flow.Field{Name: name, Value: w.constant(v[name], depth+1)})
			required = append(required, name)
		}
		return object(properties, required)
	case []any:
		items := make([]flow.Object, len(v))
		for i := range v {
			items[i] = w.constant(v[i], depth+1)
		}
		return list(items)
	default:
		schema := w.value(expression.TypeOf(value), depth)
		return append(schema, flow.Field{Name: "const", Value: value})
	}
}

// value is the schema of what an expression gives. What may be null may also be
// missing within it, so only what is known to be there is required.
func (w *writer) value(t *expression.Type, depth int) flow.Object {
	if w.spent(depth) {
		return flow.Object{}
	}
	schema := w.known(t, depth)
	if t != nil && t.Nullable && kind(t) != expression.Any && kind(t) != expression.Null {
		for i, f := range schema {
			switch f.Name {
			case "type":
				schema[i].Value = []any{f.Value, "null"}
			case "enum":
				if choices := f.Value.([]any); !slices.Contains(choices, nil) {
					schema[i].Value = append(slices.Clone(choices), nil)
				}
			}
		}
	}
	return schema
}

func (w *writer) known(t *expression.Type, depth int) flow.Object {
	switch kind(t) {
	case expression.Null:
		return typed("null")
	case expression.Boolean:
		return scalar("boolean", t)
	case expression.Integer:
		return append(scalar("integer", t), flow.Field{Name: "format", Value: "int64"})
	case expression.Number:
		return scalar("number", t)
	case expression.Text, expression.Date:
		return scalar("string", t)
	case expression.List:
		return flow.Object{{Name: "type", Value: "array"}, {Name: "items", Value: w.value(t.Items, depth+1)}}
	case expression.Object:
		properties, required := flow.Object{}, []any{}
		for _, name := range slices.Sorted(maps.Keys(t.Fields)) {
			field := t.Fields[name]
			properties = append(properties, flow.Field{Name: name, Value: w.value(field, depth+1)})
			if kind(field) != expression.Any && !field.Nullable {
				required = append(required, name)
			}
		}
		return object(properties, required)
	default:
		return flow.Object{}
	}
}

func kind(t *expression.Type) expression.Kind {
	if t == nil {
		return expression.Any
	}
	return t.Kind
}

func typed(name string) flow.Object { return flow.Object{{Name: "type", Value: name}} }

func scalar(name string, t *expression.Type) flow.Object {
	schema := typed(name)
	if len(t.Choices) > 0 {
		schema = append(schema, flow.Field{Name: "enum", Value: distinct(t.Choices)})
	}
	switch t.Example.(type) {
	case bool, int64, float64, string:
		schema = append(schema, flow.Field{Name: "examples", Value: []any{t.Example}})
	}
	return schema
}

// distinct are the choices without those that come again: an enum has none twice.
func distinct(choices []any) []any {
	var found []any
	for _, c := range choices {
		if !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	return found
}

func object(properties flow.Object, required []any) flow.Object {
	schema := typed("object")
	if len(properties) > 0 {
		schema = append(schema, flow.Field{Name: "properties", Value: properties})
	}
	if len(required) > 0 {
		schema = append(schema, flow.Field{Name: "required", Value: required})
	}
	return schema
}

// list is a list whose items may be of several kinds.
func list(items []flow.Object) flow.Object {
	return flow.Object{{Name: "type", Value: "array"}, {Name: "items", Value: anyOf(items)}}
}

// anyOf is the schema of what fits one of several.
func anyOf(schemas []flow.Object) flow.Object {
	var different []any
	var seen []string
	for _, s := range schemas {
		text, err := flow.EncodeJSON(s)
		if err != nil || len(s) == 0 {
			return flow.Object{}
		}
		if !slices.Contains(seen, string(text)) {
			seen, different = append(seen, string(text)), append(different, s)
		}
	}
	switch len(different) {
	case 0:
		return flow.Object{}
	case 1:
		return different[0].(flow.Object)
	default:
		return flow.Object{{Name: "anyOf", Value: different}}
	}
}

// Package sample makes values that fit a JSON Schema, for people to try a flow
// with: what the schema gives as an example or default, else something plain
// that fits. It always gives the same value for the same schema.
//
// It knows schemas and nothing of flows, requests or pages.
package sample

import (
	"math"
	"strings"

	"redial/engine/flow"
	"redial/engine/schema"
)

// maxDepth bounds how deep a sample goes: a schema may refer to itself.
const maxDepth = 8

// maxItems bounds how many items a list gets that has to have many.
const maxItems = 20

// Of is a sample of a schema, as it stands in a flow file: a flow.Object, a
// plain object, or a boolean. Objects in it are flow.Objects in the order of the
// schema. Where a schema asks for too much, as for a text of two patterns, the
// sample need not fit; Fits tells.
func Of(document any) any {
	g := generator{root: document}
	return g.value(document, "", 0)
}

// Fits reports whether a value fits a schema.
func Fits(document, value any) bool {
	compiled, err := schema.Compile(flow.Plain(document))
	return err == nil && len(compiled.Validate(flow.Plain(value))) == 0
}

type generator struct {
	root any // what references lead into
}

// value is a sample of a schema. name is that of the field it is for, or of the
// list it is in, and says what a text may be.
func (g *generator) value(document any, name string, depth int) any {
	s := g.resolve(document)
	if given, ok := given(s); ok {
		return given
	}
	if depth >= maxDepth {
		return nil
	}
	if part, ok := alternative(s); ok {
		return g.value(merged(s, part), name, depth+1)
	}
	for _, part := range s.list("allOf") {
		s = merged(s, g.resolve(part))
	}
	switch s.kind() {
	case "object":
		return g.object(s, depth)
	case "array":
		return g.array(s, name, depth)
	case "integer":
		return integer(s)
	case "number":
		return number(s)
	case "boolean":
		return true
	case "null":
		return nil
	default:
		return text(s, name)
	}
}

// given is a value that the schema names itself.
func given(s keywords) (any, bool) {
	if value, ok := s["const"]; ok {
		return value, true
	}
	if list := s.list("examples"); len(list) > 0 {
		return list[0], true
	}
	for _, key := range []string{"example", "default"} { // example is OpenAPI's
		if value, ok := s[key]; ok {
			return value, true
		}
	}
	if list := s.list("enum"); len(list) > 0 {
		return list[0], true
	}
	return nil, false
}

func alternative(s keywords) (keywords, bool) {
	for _, key := range []string{"oneOf", "anyOf"} {
		if list := s.list(key); len(list) > 0 {
			return read(list[0]), true
		}
	}
	return nil, false
}

// object has all the fields that the schema describes, and those it asks for.
func (g *generator) object(s keywords, depth int) any {
	object := flow.Object{}
	properties := fields(s["properties"])
	for _, f := range properties {
		object = append(object, flow.Field{Name: f.Name, Value: g.value(f.Value, f.Name, depth+1)})
	}
	for _, item := range s.list("required") {
		name, ok := item.(string)
		if _, there := object.Get(name); ok && !there {
			object = append(object, flow.Field{Name: name, Value: text(nil, name)})
		}
	}
	return object
}

func (g *generator) array(s keywords, name string, depth int) any {
	wanted := int(min(max(s.number("minItems", 0), 1), maxItems))
	if most := s.number("maxItems", math.Inf(1)); float64(wanted) > most {
		wanted = int(most)
	}
	prefix := s.list("prefixItems")
	items := make([]any, 0, wanted)
	for i := range wanted {
		of := s["items"]
		if i < len(prefix) {
			of = prefix[i]
		}
		items = append(items, g.value(of, strings.TrimSuffix(name, "s"), depth+1))
	}
	return items
}

// resolve follows a reference within the schema.
func (g *generator) resolve(document any) keywords {
	s := read(document)
	for range maxDepth {
		ref, ok := s["$ref"].(string)
		if !ok {
			return s
		}
		at := g.root
		path, local := strings.CutPrefix(ref, "#")
		if !local {
			return s
		}
		for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
			if part != "" {
				at = read(at)[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)]
			}
		}
		s = read(at)
	}
	return s
}

func integer(s keywords) any {
	low, high := math.Ceil(s.low()), math.Floor(s.high())
	if s["exclusiveMinimum"] != nil && low == s.number("exclusiveMinimum", 0) {
		low++
	}
	value := pick(1, low, high)
	if step := s.number("multipleOf", 0); step > 0 && math.Mod(value, step) != 0 {
		value = math.Ceil(math.Max(low, value)/step) * step
	}
	if math.Abs(value) > 1<<53 {
		return value
	}
	return int64(value)
}

func number(s keywords) any {
	low, high := s.low(), s.high()
	value := pick(9.5, low, high)
	if s["exclusiveMinimum"] != nil && value <= s.number("exclusiveMinimum", 0) {
		value = low + math.Min(1, (high-low)/2)
	}
	if s["exclusiveMaximum"] != nil && value >= s.number("exclusiveMaximum", 0) {
		value = high - math.Min(1, (high-low)/2)
	}
	if step := s.number("multipleOf", 0); step > 0 {
		value = math.Ceil(value/step) * step
	}
	if value == math.Trunc(value) && math.Abs(value) < 1<<53 {
		return int64(value)
	}
	return value
}

// pick is the wanted value, moved into the range.
func pick(wanted, low, high float64) float64 { return math.Max(low, math.Min(wanted, high)) }

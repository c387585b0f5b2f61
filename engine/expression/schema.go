package expression

import "strings"

// Bounds of a schema: it may come from a component added at run time, and may
// refer to itself.
const (
	maxSchemaDepth = 24
	maxSchemaNodes = 20_000
)

// TypeFromSchema reads what a JSON Schema, given as a plain JSON value, says
// about values. Keywords that say nothing about the shape are ignored, so is
// whatever lies beyond a bounded depth; both leave the type open. References
// are followed inside the document only ("#/$defs/name").
func TypeFromSchema(schema any) *Type {
	reader := schemaReader{root: schema}
	return reader.read(schema, 0)
}

type schemaReader struct {
	root  any
	nodes int
}

func (s *schemaReader) read(schema any, depth int) *Type {
	s.nodes++
	object, ok := schema.(map[string]any)
	if !ok || depth > maxSchemaDepth || s.nodes > maxSchemaNodes {
		return typeAny
	}
	if ref, ok := object["$ref"].(string); ok {
		return s.read(s.resolve(ref), depth+1)
	}
	t := s.shape(object, depth)
	for _, part := range asList(object["allOf"]) {
		t = narrow(t, s.read(part, depth+1))
	}
	for _, keyword := range []string{"anyOf", "oneOf"} {
		if choices := asList(object[keyword]); len(choices) > 0 {
			t = narrow(t, s.choice(choices, depth))
		}
	}
	return withExample(t, object)
}

// choice is the type of a value that fits one of several schemas.
func (s *schemaReader) choice(choices []any, depth int) *Type {
	t := s.read(choices[0], depth+1)
	for _, c := range choices[1:] {
		t = join(t, s.read(c, depth+1))
	}
	return t
}

// shape reads type, properties, items and the like.
func (s *schemaReader) shape(object map[string]any, depth int) *Type {
	kinds, null := schemaKinds(object)
	if object["nullable"] == true {
		null = true
	}
	if len(kinds) != 1 {
		switch {
		case len(kinds) == 0 && null:
			return typeNull
		case len(kinds) == 2 && isNumber(kinds[0]) && isNumber(kinds[1]):
			kinds = []Kind{Number}
		default:
			return typeAny
		}
	}
	t := &Type{Kind: kinds[0], Nullable: null, Choices: schemaChoices(object)}
	switch t.Kind {
	case Text:
		if format, _ := object["format"].(string); format == "date-time" || format == "date" {
			t.Kind = Date
		}
	case List:
		if items, ok := object["items"].(map[string]any); ok {
			t.Items = s.read(items, depth+1)
		}
	case Object:
		s.fields(t, object, depth)
	default: // Scalars have no inside.
	}
	return t
}

func (s *schemaReader) fields(t *Type, object map[string]any, depth int) {
	t.Open = object["additionalProperties"] != false
	t.Fields = map[string]*Type{}
	required := map[string]bool{}
	for _, name := range asList(object["required"]) {
		if name, ok := name.(string); ok {
			required[name] = true
			t.Fields[name] = typeAny
		}
	}
	properties, _ := object["properties"].(map[string]any)
	// In order, so that the same part is left out when a bound is reached.
	for _, name := range sortedKeys(properties) {
		field := s.read(properties[name], depth+1)
		if !required[name] {
			field = field.nullable()
		}
		t.Fields[name] = field
	}
}

// resolve finds the part of the document that a local reference names.
func (s *schemaReader) resolve(ref string) any {
	path, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil
	}
	value := s.root
	for _, key := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		if key == "" {
			continue
		}
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = object[strings.NewReplacer("~1", "/", "~0", "~").Replace(key)]
	}
	return value
}

var schemaTypes = map[string]Kind{
	"boolean": Boolean, "integer": Integer, "number": Number,
	"string": Text, "array": List, "object": Object,
}

// schemaKinds are the kinds that a schema allows, and whether null is one. A
// schema without "type" tells by its other keywords.
func schemaKinds(object map[string]any) (kinds []Kind, null bool) {
	add := func(name string) {
		if name == "null" {
			null = true
		} else if k, ok := schemaTypes[name]; ok {
			kinds = append(kinds, k)
		}
	}
	switch t := object["type"].(type) {
	case string:
		add(t)
		return kinds, null
	case []any:
		for _, name := range t {
			if name, ok := name.(string); ok {
				add(name)
			}
		}
		return kinds, null
	}
	if values := asList(object["enum"]); len(values) > 0 {
		return kindsOf(values)
	}
	if c, ok := object["const"]; ok {
		return kindsOf([]any{c})
	}
	if object["properties"] != nil || object["required"] != nil {
		return []Kind{Object}, false
	}
	if object["items"] != nil {
		return []Kind{List}, false
	}
	return nil, false
}

// maxChoices bounds the choices that are kept of a type.
const maxChoices = 200

// schemaChoices are the scalars that an enum or a const allows; nil for all.
func schemaChoices(object map[string]any) []any {
	values := asList(object["enum"])
	if c, ok := object["const"]; ok {
		values = []any{c}
	}
	if len(values) > maxChoices {
		return nil
	}
	var choices []any
	for _, v := range values {
		switch v := plain(v).(type) {
		case bool, int64, float64, string:
			choices = append(choices, v)
		}
	}
	return choices
}

func kindsOf(values []any) (kinds []Kind, null bool) {
	seen := map[Kind]bool{}
	for _, v := range values {
		k := kindOf(plain(v))
		if k == Null {
			null = true
		} else if !seen[k] {
			seen[k] = true
			kinds = append(kinds, k)
		}
	}
	return kinds, null
}

// narrow is the type of a value that is of both types.
func narrow(a, b *Type) *Type {
	switch {
	case a.kind() == Any:
		return b
	case b.kind() == Any || a.Kind != b.Kind || a.Kind != Object:
		return a
	}
	t := &Type{Kind: Object, Open: a.Open && b.Open, Nullable: a.Nullable && b.Nullable, Fields: map[string]*Type{}}
	for name, f := range a.Fields {
		t.Fields[name] = f
	}
	for name, f := range b.Fields {
		if old, ok := t.Fields[name]; ok {
			f = narrow(old, f)
		}
		t.Fields[name] = f
	}
	// Each part of an allOf speaks of its own fields; only a part without any
	// openness closes the whole, and then the other part's fields stay known.
	return t
}

func withExample(t *Type, object map[string]any) *Type {
	example, ok := object["example"]
	if !ok {
		if list := asList(object["examples"]); len(list) > 0 {
			example, ok = list[0], true
		} else {
			example, ok = object["default"]
		}
	}
	if !ok || t == nil {
		return t
	}
	c := *t
	c.Example = example
	return &c
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

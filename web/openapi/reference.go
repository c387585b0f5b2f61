package openapi

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"redial/engine/flow"
)

// Keywords of JSON Schema by what they hold: a schema, a list of schemas, or
// schemas by name. What stands under all others is no schema.
var (
	schemaKeywords = []string{
		"additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not",
		"propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
	}
	listKeywords = []string{"allOf", "anyOf", "items", "oneOf", "prefixItems"}
	nameKeywords = []string{"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"}
	defKeywords  = []string{"$defs", "definitions"}
)

// embedded is a schema as it stands among those of a document, under a name.
// References to parts of it lead there. What it defines at its root becomes
// schemas beside it: generators of code know definitions in no other place.
//
// A schema with an address of its own is a resource of its own, within which
// references lead where they led.
func embedded(name string, schema any) flow.Object {
	object := whole(schema)
	if object.Text("$id") != "" {
		return flow.Object{{Name: name, Value: object}}
	}
	m := mover{root: name, names: map[string]string{}}
	var rest, defs flow.Object
	for _, f := range object {
		inner, isObject := f.Value.(flow.Object)
		if !isObject || !slices.Contains(defKeywords, f.Name) {
			rest = append(rest, f)
			continue
		}
		for _, def := range inner {
			own := m.free(name + "." + keyText(def.Name))
			m.names[f.Name+"/"+def.Name] = own
			defs = append(defs, flow.Field{Name: own, Value: def.Value})
		}
	}
	schemas := flow.Object{{Name: name, Value: m.schema(rest)}}
	for _, def := range defs {
		schemas = append(schemas, flow.Field{Name: def.Name, Value: m.schema(whole(def.Value))})
	}
	return schemas
}

// whole is a schema as an object. Tools take true and false within schemas only.
func whole(schema any) flow.Object {
	switch v := schema.(type) {
	case flow.Object:
		return v
	case bool:
		if !v {
			return flow.Object{{Name: "not", Value: flow.Object{}}}
		}
	}
	return flow.Object{}
}

// keyText is a text as the key of a component: of the letters that those may have.
func keyText(text string) string {
	return strings.Map(func(r rune) rune {
		if r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, text)
}

// mover writes the references of a schema anew.
type mover struct {
	root  string
	names map[string]string // of its definitions: "$defs/count"
}

// free is a name that no definition has.
func (m *mover) free(name string) string {
	taken := func(name string) bool {
		for _, other := range m.names {
			if other == name {
				return true
			}
		}
		return false
	}
	for i, base := 2, name; taken(name); i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	return name
}

func (m *mover) schema(schema any) any {
	object, ok := schema.(flow.Object)
	if !ok || object.Text("$id") != "" {
		return schema
	}
	moved := make(flow.Object, len(object))
	for i, f := range object {
		moved[i] = flow.Field{Name: f.Name, Value: m.keyword(f.Name, f.Value)}
	}
	return moved
}

func (m *mover) keyword(name string, value any) any {
	switch v := value.(type) {
	case string:
		if name == "$ref" {
			return m.ref(v)
		}
	case flow.Object:
		if slices.Contains(nameKeywords, name) {
			moved := make(flow.Object, len(v))
			for i, f := range v {
				moved[i] = flow.Field{Name: f.Name, Value: m.schema(f.Value)}
			}
			return moved
		}
		if slices.Contains(schemaKeywords, name) {
			return m.schema(v)
		}
	case []any:
		if slices.Contains(listKeywords, name) {
			moved := make([]any, len(v))
			for i := range v {
				moved[i] = m.schema(v[i])
			}
			return moved
		}
	}
	return value
}

// ref is a reference to a part of the schema as one to a part of the document. An
// anchor stays as it is.
func (m *mover) ref(ref string) string {
	pointer, local := strings.CutPrefix(ref, "#")
	if !local || pointer != "" && pointer[0] != '/' {
		return ref
	}
	parts := strings.SplitN(pointer, "/", 4) // "", "$defs", the name, and what is below
	if len(parts) >= 3 {
		if own, found := m.names[unescaped(parts[1])+"/"+unescaped(parts[2])]; found {
			below := ""
			if len(parts) == 4 {
				below = "/" + parts[3]
			}
			return "#/components/schemas/" + own + below
		}
	}
	return "#/components/schemas/" + m.root + pointer
}

// unescaped is a part of a JSON Pointer in a fragment (RFC 6901, 6).
func unescaped(part string) string {
	if decoded, err := url.PathUnescape(part); err == nil {
		part = decoded
	}
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
}

package sample

import (
	"math"
	"sort"

	"redial/engine/flow"
)

// keywords are those of one schema object.
type keywords map[string]any

// read is a schema as keywords; a boolean one has none.
func read(document any) keywords {
	s := keywords{}
	for _, f := range fields(document) {
		s[f.Name] = f.Value
	}
	return s
}

// fields are those of an object, in its order, or else by name.
func fields(value any) flow.Object {
	switch v := value.(type) {
	case flow.Object:
		return v
	case keywords:
		return fields(map[string]any(v))
	case map[string]any:
		object := make(flow.Object, 0, len(v))
		for name, field := range v {
			object = append(object, flow.Field{Name: name, Value: field})
		}
		sort.Slice(object, func(i, j int) bool { return object[i].Name < object[j].Name })
		return object
	default:
		return nil
	}
}

// merged are both; more wins.
func merged(s, more keywords) keywords {
	both := make(keywords, len(s)+len(more))
	for _, part := range []keywords{s, more} {
		for name, value := range part {
			if name == "properties" {
				value = append(append(flow.Object{}, fields(both[name])...), fields(value)...)
			}
			if name == "required" {
				value = append(append([]any{}, both.list(name)...), part.list(name)...)
			}
			both[name] = value
		}
	}
	for _, combined := range []string{"oneOf", "anyOf", "allOf"} {
		if _, again := more[combined]; !again {
			delete(both, combined)
		}
	}
	return both
}

func (s keywords) list(name string) []any {
	list, _ := s[name].([]any)
	return list
}

func (s keywords) text(name string) string {
	text, _ := s[name].(string)
	return text
}

func (s keywords) number(name string, otherwise float64) float64 {
	switch n := s[name].(type) {
	case int64:
		return float64(n)
	case float64:
		return n
	default:
		return otherwise
	}
}

// kind is the type that a sample gets: the first one that is not null, or the
// one that the other keywords are about.
func (s keywords) kind() string {
	if kind := s.text("type"); kind != "" {
		return kind
	}
	for _, item := range s.list("type") {
		if kind, ok := item.(string); ok && kind != "null" {
			return kind
		}
	}
	for _, hint := range hints {
		if _, there := s[hint.keyword]; there {
			return hint.kind
		}
	}
	return "string"
}

// hints are keywords that are about values of one type.
var hints = []struct{ keyword, kind string }{
	{"properties", "object"}, {"required", "object"}, {"additionalProperties", "object"},
	{"items", "array"}, {"prefixItems", "array"}, {"minItems", "array"},
	{"minimum", "number"}, {"maximum", "number"}, {"exclusiveMinimum", "number"}, {"exclusiveMaximum", "number"},
	{"multipleOf", "number"},
}

func (s keywords) low() float64 {
	return math.Max(s.number("minimum", math.Inf(-1)), s.number("exclusiveMinimum", math.Inf(-1)))
}

func (s keywords) high() float64 {
	return math.Min(s.number("maximum", math.Inf(1)), s.number("exclusiveMaximum", math.Inf(1)))
}

package component

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"redial/engine/flow"
)

// prepare makes the input of a call out of what a step gives: defaults are
// filled in, values brought to their fields' types, and every field is there,
// if only as null. The finding is the first thing wrong.
func prepare(properties []property, given map[string]any) (map[string]any, *Finding) {
	input := make(map[string]any, len(properties))
	for i := range properties {
		p := &properties[i]
		value := given[p.field.Name]
		if value == nil {
			value = p.field.Default
		}
		if (value == nil || value == "") && !p.field.For.holds(properties, func(name string) any { return given[name] }) {
			input[p.field.Name] = nil
			continue
		}
		value, finding := conform(p, value)
		if finding != nil {
			return nil, finding
		}
		input[p.field.Name] = value
	}
	if len(given) > len(properties) || anyUnknown(properties, given) {
		return nil, unknownField(properties, given)
	}
	return input, nil
}

func anyUnknown(properties []property, given map[string]any) bool {
	known := 0
	for i := range properties {
		if _, found := given[properties[i].field.Name]; found {
			known++
		}
	}
	return known < len(given)
}

func unknownField(properties []property, given map[string]any) *Finding {
	names := make([]string, len(properties))
	for i := range properties {
		names[i] = properties[i].field.Name
	}
	for _, name := range sortedNames(given) {
		if !contains(names, name) {
			return &Finding{Field: shorten(name), Code: flow.CodeUnknownField, Message: "is not a field that is known here" + didYouMean(name, names)}
		}
	}
	return nil
}

func contains(names []string, name string) bool {
	for _, known := range names {
		if known == name {
			return true
		}
	}
	return false
}

// conform brings a value to the type of its field and holds it against the
// field's schema.
func conform(p *property, value any) (any, *Finding) {
	name := p.field.Name
	if value == nil || value == "" {
		if p.field.Required {
			return nil, missing(name)
		}
		if value == nil {
			return nil, nil
		}
	}
	value, finding := coerce(p.schema, value, name)
	if finding != nil {
		return nil, finding
	}
	if list, ok := value.([]any); ok && len(list) == 0 && p.field.Required {
		return nil, missing(name)
	}
	// An empty text stands for no value: a form's field that was left empty.
	if value == "" || p.validate == nil {
		return value, nil
	}
	return value, p.validate.check(value, name)
}

func missing(path string) *Finding {
	return &Finding{Field: path, Code: flow.CodeMissingField, Message: "a value is required"}
}

func mismatch(path, want string, got any) *Finding {
	return &Finding{Field: path, Code: flow.CodeInvalidValue, Message: fmt.Sprintf("must be %s, is %s", want, describe(got))}
}

// coerce brings a value to the type that a schema names, where nothing is lost:
// text that is a number to a number, a number to text, one value to a list of
// one. It never changes the value it is given.
func coerce(schema map[string]any, value any, path string) (any, *Finding) {
	if value == nil {
		return nil, nil
	}
	switch schema["type"] {
	case "string":
		return coerceText(value, path)
	case "integer":
		return coerceInteger(value, path)
	case "number":
		return coerceNumber(value, path)
	case "boolean":
		return coerceBoolean(value, path)
	case "array":
		return coerceList(schema, value, path)
	case "object":
		return coerceObject(schema, value, path)
	default:
		return value, nil
	}
}

func coerceText(value any, path string) (any, *Finding) {
	switch value.(type) {
	case string:
		return value, nil
	case int64, float64, bool:
		return plainText(value), nil
	default:
		return nil, mismatch(path, "text", value)
	}
}

func coerceInteger(value any, path string) (any, *Finding) {
	switch v := value.(type) {
	case int64:
		return v, nil
	case float64:
		// Beyond 2^53 a double no longer tells neighbouring integers apart.
		if v == math.Trunc(v) && math.Abs(v) <= 1<<53 {
			return int64(v), nil
		}
	case string:
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
			return n, nil
		}
	}
	return nil, mismatch(path, "a whole number", value)
}

func coerceNumber(value any, path string) (any, *Finding) {
	switch v := value.(type) {
	case int64, float64:
		return v, nil
	case string:
		text := strings.TrimSpace(v)
		if _, err := strconv.ParseFloat(text, 64); err == nil && strings.Trim(text, "+-.0123456789eE") == "" {
			if n, err := flow.ParseNumber(text); err == nil {
				return n, nil
			}
		}
	}
	return nil, mismatch(path, "a number", value)
}

func coerceBoolean(value any, path string) (any, *Finding) {
	switch v := value.(type) {
	case bool:
		return v, nil
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		}
	}
	return nil, mismatch(path, "true or false", value)
}

func coerceList(schema map[string]any, value any, path string) (any, *Finding) {
	elements, ok := value.([]any)
	if !ok {
		if value == "" {
			return []any{}, nil
		}
		elements = []any{value}
	}
	items, _ := schema["items"].(map[string]any)
	list := make([]any, len(elements))
	for i, element := range elements {
		at := path
		if ok {
			at = fmt.Sprintf("%s[%d]", path, i)
		}
		var finding *Finding
		if list[i], finding = coerce(items, element, at); finding != nil {
			return nil, finding
		}
	}
	return list, nil
}

func coerceObject(schema map[string]any, value any, path string) (any, *Finding) {
	members, ok := value.(map[string]any)
	if !ok {
		return nil, mismatch(path, "an object", value)
	}
	properties, _ := schema["properties"].(map[string]any)
	others, _ := schema["additionalProperties"].(map[string]any)
	object := make(map[string]any, len(members))
	for name, member := range members {
		of, known := properties[name].(map[string]any)
		if !known {
			of = others
		}
		// A member that is null is one that is not given.
		if member == nil && known {
			continue
		}
		var finding *Finding
		if object[name], finding = coerce(of, member, path+"."+name); finding != nil {
			return nil, finding
		}
	}
	return object, nil
}

// describe says what kind of value something is. It never repeats the value:
// that may be a secret, and failures are shown to callers.
func describe(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "true or false"
	case int64, float64:
		return "a number"
	case string:
		return "text"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

package component

import (
	"fmt"

	"redial/engine/expression"
)

// tree is a value of a manifest in which texts may be templates, compiled.
type tree interface {
	eval(values *expression.Values) (any, error)
}

// named is one template with a name: a header, a query parameter.
type named struct {
	name string
	tree
}

type (
	constantTree struct{ value any }
	templateTree struct{ template *expression.Template }
	listTree     struct{ items []tree }
	objectTree   struct{ fields []named }
)

func (t constantTree) eval(*expression.Values) (any, error) { return t.value, nil }

func (t templateTree) eval(values *expression.Values) (any, error) { return t.template.Eval(values) }

func (t listTree) eval(values *expression.Values) (any, error) {
	list := make([]any, len(t.items))
	for i, item := range t.items {
		var err error
		if list[i], err = item.eval(values); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (t objectTree) eval(values *expression.Values) (any, error) {
	object := make(map[string]any, len(t.fields))
	for _, field := range t.fields {
		value, err := field.eval(values)
		if err != nil {
			return nil, err
		}
		object[field.name] = value
	}
	return object, nil
}

// textOf evaluates a tree that stands where text is needed. Nil and null are
// empty.
func textOf(t tree, values *expression.Values) (string, error) {
	if t == nil {
		return "", nil
	}
	value, err := t.eval(values)
	if err != nil {
		return "", err
	}
	return plainText(value), nil
}

// plainText writes a scalar as text: null is empty, numbers are plain decimals.
func plainText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return decimalText(v)
	case map[string]any, []any:
		return jsonText(v)
	default:
		return fmt.Sprint(v)
	}
}

// prune leaves out what has no value: members of objects, and elements of
// lists, that are null, empty text, an empty list or object, or become so.
// false and 0 are values.
func prune(value any) any {
	switch v := value.(type) {
	case map[string]any:
		kept := make(map[string]any, len(v))
		for name, member := range v {
			if member = prune(member); !isEmpty(member) {
				kept[name] = member
			}
		}
		return kept
	case []any:
		kept := make([]any, 0, len(v))
		for _, element := range v {
			if element = prune(element); !isEmpty(element) {
				kept = append(kept, element)
			}
		}
		return kept
	default:
		return v
	}
}

func isEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	default:
		return false
	}
}

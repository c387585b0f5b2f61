package step

import (
	"strconv"

	"redial/engine/expression"
	"redial/engine/flow"
)

// toText is a value as a header or a query holds it, by the rules of templates:
// null is empty, numbers are plain decimals, lists and objects compact JSON.
func toText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		text, err := flow.EncodeJSON(v)
		if err != nil {
			return ""
		}
		return string(text)
	}
}

// typeOf is what is known about a constant.
func typeOf(value any) *expression.Type {
	switch v := value.(type) {
	case nil:
		return &expression.Type{Kind: expression.Null, Nullable: true}
	case bool:
		return &expression.Type{Kind: expression.Boolean}
	case int64:
		return &expression.Type{Kind: expression.Integer}
	case float64:
		return &expression.Type{Kind: expression.Number}
	case string:
		return &expression.Type{Kind: expression.Text}
	case []any:
		return &expression.Type{Kind: expression.List}
	case map[string]any:
		fields := make(map[string]*expression.Type, len(v))
		for name, field := range v {
			fields[name] = typeOf(field)
		}
		return &expression.Type{Kind: expression.Object, Fields: fields}
	default:
		return nil
	}
}

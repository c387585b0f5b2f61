package step

import (
	"strconv"

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

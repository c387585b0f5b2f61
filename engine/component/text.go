package component

import (
	"strconv"

	"redial/engine/flow"
)

// decimalText writes a double in plain decimals, never with an exponent.
func decimalText(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// jsonText is a value as compact JSON; a plain JSON value always has one.
func jsonText(value any) string {
	encoded, err := flow.EncodeJSON(value)
	if err != nil {
		return ""
	}
	return string(encoded)
}

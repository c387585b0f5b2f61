package flowfile

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"

	"redial/engine/flow"
)

// WriteJSON writes a flow as canonical JSON: compact, keys in a fixed order,
// defaults left out. Reading it gives the same flow. Text that is not UTF-8
// and numbers that are not finite are errors.
func WriteJSON(f *flow.Flow) ([]byte, error) {
	var out bytes.Buffer
	if err := writeJSON(&out, form(f)); err != nil {
		return nil, fmt.Errorf("writing flow %s as JSON: %w", f.Slug, err)
	}
	return out.Bytes(), nil
}

func writeJSON(out *bytes.Buffer, value any) error {
	switch v := value.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case int64:
		out.WriteString(strconv.FormatInt(v, 10))
	case float64:
		text, err := formatFloat(v)
		if err != nil {
			return err
		}
		out.WriteString(text)
	case string:
		return writeJSONText(out, v)
	case []any:
		return writeJSONList(out, v)
	case flow.Object:
		return writeJSONObject(out, v)
	case map[string]any:
		return writeJSONObject(out, sorted(v))
	default:
		return fmt.Errorf("a flow file cannot hold a %T", value)
	}
	return nil
}

func writeJSONText(out *bytes.Buffer, text string) error {
	if !utf8.ValidString(text) {
		return fmt.Errorf("the text %q is not UTF-8", shorten(text))
	}
	encoded, err := flow.EncodeJSON(text)
	out.Write(encoded)
	return err
}

func writeJSONList(out *bytes.Buffer, list []any) error {
	out.WriteByte('[')
	for i, item := range list {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := writeJSON(out, item); err != nil {
			return err
		}
	}
	out.WriteByte(']')
	return nil
}

func writeJSONObject(out *bytes.Buffer, object flow.Object) error {
	out.WriteByte('{')
	for i, f := range object {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := writeJSONText(out, f.Name); err != nil {
			return err
		}
		out.WriteByte(':')
		if err := writeJSON(out, f.Value); err != nil {
			return err
		}
	}
	out.WriteByte('}')
	return nil
}

package flow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// EncodeJSON writes a value as compact JSON, the fields of maps in the order of
// their names. Unlike encoding/json's default it leaves <, > and & as they are:
// the result is data, not markup.
func EncodeJSON(value any) ([]byte, error) { return encoder{}.append(nil, value) }

// EncodeExact is EncodeJSON that keeps doubles apart from integers: 2.0 is
// written with its point, and read back by DecodeJSON as what it was.
func EncodeExact(value any) ([]byte, error) { return encoder{kinds: true}.append(nil, value) }

// encoder writes JSON. Plain values, of which there are many, are written
// without reflection; all others by encoding/json.
type encoder struct {
	// kinds keeps doubles apart from integers: 2.0 is written with its point,
	// so that it is read back as what it was.
	kinds bool
}

func (e encoder) append(out []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(out, "null"...), nil
	case bool:
		return strconv.AppendBool(out, v), nil
	case int64:
		return strconv.AppendInt(out, v, 10), nil
	case float64:
		return e.float(out, v)
	case string:
		return appendText(out, v)
	case []any:
		return e.list(out, v)
	case map[string]any:
		return e.object(out, v)
	case Object:
		return e.fields(out, v)
	default:
		return appendOther(out, v)
	}
}

func (e encoder) float(out []byte, f float64) ([]byte, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("the number %v has no form in JSON", f)
	}
	format := byte('f')
	// The limits of ECMAScript, which encoding/json follows too.
	if magnitude := math.Abs(f); magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21) {
		format = 'e'
	}
	start := len(out)
	out = strconv.AppendFloat(out, f, format, -1, 64)
	if n := len(out); n-start >= 4 && out[n-4] == 'e' && out[n-2] == '0' {
		// Go writes two digits at least, 1e-07, where ECMAScript writes 1e-7.
		out = append(out[:n-2], out[n-1])
	}
	if e.kinds && !bytes.ContainsAny(out[start:], ".e") {
		out = append(out, ".0"...)
	}
	return out, nil
}

func (e encoder) list(out []byte, list []any) (_ []byte, err error) {
	if list == nil {
		return append(out, "[]"...), nil
	}
	out = append(out, '[')
	for i, item := range list {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = e.append(out, item); err != nil {
			return nil, err
		}
	}
	return append(out, ']'), nil
}

func (e encoder) object(out []byte, object map[string]any) ([]byte, error) {
	out = append(out, '{')
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		var err error
		if out, err = e.field(out, i, name, object[name]); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

func (e encoder) fields(out []byte, object Object) ([]byte, error) {
	out = append(out, '{')
	for i, f := range object {
		var err error
		if out, err = e.field(out, i, f.Name, f.Value); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

func (e encoder) field(out []byte, position int, name string, value any) ([]byte, error) {
	if position > 0 {
		out = append(out, ',')
	}
	out, err := appendText(out, name)
	if err != nil {
		return nil, err
	}
	if out, err = e.append(append(out, ':'), value); err != nil {
		return nil, fmt.Errorf("writing field %q: %w", name, err)
	}
	return out, nil
}

// appendText writes a text. Those without anything to escape, which are most,
// are copied.
func appendText(out []byte, text string) ([]byte, error) {
	for i := range len(text) {
		if c := text[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x7f {
			return appendOther(out, text)
		}
	}
	out = append(out, '"')
	out = append(out, text...)
	return append(out, '"'), nil
}

func appendOther(out []byte, value any) ([]byte, error) {
	buffer := bytes.NewBuffer(out)
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n")), nil
}

package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// Values come in two forms. While a flow runs they are plain JSON values: nil,
// bool, int64, float64, string, []any and map[string]any. In a flow file
// objects keep their order and are an Object instead of a map.

// Object is a JSON object that keeps the order of its fields.
type Object []Field

// Field is one named value of an Object.
type Field struct {
	Name  string
	Value any
}

// Get finds a field by its name.
func (o Object) Get(name string) (any, bool) {
	for _, f := range o {
		if f.Name == name {
			return f.Value, true
		}
	}
	return nil, false
}

// Text is the field's value if it is a string, and else "".
func (o Object) Text(name string) string {
	value, _ := o.Get(name)
	text, _ := value.(string)
	return text
}

// Set replaces a field or adds it at the end, and returns the object.
func (o Object) Set(name string, value any) Object {
	for i := range o {
		if o[i].Name == name {
			o[i].Value = value
			return o
		}
	}
	return append(o, Field{name, value})
}

// MarshalJSON writes the fields in their order.
func (o Object) MarshalJSON() ([]byte, error) { return encoder{}.fields(nil, o) }

// Plain turns a value of a flow file into a plain JSON value: objects become
// maps and lose their order.
func Plain(value any) any {
	switch v := value.(type) {
	case Object:
		plain := make(map[string]any, len(v))
		for _, f := range v {
			plain[f.Name] = Plain(f.Value)
		}
		return plain
	case []any:
		plain := make([]any, len(v))
		for i := range v {
			plain[i] = Plain(v[i])
		}
		return plain
	default:
		return v
	}
}

// ErrTooDeep says that JSON nests deeper than the caller of DecodeJSON allows.
var ErrTooDeep = errors.New("the JSON is nested too deeply")

// MaxValueDepth is the nesting that values from outside may have.
const MaxValueDepth = 512

// DecodeJSON reads one JSON value as a plain value. Integers that fit into 64
// bits stay exact, other numbers become doubles. Anything after the value, a
// number beyond a double's range and nesting over MaxValueDepth are errors.
func DecodeJSON(data []byte) (any, error) {
	if err := checkDepth(data, MaxValueDepth); err != nil {
		return nil, err
	}
	return decodeJSON(data)
}

// decodeJSON is DecodeJSON without its own bound on nesting, for what we wrote
// ourselves.
func decodeJSON(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("there is no JSON value, the text is empty")
		}
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("there is more text after the JSON value, at byte %d", decoder.InputOffset())
	}
	return exactNumbers(value)
}

// checkDepth bounds nesting before the decoder recurses.
func checkDepth(data []byte, limit int) error {
	depth, inText := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			if depth++; depth > limit {
				return fmt.Errorf("%w: more than %d levels at byte %d", ErrTooDeep, limit, i)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

func exactNumbers(value any) (any, error) {
	var err error
	switch v := value.(type) {
	case json.Number:
		return ParseNumber(string(v))
	case []any:
		for i := range v {
			if v[i], err = exactNumbers(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range v {
			if v[name], err = exactNumbers(v[name]); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

// ParseNumber reads a JSON number: int64 where it is an integer that fits, else
// float64.
func ParseNumber(text string) (any, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		return nil, fmt.Errorf("the number %.40s is beyond the range of a double", text)
	}
	return f, nil
}

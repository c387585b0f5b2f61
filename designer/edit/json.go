package edit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"redial/engine/flow"
)

// readJSON reads one JSON value as a value of a flow file: objects keep their
// order, integers stay exact. Nesting over the limit, fields that are there
// twice and numbers beyond a double are errors.
func readJSON(data []byte, depth int) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	r := jsonReader{decoder}
	value, err := r.value(depth)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more text after the JSON value")
	}
	return value, nil
}

type jsonReader struct{ *json.Decoder }

func (r jsonReader) value(depth int) (any, error) {
	token, err := r.Token()
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errors.New("the JSON ends too early")
		}
		return nil, fmt.Errorf("this is not JSON: %w", err)
	}
	switch v := token.(type) {
	case json.Delim:
		if depth == 0 {
			return nil, errors.New("the JSON is nested too deeply")
		}
		if v == '{' {
			return r.object(depth - 1)
		}
		return r.list(depth - 1)
	case json.Number:
		return flow.ParseNumber(v.String())
	default:
		return v, nil
	}
}

func (r jsonReader) object(depth int) (flow.Object, error) {
	object := flow.Object{}
	names := map[string]bool{}
	for r.More() {
		token, err := r.Token()
		if err != nil {
			return nil, fmt.Errorf("this is not JSON: %w", err)
		}
		name, _ := token.(string) // the decoder lets nothing else be a key
		if names[name] {
			return nil, fmt.Errorf("the field %q is there twice", shorten(name))
		}
		names[name] = true
		value, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		object = append(object, flow.Field{Name: name, Value: value})
	}
	_, err := r.Token()
	return object, err
}

func (r jsonReader) list(depth int) ([]any, error) {
	list := []any{}
	for r.More() {
		value, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := r.Token()
	return list, err
}

// appendJSON writes a value of a flow file so that readJSON gives the same one:
// doubles keep their point.
func appendJSON(out []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("the number %v has no form in JSON", v)
		}
		text := strconv.FormatFloat(v, 'g', -1, 64)
		if !strings.ContainsAny(text, ".e") {
			text += ".0"
		}
		return append(out, text...), nil
	case []any:
		out = append(out, '[')
		for i, item := range v {
			if i > 0 {
				out = append(out, ',')
			}
			var err error
			if out, err = appendJSON(out, item); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	case flow.Object:
		out = append(out, '{')
		for i, f := range v {
			if i > 0 {
				out = append(out, ',')
			}
			name, err := flow.EncodeJSON(f.Name)
			if err != nil {
				return nil, err
			}
			if out, err = appendJSON(append(append(out, name...), ':'), f.Value); err != nil {
				return nil, err
			}
		}
		return append(out, '}'), nil
	case nil, bool, int64, string:
		plain, err := flow.EncodeJSON(v)
		return append(out, plain...), err
	default:
		return nil, fmt.Errorf("a flow file cannot hold a %T", value)
	}
}

// maxQuoted bounds how much of what came from outside a message repeats.
const maxQuoted = 80

func shorten(text string) string {
	count := 0
	for i := range text {
		if count++; count > maxQuoted {
			return text[:i] + "…"
		}
	}
	return text
}

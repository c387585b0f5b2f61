package expression

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// DecodeJSON reads one JSON value into plain values: whole numbers that fit 64
// bits as int64, other numbers as float64. Anything after the value is an error.
// The caller bounds the size of data.
func DecodeJSON(data []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, jsonError(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("not JSON: something follows the value, at byte %d", decoder.InputOffset())
	}
	return numbers(v), nil
}

func jsonError(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON: %w, at byte %d", err, syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("not JSON: the text ends too early")
	default:
		return fmt.Errorf("not JSON: %w", err)
	}
}

// numbers replaces json.Number in a value, in place.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return fromNumber(string(v))
	case []any:
		for i := range v {
			v[i] = numbers(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = numbers(v[key])
		}
	}
	return v
}

// decodedSize estimates, from above, the memory that a JSON text needs as a
// value: every bracket, brace and comma may begin a value of its own.
func decodedSize(text string) int {
	size := len(text)
	for i := range len(text) {
		switch text[i] {
		case '{':
			size += sizeEntry + sizeContainer
		case '[':
			size += sizeContainer
		case ',':
			size += sizeElement
		case ':':
			size += sizeEntry
		}
	}
	return size
}

package expression

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// numberText writes a number in plain decimals, never with an exponent.
func numberText(v any) string {
	return string(appendNumber(nil, v))
}

func appendNumber(b []byte, v any) []byte {
	switch v := v.(type) {
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
			return append(b, '0')
		}
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	case amount:
		return append(b, v.text()...)
	default:
		return b
	}
}

// text is what a value looks like inside text: null is empty, numbers are plain
// decimals, lists and objects compact JSON.
func (r *run) text(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64, float64, amount:
		return numberText(v), nil
	default:
		return r.json(v)
	}
}

// json is compact JSON: keys sorted, nothing escaped for HTML, integers exact.
func (r *run) json(v any) (string, error) {
	w := jsonWriter{run: r}
	if err := w.write(v, 0); err != nil {
		return "", err
	}
	return string(w.buffer), nil
}

type jsonWriter struct {
	run     *run
	buffer  []byte
	charged int
}

// charge makes the run pay for what has been written since the last time, and
// for what comes next.
func (w *jsonWriter) charge(next int) error {
	n := len(w.buffer) + next - w.charged
	if n <= 0 {
		return nil
	}
	w.charged += n
	return w.run.grow(n)
}

func (w *jsonWriter) write(v any, depth int) error {
	if depth > maxValueDepth {
		return errorf(CodeLimit, "the value nests deeper than %d levels", maxValueDepth)
	}
	switch v := plain(v).(type) {
	case nil:
		w.buffer = append(w.buffer, "null"...)
	case bool:
		w.buffer = strconv.AppendBool(w.buffer, v)
	case string:
		if err := w.charge(len(v)); err != nil {
			return err
		}
		w.buffer = appendJSONText(w.buffer, v)
	case []any:
		return w.list(v, depth)
	case map[string]any:
		return w.object(v, depth)
	case amount:
		w.buffer = append(w.buffer, v.d.String()...)
	default:
		w.buffer = appendNumber(w.buffer, v)
	}
	return nil
}

func (w *jsonWriter) list(list []any, depth int) error {
	w.buffer = append(w.buffer, '[')
	for i, item := range list {
		if i > 0 {
			w.buffer = append(w.buffer, ',')
		}
		if err := w.charge(sizeElement); err != nil {
			return err
		}
		if err := w.write(item, depth+1); err != nil {
			return err
		}
	}
	w.buffer = append(w.buffer, ']')
	return nil
}

func (w *jsonWriter) object(object map[string]any, depth int) error {
	if err := w.charge(len(object) * sizeElement); err != nil {
		return err
	}
	w.buffer = append(w.buffer, '{')
	for i, key := range sortedKeys(object) {
		if i > 0 {
			w.buffer = append(w.buffer, ',')
		}
		if err := w.charge(len(key)); err != nil {
			return err
		}
		w.buffer = append(appendJSONText(w.buffer, key), ':')
		if err := w.write(object[key], depth+1); err != nil {
			return err
		}
	}
	w.buffer = append(w.buffer, '}')
	return nil
}

const hexDigits = "0123456789abcdef"

// appendJSONText writes a JSON string. What is not valid UTF-8 becomes U+FFFD,
// as in encoding/json; <, > and & stay, as the text may be anything but HTML.
func appendJSONText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			b = appendJSONByte(b, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		b = utf8.AppendRune(b, r)
		i += size
	}
	return append(b, '"')
}

func appendJSONByte(b []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case c >= ' ' && c != 0x7f:
		return append(b, c)
	case c == '\n':
		return append(b, '\\', 'n')
	case c == '\r':
		return append(b, '\\', 'r')
	case c == '\t':
		return append(b, '\\', 't')
	default:
		return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
	}
}

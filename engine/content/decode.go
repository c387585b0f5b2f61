package content

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"redial/engine/flow"
)

// Limits bound what one body may turn into. Its size in bytes is bounded by
// whoever reads it. A zero field takes its default.
type Limits struct {
	Depth  int // nesting of XML elements; JSON has flow.MaxValueDepth
	Values int // values, elements, attributes and fields in all
	Parts  int // parts of a multipart body
}

// DefaultLimits let every sensible body of 10 MiB pass. A million values take
// about 60 MB of memory.
var DefaultLimits = Limits{Depth: flow.MaxValueDepth, Values: 3_000_000, Parts: 1_000}

func (l Limits) orDefault() Limits {
	if l.Depth <= 0 {
		l.Depth = DefaultLimits.Depth
	}
	if l.Values <= 0 {
		l.Values = DefaultLimits.Values
	}
	if l.Parts <= 0 {
		l.Parts = DefaultLimits.Parts
	}
	return l
}

// Decode turns a body into a plain value, as the package documentation says.
// Every error is an *Error.
func Decode(contentType string, body []byte, limits Limits) (any, error) {
	if len(body) == 0 {
		return nil, nil
	}
	limits = limits.orDefault()
	kind, params := parseType(contentType)
	switch {
	case isJSON(kind):
		return decodeJSON(body, params["charset"], limits)
	case isXML(kind):
		return decodeXML(body, params["charset"], limits)
	case kind == formType:
		return decodeForm(body, limits)
	case kind == multipartType:
		return decodeMultipart(body, params["boundary"], limits)
	case strings.HasPrefix(kind, "text/"):
		return decodeText(body, params["charset"])
	default:
		return opaque(contentType, body), nil
	}
}

const (
	formType      = "application/x-www-form-urlencoded"
	multipartType = "multipart/form-data"
	unknownType   = "application/octet-stream"
)

// parseType splits a Content-Type. Senders get parameters wrong more often than
// the type, so a type with broken parameters still counts.
func parseType(contentType string) (kind string, params map[string]string) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil && kind == "" {
		kind, _, _ = strings.Cut(contentType, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
	}
	return kind, params
}

func isJSON(kind string) bool {
	return kind == "application/json" || kind == "text/json" || strings.HasSuffix(kind, "+json")
}

func isXML(kind string) bool {
	return kind == "application/xml" || kind == "text/xml" || strings.HasSuffix(kind, "+xml")
}

// opaque is a body that we do not look into. RFC 9110, section 8.3, lets a body
// without a type count as application/octet-stream.
func opaque(contentType string, body []byte) map[string]any {
	contentType = strings.TrimSpace(contentType)
	if contentType == "" {
		contentType = unknownType
	}
	return map[string]any{
		"contentType": strings.ToValidUTF8(contentType, "\uFFFD"),
		"size":        int64(len(body)),
		"base64":      base64.StdEncoding.EncodeToString(body),
	}
}

const jsonName = "JSON"

func decodeJSON(body []byte, charset string, limits Limits) (any, error) {
	text, err := toUTF8(jsonName, body, charset)
	if err != nil {
		return nil, err
	}
	if at := invalidUTF8(text); at >= 0 {
		return nil, &Error{Type: jsonName, Offset: int64(at) + 1, Message: "it holds a byte that is not UTF-8"}
	}
	if countJSON(text) > limits.Values {
		return nil, tooMany(jsonName, limits.Values, "values")
	}
	value, err := flow.DecodeJSON(text)
	if err == nil {
		return value, nil
	}
	failure := &Error{Type: jsonName, Message: err.Error(), TooLarge: errors.Is(err, flow.ErrTooDeep)}
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		failure.Offset = syntax.Offset
	case errors.Is(err, io.ErrUnexpectedEOF):
		failure.Message, failure.Offset = "it ends in the middle of a value", int64(len(text))
	}
	return nil, failure
}

// countJSON is at least the number of values in a JSON text.
func countJSON(text []byte) int {
	count, inText := 1, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case !inText && (c == ',' || c == '{' || c == '['):
			count++
		}
	}
	return count
}

// invalidUTF8 is the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return -1
}

func tooMany(kind string, limit int, what string) *Error {
	return &Error{Type: kind, TooLarge: true, Message: fmt.Sprintf("it has more than %d %s", limit, what)}
}

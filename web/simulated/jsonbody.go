package simulated

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
)

// unknownFieldError is a member that the receiving type does not have. Names
// are compared exactly, as the real services do; encoding/json alone would
// let "docNumber" pass for "DocNumber".
type unknownFieldError struct{ path string }

func (e unknownFieldError) Error() string { return fmt.Sprintf("unknown field %q", e.path) }

// decodeJSON reads one JSON value into target and refuses members that
// target's type does not have.
func decodeJSON(data []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := decoder.Decode(target); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errManyValues
	}
	var plain any
	if err := json.Unmarshal(data, &plain); err != nil {
		return err
	}
	if path := unknownField(plain, reflect.TypeOf(target), ""); path != "" {
		return unknownFieldError{path}
	}
	return nil
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// unknownField returns the path of the first member of value that no field
// of t has, or nothing.
func unknownField(value any, t reflect.Type, at string) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		return ""
	}
	switch value := value.(type) {
	case map[string]any:
		return unknownMember(value, t, at)
	case []any:
		if t.Kind() != reflect.Slice {
			return ""
		}
		for _, item := range value {
			if path := unknownField(item, t.Elem(), at); path != "" {
				return path
			}
		}
	}
	return ""
}

func unknownMember(object map[string]any, t reflect.Type, at string) string {
	if t.Kind() == reflect.Map {
		for name, member := range object {
			if path := unknownField(member, t.Elem(), strings.TrimPrefix(at+"."+name, ".")); path != "" {
				return path
			}
		}
	}
	if t.Kind() != reflect.Struct {
		return ""
	}
	fields := make(map[string]reflect.Type, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[name] = t.Field(i).Type
	}
	for name, member := range object {
		path := strings.TrimPrefix(at+"."+name, ".")
		field, ok := fields[name]
		if !ok {
			return path
		}
		if unknown := unknownField(member, field, path); unknown != "" {
			return unknown
		}
	}
	return ""
}

// isShapeError reports whether a body could be read as JSON, and only does
// not fit what was wanted.
func isShapeError(err error) bool {
	var syntax *json.SyntaxError
	return !errors.As(err, &syntax) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) &&
		!errors.Is(err, errManyValues)
}

var errManyValues = errors.New("more than one JSON value")

// isJSON reports whether the request says that its body is JSON.
func isJSON(r *http.Request) bool {
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && mediaType == "application/json"
}

// writeJSON answers with value as JSON. HTML characters stay as they are:
// the readers are programs.
func writeJSON(w http.ResponseWriter, status int, value any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		http.Error(w, "encoding the answer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // the caller may be gone; nobody is left to tell
}

package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"redial/designer"
	"redial/web/reply"
)

// maxEdit is how large an edit may be, in bytes. It may hold a whole flow file.
const maxEdit = 2 << 20

// editBody is what pages send to edit a draft, to undo and to redo.
type editBody struct {
	Base  *int64 `json:"base"`
	Token string `json:"token"`
	// Of edits alone.
	Merge      string          `json:"merge"`
	Operations json.RawMessage `json:"operations"`
}

// readEdit reads the body of an edit. It answers itself if it is not one.
func (s *Server) readEdit(w http.ResponseWriter, r *http.Request) (*editBody, bool) {
	data, ok := s.readAll(w, r, maxEdit)
	if !ok {
		return nil, false
	}
	body := &editBody{}
	err := readStrictly(data, body)
	if err == nil {
		err = body.check()
	}
	if err != nil {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: reply.Sentence(fmt.Sprintf("the edit cannot be read: %v", err))})
		return nil, false
	}
	return body, true
}

func (b *editBody) check() error {
	switch {
	case b.Base == nil || *b.Base < 1:
		return errors.New("base has to be the revision that the page shows")
	case len(b.Token) > designer.MaxToken:
		return fmt.Errorf("token has more than %d bytes", designer.MaxToken)
	case len(b.Merge) > designer.MaxMerge:
		return fmt.Errorf("merge has more than %d bytes", designer.MaxMerge)
	}
	return nil
}

// digest tells what is asked for from anything else. The base is no part of it:
// the same edit is asked for from wherever it is repeated.
func (b *editBody) digest(kind designer.EditKind) string {
	sum := sha256.New()
	var operations bytes.Buffer
	if json.Compact(&operations, b.Operations) != nil {
		operations.Reset() // it has none
	}
	_, _ = fmt.Fprintf(sum, "%s %q ", kind, b.Merge)
	_, _ = operations.WriteTo(sum)
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// readStrictly reads one JSON object that has no other fields than result. The
// error says what is wrong, and where, in the words of the body.
func readStrictly(data []byte, result any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(result); err != nil {
		return jsonFault(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more text after the JSON value")
	}
	return nil
}

// jsonFault says of what encoding/json has found wrong what the sender knows:
// fields and kinds of values, and nothing of the program.
func jsonFault(err error) error {
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrong):
		place := wrong.Field
		if place == "" {
			place = "the body"
		}
		return fmt.Errorf("%s has to be %s, and is %s", place, wantedKind(wrong.Type), sentKind(wrong.Value))
	case errors.As(err, &syntax):
		return fmt.Errorf("it is not JSON: %s, at byte %d", syntax.Error(), syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON ends too early")
	}
	if name, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		return fmt.Errorf("there is no field %s", name)
	}
	return errors.New("it is not the JSON that is wanted here")
}

// wantedKind is what a field takes, in words.
func wantedKind(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "text"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list"
	default:
		return "an object"
	}
}

// sentKind is a kind of JSON value as encoding/json calls it, in words.
func sentKind(value string) string {
	kind, detail, _ := strings.Cut(value, " ")
	switch kind {
	case "string":
		return "text"
	case "bool":
		return "true or false"
	case "array":
		return "a list"
	case "object":
		return "an object"
	default: // a number that does not fit is there with its digits
		return strings.TrimSpace("a number " + detail)
	}
}

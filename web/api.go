package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"redial/engine/flow"
	"redial/web/reply"
)

// maxRequest bounds the bodies of management calls other than flow files, in
// bytes.
const maxRequest = 1 << 20

// readAll reads a request's body, up to a limit. It answers itself when that
// fails.
func (s *Server) readAll(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, bool) {
	data, err := readInTime(w, r, limit)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		s.Problem(w, r, &reply.Problem{Type: "body-too-large", Detail: fmt.Sprintf("The body has more than %d bytes, which is the most that is taken here.", limit)})
		return nil, false
	case err != nil:
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "The body broke off before its end."})
		return nil, false
	}
	return data, true
}

// readObject reads a body that is a JSON object, or empty.
func (s *Server) readObject(w http.ResponseWriter, r *http.Request, limit int64) (map[string]any, bool) {
	data, ok := s.readAll(w, r, limit)
	if !ok {
		return nil, false
	}
	if len(data) == 0 {
		return map[string]any{}, true
	}
	value, err := flow.DecodeJSON(data)
	if err != nil {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: reply.Sentence("the body is not JSON: " + err.Error())})
		return nil, false
	}
	object, ok := value.(map[string]any)
	if !ok {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "The body has to be a JSON object."})
	}
	return object, ok
}

// onlyFields answers with a problem if an object has other fields than these.
func (s *Server) onlyFields(w http.ResponseWriter, r *http.Request, object map[string]any, known ...string) bool {
	for name := range object {
		if !slices.Contains(known, name) {
			detail := fmt.Sprintf("There is no field %q here; there is %v.", name, known)
			if near := flow.Nearest(name, known); near != "" {
				detail = fmt.Sprintf("There is no field %q here; did you mean %q?", name, near)
			}
			s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: detail})
			return false
		}
	}
	return true
}

// page is a list as the API answers with it.
func page[T any](items []T, next string) flow.Object {
	list := make([]any, len(items))
	for i := range items {
		list[i] = items[i]
	}
	body := flow.Object{{Name: "items", Value: list}, {Name: "next", Value: nil}}
	if next != "" {
		body[1].Value = next
	}
	return body
}

// limit reads the `limit` of a list; 0 if there is none.
func (s *Server) limit(w http.ResponseWriter, r *http.Request) (int, bool) {
	text := r.URL.Query().Get("limit")
	if text == "" {
		return 0, true
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 || limit > 500 {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "limit is a number from 1 to 500."})
		return 0, false
	}
	return limit, true
}

package component

import (
	"net/http"
	"net/url"
	"strings"

	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/outbound"
)

// request is how a manifest describes a call.
type request struct {
	method    string
	path      *expression.Template
	query     []named
	headers   []named
	body      tree    // as JSON
	form      []named // as application/x-www-form-urlencoded
	omitEmpty bool    // leaves empty values out of body, form and query
}

// keyPlacement is where the service takes the idempotency key.
type keyPlacement struct {
	header, query string
	maxLength     int // in characters; 0: as long as it is
}

func (k *keyPlacement) cut(key string) string {
	if k.maxLength > 0 && len(key) > k.maxLength {
		return key[:k.maxLength]
	}
	return key
}

// requestError says that a request could not be made from what it was given.
type requestError struct{ message string }

func (e *requestError) Error() string { return e.message }

// build makes the request for a connection.
func (r *request) build(ready *connected, values *expression.Values) (outbound.Request, error) {
	out := outbound.Request{Method: r.method, Header: http.Header{}, Auth: ready.auth}
	target, err := r.target(ready, values)
	if err != nil {
		return out, err
	}
	out.URL = target
	for _, headers := range [][]named{ready.header, r.headers} {
		for _, header := range headers {
			value, err := header.eval(values)
			if err != nil {
				return out, err
			}
			if value != nil {
				out.Header.Set(header.name, plainText(value))
			}
		}
	}
	return out, r.write(&out, values)
}

// write puts the body into the request.
func (r *request) write(out *outbound.Request, values *expression.Values) error {
	contentType := "application/json"
	switch {
	case r.form != nil:
		pairs, err := encodePairs(r.form, values, r.omitEmpty)
		if err != nil {
			return err
		}
		out.Body, contentType = []byte(pairs), "application/x-www-form-urlencoded"
	case r.body != nil:
		body, err := r.body.eval(values)
		if err != nil {
			return err
		}
		if r.omitEmpty {
			body = prune(body)
		}
		if out.Body, err = flow.EncodeJSON(body); err != nil {
			return &requestError{"the body cannot be written as JSON"}
		}
	default:
		return nil
	}
	if out.Header.Get("Content-Type") == "" {
		out.Header.Set("Content-Type", contentType)
	}
	return nil
}

// target is the URL of the request. Whatever the path is made of, it stays on
// the connection's host.
func (r *request) target(ready *connected, values *expression.Values) (string, error) {
	if ready.base == nil {
		return "", &requestError{"the connection names no address"}
	}
	value, err := r.path.Eval(values)
	if err != nil {
		return "", err
	}
	path := plainText(value)
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") {
		return "", &requestError{"the path of the request does not begin with a single /"}
	}
	target, err := url.Parse(ready.base.String() + path)
	if err != nil || target.Host != ready.base.Host {
		return "", &requestError{"the path of the request cannot be read"}
	}
	pairs, err := encodePairs(r.query, values, r.omitEmpty)
	if err != nil {
		return "", err
	}
	if pairs != "" && target.RawQuery != "" {
		pairs = "&" + pairs
	}
	target.RawQuery += pairs
	return target.String(), nil
}

// encodePairs writes query parameters or form fields in their order. Null is
// left out, a list becomes one pair per element.
func encodePairs(pairs []named, values *expression.Values, omitEmpty bool) (string, error) {
	var out strings.Builder
	for _, pair := range pairs {
		value, err := pair.eval(values)
		if err != nil {
			return "", err
		}
		elements, ok := value.([]any)
		if !ok {
			elements = []any{value}
		}
		for _, element := range elements {
			if element == nil || omitEmpty && isEmpty(element) {
				continue
			}
			if out.Len() > 0 {
				out.WriteByte('&')
			}
			out.WriteString(escapeQuery(pair.name) + "=" + escapeQuery(plainText(element)))
		}
	}
	return out.String(), nil
}

// escapeQuery writes a space as %20, which every server reads the same way.
func escapeQuery(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

package content

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"redial/engine/flow"
)

const (
	jsonContentType = "application/json"
	textContentType = "text/plain; charset=utf-8"
)

// Encode turns a plain value into a body and its content type. Without a
// content type the value decides:
//
//   - null is no body and no type,
//   - a text is text/plain; charset=utf-8,
//   - everything else is application/json.
//
// A content type that is given is returned as it is (multipart/form-data gains
// its boundary) and decides how the value is written:
//
//   - null is an empty body, and a text is sent as it is, under every type. So
//     JSON, XML or a form that a flow has already written goes out unchanged.
//     The type's charset is honoured.
//   - JSON types take any value.
//   - The form types take an object. Null fields are left out, lists repeat the
//     field. In multipart/form-data an object of the form {filename,
//     contentType, size, base64} is a file, and other objects are parts in JSON.
//   - Elsewhere an object of the form {contentType, size, base64}, as [Decode]
//     makes it, is sent as the bytes that it stands for.
//   - Other values go out as JSON, but an XML type takes no objects and lists:
//     which of several documents is meant cannot be known.
//
// Errors name what does not fit and are fit for whoever built the flow.
func Encode(value any, contentType string) (body []byte, contentTypeOut string, err error) {
	if contentType == "" {
		return encodePlain(value)
	}
	kind, params := parseType(contentType)
	switch v := value.(type) {
	case nil:
		return nil, contentType, nil
	case string:
		body, err = encodeText(v, params["charset"])
		return body, contentType, err
	case flow.Object:
		value = flow.Plain(v)
	}
	raw, isRaw := rawBytes(value)
	switch {
	case isJSON(kind):
		body, err = flow.EncodeJSON(value)
	case isRaw:
		body, err = raw()
	case kind == formType:
		body, err = encodeForm(value)
	case kind == multipartType:
		return encodeMultipart(value, contentType, params["boundary"])
	case isXML(kind) && !isScalar(value):
		err = errors.New("an object or a list cannot be sent as XML; write the XML as text")
	default:
		body, err = flow.EncodeJSON(value)
	}
	return body, contentType, err
}

func encodePlain(value any) ([]byte, string, error) {
	switch v := value.(type) {
	case nil:
		return nil, "", nil
	case string:
		return []byte(v), textContentType, nil
	default:
		body, err := flow.EncodeJSON(v)
		return body, jsonContentType, err
	}
}

func encodeText(text, charset string) ([]byte, error) {
	if isUTF8(charset) {
		return []byte(text), nil
	}
	found, err := lookupCharset(charset)
	if err != nil {
		return nil, err
	}
	body, err := found.NewEncoder().Bytes([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("the text has characters that the charset %.40q does not have; use UTF-8", charset)
	}
	return body, nil
}

// rawBytes tells whether a value is {contentType, size, base64}, with or
// without a filename, and gives its bytes.
func rawBytes(value any) (func() ([]byte, error), bool) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, false
	}
	text, isText := object["base64"].(string)
	for name := range object {
		if !slices.Contains([]string{"base64", "contentType", "filename", "size"}, name) {
			return nil, false
		}
	}
	_, typed := object["contentType"]
	return func() ([]byte, error) {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, errors.New("the field base64 of the body does not hold base64")
		}
		return data, nil
	}, isText && typed
}

func encodeForm(value any) ([]byte, error) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, errors.New("only an object can be sent as a form")
	}
	var out strings.Builder
	err := eachField(object, func(name string, value any) error {
		text, err := fieldText(name, value)
		if err != nil {
			return err
		}
		if out.Len() > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(name) + "=" + url.QueryEscape(text))
		return nil
	})
	return []byte(out.String()), err
}

// eachField visits the fields of a form in a fixed order, so that the same
// value is always the same body. Lists repeat their name, null is left out.
func eachField(object map[string]any, visit func(name string, value any) error) error {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values, isList := object[name].([]any)
		if !isList {
			values = []any{object[name]}
		}
		for _, value := range values {
			if value == nil {
				continue
			}
			if err := visit(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func fieldText(name string, value any) (string, error) {
	if text, ok := value.(string); ok {
		return text, nil
	}
	if !isScalar(value) {
		return "", fmt.Errorf("the field %.60q holds an object or a list of lists, which a form cannot carry", name)
	}
	text, err := flow.EncodeJSON(value)
	return string(text), err
}

func isScalar(value any) bool {
	switch value.(type) {
	case map[string]any, []any:
		return false
	default:
		return true
	}
}

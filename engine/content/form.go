package content

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

const formName = "a form"

// decodeForm follows the URL standard: fields are split at &, and a field
// without = has an empty value.
func decodeForm(body []byte, limits Limits) (any, error) {
	form, count, offset := make(map[string]any), 0, 0
	for field := range strings.SplitSeq(string(body), "&") {
		at := offset
		offset += len(field) + 1
		if field == "" {
			continue
		}
		if count++; count > limits.Values {
			return nil, tooMany(formName, limits.Values, "fields")
		}
		name, value, _ := strings.Cut(field, "=")
		name, nameErr := formText(name)
		value, valueErr := formText(value)
		if nameErr != "" || valueErr != "" {
			return nil, &Error{Type: formName, Offset: int64(at) + 1, Message: "the field " + nameErr + valueErr}
		}
		addNamed(form, name, value)
	}
	return form, nil
}

func formText(escaped string) (text, fault string) {
	text, err := url.QueryUnescape(escaped)
	if err != nil {
		return "", "has a % that is not followed by two hex digits"
	}
	if !utf8.ValidString(text) {
		return "", "is not in UTF-8"
	}
	return text, ""
}

// addNamed sets a field, or makes a list of it when the name is there already.
// The values themselves are never lists.
func addNamed(object map[string]any, name string, value any) {
	switch before, there := object[name]; before := before.(type) {
	case []any:
		object[name] = append(before, value)
	default:
		if there {
			object[name] = []any{before, value}
			return
		}
		object[name] = value
	}
}

package snippet

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"redial/engine/flow"
)

// indented is a value as JSON over several lines.
func indented(value any) (string, error) {
	compact, err := flow.EncodeJSON(value)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = json.Indent(&b, compact, "", "  ")
	return b.String(), err
}

// shellText is a text between single quotes, where a shell changes nothing.
func shellText(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// scriptText is a text between double quotes for JavaScript and Python, both of
// which read the escapes of JSON.
func scriptText(text string) (string, error) {
	quoted, err := flow.EncodeJSON(text)
	return string(quoted), err
}

// maxExact is the largest integer that JavaScript's numbers keep exact.
const maxExact = 1<<53 - 1

// scriptValue is a value as JavaScript that makes its JSON text. An object
// literal says it best; where it would not give the same value, the text is
// quoted.
func scriptValue(value any) (string, error) {
	if !isLiteral(value) {
		compact, err := flow.EncodeJSON(value)
		if err != nil {
			return "", err
		}
		return scriptText(string(compact))
	}
	text, err := indented(value)
	return "JSON.stringify(" + strings.ReplaceAll(text, "\n", "\n  ") + ")", err
}

// isLiteral reports whether a value means the same as a literal of JavaScript as
// it does as JSON.
func isLiteral(value any) bool {
	switch v := value.(type) {
	case int64:
		return -maxExact <= v && v <= maxExact
	case []any:
		for _, item := range v {
			if !isLiteral(item) {
				return false
			}
		}
	case flow.Object:
		for _, f := range v {
			if f.Name == "__proto__" || !isLiteral(f.Value) {
				return false
			}
		}
	case map[string]any:
		for name, item := range v {
			if name == "__proto__" || !isLiteral(item) {
				return false
			}
		}
	}
	return true
}

// pythonValue is a value as a literal of Python: JSON with other words for
// three constants.
func pythonValue(value any) (string, error) {
	text, err := indented(value)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			b.WriteByte(c)
			i++
		case !quoted:
			for word, other := range map[string]string{"true": "True", "false": "False", "null": "None"} {
				if strings.HasPrefix(text[i:], word) {
					b.WriteString(other)
					i += len(word)
					break
				}
			}
		}
		if i < len(text) {
			b.WriteByte(text[i])
		}
	}
	return strings.ReplaceAll(b.String(), "\n", "\n    "), nil
}

// goText is a text as a literal of Go, over several lines where it can be.
func goText(text string) string {
	if strings.ContainsAny(text, "`\r\ufeff") || !strings.Contains(text, "\n") {
		return strconv.Quote(text)
	}
	return "`" + text + "`"
}

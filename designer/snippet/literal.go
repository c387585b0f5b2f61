package snippet

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"redial/engine/flow"
)

// indented is JSON text over several lines.
func indented(text string) (string, error) {
	var b bytes.Buffer
	err := json.Indent(&b, []byte(strings.TrimSpace(text)), "", "  ")
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

// scriptBody is the body as JavaScript that makes its text. An object literal
// says it best; where it would not mean the same, the text is quoted.
func scriptBody(text string) (string, error) {
	if !isLiteral(text) {
		var compact bytes.Buffer
		if err := json.Compact(&compact, []byte(text)); err != nil {
			return "", err
		}
		return scriptText(compact.String())
	}
	return "JSON.stringify(" + strings.ReplaceAll(text, "\n", "\n  ") + ")", nil
}

// isLiteral reports whether JSON text means the same as a literal of JavaScript:
// it has no number that JavaScript writes in another way, and no name that sets
// a prototype.
func isLiteral(text string) bool {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		switch v := token.(type) {
		case json.Number:
			value, err := v.Float64()
			if err != nil || strconv.FormatFloat(value, 'f', -1, 64) != v.String() {
				return false
			}
		case string:
			if v == "__proto__" {
				return false
			}
		}
	}
}

// pythonBody is the body as a literal of Python: JSON with other words for three
// constants.
func pythonBody(text string) string {
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
	return strings.ReplaceAll(b.String(), "\n", "\n    ")
}

// goText is a text as a literal of Go, over several lines where it can be.
func goText(text string) string {
	if strings.ContainsAny(text, "`\r\ufeff") || !strings.Contains(text, "\n") {
		return strconv.Quote(text)
	}
	return "`" + text + "`"
}

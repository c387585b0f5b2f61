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
	if !isLiteral(text, false) {
		var compact bytes.Buffer
		if err := json.Compact(&compact, []byte(text)); err != nil {
			return "", err
		}
		return scriptText(compact.String())
	}
	return "JSON.stringify(" + strings.ReplaceAll(text, "\n", "\n  ") + ")", nil
}

// isLiteral reports whether JSON text means the same as a literal of a language:
// it has no number that the language writes in another way, and no name that sets
// a prototype. Python has whole numbers of any size.
func isLiteral(text string, python bool) bool {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	for depth := 0; depth < maxLiteral; {
		token, err := decoder.Token()
		if err != nil {
			return errors.Is(err, io.EOF)
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
		case json.Number:
			if _, err := strconv.ParseInt(v.String(), 10, 64); python && err == nil && v != "-0" {
				continue
			}
			value, err := v.Float64()
			if err != nil || v == "-0" || strconv.FormatFloat(value, 'f', -1, 64) != v.String() {
				return false
			}
		case string:
			if v == "__proto__" && !python {
				return false
			}
		}
	}
	return false
}

// maxLiteral is how deep a literal may nest: Python reads no more than a hundred
// or two.
const maxLiteral = 50

// pythonBody is the body as Python that makes its bytes. A literal says it best:
// that is JSON with other words for three constants. Where it would not mean the
// same, the text is quoted.
func pythonBody(text string) (string, error) {
	if !isLiteral(text, true) || strings.Contains(text, `\/`) {
		var compact bytes.Buffer
		if err := json.Compact(&compact, []byte(text)); err != nil {
			return "", err
		}
		quoted, err := scriptText(compact.String())
		return quoted + ".encode()", err
	}
	return "json.dumps(" + strings.ReplaceAll(pythonLiteral(text), "\n", "\n    ") + ").encode()", nil
}

// pythonLiteral is JSON text with the constants of Python.
func pythonLiteral(text string) string {
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
	return b.String()
}

// goText is a text as a literal of Go, over several lines where it can be.
func goText(text string) string {
	if !strings.Contains(text, "\n") || !strconv.CanBackquote(strings.ReplaceAll(text, "\n", "")) {
		return strconv.Quote(text)
	}
	return "`" + text + "`"
}

package header

import (
	"net/http"
	"strings"
)

// MaxKey is how long the key of a call may be, in characters.
const MaxKey = 255

// ReadKey reads the Idempotency-Key of a call: a string of RFC 8941, or the bare
// characters. given is false if there is none; ok is false if what is given is no key, or
// more than one.
func ReadKey(fields http.Header) (key string, given, ok bool) {
	values := fields.Values("Idempotency-Key")
	if len(values) == 0 {
		return "", false, true
	}
	key, ok = ParseKey(values[0])
	return key, true, ok && len(values) == 1
}

// ParseKey reads a key: visible ASCII characters, with the escapes of RFC 8941 where
// they are quoted.
func ParseKey(text string) (key string, ok bool) {
	text = strings.Trim(text, " \t")
	if strings.HasPrefix(text, `"`) {
		if text, ok = parseString(text); !ok {
			return "", false
		}
	}
	if text == "" || len(text) > MaxKey {
		return "", false
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] >= 0x7f {
			return "", false
		}
	}
	return text, true
}

// parseString reads a string of RFC 8941, section 4.2.5, and nothing behind it.
func parseString(text string) (string, bool) {
	var inside strings.Builder
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '"':
			return inside.String(), i == len(text)-1
		case '\\':
			if i++; i == len(text) || text[i] != '"' && text[i] != '\\' {
				return "", false
			}
		}
		inside.WriteByte(text[i])
	}
	return "", false
}

package expression

import (
	"regexp"
	"strconv"
	"strings"
)

// plainName is a name that may follow a dot. The lexer takes more, but what a
// person reads should be what a person can type.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// reserved are words that mean something to the lexer or the parser, and so are
// written in brackets where they are a field's name.
var reserved = map[string]bool{
	"not": true, "in": true, "or": true, "and": true, "matches": true, "contains": true, "startsWith": true,
	"endsWith": true, "let": true, "if": true, "else": true, "true": true, "false": true, "null": true, "nil": true,
}

// Path writes the expression that reads a place: Path("trigger", "body",
// "order id", 0) is trigger.body["order id"][0]. The first segment is a name of
// the scope, and written as it is; each other one is the key of an object, a
// string, or the place in a list, an int or int64. Evaluating the expression
// gives the value at that place, or null where there is none. Segments of other
// kinds are left out.
func Path(segments ...any) string {
	var b strings.Builder
	for i, segment := range segments {
		switch s := segment.(type) {
		case string:
			if i == 0 {
				b.WriteString(s)
			} else {
				b.WriteString(memberText(s))
			}
		case int:
			writeIndex(&b, int64(s))
		case int64:
			writeIndex(&b, s)
		}
	}
	return b.String()
}

func writeIndex(b *strings.Builder, index int64) {
	b.WriteString("[" + strconv.FormatInt(index, 10) + "]")
}

// memberText is .key, or ["key"] where the key is no plain name.
func memberText(key string) string {
	if isPlainName(key) {
		return "." + key
	}
	return "[" + textLiteral(key) + "]"
}

func isPlainName(key string) bool { return !reserved[key] && plainName.MatchString(key) }

// textLiteral writes text as the language reads it. The lexer knows the escapes
// of Go, and what cannot be printed is better seen as one.
func textLiteral(text string) string { return strconv.Quote(text) }

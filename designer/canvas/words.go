package canvas

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"redial/engine/expression"
	"redial/engine/flow"
)

// Lengths, in characters, of what a card shows. What is longer is cut; the
// whole of it is in the flow file, and of conditions on the card's row.
const (
	maxTitle     = 120
	maxSummary   = 140
	maxCondition = 120
	maxWhole     = 2000
)

// Condition is an expression as people read it: 5 ≤ quantity and not paid.
// Texts in it stay as they are.
func condition(source string) string {
	var out strings.Builder
	for rest := oneLine(source); rest != ""; {
		n, word := token(rest)
		out.WriteString(word)
		rest = rest[n:]
	}
	return out.String()
}

var operators = []struct{ written, read string }{
	{"==", "="}, {"!=", "≠"}, {"<=", "≤"}, {">=", "≥"}, {"&&", "and"}, {"||", "or"},
}

// token is the length of the first token of an expression, which is not empty,
// and the words for it.
func token(s string) (n int, words string) {
	if quote := s[0]; quote == '"' || quote == '\'' || quote == '`' {
		n = quoted(s)
		return n, s[:n]
	}
	for _, o := range operators {
		if strings.HasPrefix(s, o.written) {
			return len(o.written), o.read
		}
	}
	if n = name(s); n > 0 {
		if strings.Trim(s[:n], expression.Blank) == "" {
			return unfinished(s, n)
		}
		return n, shortName(s[:n])
	}
	_, n = utf8.DecodeRuneInString(s)
	return n, s[:n]
}

// missing stands for what is still to be filled in.
const missing = "…"

// unfinished is the length of what begins with a blank of n bytes, and the words for
// it: what was written there, or that it is missing.
func unfinished(s string, n int) (length int, words string) {
	if !strings.HasPrefix(s[n:], `("`) {
		return n, missing
	}
	end := n + 1 + quoted(s[n+1:])
	text, err := strconv.Unquote(s[n+1 : end])
	if err != nil || text == "" || !strings.HasPrefix(s[end:], ")") {
		return n, missing
	}
	return end + 1, oneLine(text)
}

// quoted is the length of the quoted text that s begins with.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\' && s[0] != '`':
			i++
		case s[i] == s[0]:
			return i + 1
		}
	}
	return len(s)
}

// name is the length of the name with its members that s begins with:
// steps.stock.missing.
func name(s string) int {
	for i, r := range s {
		letter := r == '_' || unicode.IsLetter(r)
		if !letter && (i == 0 || r != '.' && !unicode.IsDigit(r)) {
			return i
		}
	}
	return len(s)
}

// shortName leaves out where a value comes from when what remains still says
// what it is.
func shortName(name string) string {
	parts := strings.Split(name, ".")
	switch {
	case len(parts) > 2 && parts[0] == flow.TriggerID && parts[1] == "body":
		return strings.Join(parts[2:], ".")
	case len(parts) > 2 && parts[0] == "steps" && parts[2] != flow.ErrorPort:
		return strings.Join(parts[2:], ".")
	case len(parts) > 1 && (parts[0] == "steps" || parts[0] == "config"):
		return strings.Join(parts[1:], ".")
	}
	return name
}

// template is a text with its expressions in readable form, each put between
// the two marks.
func template(source, open, end string) string {
	var out strings.Builder
	for {
		before, after, found := strings.Cut(source, "{{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		n := expressionEnd(after)
		out.WriteString(open)
		out.WriteString(strings.TrimSpace(condition(after[:n])))
		out.WriteString(end)
		source = strings.TrimPrefix(after[n:], "}}")
	}
}

// expressionEnd is where the expression ends that s begins with: at }}, but not
// within a text or an object.
func expressionEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"', '\'', '`':
			i += quoted(s[i:]) - 1
		case '{':
			depth++
		case '}':
			if depth == 0 && strings.HasPrefix(s[i:], "}}") {
				return i
			}
			depth = max(depth-1, 0)
		}
	}
	return len(s)
}

// whole is the expression of a text that is one expression and nothing else.
func whole(source string) (string, bool) {
	inner, found := strings.CutPrefix(strings.TrimSpace(source), "{{")
	if !found {
		return "", false
	}
	n := expressionEnd(inner)
	return strings.TrimSpace(inner[:n]), inner[n:] == "}}"
}

// oneLine puts one space for all white space, and drops control characters.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// cut shortens a text to so many characters, the last of them a sign that
// something is missing.
func cut(s string, most int) string {
	count := 0
	for i := range s {
		if count++; count > most {
			last := strings.TrimRightFunc(s[:i], unicode.IsSpace)
			_, size := utf8.DecodeLastRuneInString(last)
			return last[:len(last)-size] + "…"
		}
	}
	return s
}

// list joins words as a sentence does, naming at most a few of them.
func list(words []string, most int) string {
	if len(words) > most {
		return strings.Join(words[:most], ", ") + ", …"
	}
	return strings.Join(words, ", ")
}

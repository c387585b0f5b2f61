package expression

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// Blank is a name that nothing has, also repeated. It stands for what is still
// to be filled in, and its fault says so.
const Blank = "_"

// Unfinished is an expression that keeps what people wrote which is none yet: a call of
// a name that nothing has. No flow can run with it, and its fault says what is wrong.
// It keeps the text of an expression, or the name of a field, which is missing or there
// twice, and the text of its value.
func Unfinished(name string, texts ...string) string {
	written := make([]string, len(texts))
	for i, text := range texts {
		written[i] = Literal(text)
	}
	return name + "(" + strings.Join(written, ", ") + ")"
}

// Unfinished are the texts that a part keeps which are no expressions yet; nil if it
// keeps none.
func (s *Syntax) Unfinished() []string {
	if s.Kind != SyntaxCall || !isBlank(s.Name) {
		return nil
	}
	var texts []string
	for _, part := range s.Parts {
		text, isText := part.Value.(string)
		if part.Kind != SyntaxLiteral || !isText {
			return nil
		}
		texts = append(texts, text)
	}
	return texts
}

func isBlank(name string) bool { return name != "" && strings.Trim(name, Blank) == "" }

// unfinished tells what is wrong with what such a call keeps.
func (c *compiler) unfinished(start, end int, args []ast.Node) *node {
	texts := make([]string, 0, len(args))
	for _, arg := range args {
		if text, isText := arg.(*ast.StringNode); isText {
			texts = append(texts, text.Value)
		}
	}
	c.fault(start, end, FaultSyntax, "%s", unfinishedWords(texts, len(c.items) > 0))
	return c.broken(start, end)
}

func unfinishedWords(texts []string, inItems bool) string {
	switch {
	case len(texts) == 0 || texts[len(texts)-1] == "" && len(texts) == 1:
		return "fill in what belongs at " + Blank
	case len(texts) > 1 && texts[0] == "":
		return "a field has no name, the one with the value " + clip(texts[1], maxText)
	case len(texts) > 1:
		return "two fields are called " + clip(texts[0], maxText) + "; each needs a name of its own"
	}
	shown, read := clip(strings.TrimSpace(texts[0]), maxText), texts[0]
	if inItems { // .name means something there
		read = "map([], " + read + ")"
	}
	if _, fault := Parse(read); fault != nil {
		return shown + " cannot be read: " + fault.Message
	}
	return shown + " cannot stand here"
}

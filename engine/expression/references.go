package expression

import (
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/parser/lexer"
)

// StepReference is a place in a text where a step is named: the ID in
// steps.ID and steps["ID"], or in ran("ID").
type StepReference struct {
	ID string
	// Start and End are the range of bytes of the ID, without quotes.
	Start, End int
}

// StepReferences finds where a text names steps. It goes by tokens, so that
// text that is no whole expression yet is read as far as it makes sense. Local
// variables called steps or ran name no steps.
func StepReferences(source string, language Language) []StepReference {
	if !strings.Contains(source, "steps") && !strings.Contains(source, "ran") {
		return nil
	}
	if language != LanguageTemplate {
		tokens, _ := readable(source, false)
		return referencesIn(source, tokens, 0)
	}
	var found []StepReference
	for at, count := 0, 0; count <= MaxTemplateParts; count++ {
		open := strings.Index(source[at:], "{{")
		if open < 0 {
			break
		}
		at += open + len("{{")
		tokens, length := readable(source[at:], true)
		found = append(found, referencesIn(source[at:], tokens, at)...)
		at += length
	}
	return found
}

// RenameSteps writes other IDs where a text names steps, and reports whether
// there was anything to write. All else stays as it is.
func RenameSteps(source string, language Language, names map[string]string) (string, bool) {
	var b strings.Builder
	done := 0
	for _, ref := range StepReferences(source, language) {
		name, renamed := names[ref.ID]
		if !renamed || name == ref.ID {
			continue
		}
		b.WriteString(source[done:ref.Start])
		b.WriteString(name)
		done = ref.End
	}
	if done == 0 {
		return source, false
	}
	b.WriteString(source[done:])
	return b.String(), true
}

// readable reads the tokens of a text up to the first that is none or, in a
// template, up to the brace that ends the expression. The length is how far
// that was.
func readable(text string, template bool) (tokens []token, length int) {
	bounded := text
	if len(bounded) > MaxSource {
		bounded = cutRunes(bounded, MaxSource)
	}
	if !utf8.ValidString(bounded) {
		return nil, len(bounded)
	}
	reader := newTokenReader(bounded)
	depth := 0
	for {
		t, fault := reader.next()
		switch {
		case fault != nil:
			if len(tokens) > 0 {
				length = tokens[len(tokens)-1].end
			}
			return tokens, length
		case t.Kind == lexer.EOF:
			return tokens, len(bounded)
		case t.Is(lexer.Bracket, "{"):
			depth++
		case t.Is(lexer.Bracket, "}"):
			if depth--; depth < 0 && template {
				return tokens, t.start
			}
		}
		tokens = append(tokens, t)
	}
}

func referencesIn(text string, tokens []token, offset int) []StepReference {
	var found []StepReference
	hidden := newShadows()
	for i, t := range tokens {
		hidden.pass(tokens, i)
		if t.Kind != lexer.Identifier || t.Value != "steps" && t.Value != "ran" || hidden.names[t.Value] > 0 {
			continue
		}
		if i > 0 && tokens[i-1].Is(lexer.Operator, ".", "?.") || hidden.declares(tokens, i) {
			continue
		}
		named, isNamed := stepNamed(tokens[i:])
		if !isNamed {
			continue
		}
		start, end := named.start, named.end
		if named.Kind == lexer.String {
			start, end = start+1, end-1
		}
		if text[start:end] == named.Value {
			found = append(found, StepReference{ID: named.Value, Start: offset + start, End: offset + end})
		}
	}
	return found
}

// stepNamed is the token that says which step is meant by the tokens that begin
// with steps or ran.
func stepNamed(tokens []token) (token, bool) {
	next := func(i int) token {
		if i < len(tokens) {
			return tokens[i]
		}
		return token{}
	}
	if tokens[0].Value == "ran" {
		return next(2), next(1).Is(lexer.Bracket, "(") && next(2).Kind == lexer.String
	}
	at := 1
	if next(1).Is(lexer.Operator, "?.") && next(2).Is(lexer.Bracket, "[") {
		at = 2
	}
	switch {
	case next(at).Is(lexer.Bracket, "["):
		return next(at + 1), next(at+1).Kind == lexer.String && (next(at+2).Is(lexer.Bracket, "]") || len(tokens) == at+2)
	case next(1).Is(lexer.Operator, ".", "?."):
		// A name after a dot may be a word that is an operator elsewhere.
		return next(2), next(2).Kind == lexer.Identifier || next(2).Kind == lexer.Operator && isWord(next(2).Value)
	}
	return token{}, false
}

func isWord(text string) bool {
	return text != "" && (text[0] >= 'a' && text[0] <= 'z' || text[0] == '_')
}

// shadows knows which names are local variables where the tokens are read. A
// variable holds from the ; after its value to the end of the brackets around
// it, or to the comma there.
type shadows struct {
	names  map[string]int
	levels []shadowLevel
}

type shadowLevel struct {
	pending []string // declared, and their value is being read
	names   []string
}

func newShadows() *shadows {
	return &shadows{names: map[string]int{}, levels: make([]shadowLevel, 1)}
}

// declares says whether the i-th token is the name of a new variable.
func (s *shadows) declares(tokens []token, i int) bool {
	return i > 0 && tokens[i-1].Is(lexer.Operator, "let")
}

func (s *shadows) pass(tokens []token, i int) {
	t := tokens[i]
	top := &s.levels[len(s.levels)-1]
	switch {
	case s.declares(tokens, i):
		top.pending = append(top.pending, t.Value)
	case t.Is(lexer.Operator, ";") && len(top.pending) > 0:
		name := top.pending[len(top.pending)-1]
		top.pending = top.pending[:len(top.pending)-1]
		top.names = append(top.names, name)
		s.names[name]++
	case t.Is(lexer.Operator, ","):
		s.leave(top)
	case t.Kind == lexer.Bracket && closers[t.Value] != "":
		s.levels = append(s.levels, shadowLevel{})
	case t.Kind == lexer.Bracket && len(s.levels) > 1:
		s.leave(top)
		s.levels = s.levels[:len(s.levels)-1]
	}
}

func (s *shadows) leave(level *shadowLevel) {
	for _, name := range level.names {
		s.names[name]--
	}
	*level = shadowLevel{}
}

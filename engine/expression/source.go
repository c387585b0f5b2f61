package expression

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
)

// token is one of expr's tokens with its place in bytes.
type token struct {
	lexer.Token
	start, end int
	// match is the index of the other bracket of a pair, else -1.
	match int
}

// source is an expression as it was written and as expr's parser gets it.
//
// The parser is given a rewritten text for three reasons: a { that begins an
// object is taken for a predicate's braces by it, contains(a, b) is a syntax
// error to it, and so is the smallest integer. Positions lead back.
type source struct {
	text   string
	tokens []token
	// rewritten is the text for the parser, and origin the byte in text of each
	// of its runes (expr counts runes), with one more for the end.
	rewritten string
	origin    []int
}

// Names that stand in the rewritten text for what expr's parser cannot read.
const (
	smallestInteger = "_smallest_integer"
	operatorCall    = "_call_"
)

// scan reads the tokens of an expression and checks its bounds, before any
// recursive parser sees it.
func scan(text string) (*source, *Fault) {
	if len(text) > MaxSource {
		return nil, &Fault{Start: 0, End: len(text), Code: FaultLimit, Message: fmt.Sprintf(
			"the expression is too long: %d bytes, at most %d are possible", len(text), MaxSource)}
	}
	if !utf8.ValidString(text) {
		return nil, &Fault{End: len(text), Code: FaultSyntax, Message: "the expression is not valid UTF-8 text"}
	}
	s := &source{text: text}
	reader := newTokenReader(text)
	for {
		t, fault := reader.next()
		if fault != nil {
			return nil, fault
		}
		if t.Kind == lexer.EOF {
			break
		}
		s.tokens = append(s.tokens, t)
	}
	for _, check := range []func() *Fault{s.checkEmpty, s.matchBrackets, s.checkNesting, s.checkMistakes} {
		if fault := check(); fault != nil {
			return nil, fault
		}
	}
	s.rewrite()
	return s, nil
}

// tokenReader reads tokens one by one and keeps count of bytes.
type tokenReader struct {
	lex  *lexer.Lexer
	text string
	// bytes and runes are the same place in the text.
	bytes, runes int
}

func newTokenReader(text string) *tokenReader {
	lex := lexer.New()
	lex.Reset(file.NewSource(text))
	return &tokenReader{lex: lex, text: text}
}

// offset is the byte at which a rune begins. Runes must be asked for in rising
// order, nearly; a step back begins again.
func (t *tokenReader) offset(runes int) int {
	if runes < t.runes {
		t.bytes, t.runes = 0, 0
	}
	for t.runes < runes && t.bytes < len(t.text) {
		_, size := utf8.DecodeRuneInString(t.text[t.bytes:])
		t.bytes += size
		t.runes++
	}
	return t.bytes
}

func (t *tokenReader) next() (token, *Fault) {
	raw, err := t.lex.Next()
	if errors.Is(err, io.EOF) {
		return token{Token: lexer.Token{Kind: lexer.EOF}, start: len(t.text), end: len(t.text)}, nil
	}
	if err != nil {
		var e *file.Error
		fault := &Fault{Code: FaultSyntax, Message: err.Error()}
		if errors.As(err, &e) {
			fault.Start, fault.End = t.offset(e.From), t.offset(e.To)
			fault.Message = lexicalMessage(e.Message)
		}
		return token{}, fault
	}
	start := t.offset(raw.From)
	return token{Token: raw, start: start, end: t.offset(raw.To), match: -1}, nil
}

func lexicalMessage(message string) string {
	switch {
	case strings.HasPrefix(message, "literal not terminated"):
		return "a text is not closed: its closing quote is missing"
	case strings.HasPrefix(message, "unclosed comment"):
		return "a comment is not closed: */ is missing"
	case strings.HasPrefix(message, "invalid char escape"):
		return `after \ stands a character that has no meaning there; write \\ for a backslash itself`
	case strings.HasPrefix(message, "unrecognized character: "):
		return "the character " + strings.TrimPrefix(message, "unrecognized character: ") + " has no meaning here"
	case strings.HasPrefix(message, "bad number syntax: "):
		return "this is not a number: " + strings.TrimPrefix(message, "bad number syntax: ")
	default:
		return message
	}
}

func (s *source) checkEmpty() *Fault {
	if len(s.tokens) == 0 {
		return &Fault{End: len(s.text), Code: FaultSyntax, Message: "the expression is empty"}
	}
	return nil
}

var closers = map[string]string{"(": ")", "[": "]", "{": "}"}

// matchBrackets pairs brackets and bounds how deep they nest.
func (s *source) matchBrackets() *Fault {
	var open []int
	for i, t := range s.tokens {
		if t.Kind != lexer.Bracket {
			continue
		}
		if closers[t.Value] != "" {
			open = append(open, i)
			if len(open) > MaxNesting {
				return s.fault(t, FaultLimit, fmt.Sprintf("brackets nest too deep: at most %d levels are possible", MaxNesting))
			}
			continue
		}
		if len(open) == 0 {
			return s.fault(t, FaultSyntax, fmt.Sprintf("this %s closes nothing", t.Value))
		}
		j := open[len(open)-1]
		if want := closers[s.tokens[j].Value]; want != t.Value {
			return s.fault(t, FaultSyntax, fmt.Sprintf("expected %s here, to close the %s before it, and found %s", want, s.tokens[j].Value, t.Value))
		}
		open = open[:len(open)-1]
		s.tokens[i].match, s.tokens[j].match = j, i
	}
	if len(open) > 0 {
		t := s.tokens[open[len(open)-1]]
		return s.fault(t, FaultSyntax, fmt.Sprintf("this %s is not closed: %s is missing", t.Value, closers[t.Value]))
	}
	return nil
}

func (s *source) fault(t token, code, message string) *Fault {
	return &Fault{Start: t.start, End: t.end, Code: code, Message: message}
}

// checkNesting bounds what makes a recursive parser recurse without brackets:
// signs in a row, and conditions, let and powers inside one pair of brackets.
func (s *source) checkNesting() *Fault {
	type level struct{ base, now int }
	levels := []level{{}}
	signs := 0
	for i, t := range s.tokens {
		top := len(levels) - 1
		switch {
		case t.Kind == lexer.Bracket && closers[t.Value] != "":
			inner := levels[top].now + signs + 1
			levels = append(levels, level{inner, inner})
			signs = 0
			continue
		case t.Kind == lexer.Bracket:
			levels = levels[:top]
			signs = 0
			continue
		case t.Is(lexer.Operator, "-", "+", "not", "!") && s.prefix(i):
			signs++
		case t.Is(lexer.Operator, "?", "let", "if", "**", "^"):
			levels[top].now++
			signs = 0
		case t.Is(lexer.Operator, ","):
			levels[top].now = levels[top].base
			signs = 0
		default:
			signs = 0
		}
		if levels[top].now+signs > MaxNesting {
			return s.fault(t, FaultLimit, fmt.Sprintf("signs, conditions and let nest too deep: at most %d levels are possible", MaxNesting))
		}
	}
	return nil
}

// prefix says whether the i-th token stands where a value begins.
func (s *source) prefix(i int) bool {
	if i == 0 {
		return true
	}
	before := s.tokens[i-1]
	switch before.Kind {
	case lexer.Operator:
		// A # ends a value; a dot is followed by a name, whatever it is called.
		return !before.Is(lexer.Operator, "#", ".", "?.", "#index")
	case lexer.Bracket:
		return closers[before.Value] != ""
	default:
		return false
	}
}

// checkMistakes finds what people write who come from other languages.
func (s *source) checkMistakes() *Fault {
	if strings.HasPrefix(strings.TrimSpace(s.text), "{{") && strings.HasSuffix(strings.TrimSpace(s.text), "}}") {
		return &Fault{End: len(s.text), Code: FaultSyntax, Message: "write the expression without {{ and }}: this field is an expression already"}
	}
	for i, t := range s.tokens {
		next := token{}
		if i+1 < len(s.tokens) {
			next = s.tokens[i+1]
		}
		switch {
		case t.Is(lexer.Operator, "==", "!=") && next.Is(lexer.Operator, "=") && next.start == t.end:
			return &Fault{Start: t.start, End: next.end, Code: FaultSyntax, Message: fmt.Sprintf("did you mean %s ? Values are compared with == and !=", t.Value)}
		case t.Is(lexer.Operator, "<") && next.Is(lexer.Operator, ">") && next.start == t.end:
			return &Fault{Start: t.start, End: next.end, Code: FaultSyntax, Message: "did you mean != ?"}
		case t.Is(lexer.Operator, "=") && next.Is(lexer.Operator, ">") && next.start == t.end:
			return &Fault{Start: t.start, End: next.end, Code: FaultSyntax, Message: "did you mean >= ? There are no arrow functions: in filter(list, .qty > 0) the item is # and its fields are .field"}
		case t.Kind == lexer.Identifier && (t.Value == smallestInteger || strings.HasPrefix(t.Value, operatorCall)):
			return s.fault(t, FaultUnknownName, "there is no "+clip(t.Value, maxText)+" here")
		case t.Is(lexer.Operator, "=") && !s.letBefore(i):
			return s.fault(t, FaultSyntax, "did you mean == ? A single = gives a name to a value, and only after let")
		case t.Is(lexer.Operator, "&"):
			return s.fault(t, FaultSyntax, "did you mean and (or &&)? Text is joined with +")
		case t.Is(lexer.Operator, ";") && !s.letStatement(i):
			return s.fault(t, FaultSyntax, "there is one expression only; a ; stands only after let")
		case t.Kind == lexer.Bytes:
			return s.fault(t, FaultSyntax, `there are no byte values; write the text without the b before it`)
		case t.Is(lexer.Operator, "::"):
			return s.fault(t, FaultSyntax, ":: has no meaning here")
		}
	}
	return nil
}

// letBefore says whether the i-th token is the = of a let.
func (s *source) letBefore(i int) bool {
	return i >= 2 && s.tokens[i-1].Kind == lexer.Identifier && s.tokens[i-2].Is(lexer.Operator, "let")
}

// letStatement says whether the ; at i ends a let of the same brackets.
func (s *source) letStatement(i int) bool {
	for j := i - 1; j >= 0; j-- {
		t := s.tokens[j]
		switch {
		case t.Kind == lexer.Bracket && closers[t.Value] == "":
			j = t.match
		case t.Kind == lexer.Bracket, t.Is(lexer.Operator, ";"):
			return false
		case t.Is(lexer.Operator, "let"):
			return true
		}
	}
	return false
}

// rewrite makes the text for expr's parser.
func (s *source) rewrite() {
	insert := map[int]string{}
	replace := map[int]string{}
	for i, t := range s.tokens {
		switch {
		case t.Is(lexer.Bracket, "{") && s.objectArgument(i):
			insert[t.start] = "("
			insert[s.tokens[t.match].end] = ")"
		case t.Is(lexer.Operator, "contains", "startsWith", "endsWith", "matches") && s.prefix(i) &&
			i+1 < len(s.tokens) && s.tokens[i+1].Is(lexer.Bracket, "("):
			replace[t.start] = operatorCall + t.Value
		case t.Kind == lexer.Number && t.Value == "9223372036854775808":
			replace[t.start] = smallestInteger
		}
	}
	var b strings.Builder
	put := func(text string, origin int) {
		for range text {
			s.origin = append(s.origin, origin)
		}
		b.WriteString(text)
	}
	ends := map[int]int{}
	for _, t := range s.tokens {
		ends[t.start] = t.end
	}
	for at := 0; at <= len(s.text); {
		put(insert[at], at)
		if at == len(s.text) {
			break
		}
		if text, ok := replace[at]; ok {
			put(text, at)
			at = ends[at]
			continue
		}
		_, size := utf8.DecodeRuneInString(s.text[at:])
		put(s.text[at:at+size], at)
		at += size
	}
	s.origin = append(s.origin, len(s.text))
	s.rewritten = b.String()
}

// objectArgument says whether the { at i begins an object, and stands where
// expr's parser would take it for the braces of a predicate.
func (s *source) objectArgument(i int) bool {
	if i == 0 || !(s.tokens[i-1].Is(lexer.Bracket, "(") || s.tokens[i-1].Is(lexer.Operator, ",")) {
		return false
	}
	next := s.tokens[i+1]
	if next.Is(lexer.Bracket, "}") {
		return true
	}
	after := i + 2
	switch {
	case next.Is(lexer.Bracket, "("):
		after = next.match + 1
	case next.Kind != lexer.Identifier && next.Kind != lexer.String && next.Kind != lexer.Number:
		return false
	}
	return after < len(s.tokens) && s.tokens[after].Is(lexer.Operator, ":")
}

// byteAt is the byte in the source of a rune of the rewritten text.
func (s *source) byteAt(runes int) int {
	if runes < 0 {
		return 0
	}
	if runes >= len(s.origin) {
		return len(s.text)
	}
	return s.origin[runes]
}

// tokenAt is the index of the token that begins at a byte, or the next one.
func (s *source) tokenAt(start int) int {
	low, high := 0, len(s.tokens)
	for low < high {
		mid := (low + high) / 2
		if s.tokens[mid].start < start {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

// balance widens a range of bytes until the brackets in it are whole, so that
// (a + b) * c does not lose its first bracket.
func (s *source) balance(start, end int) (int, int) {
	for i := s.tokenAt(start); i < len(s.tokens) && s.tokens[i].start < end; i++ {
		t := s.tokens[i]
		if t.match < 0 || t.Kind != lexer.Bracket {
			continue
		}
		other := s.tokens[t.match]
		start, end = min(start, other.start), max(end, other.end)
	}
	return start, end
}

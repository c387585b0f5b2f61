package simulated

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// selection is a read SELECT statement, in the subset that QuickBooks'
// query language and Salesforce's SOQL share:
//
//	SELECT * | COUNT(*) | field, ...  FROM entity
//	[WHERE field op value [AND field op value]...]
//	[ORDER BY field [ASC|DESC]] [limit n] [offset n]
//
// with the operators = != < > <= >= LIKE and IN.
type selection struct {
	fields  []string // empty with count; "*" alone for all
	count   bool
	entity  string
	where   []condition
	orderBy string
	desc    bool
	limit   int // -1: not given
	offset  int // -1: not given
}

type condition struct {
	field  string
	op     string
	values []string
}

// dialect says where the two languages differ.
type dialect struct {
	limit, offset string // the words for them
	star          bool   // SELECT * is allowed
}

// maxSelection bounds a statement, and maxConditions its parts.
const (
	maxSelection  = 20_000
	maxConditions = 50
)

// token is a word, a quoted text or a sign of a statement.
type token struct {
	kind tokenKind
	text string
}

type tokenKind int

const (
	endToken tokenKind = iota
	wordToken
	textToken
	signToken
)

func (t token) String() string {
	if t.kind == endToken {
		return "the end"
	}
	return strconv.Quote(clip(t.text, 40))
}

// tokens splits a statement. Quotes inside a text are written \'.
func tokens(statement string) ([]token, error) {
	if len(statement) > maxSelection || !utf8.ValidString(statement) {
		return nil, fmt.Errorf("the query is not text of at most %d bytes", maxSelection)
	}
	var found []token
	for rest := strings.TrimSpace(statement); rest != ""; rest = strings.TrimSpace(rest) {
		var next token
		var err error
		if next, rest, err = cutToken(rest); err != nil {
			return nil, err
		}
		found = append(found, next)
	}
	return found, nil
}

func cutToken(rest string) (token, string, error) {
	if rest[0] == '\'' {
		return cutText(rest)
	}
	for _, sign := range []string{"<=", ">=", "!=", "=", "<", ">", ",", "(", ")", "*"} {
		if after, ok := strings.CutPrefix(rest, sign); ok {
			return token{signToken, sign}, after, nil
		}
	}
	end := strings.IndexFunc(rest, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-:+", r)
	})
	if end < 0 {
		end = len(rest)
	}
	if end == 0 {
		return token{}, "", fmt.Errorf("unexpected character %q", clip(rest, 1))
	}
	return token{wordToken, rest[:end]}, rest[end:], nil
}

func cutText(rest string) (token, string, error) {
	var text strings.Builder
	for i := 1; i < len(rest); i++ {
		switch {
		case rest[i] == '\\' && i+1 < len(rest):
			i++
			text.WriteByte(rest[i])
		case rest[i] == '\'':
			return token{textToken, text.String()}, rest[i+1:], nil
		default:
			text.WriteByte(rest[i])
		}
	}
	return token{}, "", fmt.Errorf("the text %q has no closing quote", clip(rest, 40))
}

// parser reads a statement from its tokens.
type parser struct {
	dialect dialect
	tokens  []token
	failure error
}

func parseSelection(statement string, d dialect) (selection, error) {
	found, err := tokens(statement)
	if err != nil {
		return selection{}, err
	}
	p := &parser{dialect: d, tokens: found}
	s := selection{limit: -1, offset: -1}
	p.expect("select")
	p.fields(&s)
	p.expect("from")
	s.entity = p.word("an entity")
	if p.take("where") {
		s.where = append(s.where, p.condition())
		for p.take("and") && len(s.where) < maxConditions {
			s.where = append(s.where, p.condition())
		}
	}
	p.order(&s)
	for p.failure == nil {
		switch {
		case s.limit < 0 && p.take(d.limit):
			s.limit = p.number()
			continue
		case s.offset < 0 && p.take(d.offset):
			s.offset = p.number()
			continue
		}
		break
	}
	if p.failure == nil && p.peek().kind != endToken {
		p.fail("unexpected %s", p.peek())
	}
	return s, p.failure
}

func (p *parser) fail(format string, arguments ...any) {
	if p.failure == nil {
		p.failure = fmt.Errorf(format, arguments...)
	}
}

func (p *parser) peek() token {
	if len(p.tokens) == 0 || p.failure != nil {
		return token{}
	}
	return p.tokens[0]
}

func (p *parser) next() token {
	next := p.peek()
	if next.kind != endToken {
		p.tokens = p.tokens[1:]
	}
	return next
}

// take consumes the next token if it is that word or sign.
func (p *parser) take(text string) bool {
	next := p.peek()
	if (next.kind == wordToken || next.kind == signToken) && strings.EqualFold(next.text, text) {
		p.next()
		return true
	}
	return false
}

func (p *parser) expect(text string) {
	if !p.take(text) {
		p.fail("expected %s, found %s", strings.ToUpper(text), p.peek())
	}
}

func (p *parser) word(what string) string {
	next := p.next()
	if next.kind != wordToken {
		p.fail("expected %s, found %s", what, next)
	}
	return next.text
}

func (p *parser) number() int {
	next := p.next()
	n, err := strconv.Atoi(next.text)
	if err != nil || n < 0 || next.kind != wordToken {
		p.fail("expected a whole number, found %s", next)
		return 0
	}
	return n
}

func (p *parser) fields(s *selection) {
	if p.dialect.star && p.take("*") {
		s.fields = []string{"*"}
		return
	}
	first := p.word("a field")
	if strings.EqualFold(first, "count") && p.take("(") {
		p.take("*")
		p.expect(")")
		s.count = true
		return
	}
	s.fields = []string{first}
	for p.take(",") {
		s.fields = append(s.fields, p.word("a field"))
	}
}

func (p *parser) condition() condition {
	c := condition{field: p.word("a field")}
	switch next := p.next(); {
	case next.kind == signToken && strings.ContainsAny(next.text, "=<>"):
		c.op = next.text
	case next.kind == wordToken && (strings.EqualFold(next.text, "like") || strings.EqualFold(next.text, "in")):
		c.op = strings.ToUpper(next.text)
	default:
		p.fail("expected one of = != < > <= >= LIKE IN after %s, found %s", c.field, next)
	}
	if c.op != "IN" {
		c.values = []string{p.value()}
		return c
	}
	p.expect("(")
	c.values = append(c.values, p.value())
	for p.take(",") {
		c.values = append(c.values, p.value())
	}
	p.expect(")")
	return c
}

// value reads a quoted text or a plain number; a bare word is refused, since
// it is a text whose quotes were forgotten.
func (p *parser) value() string {
	next := p.next()
	if next.kind == textToken {
		return next.text
	}
	if next.kind == wordToken {
		if strings.EqualFold(next.text, "true") || strings.EqualFold(next.text, "false") || strings.ContainsAny(next.text[:1], "+-0123456789") {
			return next.text
		}
	}
	p.fail("expected a value in single quotes, found %s", next)
	return ""
}

func (p *parser) order(s *selection) {
	if p.take("order") {
		p.expect("by")
	} else if !p.take("orderby") {
		return
	}
	s.orderBy = p.word("a field")
	if !p.take("asc") {
		s.desc = p.take("desc")
	}
}

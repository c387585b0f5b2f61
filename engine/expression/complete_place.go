package expression

import (
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/parser/lexer"
	"github.com/expr-lang/expr/parser/utils"
)

// completer finds what may be written at the end of text. It reads tokens and
// brackets, not a tree: what is being written is seldom whole.
type completer struct {
	text, after string
	scope       *Scope
	values      *Values

	// tokens are those of text. open is where the text literal begins that the
	// caret stands in, or -1; silent is true within a comment.
	tokens []token
	open   int
	silent bool
	// brackets are those that are open at the caret, the whole being the first.
	brackets []bracket
	around   surroundings
	// wholeLeaves is true where a leaf is offered as the whole expression.
	wholeLeaves bool

	pieces, pieceBytes int
	budget             *Budget
}

// bracket is an open bracket, or the whole expression.
type bracket struct {
	// open is the index of its token; -1 for the whole.
	open int
	// callee is the name of the function that is called, or "".
	callee string
	// args are where the values in it begin, as indices of tokens.
	args []int
	// start is where the expression begins that is being written in it: behind
	// the last comma, let, ? or colon.
	start int
	// piped is the range of tokens that a pipe passes on to the call.
	piped [2]int
	// lets are the names given in it so far.
	lets []letRange
}

// letRange is a name and the tokens of its value.
type letRange struct {
	name     string
	from, to int
}

func newCompleter(text, after string, scope *Scope, values *Values) *completer {
	q := &completer{text: text, after: after, scope: scope, values: values, open: -1, budget: new(Budget)}
	q.budget.steps.Store(maxSteps - completionSteps)
	q.budget.memory.Store(maxMemory - completionMemory)
	q.scan()
	q.nest()
	return q
}

// maxBroken is how many places that cannot be read are passed over.
const maxBroken = 20

// scan reads the tokens, and goes on behind what is none.
func (q *completer) scan() {
	at := 0
	for range maxBroken {
		reader := newTokenReader(q.text[at:])
		last := at
		for {
			t, fault := reader.next()
			if fault != nil {
				break
			}
			if t.Kind == lexer.EOF {
				gap := q.text[last:]
				i := strings.LastIndex(gap, "//")
				q.silent = i >= 0 && !strings.Contains(gap[i:], "\n")
				return
			}
			t.start, t.end = t.start+at, t.end+at
			last = t.end
			q.tokens = append(q.tokens, t)
		}
		if at = q.pass(last); at < 0 {
			return
		}
	}
	q.silent = true
}

// pass is where to go on after what stands at a byte, which is no token; -1 if
// it reaches to the caret.
func (q *completer) pass(at int) int {
	rest := strings.TrimLeftFunc(q.text[at:], utils.IsSpace)
	at = len(q.text) - len(rest)
	if rest == "" {
		return -1
	}
	if strings.HasPrefix(rest, "/*") {
		q.silent = true
		return -1
	}
	if quote := rest[0]; quote == '"' || quote == '\'' || quote == '`' {
		end := strings.IndexByte(rest[1:], quote)
		if end < 0 || literalOpen(rest) {
			q.open = at
			return -1
		}
		end += at + len(`""`)
		q.tokens = append(q.tokens, token{Token: lexer.Token{Kind: lexer.String}, start: at, end: end, match: -1})
		return end
	}
	_, size := utf8.DecodeRuneInString(rest)
	for size < len(rest) && identifierLength(rest[size:]) > 0 {
		size += identifierLength(rest[size:])
	}
	return at + size
}

// literalOpen says whether a text literal has no end, escapes considered.
func literalOpen(text string) bool {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] != '`':
			i++
		case text[i] == text[0]:
			return false
		}
	}
	return true
}

// identifierLength is how many bytes of a name a text begins with.
func identifierLength(text string) int {
	for i, r := range text {
		if !utils.IsAlphaNumeric(r) {
			return i
		}
	}
	return len(text)
}

// nest pairs brackets and finds those that are open at the caret.
func (q *completer) nest() {
	q.brackets = []bracket{{open: -1, args: []int{0}}}
	for i := range q.tokens {
		t := &q.tokens[i]
		top := &q.brackets[len(q.brackets)-1]
		switch {
		case t.Kind == lexer.Bracket && closers[t.Value] != "":
			q.enter(i, top)
		case t.Kind == lexer.Bracket:
			if top.open >= 0 && closers[q.tokens[top.open].Value] == t.Value {
				t.match, q.tokens[top.open].match = top.open, i
				q.brackets = q.brackets[:len(q.brackets)-1]
			}
		case t.Is(lexer.Operator, ","):
			top.args = append(top.args, i+1)
			top.start, top.lets = i+1, nil
		case t.Is(lexer.Operator, ";"):
			if j := top.start - 1; j > 1 && q.tokens[j].Value == "=" && q.tokens[j-2].Is(lexer.Operator, "let") {
				top.lets = append(top.lets, letRange{q.tokens[j-1].Value, top.start, i})
			}
			top.start = i + 1
		case t.Is(lexer.Operator, "?", ":", "=", "let", "else"):
			top.start = i + 1
		}
	}
}

// enter opens a bracket.
func (q *completer) enter(i int, top *bracket) {
	b := bracket{open: i, args: []int{i + 1}, start: i + 1}
	if len(q.brackets) >= MaxNesting {
		q.silent = true
	} else if q.tokens[i].Value == "(" && i > 0 && q.isWord(i-1) {
		b.callee = q.tokens[i-1].Value
		if i > 1 && q.tokens[i-2].Is(lexer.Operator, "|") {
			b.piped = [2]int{top.start, i - 2}
		}
	}
	if !q.silent {
		q.brackets = append(q.brackets, b)
	}
}

// isWord says whether a token is a name, or an operator that looks like one.
func (q *completer) isWord(i int) bool {
	t := q.tokens[i]
	r, _ := utf8.DecodeRuneInString(t.Value)
	return t.Kind == lexer.Identifier || (t.Kind == lexer.Operator && utils.IsAlphabetic(r))
}

// endsValue says whether a value may end with a token.
func (q *completer) endsValue(i int) bool {
	if i < 0 || i >= len(q.tokens) {
		return false
	}
	switch t := q.tokens[i]; t.Kind {
	case lexer.String, lexer.Number:
		return true
	case lexer.Bracket:
		return closers[t.Value] == ""
	case lexer.Identifier:
		return i == 0 || !q.tokens[i-1].Is(lexer.Operator, "let")
	default:
		return t.Value == "#" || (q.isWord(i) && q.isDot(i-1))
	}
}

func (q *completer) isDot(i int) bool {
	return i >= 0 && q.tokens[i].Is(lexer.Operator, ".", "?.")
}

// chain is where the value begins that ends with a token: a name with its
// fields, indices and calls. It is -1 where none does.
func (q *completer) chain(i int) int {
	for q.endsValue(i) {
		start := i
		if t := q.tokens[i]; t.Kind == lexer.Bracket {
			if t.match < 0 {
				return -1
			}
			start = t.match
			switch {
			case t.Value == "]" && q.endsValue(start-1):
				i = start - 1
				continue
			case t.Value == ")" && start > 0 && q.isWord(start-1) && !q.isDot(start-2):
				start--
				if start > 0 && q.tokens[start-1].Is(lexer.Operator, "|") {
					return q.operand(start - 1)
				}
			}
		}
		switch {
		case q.isDot(start-1) && q.endsValue(start-2):
			i = start - 2
		case q.isDot(start - 1), start > 0 && q.tokens[start-1].Is(lexer.Operator, "#"):
			return start - 1
		default:
			return start
		}
	}
	return -1
}

// operand is where the left side of the pipe at i begins.
func (q *completer) operand(i int) int {
	for j := i - 1; j >= 0; j-- {
		t := q.tokens[j]
		switch {
		case t.Kind == lexer.Bracket && closers[t.Value] == "" && t.match >= 0:
			j = t.match
		case t.Kind == lexer.Bracket, t.Is(lexer.Operator, ",", ";", "?", ":", "=", "let", "else"):
			return j + 1
		}
	}
	return 0
}

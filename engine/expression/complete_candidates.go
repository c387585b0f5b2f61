package expression

import (
	"strings"

	"github.com/expr-lang/expr/parser/lexer"
)

// complete finds out where the caret stands, and what may be written there.
func (q *completer) complete() Completion {
	end := len(q.text)
	if q.silent {
		return Completion{From: end, To: end}
	}
	q.look()
	if q.open >= 0 {
		return q.inText()
	}
	typed, before := q.word()
	c := Completion{From: end - len(typed), To: end, Call: q.call()}
	if typed != "" {
		c.To += identifierLength(q.after)
	}
	last := token{}
	if before > 0 {
		last = q.tokens[before-1]
	}
	var all []Candidate
	switch {
	case before > 0 && last.Kind == lexer.Number && last.end == end:
	case q.isDot(before - 1):
		all = q.members(before)
	case last.Is(lexer.Operator, "let") || (last.Kind == lexer.Number && typed != ""):
	case last.Is(lexer.Operator, "|"):
		all = q.pipeFunctions(before - 1)
	case last.Is(lexer.Bracket, "[") && q.endsValue(before-2):
		all = q.keys(q.chain(before-2), before-1)
		all = append(all, q.names(nil)...)
	case q.keyPosition(before):
	case q.endsValue(before - 1):
		if typed != "" || last.end < end {
			all = q.operators(before)
		}
	default:
		if q.wholeLeaves && before == 0 {
			all = q.leaves()
		}
		all = append(all, q.valuesAt(before)...)
	}
	c.Items = ranked(q.placed(all, c), typed)
	return c
}

// word is the name that the caret stands at the end of, and how many tokens
// there are before it.
func (q *completer) word() (string, int) {
	n := len(q.tokens)
	if n == 0 || q.tokens[n-1].end != len(q.text) {
		return "", n
	}
	var start int
	switch {
	case q.isWord(n - 1):
		start = n - 1
		if n > 1 && q.tokens[n-2].Is(lexer.Operator, "#") && q.tokens[n-2].end == q.tokens[n-1].start {
			start = n - 2
		}
	case q.tokens[n-1].Is(lexer.Operator, "#"):
		start = n - 1
	default:
		return "", n
	}
	return q.text[q.tokens[start].start:], start
}

// keyPosition says whether the key of an object is being written, which is
// anybody's choice. Behind the brace of a predicate a value may follow as well.
func (q *completer) keyPosition(before int) bool {
	b := &q.brackets[len(q.brackets)-1]
	if b.open < 0 || q.tokens[b.open].Value != "{" || b.start != before || before == 0 {
		return false
	}
	if q.tokens[before-1].Is(lexer.Operator, ",") {
		return true
	}
	outer := &q.brackets[len(q.brackets)-2]
	f := functions[outer.callee]
	inPredicate := f != nil && f.over != nil && outer.start == b.open
	return before-1 == b.open && !inPredicate && !q.afterIf(b.open)
}

// afterIf says whether a brace is that of if c { … } or of its else.
func (q *completer) afterIf(open int) bool {
	return open > 0 && (q.endsValue(open-1) || q.tokens[open-1].Is(lexer.Operator, "else"))
}

// placed gives candidates the place of the completion, unless they have one,
// and the caret its place at their end.
func (q *completer) placed(all []Candidate, c Completion) []Candidate {
	for i := range all {
		item := &all[i]
		switch {
		case item.From < 0:
			item.From = q.tokens[-item.From-1].start
		default:
			item.From = c.From
		}
		if item.Kind == CandidateFunction && strings.HasPrefix(q.after[c.To-len(q.text):], "(") {
			item.Insert = strings.TrimSuffix(item.Insert, "()")
			item.Caret = 0
		}
		if item.Caret == 0 {
			item.Caret = len(item.Insert)
		}
	}
	return all
}

// fromToken is the From of a candidate that replaces a token too; see placed.
func fromToken(i int) int { return -i - 1 }

// call is the innermost call around the caret.
func (q *completer) call() *CallHelp {
	for i := len(q.brackets) - 1; i > 0; i-- {
		b := &q.brackets[i]
		if f := functions[b.callee]; f != nil {
			return &CallHelp{Name: f.Name, Signature: f.Signature, Help: f.Help, Argument: b.argument()}
		}
	}
	return nil
}

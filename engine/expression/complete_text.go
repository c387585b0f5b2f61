package expression

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/parser/lexer"
)

// inText completes a text literal: a key, the ID of a step, the name of a field
// or a value that may be compared with.
func (q *completer) inText() Completion {
	quote := q.text[q.open : q.open+1]
	typed := q.text[q.open+1:]
	c := Completion{From: q.open, To: len(q.text), Call: q.call()}
	// The rest of the literal goes, if it ends soon.
	if end := strings.Index(q.after, quote); end >= 0 && !strings.ContainsAny(q.after[:end], "\n") {
		c.To += end + len(quote)
	}
	before := len(q.tokens)
	last := token{}
	if before > 0 {
		last = q.tokens[before-1]
	}
	var all []Candidate
	switch {
	case last.Is(lexer.Bracket, "[") && q.endsValue(before-2):
		tail := "]"
		if strings.HasPrefix(strings.TrimLeft(q.after[c.To-len(q.text):], " "), "]") {
			tail = ""
		}
		if start := q.chain(before - 2); q.isSteps(start, before-1) {
			all = quoted(q.steps(""), tail)
		} else {
			all = quoted(q.fields(q.piece(start, before-1), 0, ""), tail)
		}
	case last.Is(lexer.Bracket, "(") || last.Is(lexer.Operator, ","):
		all = q.textArguments()
	}
	all = append(all, q.comparedTexts(before)...)
	for i := range all {
		all[i].From = c.From
		all[i].Caret = len(all[i].Insert)
	}
	c.Items = ranked(all, typed)
	return c
}

// comparedTexts are the texts that the value before an operator may be.
func (q *completer) comparedTexts(before int) []Candidate {
	var texts []Candidate
	for _, c := range q.compared(before) {
		if strings.HasPrefix(c.Insert, `"`) {
			c.Label = strings.TrimSuffix(strings.TrimPrefix(c.Label, `"`), `"`)
			texts = append(texts, c)
		}
	}
	return texts
}

// textArguments are texts that a function takes: IDs of steps, names of fields,
// units of time.
func (q *completer) textArguments() []Candidate {
	b := &q.brackets[len(q.brackets)-1]
	f := functions[b.callee]
	if f == nil || b.start != len(q.tokens) {
		return nil
	}
	p := f.param(b.argument())
	switch {
	case p == nil:
		return nil
	case f.Name == "ran":
		return quoted(q.steps(""), "")
	case p.name == "field", p.each && byField[f.Name]:
		list := q.first(b)
		return quoted(q.fields(known{list.typ.items(), mergedItem(list.value)}, 0, ""), "")
	case p.name == "field_of_b" && len(b.args) > 2:
		list := q.piece(b.args[len(b.args)-3], b.args[len(b.args)-2]-1)
		return quoted(q.fields(known{list.typ.items(), mergedItem(list.value)}, 0, ""), "")
	case p.name == "fields":
		return quoted(q.fields(q.first(b), 0, ""), "")
	case p.name == "unit":
		return literals([]any{"years", "months", "weeks", "days", "hours", "minutes", "seconds"}, "")
	case p.name == "order" && f.Name == "sortBy":
		return literals([]any{"asc", "desc"}, "")
	default:
		return nil
	}
}

// literals are values to be written as they are.
func literals(values []any, help string) []Candidate {
	all := make([]Candidate, 0, len(values))
	for _, v := range values {
		insert := ""
		switch v := plain(v).(type) {
		case string:
			if len(v) > 4*maxText {
				continue
			}
			insert = textLiteral(v)
		case nil, []any, map[string]any:
			continue
		default:
			insert = brief(v)
		}
		if slices.ContainsFunc(all, func(c Candidate) bool { return c.Insert == insert }) {
			continue
		}
		label := insert
		if text, ok := v.(string); ok {
			label = text
		}
		all = append(all, Candidate{Label: label, Insert: insert, Kind: CandidateValue, Type: kindOf(plain(v)).String(), Help: help, rank: rank{near: nearValue}})
	}
	return all
}

package expression

import (
	"strings"

	"github.com/expr-lang/expr/parser/lexer"
)

// members are what may follow the dot before a token.
func (q *completer) members(before int) []Candidate {
	dot := before - 1
	if !q.endsValue(dot - 1) {
		if len(q.around.items) == 0 {
			return nil
		}
		item := q.item()
		return q.fields(item, fromToken(dot), "#")
	}
	start := q.chain(dot - 1)
	if q.isSteps(start, dot) {
		return q.steps("")
	}
	base := q.piece(start, dot)
	all := q.fields(base, fromToken(dot), "")
	if _, isObject := base.value.(map[string]any); isObject || base.typ.kind() == Object || base.typ.kind() == Any && base.value == nil {
		return all
	}
	return append(all, q.otherwise(base, dot)...)
}

// isSteps says whether a range of tokens is the name steps.
func (q *completer) isSteps(from, to int) bool {
	c := compiler{scope: q.scope, lets: q.around.lets}
	return from >= 0 && to == from+1 && q.tokens[from].Value == "steps" && q.tokens[from].Kind == lexer.Identifier && c.isRoot("steps")
}

// item is what is known of # here.
func (q *completer) item() known {
	if n := len(q.around.items); n > 0 {
		return known{q.around.items[n-1].item, q.around.item}
	}
	return known{}
}

// knownField is one field of an object.
type knownField struct {
	name string
	known
	origin Origin
}

// fieldsOf are the fields that an object has by its type and those that the
// data at hand have, in order.
func fieldsOf(base known) []knownField {
	object, _ := base.value.(map[string]any)
	var found []knownField
	if base.typ.kind() == Object {
		for _, name := range base.typ.names()[:min(len(base.typ.Fields), maxKeys)] {
			f := knownField{name: name, known: known{typ: base.typ.Fields[name]}, origin: OriginType}
			if v, there := object[name]; there {
				f.value, f.origin = plain(v), OriginBoth
			} else if f.typ != nil {
				f.value = plain(f.typ.Example)
			}
			found = append(found, f)
		}
	}
	for _, name := range keysUpTo(object, maxKeys) {
		if base.typ.kind() == Object && base.typ.Fields[name] != nil {
			continue
		}
		found = append(found, knownField{name: name, known: known{value: plain(object[name])}, origin: OriginData})
	}
	return found
}

// fields are the fields of a value behind a dot. from is where a key begins
// that is no name; it is written behind head.
func (q *completer) fields(base known, from int, head string) []Candidate {
	var all []Candidate
	for _, f := range fieldsOf(base) {
		c := f.candidate()
		c.Insert = f.name
		if !isPlainName(f.name) {
			c.Insert, c.From = head+memberText(f.name), from
		}
		all = append(all, c)
	}
	return all
}

func (f *knownField) candidate() Candidate {
	c := Candidate{Label: f.name, Kind: CandidateField, Type: f.words(), Origin: f.origin, value: f.value, rank: rank{near: nearItem}}
	if f.origin == OriginData {
		c.Help = "In the data at hand, and not described by a schema."
	}
	return c
}

// words are the type for people.
func (k known) words() string {
	t := k.typ
	if t.kind() == Any {
		if k.value == nil {
			return ""
		}
		return kindOf(k.value).String()
	}
	words := t.Kind.String()
	if t.Kind == List && t.items().Kind != Any {
		words += " of " + t.items().Kind.String()
	}
	if t.Nullable && t.Kind != Null {
		words += ", optional"
	}
	return words
}

// otherwise is what may be meant by a dot behind a value without fields: an item
// of a list, or a function of the value.
func (q *completer) otherwise(base known, dot int) []Candidate {
	var all []Candidate
	if items, isList := base.value.([]any); isList || base.typ.kind() == List {
		all = indexes(items, "[", "]", fromToken(dot))
	}
	for _, c := range q.functionsOf(base) {
		if c.rank.fit == 0 {
			c.Insert = " | " + c.Insert
			c.Caret += len(" | ")
			c.From = fromToken(dot)
			all = append(all, c)
		}
	}
	return all
}

// shownIndexes is how many items of a list are offered by their number.
const shownIndexes = 5

// indexes are the first items of a list and the last one.
func indexes(items []any, head, tail string, from int) []Candidate {
	all := []Candidate{
		{Label: "[0]", Insert: head + "0" + tail, Help: "The first item."},
		{Label: "[-1]", Insert: head + "-1" + tail, Help: "The last item."},
	}
	for i := 1; i < min(len(items), shownIndexes); i++ {
		text := numberText(int64(i))
		all = append(all, Candidate{Label: "[" + text + "]", Insert: head + text + tail})
	}
	for i := range all {
		c := &all[i]
		c.Kind, c.From = CandidateIndex, from
		at := max(0, i-1)
		if i == 1 {
			at = len(items) - 1
		}
		if at >= 0 && at < len(items) {
			c.value = plain(items[at])
			c.Type = kindOf(c.value).String()
		}
	}
	return all
}

// keys are what may stand in the bracket behind the value at start.
func (q *completer) keys(start, open int) []Candidate {
	tail := "]"
	if strings.HasPrefix(q.behind(), "]") {
		tail = ""
	}
	if q.isSteps(start, open) {
		return quoted(q.steps(""), tail)
	}
	base := q.piece(start, open)
	if items, isList := base.value.([]any); isList || base.typ.kind() == List {
		return indexes(items, "", tail, 0)
	}
	return quoted(q.fields(base, 0, ""), tail)
}

// behind is what follows the caret and the name that it stands in.
func (q *completer) behind() string {
	rest := q.after[identifierLength(q.after):]
	return strings.TrimLeft(rest, " ")
}

// quoted makes text literals of names.
func quoted(all []Candidate, tail string) []Candidate {
	for i := range all {
		all[i].Insert = textLiteral(all[i].Label) + tail
		all[i].From, all[i].Caret = 0, 0
	}
	return all
}

// steps are the steps, with their IDs behind a head.
func (q *completer) steps(head string) []Candidate {
	if q.scope == nil || q.scope.ItemsOnly {
		return nil
	}
	all := make([]Candidate, 0, len(q.scope.Steps))
	for _, id := range q.scope.stepIDs() {
		info := q.scope.Steps[id]
		c := Candidate{Label: head + id, Insert: head + id, Kind: CandidateStep, Step: id, Origin: OriginType, rank: rank{near: nearPath}}
		is := known{typ: info.Output}
		if info.Upstream && q.values != nil && q.values.Step != nil {
			output, _ := q.values.Step(id)
			is.value = plain(output)
		}
		c.Type, c.value = is.words(), is.value
		switch {
		case !info.Upstream:
			c.Refused = true
			c.Help = "It cannot be read here" + because(info.Why)
		case info.MaySkip:
			c.Help = "It may have been skipped, and is null then."
		}
		all = append(all, c)
	}
	return all
}

func because(why string) string {
	if why == "" {
		return "."
	}
	return ": " + why + "."
}

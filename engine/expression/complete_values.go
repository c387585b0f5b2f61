package expression

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/parser/lexer"
)

// comparesWith are operators whose right side may be a value of the left.
var comparesWith = map[string]bool{
	"==": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true,
	"contains": true, "startsWith": true, "endsWith": true,
}

// takesNumbers are operators whose right side is a number as the left one is.
var takesNumbers = map[string]bool{"-": true, "*": true, "/": true, "%": true, "**": true, "^": true}

// valuesAt are what may stand where a value begins, before tokens.
func (q *completer) valuesAt(before int) []Candidate {
	all := q.compared(before)
	return append(all, q.names(q.wanted(before))...)
}

// left is what is known of the value that is compared before a token, and
// whether one is.
func (q *completer) left(before int) (known, bool) {
	if before < 2 {
		return known{}, false
	}
	operator := before - 1
	if b := &q.brackets[len(q.brackets)-1]; b.open > 0 && q.tokens[b.open].Value == "[" && q.tokens[b.open-1].Is(lexer.Operator, "in") && b.start == before {
		operator = b.open - 1
	} else if !comparesWith[q.tokens[operator].Value] {
		return known{}, false
	}
	if q.tokens[operator].Kind != lexer.Operator || !q.endsValue(operator-1) {
		return known{}, false
	}
	return q.piece(q.chain(operator-1), operator), true
}

// compared are values that the left side of a comparison may have.
func (q *completer) compared(before int) []Candidate {
	left, found := q.left(before)
	if !found {
		return nil
	}
	var choices []any
	if left.typ != nil {
		choices = left.typ.Choices
	}
	all := literals(choices, "One of the values that the schema allows.")
	if len(choices) == 0 && left.value != nil {
		all = literals([]any{left.value}, "The value in the data at hand.")
	}
	if len(choices) == 0 && left.typ != nil {
		all = append(all, literals([]any{left.typ.Example}, "The example of the schema.")...)
	}
	if left.typ.kind() == Boolean {
		all = append(all, literals([]any{true, false}, "")...)
	}
	unique := all[:0]
	for _, c := range all {
		if !slices.ContainsFunc(unique, func(u Candidate) bool { return u.Insert == c.Insert }) {
			unique = append(unique, c)
		}
	}
	return unique
}

// wanted is the type that is expected before a token, or nil.
func (q *completer) wanted(before int) *Type {
	if left, found := q.left(before); found {
		if left.typ.kind() == Any && left.value != nil {
			return &Type{Kind: kindOf(left.value)}
		}
		return left.typ
	}
	if before > 1 && q.tokens[before-1].Kind == lexer.Operator && takesNumbers[q.tokens[before-1].Value] {
		return typeNumber
	}
	b := &q.brackets[len(q.brackets)-1]
	f := functions[b.callee]
	if f == nil || b.start != before {
		return nil
	}
	if p := f.param(b.argument()); p != nil && len(p.kinds) > 0 {
		return &Type{Kind: p.kinds[0]}
	}
	return nil
}

// names are all that a value may begin with.
func (q *completer) names(want *Type) []Candidate {
	all := q.itemNames(want)
	for i, let := range q.around.lets {
		all = append(all, named(let.name, known{let.typ, q.around.vars[i]}, nearLocal, want))
	}
	all = append(all, q.roots(want)...)
	if q.scope != nil && !q.scope.ItemsOnly {
		for _, c := range q.steps("steps.") {
			id := strings.TrimPrefix(c.Label, "steps.")
			if !c.Refused && isPlainName(id) {
				c.rank.fit = fitOf(q.scope.Steps[id].Output, want)
				all = append(all, c)
			}
		}
		all = append(all, q.config(want)...)
	}
	for _, f := range functions {
		all = append(all, functionCandidate(f, fitOf(f.gives, want)))
	}
	slices.SortStableFunc(all, func(a, b Candidate) int {
		if a.rank.near < nearPath || b.rank.near < nearPath || a.rank.near != b.rank.near {
			return 0
		}
		return strings.Compare(a.Label, b.Label)
	})
	return append(all, keywords(want)...)
}

func named(name string, is known, near int, want *Type) Candidate {
	c := Candidate{Label: name, Insert: name, Kind: CandidateName, Type: is.words(), value: is.value, rank: rank{near: near, fit: fitOf(is.typ, want)}}
	return c
}

// itemNames are what stands for the item of a predicate and its fields.
func (q *completer) itemNames(want *Type) []Candidate {
	if len(q.around.items) == 0 {
		return nil
	}
	item := q.item()
	var all []Candidate
	for _, f := range fieldsOf(item) {
		c := f.candidate()
		c.Label, c.rank.fit = "."+f.name, fitOf(f.typ, want)
		c.Insert = c.Label
		if !isPlainName(f.name) {
			c.Insert = "#" + memberText(f.name)
		}
		all = append(all, c)
	}
	all = append(all, named("#", item, nearItem, want), named("#index", known{typ: typeInteger}, nearItem, want))
	all[len(all)-2].Help, all[len(all)-1].Help = "The item.", "The number of the item, from 0."
	if q.around.reduces {
		all = append(all, named("#acc", known{}, nearItem, want))
		all[len(all)-1].Help = "What reduce has so far."
	}
	return all
}

// rootHelp says what the top-level names are.
var rootHelp = map[string]string{
	"trigger":   "What started the flow: method, path, query, headers, body.",
	"steps":     "What the steps before this one put out, by their IDs.",
	"config":    "The flow's own named values.",
	"execution": "This run: id, mode, startedAt.",
	"flow":      "This flow: slug, name, version.",
}

// roots are the names of the scope.
func (q *completer) roots(want *Type) []Candidate {
	var all []Candidate
	values := q.values
	if values == nil {
		values = new(Values)
	}
	c := &compiler{scope: q.scope}
	if q.scope != nil {
		names := make([]string, 0, len(q.scope.Items))
		for name := range q.scope.Items {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			all = append(all, named(name, known{q.scope.Items[name], values.bound(name)}, nearName, want))
		}
	}
	for _, root := range []struct {
		name  string
		value map[string]any
	}{{"trigger", values.Trigger}, {"steps", nil}, {"config", values.Config}, {"execution", values.Execution}, {"flow", values.Flow}} {
		if !c.isRoot(root.name) || (root.name == "config" && q.scope != nil && len(q.scope.Config) == 0) {
			continue
		}
		candidate := named(root.name, known{c.root(root.name).typ, object(root.value)}, nearName, want)
		candidate.Help = rootHelp[root.name]
		all = append(all, candidate)
	}
	return all
}

// config are the values of the flow's config.
func (q *completer) config(want *Type) []Candidate {
	var all []Candidate
	for _, name := range (&Type{Fields: q.scope.Config}).names() {
		is := known{typ: q.scope.Config[name]}
		if q.values != nil {
			is.value = plain(q.values.Config[name])
		}
		c := named("config"+memberText(name), is, nearPath, want)
		all = append(all, c)
	}
	return all
}

// keywords are words of the language.
func keywords(want *Type) []Candidate {
	all := []Candidate{
		{Label: "true", Type: Boolean.String()}, {Label: "false", Type: Boolean.String()}, {Label: "null", Type: Null.String()},
		{Label: "not", Insert: "not ", Help: "The opposite of a condition."},
		{Label: "let", Insert: "let ", Help: "Gives a name to a value: let total = sum(lines, .price); total * 2"},
		{Label: "if", Insert: "if ", Help: "One of two values: if condition { a } else { b }"},
	}
	for i := range all {
		c := &all[i]
		if c.Insert == "" {
			c.Insert = c.Label
		}
		c.Kind, c.rank.near = CandidateKeyword, nearKeyword
		if k := want.kind(); k != Any && k != Boolean {
			c.rank.fit = 2
		}
	}
	return all
}

func functionCandidate(f *Function, fit int) Candidate {
	c := Candidate{
		Label: f.Name, Insert: f.Name + "()", Caret: len(f.Name) + 1, Kind: CandidateFunction,
		Type: f.Gives, Help: f.Signature + ". " + f.Help, rank: rank{near: nearFunction, fit: fit},
	}
	if len(f.Takes) == 0 {
		c.Caret = len(c.Insert)
	}
	if len(f.Examples) > 0 {
		c.Example = f.Examples[0].Expression + " is " + f.Examples[0].Result
	}
	return c
}

// pipeFunctions are the functions that take what stands before a pipe.
func (q *completer) pipeFunctions(pipe int) []Candidate {
	return q.functionsOf(q.piece(q.operand(pipe), pipe))
}

// functionsOf are the functions that take a value as their first one. Those
// that say so come before those that take any.
func (q *completer) functionsOf(value known) []Candidate {
	kind := value.typ.kind()
	if kind == Any || kind == Null {
		if kind = kindOf(value.value); kind == Null {
			kind = Any
		}
	}
	var all []Candidate
	for _, f := range functions {
		p := f.param(0)
		if p == nil || !p.allows(kind) {
			continue
		}
		fit := 0
		if len(p.kinds) == 0 || (isText(kind) && (f.Takes[0].Kind == "date") != (kind == Date)) {
			fit = 1
		}
		c := functionCandidate(f, fit)
		if len(f.Takes) == 1 {
			c.Caret = len(c.Insert)
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Candidate) int { return strings.Compare(a.Label, b.Label) })
	return all
}

// operatorHelp are the operators, and the kinds that their left side has; none
// means any kind.
var operatorHelp = []struct {
	text, help string
	kinds      []Kind
}{
	{"==", "Whether both are the same.", nil},
	{"!=", "Whether they differ.", nil},
	{">", "Whether it is more.", []Kind{Integer, Number, Text, Date}},
	{">=", "Whether it is as much or more.", []Kind{Integer, Number, Text, Date}},
	{"<", "Whether it is less.", []Kind{Integer, Number, Text, Date}},
	{"<=", "Whether it is as much or less.", []Kind{Integer, Number, Text, Date}},
	{"and", "Whether both conditions are true.", []Kind{Boolean}},
	{"or", "Whether one of the conditions is true.", []Kind{Boolean}},
	{"contains", "Whether the text or list has a part.", []Kind{Text, Date, List}},
	{"startsWith", "Whether the text begins with another.", []Kind{Text, Date}},
	{"endsWith", "Whether the text ends with another.", []Kind{Text, Date}},
	{"matches", "Whether the text fits a regular expression.", []Kind{Text, Date}},
	{"in", "Whether it is one of a list, or a field of an object.", []Kind{Integer, Number, Text, Date, Boolean}},
	{"+", "Adds numbers, and joins texts.", []Kind{Integer, Number, Text, Date}},
	{"-", "Subtracts.", []Kind{Integer, Number}},
	{"*", "Multiplies.", []Kind{Integer, Number}},
	{"/", "Divides.", []Kind{Integer, Number}},
	{"%", "What is left over after dividing.", []Kind{Integer, Number}},
	{"??", "What to take where it is null.", nil},
	{"|", "Passes it on to a function.", nil},
	{"?", "One of two values: condition ? a : b", []Kind{Boolean}},
}

// operators are what may follow the value before a token.
func (q *completer) operators(before int) []Candidate {
	value := q.piece(q.chain(before-1), before)
	kind := value.typ.kind()
	if value.value != nil && kind == Any {
		kind = kindOf(value.value)
	}
	if before > 1 && comparesWith[q.tokens[max(0, q.chain(before-1)-1)].Value] && q.chain(before-1) > 0 {
		kind = Boolean // what is compared is a condition
	}
	all := make([]Candidate, 0, len(operatorHelp))
	for _, o := range operatorHelp {
		c := Candidate{Label: o.text, Insert: o.text + " ", Kind: CandidateOperator, Help: o.help}
		if kind != Any && len(o.kinds) > 0 && !slices.Contains(o.kinds, kind) {
			c.rank.fit = 1
		}
		all = append(all, c)
	}
	return all
}

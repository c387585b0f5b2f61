package expression

import (
	"sort"
	"strconv"
	"strings"
)

// Explanation says how an expression came to its result.
type Explanation struct {
	// Text is the explanation in one line: "qty <= stock -> false (5, 2)".
	Text string
	// Value is the result; nil when Err is set.
	Value any
	// Err is why the evaluation failed, or nil.
	Err error
	// Parts are the values on the way, in order of the source. Parts inside a
	// predicate, which have many values, are left out.
	Parts []Part
}

// Part is a piece of an expression with its value.
type Part struct {
	// Start and End are its range of bytes in the source, Source its text.
	Start, End int
	Source     string
	Value      any
	// Note says where null came from, or is empty.
	Note string
}

// Explain evaluates the expression once more and keeps the values on the way.
// It costs more than Eval: use it for people, not for every step.
func (p *Program) Explain(v *Values) Explanation {
	if v != nil {
		// A copy, so that explaining does not change which UUIDs come next.
		c := *v
		v = &c
	}
	r := startRun(v, p.vars)
	defer r.end()
	r.trace = map[*node]any{}
	value, err := p.evaluate(r)
	e := Explanation{Value: value}
	if err != nil {
		e.Err = p.place(err)
	}
	p.parts(r, p.root, &e.Parts)
	sort.SliceStable(e.Parts, func(i, j int) bool {
		if e.Parts[i].Start != e.Parts[j].Start {
			return e.Parts[i].Start < e.Parts[j].Start
		}
		return e.Parts[i].End > e.Parts[j].End
	})
	e.Text = p.summary(r, e)
	return e
}

// parts collects what is worth showing below a node.
func (p *Program) parts(r *run, n *node, parts *[]Part) {
	if n.inPredicate {
		return
	}
	if v, ok := r.trace[n]; ok && n.show != showNothing && !n.literal {
		part := Part{Start: n.start, End: n.end, Source: p.source[n.start:n.end], Value: leaving(v)}
		if v == nil {
			part.Note = whyNull(r, n)
		}
		*parts = append(*parts, part)
	}
	if n.show == showPath && n.path != nil {
		return
	}
	for _, kid := range n.kids {
		p.parts(r, kid, parts)
	}
}

// leaving is a value for showing.
func leaving(v any) any {
	if a, ok := v.(amount); ok {
		return a.text()
	}
	return v
}

// summary is the one line.
func (p *Program) summary(r *run, e Explanation) string {
	var b strings.Builder
	b.WriteString(clip(strings.Join(strings.Fields(p.source), " "), 4*maxText))
	if e.Err != nil {
		b.WriteString(" -> error: ")
		b.WriteString(e.Err.Error())
		return b.String()
	}
	b.WriteString(" -> ")
	b.WriteString(brief(e.Value))
	var shown, notes []string
	for _, n := range operands(p.root) {
		if v, ok := r.trace[n]; ok && !n.literal {
			shown = append(shown, brief(leaving(v)))
		}
	}
	for _, n := range operandsOf(p.root, nil) {
		if v, ok := r.trace[n]; ok && v == nil && !n.literal {
			if note := whyNull(r, n); note != "" {
				notes = append(notes, note)
			}
		}
	}
	if len(shown) > 0 {
		b.WriteString(" (" + strings.Join(shown, ", ") + ")")
	}
	if len(notes) > 0 {
		b.WriteString(": " + strings.Join(notes, "; "))
	}
	return b.String()
}

// maxOperands bounds the values in the line.
const maxOperands = 8

// operands are what the result of an expression was made of. The value of one
// path is the result itself, and says nothing more.
func operands(root *node) []*node {
	switch root.show {
	case showPath:
		return nil
	case showCall:
		var found []*node
		for _, kid := range root.kids {
			found = operandsOf(kid, found)
		}
		return found
	default:
		return operandsOf(root, nil)
	}
}

// operandsOf are the innermost things that were read: paths and calls.
func operandsOf(n *node, found []*node) []*node {
	if n.inPredicate || len(found) >= maxOperands {
		return found
	}
	switch n.show {
	case showPath, showCall:
		return append(found, n)
	default:
		for _, kid := range n.kids {
			found = operandsOf(kid, found)
		}
		return found
	}
}

// brief writes a value for a person, short.
func brief(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return strconv.Quote(clip(v, maxText))
	case bool:
		return strconv.FormatBool(v)
	case []any, map[string]any:
		return describe(v).String()
	default:
		return clip(numberText(v), maxText)
	}
}

// whyNull says where the null of a node came from, or "".
func whyNull(r *run, n *node) string {
	if len(n.path) == 2 && n.path[0] == "steps" {
		if r.values.Step == nil {
			return "the step " + n.path[1] + " did not run"
		}
		if _, ran := r.values.Step(n.path[1]); !ran {
			return "the step " + n.path[1] + " did not run"
		}
		return "the step " + n.path[1] + " has no output"
	}
	if n.show != showPath || len(n.kids) == 0 {
		return ""
	}
	trace := r.trace
	r.trace = nil
	base, err := n.kids[0].value(r)
	r.trace = trace
	switch {
	case err != nil:
		return ""
	case base == nil:
		return whyNull(r, n.kids[0])
	case len(n.kids) > 1:
		return "there is no such item in " + describe(base).String()
	}
	object, ok := base.(map[string]any)
	if !ok {
		return ""
	}
	if _, there := object[n.key]; there {
		return n.key + " is null"
	}
	names := keysOf(object)
	where := strings.Join(n.kids[0].path, ".")
	if where == "" {
		where = "the object"
	}
	if len(names) == 0 {
		return where + " is empty, so there is no " + clip(n.key, maxText)
	}
	advice := didYouMean(n.key, names)
	if advice == "" {
		advice = "; it has " + nameList(names)
	}
	return "there is no " + clip(n.key, maxText) + " in " + clip(where, maxText) + advice
}

// whyNullClause is whyNull for the middle of a message.
func whyNullClause(r *run, n *node) string {
	if why := whyNull(r, n); why != "" {
		return " (" + why + ")"
	}
	return ""
}

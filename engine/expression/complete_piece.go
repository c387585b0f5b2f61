package expression

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// known is what is known of a part of the source: its type, and its value with
// the data at hand.
type known struct {
	typ   *Type
	value any
}

// surroundings are the names that the brackets around the caret bind.
type surroundings struct {
	lets  []letName
	vars  []any
	items []predicateScope
	item  any
	// reduces is true in the expression of reduce, where #acc is known.
	reduces bool
}

// pieceHead makes a predicate of a piece, so that # and .field may stand in it.
const (
	pieceHead = "map(null, "
	pieceTail = ")"
)

// piece compiles and evaluates the tokens of a range, as far as that can be
// done: what is known of nothing is nothing.
func (q *completer) piece(from, to int) known {
	if from < 0 || from >= to || to > len(q.tokens) {
		return known{}
	}
	text := q.text[q.tokens[from].start:q.tokens[to-1].end]
	q.pieces++
	q.pieceBytes += len(text)
	if q.pieces > maxPieces || q.pieceBytes > maxPieceBytes {
		return known{}
	}
	s, fault := scan(pieceHead + text + pieceTail)
	if fault != nil {
		return known{}
	}
	tree, fault := s.parse()
	if fault != nil {
		return known{}
	}
	body := predicateBody(tree)
	if body == nil {
		return known{}
	}
	c := &compiler{source: s, scope: q.scope, lets: slices.Clone(q.around.lets), vars: len(q.around.vars), items: slices.Clone(q.around.items)}
	if len(c.items) == 0 {
		c.items = []predicateScope{{}}
	}
	made := c.node(body)
	if failed(c.faults) || q.values == nil {
		return known{typ: made.typ}
	}
	return known{typ: made.typ, value: q.evaluate(made, c.vars)}
}

func predicateBody(tree ast.Node) ast.Node {
	var args []ast.Node
	switch n := tree.(type) {
	case *ast.BuiltinNode:
		args = n.Arguments
	case *ast.CallNode:
		args = n.Arguments
	}
	if len(args) != 2 {
		return nil
	}
	if p, ok := args[1].(*ast.PredicateNode); ok {
		return p.Node
	}
	return nil
}

// evaluate is the value of a node with the data at hand, or nil.
func (q *completer) evaluate(n *node, vars int) any {
	values := *q.values
	values.Budget = q.budget
	r := startRun(&values, vars)
	defer r.end()
	copy(r.vars, q.around.vars)
	r.item.item = q.around.item
	v, err := n.value(r)
	if err == nil {
		v, err = r.result(v)
	}
	if err != nil {
		return nil
	}
	return v
}

// look learns what the brackets around the caret bind, from the outside in.
func (q *completer) look() {
	for i := range q.brackets {
		b := &q.brackets[i]
		if i > 0 {
			q.bind(b)
		}
		for _, let := range b.lets {
			is := q.piece(let.from, let.to)
			q.around.lets = append(q.around.lets, letName{name: let.name, slot: len(q.around.vars), typ: is.typ})
			q.around.vars = append(q.around.vars, is.value)
		}
	}
}

// bind makes the item known where a bracket is that of a function over items.
// The braces of a predicate are a bracket of their own, and change nothing.
func (q *completer) bind(b *bracket) {
	f := functions[b.callee]
	if f == nil || f.over == nil {
		return
	}
	if p := f.param(b.argument()); p == nil || !p.each {
		return
	}
	list := q.first(b)
	q.around.items = append(q.around.items, predicateScope{item: list.typ.items(), acc: f.Name == "reduce"})
	q.around.item = mergedItem(list.value)
	q.around.reduces = f.Name == "reduce"
}

// argument is the index of the value that is being written in a call.
func (b *bracket) argument() int {
	n := len(b.args) - 1
	if b.isPiped() {
		n++
	}
	return n
}

func (b *bracket) isPiped() bool { return b.piped[1] > 0 }

// first is what is known of the first value of a call.
func (q *completer) first(b *bracket) known {
	switch {
	case b.isPiped():
		return q.piece(b.piped[0], b.piped[1])
	case len(b.args) > 1:
		return q.piece(b.args[0], b.args[1]-1)
	default:
		return known{}
	}
}

// mergedItem is an item as the items of a list are: for objects one with the
// fields of all, so that a field which the first one lacks is known too.
func mergedItem(list any) any {
	items, _ := list.([]any)
	if len(items) == 0 {
		return nil
	}
	var merged map[string]any
	for _, item := range items[:min(len(items), mergedItems)] {
		object, ok := item.(map[string]any)
		if !ok {
			return items[0]
		}
		if merged == nil {
			merged = make(map[string]any, len(object))
		}
		for _, key := range keysUpTo(object, maxKeys) {
			if old := merged[key]; old == nil {
				merged[key] = object[key]
			}
		}
	}
	return merged
}

// keysUpTo are at most so many keys of an object.
func keysUpTo(object map[string]any, most int) []string {
	keys := make([]string, 0, min(len(object), most))
	for key := range object {
		if len(keys) == most {
			break
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

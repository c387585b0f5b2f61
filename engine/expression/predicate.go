package expression

import (
	"github.com/expr-lang/expr/ast"
)

// predicate is an expression over the items of a list, such as .qty > 0.
type predicate struct {
	body *node
	// cost is the steps that one item takes.
	cost int
}

// byField are the functions where a constant text as predicate names a field:
// sortBy(list, "qty") is sortBy(list, .qty).
var byField = map[string]bool{"groupBy": true, "sortBy": true, "sum": true}

func (c *compiler) predicate(f *Function, list *node, body ast.Node) *predicate {
	item := list.typ.items()
	if list.typ.kind() != List {
		item = typeAny
	}
	before := c.nodes
	c.items = append(c.items, predicateScope{item: item, acc: f.Name == "reduce"})
	made := c.node(body)
	if name, ok := made.constant.(string); ok && made.literal && byField[f.Name] {
		pointer := &node{start: made.start, end: made.end, typ: item, inPredicate: true,
			eval: func(r *run) (any, error) { return r.item.item, nil }}
		made = c.field(pointer, name, made.start, made.end)
		made.inPredicate = true
	}
	c.items = c.items[:len(c.items)-1]
	return &predicate{body: made, cost: 1 + (c.nodes-before)/2}
}

// overItems compiles a call of a function with a predicate.
func (c *compiler) overItems(f *Function, start, end int, kids []*node, each *predicate) *node {
	made := &node{start: start, end: end, kids: kids, show: showCall, typ: f.gives}
	if !c.countArguments(f, start, end, len(kids)) {
		return c.broken(start, end)
	}
	list := kids[0]
	if k := list.typ.kind(); k != Any && k != Null && k != List {
		c.fault(list.start, list.end, FaultType, "%s takes a list as its first value, and this is %s", f.Name, kindPhrase(k))
	}
	if f.result != nil {
		made.typ = f.result(kids)
	}
	if each != nil && conditions[f.Name] {
		c.wantTruth(each.body)
	}
	var rest []*node
	if len(kids) > 2 {
		rest = kids[2:]
	}
	made.eval = func(r *run) (any, error) {
		v, err := list.value(r)
		if err != nil {
			return nil, err
		}
		items, err := listArgument(f, list, v)
		if err != nil {
			return nil, err
		}
		extra := make([]any, len(rest))
		for i, n := range rest {
			if extra[i], err = n.value(r); err != nil {
				return nil, err
			}
		}
		saved := r.item
		result, err := f.over(r, items, each, extra)
		r.item = saved
		return result, err
	}
	return made
}

// conditions are the functions whose predicate is a condition.
var conditions = map[string]bool{
	"all": true, "any": true, "none": true, "one": true, "filter": true, "count": true,
	"find": true, "findIndex": true, "findLast": true, "findLastIndex": true,
}

func listArgument(f *Function, n *node, v any) ([]any, error) {
	switch v := v.(type) {
	case []any:
		return v, nil
	case nil:
		return nil, nil
	case map[string]any:
		return nil, at(n, errorf(CodeType, "%s takes a list as its first value, and this is %s; take values(…) or entries(…) of it", f.Name, describe(v)))
	default:
		return nil, at(n, errorf(CodeType, "%s takes a list as its first value, and this is %s", f.Name, describe(v)))
	}
}

// on evaluates the predicate for one item. The caller restores r.item.
func (p *predicate) on(r *run, list []any, i int) (any, error) {
	if err := r.work(p.cost); err != nil {
		return nil, err
	}
	r.item.item, r.item.index = plain(list[i]), i
	return p.body.value(r)
}

// holds evaluates the predicate as a condition.
func (p *predicate) holds(r *run, list []any, i int) (bool, error) {
	v, err := p.on(r, list, i)
	if err != nil {
		return false, err
	}
	b, err := truth(v)
	return b, at(p.body, err)
}

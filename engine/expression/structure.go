package expression

import (
	"github.com/expr-lang/expr/ast"
)

// conditional compiles c ? a : b and if c { a } else { b }.
func (c *compiler) conditional(n *ast.ConditionalNode) *node {
	cond := c.node(n.Cond)
	// c ?: b gives c itself when it is true; its tree holds c twice.
	yes, no := c.node(n.Exp1), c.node(n.Exp2)
	c.wantTruth(cond)
	return &node{start: cond.start, end: cond.end, typ: join(yes.typ, no.typ), kids: []*node{cond, yes, no}, show: showLogic,
		eval: func(r *run) (any, error) {
			b, err := cond.truth(r)
			if err != nil {
				return nil, err
			}
			if b {
				return yes.value(r)
			}
			return no.value(r)
		}}
}

// let compiles let name = value; rest.
func (c *compiler) let(n *ast.VariableDeclaratorNode) *node {
	start, end := c.place(n)
	nameEnd := end
	if i := c.source.tokenAt(start); i > 0 {
		start = c.source.tokens[i-1].start
	}
	switch {
	case functions[n.Name] != nil:
		c.fault(start, nameEnd, FaultUnknownName, "%s is a function's name; let needs another one", n.Name)
	case c.root(n.Name) != nil || n.Name == "true" || n.Name == "false" || n.Name == "null" || n.Name == "nil":
		c.fault(start, nameEnd, FaultUnknownName, "%s has a meaning already; let needs another name", n.Name)
	}
	value := c.node(n.Value)
	slot := c.vars
	c.vars++
	c.lets = append(c.lets, letName{name: n.Name, slot: slot, typ: value.typ})
	rest := c.node(n.Expr)
	c.lets = c.lets[:len(c.lets)-1]
	return &node{start: start, end: end, typ: rest.typ, kids: []*node{value, rest}, show: showLogic,
		eval: func(r *run) (any, error) {
			v, err := value.value(r)
			if err != nil {
				return nil, err
			}
			r.vars[slot] = v
			return rest.value(r)
		}}
}

// array compiles [a, b, c].
func (c *compiler) array(n *ast.ArrayNode) *node {
	start, _ := c.place(n)
	made := &node{start: start, end: c.closing(start)}
	items := typeAny
	for i, part := range n.Nodes {
		kid := c.node(part)
		made.kids = append(made.kids, kid)
		if i == 0 {
			items = kid.typ
		} else {
			items = join(items, kid.typ)
		}
	}
	made.typ = listOf(items)
	kids := made.kids
	made.eval = func(r *run) (any, error) {
		if err := r.growList(len(kids)); err != nil {
			return nil, err
		}
		list := make([]any, len(kids))
		for i, kid := range kids {
			v, err := kid.value(r)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	}
	return made
}

// object compiles {a: 1, "b": 2, (key): 3}.
func (c *compiler) object(n *ast.MapNode) *node {
	start, _ := c.place(n)
	made := &node{start: start, end: c.closing(start)}
	t := &Type{Kind: Object, Fields: map[string]*Type{}}
	var keys, values []*node
	for _, p := range n.Pairs {
		pair, ok := p.(*ast.PairNode)
		if !ok {
			continue
		}
		key := c.node(pair.Key)
		value := c.node(pair.Value)
		keys, values = append(keys, key), append(values, value)
		made.kids = append(made.kids, key, value)
		if name, ok := key.constant.(string); ok && key.literal {
			t.Fields[name] = value.typ.part()
		} else {
			t.Open = true
		}
	}
	made.typ = built(t)
	made.eval = func(r *run) (any, error) {
		if err := r.growObject(len(keys)); err != nil {
			return nil, err
		}
		object := make(map[string]any, len(keys))
		for i, key := range keys {
			name, err := r.objectKey(key)
			if err != nil {
				return nil, err
			}
			if object[name], err = values[i].value(r); err != nil {
				return nil, err
			}
		}
		return object, nil
	}
	return made
}

// objectKey is a computed key: text, or a number or truth value as text.
func (r *run) objectKey(n *node) (string, error) {
	v, err := n.value(r)
	if err != nil {
		return "", err
	}
	switch v := v.(type) {
	case string:
		return v, nil
	case int64, float64, bool, amount:
		return r.text(v)
	default:
		return "", at(n, errorf(CodeType, "an object's key is text, and this is %s", describe(v)))
	}
}

// pointer compiles #, #index and #acc.
func (c *compiler) pointer(n *ast.PointerNode) *node {
	start, end := c.place(n)
	if n.Name != "" {
		end = start + 1 + len(n.Name)
	}
	if len(c.items) == 0 {
		c.fault(start, end, FaultSyntax, "# stands for the item only inside filter, map and the like")
		return c.broken(start, end)
	}
	scope := c.items[len(c.items)-1]
	switch n.Name {
	case "":
		return &node{start: start, end: end, typ: scope.item, key: "#",
			eval: func(r *run) (any, error) { return r.item.item, nil }}
	case "index":
		return &node{start: start, end: end, typ: typeInteger,
			eval: func(r *run) (any, error) { return int64(r.item.index), nil }}
	case "acc":
		if scope.acc {
			return &node{start: start, end: end, typ: typeAny,
				eval: func(r *run) (any, error) { return r.item.acc, nil }}
		}
		c.fault(start, end, FaultSyntax, "#acc is what reduce has so far; there is none in other functions")
	default:
		c.fault(start, end, FaultSyntax, "there is no #%s; # is the item, #index its number", clip(n.Name, maxText))
	}
	return c.broken(start, end)
}

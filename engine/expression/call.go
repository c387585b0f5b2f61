package expression

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// call compiles name(…).
func (c *compiler) call(n *ast.CallNode) *node {
	start, end := c.place(n)
	switch callee := n.Callee.(type) {
	case *ast.IdentifierNode:
		return c.function(strings.TrimPrefix(callee.Value, operatorCall), start, n.Arguments)
	case *ast.MemberNode:
		base := c.node(callee.Node)
		name := ""
		if key, ok := callee.Property.(*ast.StringNode); ok {
			name = clip(key.Value, maxText)
		}
		if functions[name] != nil {
			c.fault(base.start, end, FaultFunction, "values have no methods; write %s(%s), or %s | %s()", name, c.text(base), c.text(base), name)
		} else {
			c.fault(base.start, end, FaultFunction, "values have no methods; functions are called as name(value)")
		}
	default:
		c.fault(start, end, FaultFunction, "only functions can be called, by their names")
	}
	return c.broken(start, end)
}

// function compiles a call of a function of the table.
func (c *compiler) function(name string, start int, args []ast.Node) *node {
	end := start + len(name)
	if i := c.source.tokenAt(start); i+1 < len(c.source.tokens) && c.source.tokens[i+1].match > 0 {
		end = c.source.tokens[c.source.tokens[i+1].match].end
	}
	if isBlank(name) {
		return c.unfinished(start, end, args)
	}
	f := functions[name]
	if f == nil {
		c.unknownFunction(name, start)
		for _, arg := range args {
			if p, ok := arg.(*ast.PredicateNode); ok {
				arg = p.Node
			}
			c.items = append(c.items, predicateScope{item: typeAny, acc: true})
			c.node(arg)
			c.items = c.items[:len(c.items)-1]
		}
		return c.broken(start, end)
	}
	kids := make([]*node, 0, len(args))
	var each *predicate
	for _, arg := range args {
		if p, ok := arg.(*ast.PredicateNode); ok {
			each = c.predicate(f, kids[0], p.Node)
			kids = append(kids, each.body)
			continue
		}
		kids = append(kids, c.node(arg))
	}
	if f.over != nil {
		return c.overItems(f, start, end, kids, each)
	}
	return c.apply(f, start, end, kids)
}

func (c *compiler) unknownFunction(name string, start int) {
	if c.errors >= maxFaults {
		return
	}
	names := make([]string, 0, len(functions))
	for known := range functions {
		names = append(names, known)
	}
	advice := functionAliases[name]
	if advice != "" {
		advice = "; did you mean " + advice + "?"
	} else if advice = didYouMean(name, names); advice == "" {
		advice = "; the language's functions are listed in docs/expressions.md"
	}
	c.fault(start, start+len(name), FaultFunction, "there is no function %s%s", clip(name, maxText), advice)
}

// functionAliases are names that people know from elsewhere.
var functionAliases = map[string]string{
	"length": "len(x)", "size": "len(x)", "toString": "text(x)", "string": "text(x)", "str": "text(x)",
	"int": "number(x)", "float": "number(x)", "parseInt": "number(x)", "parseFloat": "number(x)", "toNumber": "number(x)",
	"toUpper": "upper(x)", "toUpperCase": "upper(x)", "uppercase": "upper(x)", "toLower": "lower(x)", "toLowerCase": "lower(x)", "lowercase": "lower(x)",
	"includes": "contains(x, part)", "has": "x in list", "get": "object[name]", "coalesce": "x ?? y", "ifnull": "x ?? y", "iif": "c ? a : b",
	"average": "avg(list)", "mean": "avg(list)", "today": `startOf(now(), "day")`, "date": "parseDate(x)", "toDate": "parseDate(x)",
	"sort": "sortBy(list, #)", "uniq": "unique(list)", "distinct": "unique(list)", "concatenate": "a + b, or concat(a, b) for lists",
	"foldl": "reduce(list, …)", "hasPrefix": "startsWith(x, part)", "hasSuffix": "endsWith(x, part)", "encodeURIComponent": "urlEncode(x)",
	"isNull": "x == null", "isEmpty": `default(x, …)`, "some": "any(list, …)", "every": "all(list, …)", "fromPairs": "fromEntries(list)",
	"stringify": "toJSON(x)", "parseJSON": "fromJSON(x)", "json": "toJSON(x)", "toBase64": "base64(x)", "sha256": `hash(x, "sha256")`, "md5": `hash(x, "md5")`,
}

// apply compiles a call of an ordinary function.
func (c *compiler) apply(f *Function, start, end int, kids []*node) *node {
	made := &node{start: start, end: end, kids: kids, show: showCall, typ: f.gives}
	if !c.countArguments(f, start, end, len(kids)) {
		return c.broken(start, end)
	}
	for i, kid := range kids {
		c.checkArgument(f, i, kid)
	}
	if f.result != nil {
		made.typ = f.result(kids)
	}
	if f.null == nullGivesNull && len(kids) > 0 && kids[0].typ.kind() != List && (kids[0].typ == nil || kids[0].typ.Nullable || kids[0].typ.kind() == Any) {
		made.typ = made.typ.nullable()
	}
	if f.special != nil {
		return f.special(c, made, kids)
	}
	made.eval = f.call(kids)
	return made
}

func (c *compiler) countArguments(f *Function, start, end, n int) bool {
	least, most := 0, len(f.params)
	for _, p := range f.params {
		if !p.optional {
			least++
		}
		if p.variadic {
			most = -1
		}
	}
	if n >= least && (most < 0 || n <= most) {
		return true
	}
	takes := fmt.Sprintf("%d", least)
	switch {
	case most < 0:
		takes = fmt.Sprintf("at least %d", least)
	case most != least:
		takes = fmt.Sprintf("%d to %d", least, most)
	}
	unit := "values"
	if takes == "1" {
		unit = "value"
	}
	c.fault(start, end, FaultArguments, "%s takes %s %s, and %d were given: %s", f.Name, takes, unit, n, f.Signature)
	return false
}

func (c *compiler) checkArgument(f *Function, i int, kid *node) {
	p := f.param(i)
	if p == nil || p.each {
		return
	}
	k := kid.typ.kind()
	if k == Null || p.allows(k) {
		return
	}
	c.fault(kid.start, kid.end, FaultType, "%s takes %s as its %s value, and this is %s%s", f.Name, p.wants(), ordinal(i), kindPhrase(k), argumentAdvice(p, k))
}

func argumentAdvice(p *param, k Kind) string {
	switch {
	case len(p.kinds) == 1 && p.kinds[0] == Text && (isNumber(k) || k == Boolean):
		return "; text(…) makes it text"
	case len(p.kinds) == 2 && p.kinds[0] == Integer && isText(k):
		return "; number(…) makes it a number"
	case k == Object && p.allows(Text) && p.allows(List):
		return `; ask for a field with in, as in "name" in object`
	default:
		return ""
	}
}

// call is the evaluation of an ordinary function. Arguments lie on the run's
// stack, so that a call allocates nothing.
func (f *Function) call(kids []*node) func(r *run) (any, error) {
	width := max(len(kids), len(f.params))
	if n := len(f.params); n > 0 && f.params[n-1].variadic && len(kids) < n {
		width = len(kids)
	}
	return func(r *run) (any, error) {
		base := len(r.args)
		for i, kid := range kids {
			v, err := kid.value(r)
			if err != nil {
				return nil, err
			}
			if v == nil && i == 0 && f.null != nullHandled && !f.takesContainer() {
				return nullResult(f.null), nil
			}
			if v, err = f.argument(r, i, kid, v); err != nil {
				return nil, err
			}
			r.args = append(r.args, v)
		}
		for i := len(kids); i < width; i++ {
			r.args = append(r.args, nil)
		}
		if err := r.work(1); err != nil {
			return nil, err
		}
		// After an error the evaluation ends, and the stack with it.
		v, err := f.eval(r, r.args[base:base+width:base+width])
		r.args = r.args[:base]
		return v, err
	}
}

func nullResult(rule nullRule) any {
	if rule == nullGivesFalse {
		return false
	}
	return nil
}

// takesContainer says whether the first value is a list or an object, where
// null is an empty one.
func (f *Function) takesContainer() bool {
	return len(f.params) > 0 && len(f.params[0].kinds) == 1 && (f.params[0].kinds[0] == List || f.params[0].kinds[0] == Object)
}

var (
	emptyList   = []any{}
	emptyObject = map[string]any{}
)

// argument checks one value against its declaration.
func (f *Function) argument(r *run, i int, kid *node, v any) (any, error) {
	p := f.param(i)
	if v == nil {
		return f.nullArgument(r, p, i, kid)
	}
	if p.allows(kindOf(v)) {
		return v, nil
	}
	return nil, at(kid, errorf(CodeType, "%s takes %s as its %s value, and this is %s%s", f.Name, p.wants(), ordinal(i), describe(v), argumentAdvice(p, kindOf(v))))
}

func (f *Function) nullArgument(r *run, p *param, i int, kid *node) (any, error) {
	switch {
	case len(p.kinds) == 0 || p.optional || (i == 0 && f.null == nullHandled):
		return nil, nil
	case len(p.kinds) == 1 && p.kinds[0] == List:
		return emptyList, nil
	case len(p.kinds) == 1 && p.kinds[0] == Object:
		return emptyObject, nil
	case f.null == nullGivesFalse:
		return nil, nil
	}
	return nil, at(kid, errorf(CodeNull, "%s takes %s as its %s value, and this is null%s; give a default with ??", f.Name, p.wants(), ordinal(i), whyNullClause(r, kid)))
}

package expression

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// unary compiles -x, +x, not x and !x.
func (c *compiler) unary(n *ast.UnaryNode) *node {
	if made := c.smallest(n); made != nil {
		return made
	}
	start, end := c.place(n)
	x := c.node(n.Node)
	made := &node{start: start, end: end, kids: []*node{x}}
	switch n.Operator {
	case "-", "+":
		c.wantNumber(x, n.Operator)
		made.typ = x.typ.certain()
		minus := n.Operator == "-"
		made.eval = func(r *run) (any, error) {
			v, err := x.value(r)
			if err != nil {
				return nil, err
			}
			if !isNumber(kindOf(v)) {
				return nil, r.operandError(n.Operator, x, v)
			}
			if minus {
				return negate(v)
			}
			return v, nil
		}
		if x.literal && isNumber(kindOf(x.constant)) {
			return fold(made)
		}
	default:
		c.wantTruth(x)
		made.typ, made.show = typeBoolean, showLogic
		made.eval = func(r *run) (any, error) {
			b, err := x.truth(r)
			return !b, err
		}
	}
	return made
}

// fold makes a constant of a signed number, so that -1 is one value.
func fold(n *node) *node {
	r := startRun(nil, 0)
	defer r.end()
	v, err := n.eval(r)
	if err != nil {
		return n
	}
	n.constant, n.literal = v, true
	n.eval = func(*run) (any, error) { return v, nil }
	return n
}

// truth evaluates a node as a condition.
func (n *node) truth(r *run) (bool, error) {
	v, err := n.value(r)
	if err != nil {
		return false, err
	}
	b, err := truth(v)
	return b, at(n, err)
}

func (c *compiler) wantTruth(n *node) {
	switch k := n.typ.kind(); k {
	case Any, Null, Boolean:
	default:
		c.fault(n.start, n.end, FaultType, "a condition is true or false, and this is %s%s", kindPhrase(k), truthAdvice(sample(k)))
	}
}

// sample is a value of a kind, to give the same advice as at run time.
func sample(k Kind) any {
	switch k {
	case Text, Date:
		return ""
	case Integer, Number:
		return int64(0)
	case List:
		return []any{}
	case Object:
		return map[string]any{}
	default:
		return nil
	}
}

func (c *compiler) wantNumber(n *node, op string) {
	switch k := n.typ.kind(); {
	case k == Null:
		c.fault(n.start, n.end, FaultType, "%s works on numbers, and this is null", op)
	case k != Any && !isNumber(k):
		advice := ""
		switch {
		case k == Date:
			advice = "; dates are moved with addDays(date, n) and counted with diff(a, b, unit)"
		case isText(k):
			advice = "; turn it into one with number(…)"
		}
		c.fault(n.start, n.end, FaultType, "%s works on numbers, and this is %s%s", op, kindPhrase(k), advice)
	}
}

// binary compiles an operator between two operands.
func (c *compiler) binary(n *ast.BinaryNode) *node {
	start, end := c.place(n)
	c.checkNegation(n, start)
	left := c.node(n.Left)
	right := c.node(n.Right)
	made := &node{start: start, end: end, kids: []*node{left, right}}
	switch n.Operator {
	case "and", "&&", "or", "||":
		return c.logic(made, strings.HasPrefix(n.Operator, "a") || n.Operator == "&&")
	case "==", "!=":
		return c.equality(made, n.Operator == "==")
	case "<", "<=", ">", ">=":
		return c.ordering(made, n.Operator)
	case "+", "-", "*", "/", "%", "**", "^":
		op := n.Operator
		if op == "^" {
			op = "**"
		}
		return c.arithmetic(made, op)
	case "??":
		return c.coalesce(made)
	case "..":
		return c.numbersBetween(made)
	case "in":
		return c.membership(made)
	case "contains", "startsWith", "endsWith", "matches":
		// These are functions with an operator's face.
		return c.apply(functions[n.Operator], made.start, made.end, made.kids)
	default:
		c.fault(start, end, FaultSyntax, "there is no operator %s", n.Operator)
		return c.broken(start, end)
	}
}

// checkNegation refuses not a == b: it reads as not (a == b), and means
// (not a) == b, which is nearly always false.
func (c *compiler) checkNegation(n *ast.BinaryNode, operator int) {
	negation, ok := n.Left.(*ast.UnaryNode)
	if !ok || negation.Operator != "not" || n.Operator == "and" || n.Operator == "or" || n.Operator == "&&" || n.Operator == "||" {
		return
	}
	start, _ := c.place(negation)
	i := c.source.tokenAt(start)
	if i > 0 && c.source.tokens[i-1].Value == "(" && c.source.tokens[c.source.tokens[i-1].match].start < operator {
		return
	}
	c.fault(start, operator, FaultSyntax, "not belongs to the value after it alone; put the comparison into brackets, as in not (a %s b)", n.Operator)
}

func (c *compiler) logic(made *node, and bool) *node {
	left, right := made.kids[0], made.kids[1]
	c.wantTruth(left)
	c.wantTruth(right)
	made.typ, made.show = typeBoolean, showLogic
	made.eval = func(r *run) (any, error) {
		b, err := left.truth(r)
		if err != nil || b != and {
			return b, err
		}
		return right.truth(r)
	}
	return made
}

func (c *compiler) equality(made *node, want bool) *node {
	left, right := made.kids[0], made.kids[1]
	if mistaken(left.typ.kind(), right.typ.kind()) {
		c.mismatch(made)
	}
	made.typ, made.show = typeBoolean, showComparison
	made.eval = func(r *run) (any, error) {
		a, err := left.value(r)
		if err != nil {
			return nil, err
		}
		b, err := right.value(r)
		if err != nil {
			return nil, err
		}
		same, err := r.equalOperator(a, b)
		return same == want, err
	}
	return made
}

func (c *compiler) mismatch(made *node) {
	a, b := made.kids[0].typ.Kind, made.kids[1].typ.Kind
	c.fault(made.kids[0].start, made.kids[1].end, FaultType, "%s is compared with %s%s", kindPhrase(a), kindPhrase(b), conversion(a, b))
}

func (c *compiler) ordering(made *node, op string) *node {
	left, right := made.kids[0], made.kids[1]
	a, b := left.typ.kind(), right.typ.kind()
	if a != Any && b != Any && a != Null && b != Null &&
		!(isNumber(a) && isNumber(b)) && !(isText(a) && isText(b)) {
		if a == b {
			c.fault(left.start, right.end, FaultType, "%s have no order; compare numbers, text or dates", plural(a))
		} else {
			c.mismatch(made)
		}
	}
	made.typ, made.show = typeBoolean, showComparison
	holds := comparisons[op]
	made.eval = func(r *run) (any, error) {
		a, err := left.value(r)
		if err != nil {
			return nil, err
		}
		b, err := right.value(r)
		if err != nil {
			return nil, err
		}
		c, ordered, err := order(a, b)
		return ordered && holds(c), err
	}
	return made
}

var comparisons = map[string]func(c int) bool{
	"<":  func(c int) bool { return c < 0 },
	"<=": func(c int) bool { return c <= 0 },
	">":  func(c int) bool { return c > 0 },
	">=": func(c int) bool { return c >= 0 },
}

// arithmetic compiles + - * / % **; + also joins two texts.
func (c *compiler) arithmetic(made *node, op string) *node {
	left, right := made.kids[0], made.kids[1]
	made.typ = c.arithmeticType(made, op)
	made.eval = func(r *run) (any, error) {
		a, err := left.value(r)
		if err != nil {
			return nil, err
		}
		b, err := right.value(r)
		if err != nil {
			return nil, err
		}
		ka, kb := kindOf(a), kindOf(b)
		if isNumber(ka) && isNumber(kb) {
			return arithmetic(op, a, b)
		}
		if op == "+" && ka == Text && kb == Text {
			return r.concat(a.(string), b.(string))
		}
		return nil, r.operandsError(op, made, a, b)
	}
	return made
}

func (c *compiler) arithmeticType(made *node, op string) *Type {
	left, right := made.kids[0], made.kids[1]
	a, b := left.typ.kind(), right.typ.kind()
	switch {
	case op == "+" && isText(a) && isText(b):
		return typeText
	case op == "+" && (isText(a) || isText(b)):
		other := right
		if isText(b) {
			other = left
		}
		if k := other.typ.kind(); isNumber(k) && (a == Date || b == Date) {
			c.fault(left.start, right.end, FaultType, "a date and a number cannot be added; write addDays(date, n), addHours(date, n) or the like")
		} else if k != Any {
			c.fault(left.start, right.end, FaultType, "text and %s cannot be added; write text + text(…), or a template with {{ }}", strings.TrimPrefix(kindPhrase(k), "a "))
		}
		return typeText
	case op == "+" && a == Any && b == Any:
		return typeAny
	}
	c.wantNumber(left, op)
	c.wantNumber(right, op)
	switch {
	case a == Integer && b == Integer && op != "/" && op != "**":
		return typeInteger
	default:
		return typeNumber
	}
}

// concat joins two texts.
func (r *run) concat(a, b string) (any, error) {
	if err := r.grow(len(a) + len(b)); err != nil {
		return nil, err
	}
	return a + b, nil
}

// operandsError says which operand does not fit an arithmetic operator.
func (r *run) operandsError(op string, n *node, a, b any) error {
	ka, kb := kindOf(a), kindOf(b)
	if op == "+" && (ka == Text && isNumber(kb) || isNumber(ka) && kb == Text) {
		return errorf(CodeType, "%s and %s cannot be added; write text + text(…), or turn text into a number with number(…)", describe(a), describe(b))
	}
	if op == "+" && ka == List && kb == List {
		return errorf(CodeType, "lists are joined with concat(a, b), not with +")
	}
	if op == "+" && ka == Object && kb == Object {
		return errorf(CodeType, "objects are joined with merge(a, b), not with +")
	}
	if ka == Null || !isNumber(ka) && !(op == "+" && ka == Text) {
		return r.operandError(op, n.kids[0], a)
	}
	return r.operandError(op, n.kids[1], b)
}

// operandError is for one operand that does not fit.
func (r *run) operandError(op string, n *node, v any) error {
	if v != nil {
		advice := ""
		if _, ok := v.(string); ok {
			advice = "; turn it into a number with number(…)"
		}
		return at(n, errorf(CodeType, "%s works on numbers, and this is %s%s", op, describe(v), advice))
	}
	return at(n, errorf(CodeNull, "%s works on numbers, and this is null%s; give a default with ??, as in (x ?? 0)", op, whyNullClause(r, n)))
}

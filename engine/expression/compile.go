package expression

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// compiler turns expr's tree into nodes and collects faults on the way.
type compiler struct {
	source *source
	scope  *Scope
	faults []Fault
	reads  []Reference
	// lets are the names in force, innermost last.
	lets []letName
	// vars counts the slots that let needs.
	vars int
	// items are the types of # in the predicates around, innermost last.
	items []predicateScope
	nodes int
	depth int
	// skippable are the steps that a warning has been given for.
	skippable map[string]bool
	// errors and warnings count faults, also those that are not kept.
	errors, warnings int
}

type letName struct {
	name string
	slot int
	typ  *Type
}

type predicateScope struct {
	item *Type
	acc  bool
}

func compile(text string, scope *Scope) (*Program, []Fault) {
	s, fault := scan(text)
	if fault != nil {
		return nil, []Fault{*fault}
	}
	tree, fault := s.parse()
	if fault != nil {
		return nil, []Fault{*fault}
	}
	c := &compiler{source: s, scope: scope}
	root := c.node(tree)
	if failed(c.faults) {
		return nil, c.faults
	}
	return &Program{source: text, root: root, vars: c.vars, reads: c.reads, secret: scope != nil && scope.ItemsOnly}, c.faults
}

// parse runs expr's parser. A panic of it is a fault of the expression: what
// comes from outside must not end the process.
func (s *source) parse() (tree ast.Node, fault *Fault) {
	defer func() {
		if recover() != nil {
			fault = &Fault{End: len(s.text), Code: FaultSyntax, Message: "the expression cannot be read"}
		}
	}()
	parsed, err := parser.ParseWithConfig(s.rewritten, parserConfig())
	if err != nil {
		fault := s.syntaxFault(err)
		return nil, &fault
	}
	return parsed.Node, nil
}

// disabled are all of expr's own functions but those that take predicates, of
// which the parser must know. What is left is looked up in this package's table.
var disabled = func() map[string]bool {
	all := map[string]bool{}
	for _, f := range builtin.Builtins {
		all[f.Name] = true
	}
	return all
}()

// parserConfig is used for parsing only; expr neither checks nor compiles.
func parserConfig() *conf.Config {
	return &conf.Config{MaxNodes: maxNodes, Disabled: disabled}
}

// fault notes a fault at a range of bytes.
func (c *compiler) fault(start, end int, code, format string, args ...any) {
	if c.errors++; c.errors > maxFaults {
		return
	}
	c.faults = append(c.faults, Fault{Start: start, End: end, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (c *compiler) warn(start, end int, code, format string, args ...any) {
	if c.warnings++; c.warnings > maxFaults {
		return
	}
	c.faults = append(c.faults, Fault{Start: start, End: end, Code: code, Message: fmt.Sprintf(format, args...), Warning: true})
}

// broken stands for what could not be compiled; a fault has been noted.
func (c *compiler) broken(start, end int) *node {
	return &node{start: start, end: end, typ: typeAny, eval: func(*run) (any, error) {
		return nil, errorf(CodeType, "the expression was not compiled")
	}}
}

// place is the range of a node's own token.
func (c *compiler) place(n ast.Node) (start, end int) {
	loc := n.Location()
	return c.source.byteAt(loc.From), c.source.byteAt(loc.To)
}

// closing is the end of the bracket that begins at or after a byte.
func (c *compiler) closing(start int) int {
	s := c.source
	for i := s.tokenAt(start); i < len(s.tokens); i++ {
		if m := s.tokens[i].match; m > i {
			return s.tokens[m].end
		}
	}
	return len(s.text)
}

// node compiles one part of the tree.
func (c *compiler) node(n ast.Node) *node {
	c.nodes++
	c.depth++
	defer func() { c.depth-- }()
	start, end := c.place(n)
	if c.depth > maxDepth || c.nodes > 2*maxNodes {
		if !failed(c.faults) {
			c.fault(start, end, FaultLimit, "the expression is too deeply chained: at most %d levels are possible", maxDepth)
		}
		return c.broken(start, end)
	}
	made := c.dispatch(n)
	if len(made.kids) > 0 {
		for _, kid := range made.kids {
			made.start, made.end = min(made.start, kid.start), max(made.end, kid.end)
		}
		made.start, made.end = c.source.balance(made.start, made.end)
	}
	made.inPredicate = len(c.items) > 0
	return made
}

func (c *compiler) dispatch(n ast.Node) *node {
	switch n := n.(type) {
	case *ast.NilNode:
		return c.literal(n, nil, typeNull)
	case *ast.BoolNode:
		return c.literal(n, n.Value, typeBoolean)
	case *ast.IntegerNode:
		return c.literal(n, int64(n.Value), typeInteger)
	case *ast.FloatNode:
		return c.literal(n, n.Value, typeNumber)
	case *ast.StringNode:
		return c.literal(n, strings.ToValidUTF8(n.Value, "\ufffd"), typeText)
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.MemberNode:
		return c.member(n)
	case *ast.ChainNode:
		return c.node(n.Node)
	case *ast.SliceNode:
		return c.slice(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.VariableDeclaratorNode:
		return c.let(n)
	case *ast.ArrayNode:
		return c.array(n)
	case *ast.MapNode:
		return c.object(n)
	case *ast.PointerNode:
		return c.pointer(n)
	case *ast.CallNode:
		return c.call(n)
	case *ast.BuiltinNode:
		start, _ := c.place(n)
		return c.function(n.Name, start, n.Arguments)
	default:
		start, end := c.place(n)
		c.fault(start, end, FaultSyntax, "this has no meaning here")
		return c.broken(start, end)
	}
}

func (c *compiler) literal(n ast.Node, v any, t *Type) *node {
	start, end := c.place(n)
	return &node{start: start, end: end, typ: t, constant: v, literal: true,
		eval: func(*run) (any, error) { return v, nil }}
}

// smallest is the integer that has no positive counterpart.
func (c *compiler) smallest(n *ast.UnaryNode) *node {
	ident, ok := n.Node.(*ast.IdentifierNode)
	if !ok || n.Operator != "-" || ident.Value != smallestInteger {
		return nil
	}
	made := c.literal(n, int64(math.MinInt64), typeInteger)
	_, made.end = c.place(ident)
	return made
}

var unexpectedToken = regexp.MustCompile(`^unexpected token (\w+)(?:\("(.*)"\))?$`)

// syntaxFault puts the parser's error into words for a builder.
func (s *source) syntaxFault(err error) Fault {
	fault := Fault{End: len(s.text), Code: FaultSyntax, Message: err.Error()}
	var e *file.Error
	if !errors.As(err, &e) {
		return fault
	}
	fault.Start, fault.End = s.byteAt(e.From), s.byteAt(e.To)
	fault.Message = s.syntaxMessage(e.Message, fault.Start)
	return fault
}

func (s *source) syntaxMessage(message string, start int) string {
	if m := unexpectedToken.FindStringSubmatch(message); m != nil {
		if m[1] == "EOF" {
			return "the expression ends too early: something is missing at its end"
		}
		return fmt.Sprintf("%s is not expected here%s", m[2], s.mistakeAt(start))
	}
	switch {
	case strings.HasPrefix(message, "unexpected end of expression"):
		return "the expression ends too early: something is missing at its end"
	case strings.HasPrefix(message, "Operator ("):
		return "?? cannot stand beside another operator without brackets: write (a ?? b) + c"
	case strings.Contains(message, "exceeds maximum allowed nodes"):
		return "the expression has too many parts"
	case strings.HasPrefix(message, "invalid integer literal"):
		return "this whole number is outside the 64-bit whole numbers"
	case strings.HasPrefix(message, "invalid float literal"):
		return "this number is too large"
	case strings.HasPrefix(message, "expected name"):
		return "after the dot a name is missing; names with other characters are written [\"in brackets\"]"
	case strings.HasPrefix(message, "a map key must be"):
		return "an object's key is a name, a text or a number, or an expression in round brackets"
	case strings.HasPrefix(message, "wrap predicate"):
		return "there is one expression only; write let inside { and }"
	case strings.HasPrefix(message, "expected at least"):
		return "a value is missing: this function takes a list and an expression for its items, as in filter(list, .qty > 0)"
	default:
		return message
	}
}

// mistakeAt is advice for a token that is not expected.
func (s *source) mistakeAt(start int) string {
	i := s.tokenAt(start)
	if i >= len(s.tokens) {
		return ""
	}
	t, before := s.tokens[i], token{}
	if i > 0 {
		before = s.tokens[i-1]
	}
	switch strings.ToLower(t.Value) {
	case "and", "or", "not", "in", "contains", "matches":
		if t.Value != strings.ToLower(t.Value) {
			return "; did you mean " + strings.ToLower(t.Value) + "?"
		}
	case "like":
		return "; did you mean contains or matches?"
	case "is":
		return "; did you mean == ?"
	case "=>", ">":
		if before.Value == "=" {
			return "; did you mean >= ?"
		}
	case ".":
		return "; .field stands for a field of the item only inside filter, map and the like"
	case "#":
		return "; # stands for the item only inside filter, map and the like"
	}
	if before.Kind == t.Kind {
		return "; an operator or a comma is missing before it"
	}
	return ""
}

package expression

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// Syntax is the form of an expression, for those who show its parts to people
// and write it anew. It says nothing of what the names in it mean.
type Syntax struct {
	Kind SyntaxKind
	// Name is the operator, the function, or the member that is read.
	Name string
	// Value is that of a literal: nil, bool, int64, float64 or string.
	Value any
	// Parts are operands, arguments, elements; of an object, its keys and
	// values in turn; of a member, what it is read of.
	Parts []*Syntax
	// Source is the part as it is written, without brackets around it.
	Source string
}

// SyntaxKind says what a part of an expression is.
type SyntaxKind int

// The kinds of parts.
const (
	SyntaxOther    SyntaxKind = iota // a conditional, let, slice, #index and the like
	SyntaxLiteral                    // 1, "a", true, null
	SyntaxName                       // trigger
	SyntaxMember                     // a.b, a["b"]
	SyntaxIndex                      // a[0], a[b]
	SyntaxItem                       // # and what is left out before .a
	SyntaxOperator                   // a == b, not a; and, or, not are written as words
	SyntaxCall                       // f(a, b)
	SyntaxList                       // [a, b]
	SyntaxObject                     // {a: b}
)

// Parse reads the form of an expression. The fault is the first one of its
// syntax.
func Parse(text string) (*Syntax, *Fault) {
	s, fault := scan(text)
	if fault != nil {
		return nil, fault
	}
	tree, fault := s.parse()
	if fault != nil {
		return nil, fault
	}
	p := &syntaxReader{source: s}
	read := p.read(tree).Syntax
	if p.deep {
		return nil, &Fault{End: len(text), Code: FaultLimit, Message: "the expression is too deeply nested"}
	}
	return read, nil
}

// Same reports whether two parts are written the same, but for spaces, brackets
// and the two spellings of and, or and not.
func (s *Syntax) Same(o *Syntax) bool {
	if s.Kind != o.Kind || s.Name != o.Name || s.Value != o.Value || len(s.Parts) != len(o.Parts) {
		return false
	}
	if s.Kind == SyntaxOther && s.Source != o.Source {
		return false
	}
	return slices.EqualFunc(s.Parts, o.Parts, (*Syntax).Same)
}

type syntaxReader struct {
	source *source
	depth  int
	deep   bool
}

// spanned is a part with its range of bytes.
type spanned struct {
	*Syntax
	start, end int
}

func (p *syntaxReader) place(n ast.Node) (start, end int) {
	at := n.Location()
	return p.source.byteAt(at.From), p.source.byteAt(at.To)
}

// closing is the end of the bracket that begins at or after a byte.
func (p *syntaxReader) closing(start int) int {
	return (&compiler{source: p.source}).closing(start)
}

func (p *syntaxReader) read(n ast.Node) spanned {
	p.depth++
	defer func() { p.depth-- }()
	start, end := p.place(n)
	made := spanned{&Syntax{}, start, end}
	if p.depth > maxDepth {
		p.deep = true
		return made
	}
	kids := p.fill(&made, n)
	for _, kid := range kids {
		made.start, made.end = min(made.start, kid.start), max(made.end, kid.end)
		made.Parts = append(made.Parts, kid.Syntax)
	}
	if len(kids) > 0 {
		made.start, made.end = p.source.balance(made.start, made.end)
	}
	made.Source = p.source.text[made.start:min(max(made.start, made.end), len(p.source.text))]
	return made
}

func (p *syntaxReader) all(nodes ...ast.Node) []spanned {
	read := make([]spanned, len(nodes))
	for i, n := range nodes {
		read[i] = p.read(n)
	}
	return read
}

// fill says what a node is, and returns its parts.
func (p *syntaxReader) fill(s *spanned, n ast.Node) []spanned {
	switch n := n.(type) {
	case *ast.NilNode:
		s.Kind = SyntaxLiteral
	case *ast.BoolNode:
		s.Kind, s.Value = SyntaxLiteral, n.Value
	case *ast.IntegerNode:
		s.Kind, s.Value = SyntaxLiteral, int64(n.Value)
	case *ast.FloatNode:
		s.Kind, s.Value = SyntaxLiteral, n.Value
	case *ast.StringNode:
		s.Kind, s.Value = SyntaxLiteral, n.Value
	case *ast.IdentifierNode:
		s.Kind, s.Name = SyntaxName, n.Value
		if n.Value == "null" {
			s.Kind, s.Name = SyntaxLiteral, ""
		}
	case *ast.PointerNode:
		s.Kind, s.Name = SyntaxItem, n.Name
		if n.Name != "" {
			s.Kind = SyntaxOther
		}
	case *ast.ChainNode:
		return p.through(s, n.Node)
	case *ast.PredicateNode:
		return p.through(s, n.Node)
	case *ast.UnaryNode:
		return p.unary(s, n)
	case *ast.BinaryNode:
		s.Kind, s.Name = SyntaxOperator, spelled(n.Operator)
		return p.all(n.Left, n.Right)
	case *ast.MemberNode:
		return p.member(s, n)
	case *ast.ArrayNode:
		s.Kind, s.end = SyntaxList, p.closing(s.start)
		return p.all(n.Nodes...)
	case *ast.MapNode:
		s.Kind, s.end = SyntaxObject, p.closing(s.start)
		var pairs []ast.Node
		for _, pair := range n.Pairs {
			if pair, ok := pair.(*ast.PairNode); ok {
				pairs = append(pairs, pair.Key, pair.Value)
			}
		}
		return p.all(pairs...)
	case *ast.BuiltinNode:
		s.Kind, s.Name, s.end = SyntaxCall, n.Name, p.closing(s.start)
		return p.all(n.Arguments...)
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); ok {
			s.Kind, s.Name, s.end = SyntaxCall, called(name.Value), p.closing(s.start)
		}
		return p.all(n.Arguments...)
	}
	return nil
}

// through reads a node that only stands around another one.
func (p *syntaxReader) through(s *spanned, inner ast.Node) []spanned {
	*s = p.read(inner)
	parts := s.Parts
	s.Parts = nil
	kids := make([]spanned, len(parts))
	for i, part := range parts {
		kids[i] = spanned{part, s.start, s.end}
	}
	return kids
}

func (p *syntaxReader) unary(s *spanned, n *ast.UnaryNode) []spanned {
	kids := p.all(n.Node)
	if number := kids[0]; n.Operator == "-" && number.Kind == SyntaxLiteral {
		switch v := number.Value.(type) {
		case int64:
			s.Kind, s.Value, s.end = SyntaxLiteral, -v, number.end
			return nil
		case float64:
			s.Kind, s.Value, s.end = SyntaxLiteral, -v, number.end
			return nil
		}
	}
	s.Kind, s.Name = SyntaxOperator, spelled(n.Operator)
	return kids
}

func (p *syntaxReader) member(s *spanned, n *ast.MemberNode) []spanned {
	if p.source.tokenIs(s.start, "[") {
		s.end = p.closing(s.start)
	}
	if key, ok := n.Property.(*ast.StringNode); ok {
		s.Kind, s.Name = SyntaxMember, key.Value
		return p.all(n.Node)
	}
	s.Kind = SyntaxIndex
	return p.all(n.Node, n.Property)
}

// spelled is the one spelling of an operator that has two.
func spelled(operator string) string {
	switch operator {
	case "&&":
		return "and"
	case "||":
		return "or"
	case "!":
		return "not"
	default:
		return operator
	}
}

func called(name string) string {
	if len(name) > len(operatorCall) && name[:len(operatorCall)] == operatorCall {
		return name[len(operatorCall):]
	}
	return name
}

// Literal writes a value as the language reads it: nil, bool, int64, float64,
// string, and lists of those.
func Literal(value any) string {
	switch v := value.(type) {
	case string:
		return textLiteral(v)
	case []any:
		text := "["
		for i, item := range v {
			if i > 0 {
				text += ", "
			}
			text += Literal(item)
		}
		return text + "]"
	case nil:
		return "null"
	case bool:
		if v {
			return "true"
		}
		return "false"
	default:
		return numberText(v)
	}
}

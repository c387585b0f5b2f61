package component

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"redial/engine/expression"
	"redial/engine/flow"
)

// names are what the expressions at one place of a manifest may use.
type names map[string]*expression.Type

func (n names) with(name string, t *expression.Type) names {
	more := make(names, len(n)+1)
	for other, known := range n {
		more[other] = known
	}
	more[name] = t
	return more
}

func (n names) scope() *expression.Scope {
	return &expression.Scope{Items: n, ItemsOnly: true}
}

// responseType is what expressions see of a service's answer.
var responseType = &expression.Type{Kind: expression.Object, Fields: map[string]*expression.Type{
	"status":  {Kind: expression.Integer},
	"headers": {Kind: expression.Object, Open: true},
	"body":    {Kind: expression.Any},
}}

// tree compiles a value in which texts may be templates.
func (n node) tree(in names) tree {
	switch {
	case n.Kind == yaml.MappingNode:
		var object objectTree
		constant := map[string]any{}
		for _, e := range n.entries() {
			member := e.tree(in)
			object.fields = append(object.fields, named{e.name, member})
			if c, ok := member.(constantTree); ok {
				constant[e.name] = c.value
			}
		}
		if len(constant) == len(object.fields) {
			return constantTree{constant}
		}
		return object
	case n.Kind == yaml.SequenceNode:
		var list listTree
		constant := []any{}
		for _, element := range n.list() {
			item := element.tree(in)
			list.items = append(list.items, item)
			if c, ok := item.(constantTree); ok {
				constant = append(constant, c.value)
			}
		}
		if len(constant) == len(list.items) {
			return constantTree{constant}
		}
		return list
	case n.ShortTag() == "!!str" && strings.Contains(n.Value, "{{"):
		if template := n.template(in, expression.TextTemplate); template != nil {
			return templateTree{template}
		}
		return constantTree{}
	default:
		return constantTree{n.scalar()}
	}
}

func (n node) template(in names, kind expression.TemplateKind) *expression.Template {
	template, faults := expression.CompileTemplate(n.text(), in.scope(), kind)
	n.faults(faults)
	return template
}

// condition compiles a bare expression.
func (n node) expression(in names) *expression.Program {
	if n.filled() == "" {
		return nil
	}
	program, faults := expression.Compile(n.Value, in.scope())
	n.faults(faults)
	return program
}

// faults reports what is wrong with an expression, at its place in the file as
// far as that can be told: inside a text on one line.
func (n node) faults(faults []expression.Fault) {
	for _, fault := range faults {
		problem := flow.Problem{
			Severity: flow.SeverityError, Code: flow.CodeExpression, Message: fault.Message,
			Path: n.path, Line: n.Line, Column: n.Column, Start: fault.Start, End: fault.End,
		}
		if fault.Warning {
			problem.Severity = flow.SeverityWarning
		}
		if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 && fault.Start <= len(n.Value) {
			problem.Column += len([]rune(n.Value[:fault.Start]))
			if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
				problem.Column++
			}
		}
		if len(n.reader.problems) < maxProblems {
			n.reader.problems = append(n.reader.problems, problem)
		}
	}
}

// namedTrees compiles headers or query parameters.
func (n node) namedTrees(in names) []named {
	var list []named
	for _, e := range n.entries() {
		list = append(list, named{e.name, e.tree(in)})
	}
	return list
}

package step

import (
	"fmt"
	"regexp"
	"strings"

	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
)

// portPattern is what a path may be called, as its name stands in edges.
var portPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

var branchKind = &Kind{
	Uses: "branch", Title: "Branch", Icon: "git-branch",
	Help: "Takes the first path whose condition is true. A path without a condition comes last and takes the rest.",
	Fields: []component.Field{
		required(field("paths", "Paths", component.KindPaths, "Tried from top to bottom; the first match wins.")),
	},
	ports: func(with flow.Object) Ports {
		var ports Ports
		for _, path := range branchPaths(with) {
			ports.Named = append(ports.Named, path.Text("name"))
		}
		return ports
	},
	compile: compileBranch,
	output: func(*Compiler) *expression.Type {
		return &expression.Type{Kind: expression.Object, Fields: map[string]*expression.Type{
			"path": {Kind: expression.Text, Nullable: true},
		}}
	},
}

func branchPaths(with flow.Object) []flow.Object {
	value, _ := with.Get("paths")
	list, _ := value.([]any)
	paths := make([]flow.Object, 0, len(list))
	for _, item := range list {
		if path, ok := item.(flow.Object); ok {
			paths = append(paths, path)
		}
	}
	return paths
}

// Branch takes one of several paths. Its output says which: {"path": name}.
type Branch struct{ paths []branchPath }

type branchPath struct {
	name string
	at   string
	when *expression.Program // nil: takes the rest
}

func compileBranch(c *Compiler) Runner {
	value, given := c.With.Get("paths")
	list, ok := value.([]any)
	if given && (!ok || len(list) == 0) {
		c.Report(flow.CodeInvalidValue, "with.paths", "paths is %s; it is a list of at least one {name, when}", shown(value))
	}
	b := &Branch{}
	seen := map[string]bool{}
	for i, item := range list {
		at := fmt.Sprintf("with.paths[%d]", i)
		path, ok := item.(flow.Object)
		if !ok {
			c.Report(flow.CodeInvalidValue, at, "a path is %s; it is an object {name, when}", shown(item))
			continue
		}
		b.paths = append(b.paths, c.branchPath(at, path, seen, i == len(list)-1))
	}
	return b
}

func (c *Compiler) branchPath(at string, path flow.Object, seen map[string]bool, last bool) branchPath {
	name := path.Text("name")
	switch {
	case !portPattern.MatchString(name) || name == flow.ErrorPort:
		value, _ := path.Get("name")
		c.Report(flow.CodeInvalidValue, at+".name", "the path's name is %s; it is made of a-z, 0-9 and _, begins with a letter and is not \"error\"", shown(value))
	case seen[name]:
		c.Report(flow.CodeInvalidValue, at+".name", "two paths are called %q; each needs a name of its own", name)
	}
	seen[name] = true
	for _, f := range path {
		if f.Name != "name" && f.Name != "when" {
			c.Report(flow.CodeUnknownField, at+"."+f.Name, "a path has no %q; it has name and when", f.Name)
		}
	}
	compiled := branchPath{name: name, at: at + ".when"}
	when, conditional := path.Get("when")
	if !conditional {
		if !last {
			c.Report(flow.CodeInvalidValue, at, "the path %q has no condition and takes the rest; move it to the end", name)
		}
		return compiled
	}
	if source, isText := when.(string); when == nil || isText && strings.TrimSpace(source) == "" {
		c.Report(flow.CodeExpression, compiled.at, "the condition of %q is empty; say when this path is taken", name)
		return compiled
	}
	switch source := when.(type) {
	case string:
		compiled.when = c.Condition(compiled.at, source)
	case bool:
		compiled.when = c.Condition(compiled.at, fmt.Sprint(source))
	default:
		c.Report(flow.CodeInvalidValue, compiled.at, "the condition is %s; it is an expression", shown(when))
	}
	return compiled
}

// Evaluate finds the first path whose condition is true.
func (b *Branch) Evaluate(values *expression.Values) (Result, *flow.Failure) {
	for i := range b.paths {
		path := &b.paths[i]
		if path.when != nil {
			yes, err := path.when.Boolean(values)
			if err != nil {
				return Result{}, expressionFailure(path.at, err)
			}
			if !yes {
				continue
			}
		}
		return Result{Output: map[string]any{"path": path.name}, Port: path.name}, nil
	}
	return Result{Output: map[string]any{"path": nil}}, nil
}

package step

import (
	"fmt"
	"slices"
	"strings"

	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
)

// Compiled is a step that is ready to run.
type Compiled struct {
	Kind   *Kind
	Runner Runner
	Ports  Ports
	// Output is what is known about the output before the step runs; nil if
	// nothing is.
	Output *expression.Type
	// Connection is the name of the connection the step uses, if any.
	Connection string
	// Reads are the paths that the step's expressions read. Those of the inner
	// steps of an each step are theirs.
	Reads []expression.Reference
}

// Compiler compiles one step and collects what is wrong with it.
type Compiler struct {
	ID    string // of the step; flow.TriggerID for the trigger
	Path  string // of the step in the flow file: "steps.confirm"
	Step  *flow.Step
	With  flow.Object
	Scope *expression.Scope

	kind     *Kind
	problems []flow.Problem
	reads    []expression.Reference
}

// Compile compiles a step. The result is nil if a problem is an error. Paths of
// problems begin with path, the step's place in the flow file.
func (k *Kind) Compile(s *flow.Step, path string, scope *expression.Scope) (*Compiled, []flow.Problem) {
	c := &Compiler{ID: s.ID, Path: path, Step: s, With: s.With, Scope: scope, kind: k}
	if k.Action == nil {
		c.checkFields() // an action checks its fields itself
	}
	if s.Connection != "" && !k.Connects {
		c.Report(flow.CodeUnknownField, "connection", "%s uses no connection; remove it", k.Title)
	}
	compiled := &Compiled{Kind: k, Ports: k.Ports(s.With), Connection: s.Connection}
	compiled.Runner = k.compile(c)
	if k.output != nil {
		compiled.Output = k.output(c)
	}
	if flow.HasErrors(c.problems) {
		return nil, c.problems
	}
	compiled.Reads = c.reads
	return compiled, c.problems
}

// Report notes an error at a place below the step: "with.url", "connection".
func (c *Compiler) Report(code, at, format string, args ...any) {
	c.add(flow.SeverityError, code, at, fmt.Sprintf(format, args...))
}

// Warn notes a warning at a place below the step.
func (c *Compiler) Warn(code, at, format string, args ...any) {
	c.add(flow.SeverityWarning, code, at, fmt.Sprintf(format, args...))
}

func (c *Compiler) add(severity flow.Severity, code, at, message string) {
	c.problems = append(c.problems, flow.Problem{
		Severity: severity, Code: code, Message: message,
		Path: join(c.Path, at), Step: c.ID,
	})
}

func join(path, at string) string {
	switch {
	case at == "":
		return path
	case path == "" || at[0] == '[':
		return path + at
	default:
		return path + "." + at
	}
}

// called is what a form calls a field, with its name in the file where that is another.
func called(f *component.Field) string {
	label := f.Label()
	if strings.EqualFold(strings.ReplaceAll(label, " ", "_"), f.Name) {
		return label
	}
	return label + " (" + f.Name + ")"
}

// checkFields compares the names in `with` with those the kind knows.
func (c *Compiler) checkFields() {
	known := make([]string, len(c.kind.Fields))
	for i, f := range c.kind.Fields {
		known[i] = f.Name
		if _, given := c.With.Get(f.Name); f.Required && !given {
			c.Report(flow.CodeMissingField, "with."+f.Name, "%s: a value is required", called(&f))
		}
	}
	for _, f := range c.With {
		if slices.Contains(known, f.Name) {
			continue
		}
		help := "it has none"
		if near := flow.Nearest(f.Name, known); near != "" {
			help = fmt.Sprintf("did you mean %q?", near)
		} else if len(known) > 0 {
			help = "it has " + strings.Join(known, ", ")
		}
		c.Report(flow.CodeUnknownField, "with."+f.Name, "%s has no field %q; %s", c.kind.Title, f.Name, help)
	}
}

// faults turns what is wrong with an expression into problems.
func (c *Compiler) faults(at string, faults []expression.Fault) {
	for _, f := range faults {
		severity := flow.SeverityError
		if f.Warning {
			severity = flow.SeverityWarning
		}
		c.problems = append(c.problems, flow.Problem{
			Severity: severity, Code: flow.CodeExpression, Message: f.Message,
			Path: join(c.Path, at), Step: c.ID, Start: f.Start, End: f.End,
		})
	}
}

// Condition compiles a bare expression that is true, false or null. The result
// is nil, and the problem reported, if it does not compile.
func (c *Compiler) Condition(at, source string) *expression.Program {
	program, faults := expression.CompileCondition(source, c.Scope)
	c.faults(at, faults)
	c.read(program)
	return program
}

// Expression compiles a bare expression of any value, as Condition does.
func (c *Compiler) Expression(at, source string) *expression.Program {
	program, faults := expression.Compile(source, c.Scope)
	c.faults(at, faults)
	c.read(program)
	return program
}

// read notes what a program reads.
func (c *Compiler) read(program *expression.Program) {
	if program != nil {
		c.reads = append(c.reads, program.Reads()...)
	}
}

// Choice is a field that takes one of a few words, never an expression.
func (c *Compiler) Choice(name, otherwise string, choices ...string) string {
	value, given := c.With.Get(name)
	if !given {
		return otherwise
	}
	text, ok := value.(string)
	if !ok || !slices.Contains(choices, text) {
		c.Report(flow.CodeInvalidValue, "with."+name, "%s is %s; it is one of %s", name, shown(value), strings.Join(choices, ", "))
		return otherwise
	}
	return text
}

// Integer is a field that holds a whole number, never an expression.
func (c *Compiler) Integer(name string, otherwise, least, most int64) int64 {
	value, given := c.With.Get(name)
	if !given {
		return otherwise
	}
	n, ok := value.(int64)
	if !ok || n < least || n > most {
		c.Report(flow.CodeInvalidValue, "with."+name, "%s is %s; it is a whole number from %d to %d", name, shown(value), least, most)
		return otherwise
	}
	return n
}

// Boolean is a field that holds true or false, never an expression.
func (c *Compiler) Boolean(name string, otherwise bool) bool {
	value, given := c.With.Get(name)
	if !given {
		return otherwise
	}
	b, ok := value.(bool)
	if !ok {
		c.Report(flow.CodeInvalidValue, "with."+name, "%s is %s; it is true or false", name, shown(value))
		return otherwise
	}
	return b
}

// Words is a field that holds a list of texts, never expressions.
func (c *Compiler) Words(name string) []string {
	value, given := c.With.Get(name)
	if !given {
		return nil
	}
	list, ok := value.([]any)
	words := make([]string, 0, len(list))
	for _, item := range list {
		word, isText := item.(string)
		ok = ok && isText
		words = append(words, word)
	}
	if !ok {
		c.Report(flow.CodeInvalidValue, "with."+name, "%s is %s; it is a list of texts", name, shown(value))
		return nil
	}
	return words
}

// shown is a value as a message quotes it, cut to a readable length.
func shown(value any) string {
	text, err := flow.EncodeJSON(value)
	if err != nil {
		return fmt.Sprintf("%T", value)
	}
	if runes := []rune(string(text)); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return string(text)
}

// Word is a field that holds a text, never an expression.
func (c *Compiler) Word(name, otherwise string) string {
	value, given := c.With.Get(name)
	if !given {
		return otherwise
	}
	text, ok := value.(string)
	if !ok {
		c.Report(flow.CodeInvalidValue, "with."+name, "%s is %s; it is a text", name, shown(value))
		return otherwise
	}
	return text
}

package expression

import (
	"errors"
	"fmt"
)

// Program is a compiled expression. It is immutable and safe for concurrent use.
type Program struct {
	source string
	root   *node
	vars   int
	reads  []Reference
	// secret is true where the values may hold secrets; see Scope.ItemsOnly.
	secret bool
}

// Compile compiles a bare expression, as in when and items. The program is nil
// if any fault is not a warning. Compiling costs much more than evaluating:
// do it once, at publishing, never per call.
func Compile(source string, scope *Scope) (*Program, []Fault) {
	return compile(source, scope)
}

// CompileCondition compiles a bare expression that must be true, false or null,
// as in when: what is known to be anything else is a fault.
func CompileCondition(source string, scope *Scope) (*Program, []Fault) {
	p, faults := compile(source, scope)
	if p == nil {
		return nil, faults
	}
	switch k := p.root.typ.kind(); k {
	case Any, Null, Boolean:
		return p, faults
	default:
		return nil, append(faults, Fault{Start: p.root.start, End: p.root.end, Code: FaultType, Message: fmt.Sprintf(
			"a condition is true or false, and this is %s%s", kindPhrase(k), truthAdvice(sample(k)))})
	}
}

// Eval evaluates the expression. An error is an *Error.
func (p *Program) Eval(v *Values) (any, error) {
	r := startRun(v, p.vars)
	defer r.end()
	result, err := p.evaluate(r)
	if err != nil {
		return nil, p.place(err)
	}
	return result, nil
}

func (p *Program) evaluate(r *run) (any, error) {
	v, err := p.root.value(r)
	if err != nil {
		return nil, err
	}
	result, err := r.result(v)
	return result, at(p.root, err)
}

// Boolean evaluates a condition: null is false, and anything but true, false
// and null is an error.
func (p *Program) Boolean(v *Values) (bool, error) {
	result, err := p.Eval(v)
	if err != nil {
		return false, err
	}
	b, err := truth(result)
	if err != nil {
		return false, p.place(at(p.root, err))
	}
	return b, nil
}

// place completes an error with its source.
func (p *Program) place(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Message: err.Error(), Code: CodeValue, End: len(p.source), Source: p.source}
	}
	if p.secret {
		e.hush()
	}
	if e.Source == "" {
		e.Source = p.source
	}
	return e
}

// Type is what is known about the result.
func (p *Program) Type() *Type { return p.root.typ }

// Reads are the paths that the expression reads, in order of the source.
func (p *Program) Reads() []Reference { return p.reads }

// Source is the expression as it was written.
func (p *Program) Source() string { return p.source }

// truth reads a condition's value: null is false.
func truth(v any) (bool, error) {
	switch v := v.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	default:
		return false, errorf(CodeType, "a condition is true or false, and this is %s%s", describe(v), truthAdvice(v))
	}
}

func truthAdvice(v any) string {
	switch kindOf(v) {
	case Text:
		return `; compare it, as in x != ""`
	case Integer, Number:
		return "; compare it, as in x > 0"
	case List:
		return "; ask for its length, as in len(x) > 0"
	case Object:
		return "; ask for its presence, as in x != null"
	default:
		return ""
	}
}

package step

import (
	"errors"
	"fmt"

	"redial/engine/expression"
	"redial/engine/flow"
)

// maxProblems bounds what is reported of one step, and the work that goes into
// it.
const maxProblems = 100

// Value is a compiled value of a flow file: every text in it may hold
// expressions.
type Value struct {
	at       string // place below the step, for messages
	constant any    // where nothing in it is an expression
	template *expression.Template
	fields   []valueField
	items    []*Value
	shape    shape
}

type valueField struct {
	name  string
	value *Value
}

type shape uint8

const (
	isConstant shape = iota
	isTemplate
	isObject
	isList
)

// Value compiles a value of the flow file that stands at a place below the
// step.
func (c *Compiler) Value(at string, value any) *Value {
	switch v := value.(type) {
	case string:
		return c.text(at, v, expression.TextTemplate)
	case flow.Object:
		return c.object(at, v)
	case []any:
		return c.list(at, v)
	default:
		return &Value{at: at, constant: v}
	}
}

// Field compiles a field of `with`; an absent one is null.
func (c *Compiler) Field(name string) *Value {
	value, _ := c.With.Get(name)
	return c.Value("with."+name, value)
}

func (c *Compiler) text(at, source string, kind expression.TemplateKind) *Value {
	if len(c.problems) > maxProblems {
		return &Value{at: at} // enough is said of the step
	}
	template, faults := expression.CompileTemplate(source, c.Scope, kind)
	c.faults(at, faults)
	if template == nil {
		return &Value{at: at}
	}
	c.reads = append(c.reads, template.Reads()...)
	if constant, ok := template.Constant(); ok {
		return &Value{at: at, constant: constant}
	}
	return &Value{at: at, shape: isTemplate, template: template}
}

func (c *Compiler) object(at string, object flow.Object) *Value {
	compiled := &Value{at: at, shape: isObject, fields: make([]valueField, len(object))}
	constant := true
	for i, f := range object {
		value := c.Value(at+"."+f.Name, f.Value)
		compiled.fields[i] = valueField{f.Name, value}
		constant = constant && value.shape == isConstant
	}
	return compiled.folded(constant)
}

func (c *Compiler) list(at string, list []any) *Value {
	compiled := &Value{at: at, shape: isList, items: make([]*Value, len(list))}
	constant := true
	for i := range list {
		compiled.items[i] = c.Value(fmt.Sprintf("%s[%d]", at, i), list[i])
		constant = constant && compiled.items[i].shape == isConstant
	}
	return compiled.folded(constant)
}

// folded turns an object or a list without expressions into a constant.
func (v *Value) folded(constant bool) *Value {
	if !constant {
		return v
	}
	plain, _ := v.Eval(nil)
	return &Value{at: v.at, constant: plain}
}

// Constant is the value if it holds no expression.
func (v *Value) Constant() (any, bool) { return v.constant, v.shape == isConstant }

// Eval is the plain value. Constants are shared between evaluations and must
// not be changed.
func (v *Value) Eval(values *expression.Values) (any, *flow.Failure) {
	switch v.shape {
	case isTemplate:
		result, err := v.template.Eval(values)
		if err != nil {
			return nil, v.failure(err)
		}
		return result, nil
	case isObject:
		object := make(map[string]any, len(v.fields))
		for _, f := range v.fields {
			value, failure := f.value.Eval(values)
			if failure != nil {
				return nil, failure
			}
			object[f.name] = value
		}
		return object, nil
	case isList:
		list := make([]any, len(v.items))
		for i, item := range v.items {
			value, failure := item.Eval(values)
			if failure != nil {
				return nil, failure
			}
			list[i] = value
		}
		return list, nil
	default:
		return v.constant, nil
	}
}

func (v *Value) failure(err error) *flow.Failure { return expressionFailure(v.at, err) }

// Type is what is known about the value before it is evaluated.
func (v *Value) Type() *expression.Type {
	switch v.shape {
	case isTemplate:
		return v.template.Type()
	case isObject:
		fields := make(map[string]*expression.Type, len(v.fields))
		for _, f := range v.fields {
			fields[f.name] = f.value.Type()
		}
		return &expression.Type{Kind: expression.Object, Fields: fields}
	case isList:
		return &expression.Type{Kind: expression.List}
	default:
		return expression.TypeOf(v.constant)
	}
}

// expressionFailure says which expression of a step failed and why.
func expressionFailure(at string, err error) *flow.Failure {
	failure := &flow.Failure{Code: flow.FailedExpression, Message: at + ": " + err.Error()}
	var failed *expression.Error
	if errors.As(err, &failed) && failed.Code == expression.CodeLimit {
		failure.Code = flow.FailedLimit
	}
	return failure
}

func inputFailure(format string, args ...any) *flow.Failure {
	return &flow.Failure{Code: flow.FailedInput, Message: fmt.Sprintf(format, args...)}
}

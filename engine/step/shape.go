package step

import (
	"redial/engine/expression"
)

// AnswerShape is what is known of the answer of a respond step before it runs.
type AnswerShape struct {
	// Status is the status of the answer; 0 if an expression decides.
	Status int
	// Headers are those that the step sets, Content-Type among them.
	Headers []HeaderShape
	Body    Shape
}

// HeaderShape is what is known of a header before the step runs.
type HeaderShape struct {
	Name  string // canonical
	Value Shape
}

// Shape is what is known of a value of the flow file before it is evaluated: a
// constant, an object, a list, or the type of an expression.
type Shape struct {
	// IsConstant says that the value is Constant, a plain value that must not be
	// changed.
	IsConstant bool
	Constant   any
	// Fields are those of an object, in the order of the file. All of them are in
	// the value, though null perhaps. Nil: it is no object.
	Fields []FieldShape
	// Items are those of a list; nil: it is none.
	Items []Shape
	// Type is what is known of an expression's value; nil: nothing.
	Type *expression.Type
}

// FieldShape is one field of an object.
type FieldShape struct {
	Name  string
	Value Shape
}

// Shape is what is known of the answer.
func (r *Respond) Shape() AnswerShape {
	s := AnswerShape{Body: r.body.Shape()}
	if status, constant := r.status.Constant(); constant {
		s.Status, _ = answerStatus(status)
	}
	for _, h := range r.headers {
		s.Headers = append(s.Headers, HeaderShape{h.name, h.value.Shape()})
	}
	return s
}

// Shape is what is known of the value.
func (v *Value) Shape() Shape {
	switch v.shape {
	case isObject:
		s := Shape{Fields: make([]FieldShape, len(v.fields))}
		for i, f := range v.fields {
			s.Fields[i] = FieldShape{f.name, f.value.Shape()}
		}
		return s
	case isList:
		s := Shape{Items: make([]Shape, len(v.items))}
		for i, item := range v.items {
			s.Items[i] = item.Shape()
		}
		return s
	case isTemplate:
		return Shape{Type: v.template.Type()}
	default:
		return Shape{IsConstant: true, Constant: v.constant}
	}
}

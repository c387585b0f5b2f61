package openapi

import (
	"cmp"
	"mime"
	"slices"
	"strings"

	"redial/designer/sample"
	"redial/engine/check"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/step"
)

// Answer is what one respond step answers.
type Answer struct {
	Step    string // its ID
	Title   string // what people call it
	Status  int    // 0: the execution decides
	Headers []Header
	Bodies  []Content // one, or several where the execution decides; none: no body
}

// Header is a header of an answer.
type Header struct {
	Name   string
	Schema flow.Object
}

// Content is a body of a content type.
type Content struct {
	Type    string
	Schema  flow.Object
	Example any // nil: none
}

// answers are those of the respond steps of a flow, by status.
func answers(f *flow.Flow, plan *check.Plan) []Answer {
	var found []Answer
	for i := range f.Steps {
		s := &f.Steps[i]
		compiled := plan.Steps[s.ID]
		if compiled == nil || s.Disabled {
			continue
		}
		if respond, ok := compiled.Runner.(*step.Respond); ok {
			found = append(found, newAnswer(s, respond.Shape()))
		}
	}
	slices.SortStableFunc(found, func(a, b Answer) int {
		if (a.Status == 0) != (b.Status == 0) {
			return cmp.Compare(b.Status, a.Status)
		}
		return cmp.Compare(a.Status, b.Status)
	})
	return found
}

func newAnswer(s *flow.Step, shape step.AnswerShape) Answer {
	a := Answer{Step: s.ID, Title: cmp.Or(s.Name, s.ID), Status: shape.Status}
	contentType, typed := "", false
	for _, h := range shape.Headers {
		if h.Name == "Content-Type" {
			typed = true
			contentType, _ = h.Value.Constant.(string)
			continue
		}
		if h.Value.IsConstant && h.Value.Constant == nil {
			continue
		}
		a.Headers = append(a.Headers, Header{h.Name, headerSchema(h.Value)})
	}
	if a.Status == 204 || a.Status == 304 {
		return a
	}
	switch {
	case typed && contentType == "":
		a.Bodies = []Content{{Type: "*/*", Schema: flow.Object{}}}
	case typed:
		a.Bodies = []Content{typedContent(contentType, shape.Body)}
	default:
		a.Bodies = plainContent(shape.Body)
	}
	return a
}

// headerSchema is the schema of a header: numbers stay numbers, as texts of which
// clients read them.
func headerSchema(value step.Shape) flow.Object {
	schema := shapeSchema(value)
	switch kind, _ := schema.Get("type"); kind {
	case "string", "integer", "number", "boolean":
		return schema
	default:
		return typed("string")
	}
}

// typedContent is a body whose content type the step says.
func typedContent(contentType string, body step.Shape) Content {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return Content{Type: "*/*", Schema: flow.Object{}}
	}
	if kind == jsonType || strings.HasSuffix(kind, "+json") {
		c := jsonContent(body)
		c.Type = kind
		if schema, _ := c.Schema.Get("type"); schema == "string" {
			// A text goes out as it is: it holds JSON of any kind.
			c.Schema, c.Example = flow.Object{}, nil
		}
		return c
	}
	return Content{Type: kind, Schema: typed("string")}
}

// plainContent is a body whose content type follows from its value: see
// content.Encode.
func plainContent(body step.Shape) []Content {
	if body.IsConstant {
		switch body.Constant.(type) {
		case nil:
			return nil
		case string:
			return []Content{textContent(body)}
		}
		return []Content{jsonContent(body)}
	}
	if body.Fields != nil || body.Items != nil {
		return []Content{jsonContent(body)}
	}
	switch kind(body.Type) {
	case expression.Null:
		return nil
	case expression.Text, expression.Date:
		return []Content{textContent(body)}
	case expression.Any:
		return []Content{{Type: jsonType, Schema: flow.Object{}}, {Type: "text/plain", Schema: typed("string")}}
	default:
		return []Content{jsonContent(body)}
	}
}

func textContent(body step.Shape) Content {
	c := Content{Type: "text/plain", Schema: typed("string")}
	if text, ok := body.Constant.(string); ok {
		c.Example = text
	}
	return c
}

func jsonContent(body step.Shape) Content {
	schema := shapeSchema(body)
	c := Content{Type: jsonType, Schema: schema}
	if len(schema) > 0 {
		c.Example = sample.Of(schema)
	}
	return c
}

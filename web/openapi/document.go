package openapi

import (
	"cmp"
	"strconv"
	"strings"

	"redial/engine/flow"
	"redial/engine/step"
)

// Version is that of the specification which documents follow.
const Version = "3.1.0"

// Document is the OpenAPI document.
func (d *Description) Document() flow.Object {
	document := flow.Object{
		{Name: "openapi", Value: Version},
		{Name: "info", Value: d.info()},
		{Name: "servers", Value: []any{flow.Object{{Name: "url", Value: d.Origin}}}},
		{Name: "security", Value: d.security()},
		{Name: "paths", Value: d.paths()},
	}
	if c := d.Settings.Callback; c != nil && c.URL != "" {
		// Where the flow calls back by itself is between its author and the
		// receiver; callers need not know.
		document = append(document, flow.Field{Name: "webhooks", Value: flow.Object{
			{Name: "answer", Value: flow.Object{{Name: "post", Value: d.callback("onAnswer")}}},
		}})
	}
	return append(document, flow.Field{Name: "components", Value: d.components()})
}

func (d *Description) info() flow.Object {
	info := flow.Object{{Name: "title", Value: d.Name}}
	if d.About != "" {
		info = append(info, flow.Field{Name: "description", Value: d.About})
	}
	return append(info, flow.Field{Name: "version", Value: strconv.Itoa(d.Version)})
}

func (d *Description) paths() flow.Object {
	hook := "/hooks/" + d.Slug
	paths := flow.Object{{Name: hook, Value: d.hookPath("")}}
	if d.Below {
		paths = append(paths, flow.Field{Name: hook + "/{below}", Value: d.hookPath("Below")})
	}
	return append(paths, d.executionPaths()...)
}

func (d *Description) components() flow.Object {
	schemas := flow.Object{
		{Name: "Accepted", Value: acceptedSchema()},
		{Name: "Execution", Value: executionSchema()},
		{Name: "Problem", Value: problemSchema()},
	}
	if d.Request != nil && d.Request.Schema != nil {
		schemas = append(schemas, embedded("Request", d.Request.Schema)...)
	}
	if d.Settings.Callback != nil {
		schemas = append(schemas, flow.Field{Name: "Callback", Value: callbackSchema()})
	}
	components := flow.Object{
		{Name: "schemas", Value: schemas},
		{Name: "parameters", Value: d.parameters()},
		{Name: "headers", Value: headers()},
		{Name: "responses", Value: d.problemResponses()},
	}
	if !d.Auth.Open() {
		components = append(components, flow.Field{Name: "securitySchemes", Value: flow.Object{{Name: "caller", Value: d.Auth.scheme()}}})
	}
	return components
}

func (d *Description) security() []any {
	if d.Auth.Open() {
		return []any{}
	}
	return []any{flow.Object{{Name: "caller", Value: []any{}}}}
}

// scheme is the security scheme.
func (a Auth) scheme() flow.Object {
	switch a.Kind {
	case step.AuthBearer:
		return flow.Object{{Name: "type", Value: "http"}, {Name: "scheme", Value: "bearer"}}
	case step.AuthBasic:
		return flow.Object{{Name: "type", Value: "http"}, {Name: "scheme", Value: "basic"}}
	case step.AuthSignature:
		return flow.Object{
			{Name: "type", Value: "apiKey"}, {Name: "in", Value: "header"}, {Name: "name", Value: cmp.Or(a.Name, "webhook-signature")},
			{Name: "description", Value: "The signature of the call, made with the secret that its sender and the flow share."},
		}
	default:
		return flow.Object{
			{Name: "type", Value: "apiKey"}, {Name: "in", Value: cmp.Or(a.In, "header")}, {Name: "name", Value: cmp.Or(a.Name, "X-API-Key")},
		}
	}
}

func ref(parts ...string) flow.Object {
	return flow.Object{{Name: "$ref", Value: "#/components/" + strings.Join(parts, "/")}}
}

package step

import (
	"fmt"
	"mime"
	"net/url"
	"slices"
	"strings"

	"redial/engine/component"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/schema"
)

// DefaultMaxBody is how large a call's body may be unless the trigger says
// otherwise, and LargestMaxBody is the most it may say; in bytes.
const (
	DefaultMaxBody = 10 << 20
	LargestMaxBody = 100 << 20
)

// webhookMethods are those that a webhook takes.
var webhookMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}

// WebhookMethods are the methods that a webhook may take.
func WebhookMethods() []string { return slices.Clone(webhookMethods) }

var webhookKind = &Kind{
	Uses: "webhook", Title: "Webhook", Icon: "webhook", trigger: true,
	Help: "The flow has a URL of its own; every call of it starts an execution.",
	Fields: []component.Field{
		literal(withDefault(severalOf("methods", "Methods", webhookMethods...), []any{"POST"})),
		literal(authField),
		literal(field("schema", "Schema of the body", component.KindJSON, "JSON Schema of the body. A call that does not fit is answered with 422 and starts nothing.")),
		advanced(literal(field("types", "Content types", component.KindList, "Content types that are taken; all, unless listed."))),
		advanced(literal(withDefault(field("max_body", "Largest body", component.KindInteger, "In bytes, at most 100 MiB."), int64(DefaultMaxBody)))),
		advanced(literal(field("cors", "Browsers", component.KindList, "Origins whose pages may call the hook, such as https://shop.example.com."))),
	},
	compile: compileWebhook,
	output:  webhookType,
}

// Webhook is what a compiled webhook trigger asks of a call.
type Webhook struct {
	Methods []string
	Types   []string // media types; empty: all
	MaxBody int64    // bytes
	Origins []string
	Auth    Auth
	Schema  *schema.Schema // nil: any body
}

func compileWebhook(c *Compiler) Runner {
	w := &Webhook{
		Methods: c.methods(), Types: c.mediaTypes(), Origins: c.origins(), Auth: c.auth(),
		MaxBody: c.Integer("max_body", DefaultMaxBody, 1, LargestMaxBody),
	}
	if document, given := c.With.Get("schema"); given && document != nil {
		compiled, err := schema.Compile(flow.Plain(document))
		if err != nil {
			c.Report(flow.CodeInvalidValue, "with.schema", "the schema cannot be used: %v", err)
		}
		w.Schema = compiled
	}
	return w
}

func (c *Compiler) methods() []string {
	if _, given := c.With.Get("methods"); !given {
		return []string{"POST"}
	}
	methods := c.Words("methods")
	for i, method := range methods {
		if !slices.Contains(webhookMethods, method) {
			c.Report(flow.CodeInvalidValue, fmt.Sprintf("with.methods[%d]", i), "%q is no method that a webhook takes; use GET, HEAD, POST, PUT, PATCH or DELETE", method)
		}
	}
	if len(methods) == 0 {
		c.Report(flow.CodeInvalidValue, "with.methods", "methods is empty, so nobody could call the flow; name at least one, such as POST")
	}
	return methods
}

func (c *Compiler) mediaTypes() []string {
	types := c.Words("types")
	for i, t := range types {
		parsed, _, err := mime.ParseMediaType(t)
		if err != nil || !strings.Contains(parsed, "/") {
			c.Report(flow.CodeInvalidValue, fmt.Sprintf("with.types[%d]", i), "%q is no content type; write one such as application/json", t)
			continue
		}
		types[i] = parsed
	}
	return types
}

func (c *Compiler) origins() []string {
	origins := c.Words("cors")
	for i, origin := range origins {
		u, err := url.Parse(origin)
		if origin != "*" && (err != nil || u.Host == "" || u.Scheme == "" || u.Scheme+"://"+u.Host != origin) {
			c.Report(flow.CodeInvalidValue, fmt.Sprintf("with.cors[%d]", i), "%q is no origin; write one such as https://shop.example.com", origin)
		}
	}
	return origins
}

// webhookType is what `trigger` holds.
func webhookType(c *Compiler) *expression.Type {
	var body *expression.Type
	if document, given := c.With.Get("schema"); given {
		body = expression.TypeFromSchema(flow.Plain(document))
	}
	open := &expression.Type{Kind: expression.Object, Open: true}
	text := &expression.Type{Kind: expression.Text}
	return &expression.Type{Kind: expression.Object, Fields: map[string]*expression.Type{
		"method": text, "path": text, "query": open, "headers": open, "receivedAt": text, "body": body,
	}}
}

var manualKind = &Kind{
	Uses: "manual", Title: "Manual", Icon: "play", trigger: true,
	Help:    "The flow starts by a person, by the API or by another flow. It has no URL.",
	compile: func(*Compiler) Runner { return &Manual{} },
	output:  webhookType,
}

// Manual is the trigger of a flow without a URL.
type Manual struct{}

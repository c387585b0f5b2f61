package step

import (
	"redial/engine/component"
	"redial/engine/flow"
)

// The components whose connections hooks check their callers against, and
// callbacks are signed with.
const (
	HTTPComponent      = "http"
	SignatureComponent = "signature"
)

// CallbackScheme is the scheme of signatures by which callbacks are signed:
// Standard Webhooks.
const CallbackScheme = "standard"

// How callers of a hook identify themselves.
const (
	AuthNone      = "none"
	AuthBearer    = "bearer"
	AuthBasic     = "basic"
	AuthAPIKey    = "api_key"
	AuthSignature = "signature"
)

// Auth is what a hook asks of its callers.
type Auth struct {
	Type string // AuthNone and so on; never empty
	// Connection is the name of the one that holds what callers come with; empty
	// for AuthNone.
	Connection string
}

// Open reports whether whoever knows the URL may call.
func (a Auth) Open() bool { return a.Type == AuthNone }

// AuthOf is what the fields of a webhook ask of callers, as far as they can be
// read.
func AuthOf(with flow.Object) Auth {
	value, _ := with.Get("auth")
	object, _ := value.(flow.Object)
	auth := Auth{Type: object.Text("type"), Connection: object.Text("connection")}
	if auth.Type == "" || auth.Connection == "" {
		auth.Type = AuthNone
	}
	return auth
}

// CallersComponent is that of the connections that callers are checked against
// who identify themselves in a way; empty if there is nothing to check.
func CallersComponent(kind string) string {
	switch kind {
	case AuthBearer, AuthBasic, AuthAPIKey:
		return HTTPComponent
	case AuthSignature:
		return SignatureComponent
	default:
		return ""
	}
}

var authField = withFields(field("auth", "Who may call", component.KindObject, ""),
	withDefault(choice("type", "Credentials",
		[2]string{AuthNone, "Not needed: whoever knows the URL may call"},
		[2]string{AuthBearer, "Bearer token"},
		[2]string{AuthBasic, "User name and password"},
		[2]string{AuthAPIKey, "API key"},
		[2]string{AuthSignature, "Signed messages"}), AuthNone),
	field("connection", "Connection", component.KindConnection, "What callers are checked against. A change of it counts from the next call on."))

// auth reads who may call. Where it cannot be read the trigger does not compile:
// a hook must not be open that its author believes to be closed.
func (c *Compiler) auth() Auth {
	open := Auth{Type: AuthNone}
	value, given := c.With.Get("auth")
	if !given || value == nil {
		return open
	}
	object, ok := value.(flow.Object)
	if !ok {
		c.Report(flow.CodeInvalidValue, "with.auth", "auth is %s; it is an object {type, connection}", shown(value))
		return open
	}
	for _, f := range object {
		if f.Name != "type" && f.Name != "connection" {
			c.Report(flow.CodeUnknownField, "with.auth."+f.Name, "auth has no field %q; it has type and connection", f.Name)
		}
	}
	auth := Auth{Type: object.Text("type"), Connection: object.Text("connection")}
	if named, _ := object.Get("connection"); named != nil && auth.Connection == "" {
		c.Report(flow.CodeInvalidValue, "with.auth.connection", "auth.connection is %s; it is the name of a connection", shown(named))
		return open
	}
	switch auth.Type {
	case AuthNone:
		if auth.Connection != "" {
			c.Warn(flow.CodeInvalidValue, "with.auth.connection", "auth.type is none, so nobody is checked against the connection %s; remove it, or choose another type", auth.Connection)
		}
		return open
	case AuthBearer, AuthBasic, AuthAPIKey, AuthSignature:
		if auth.Connection == "" {
			c.Report(flow.CodeMissingField, "with.auth.connection", "the connection that callers are checked against is missing; choose one, or make one")
		}
	default:
		kind, given := object.Get("type")
		if !given || kind == nil {
			c.Report(flow.CodeMissingField, "with.auth.type", "the type is missing; it is one of none, bearer, basic, api_key, signature")
			return open
		}
		c.Report(flow.CodeInvalidValue, "with.auth.type", "auth.type is %s; it is one of none, bearer, basic, api_key, signature", shown(kind))
	}
	return auth
}

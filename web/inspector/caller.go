package inspector

import (
	"strings"

	"redial/engine/component"
	"redial/engine/step"
	"redial/web/openapi"
)

// checkCallers makes the connection of a webhook's auth one of those that callers
// can be checked against who identify themselves in a way. It reports whether the
// field is shown: there is nothing to choose for callers who are not checked.
func (f *Form) checkCallers(m *formField, kind string) bool {
	if m.Kind != component.KindConnection {
		return true
	}
	owner := step.CallersComponent(kind)
	if owner == "" {
		return m.Given
	}
	needed := *m.Field
	needed.Required = true
	needed.Help = strings.TrimSpace(needed.Help + " " + f.Calling)
	m.Field, m.owner = &needed, owner
	if owner == step.HTTPComponent {
		m.owner += SchemeMark + kind
	}
	m.fits = func(name string) bool { return f.Connections[name] == owner && f.Credentials[name].Kind == kind }
	return true
}

// CallersSend is what callers have to send, in a sentence; empty for callers
// who are not checked.
func CallersSend(auth openapi.Auth) string {
	var what string
	switch auth.Kind {
	case step.AuthBearer:
		what = "send the header Authorization: Bearer TOKEN"
	case step.AuthBasic:
		what = "send the header Authorization: Basic, with user:password in base64"
	case step.AuthAPIKey:
		what = "send their key in the header " + auth.Name
		if auth.In == "query" {
			what = "send their key as the query parameter " + auth.Name
		}
	case step.AuthSignature:
		what = "sign each call, in the header " + auth.Name
	default:
		return ""
	}
	return "Callers " + what + "."
}

// SchemeMark stands between a component and the scheme of a connection that is to
// be made for it.
const SchemeMark = ":"

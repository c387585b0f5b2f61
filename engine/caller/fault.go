package caller

import (
	"strings"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/signature"
	"redial/engine/step"
)

// What a connection of step.HTTPComponent is for stands in its field UseField.
// UseCallers is the value of those whose credentials callers of hooks present, and
// UseServices, or none, of those that steps call with.
const (
	UseField    = "use"
	UseCallers  = "callers"
	UseServices = "services"
)

// Check finds what is wrong with a connection that Holds credentials and what its
// manifest cannot say: a secret that has not the form of its scheme, a name that is
// none of a header. It is nil if nothing is, and for other connections. The finding
// shows no secret.
func Check(componentName string, fields map[string]any) *component.Finding {
	c := connection(fields)
	switch componentName {
	case step.SignatureComponent:
		return c.checkSecrets()
	case step.HTTPComponent:
		return c.checkShared()
	default:
		return nil
	}
}

// checkSecrets looks at the secrets one by one, so that each fault has its field.
func (c connection) checkSecrets() *component.Finding {
	for _, field := range []string{"secret", "previous_secret"} {
		if c.trimmed(field) == "" {
			continue // the manifest says which are required
		}
		if _, err := signature.NewKey(c.scheme(), c.text(field)); err != nil {
			return invalid(field, err.Error())
		}
	}
	return nil
}

func (c connection) checkShared() *component.Finding {
	scheme, callers := c.kind(), c.text(UseField) == UseCallers
	switch {
	case scheme == step.AuthNone && callers:
		return invalid("scheme", "callers identify themselves by a token, a password or an API key; choose one of them")
	case scheme == step.AuthBasic && strings.Contains(c.text("username"), ":"):
		return invalid("username", "the user name has a colon in it, which HTTP cannot send")
	case scheme == step.AuthBasic && callers && c.text("password") == "":
		return &component.Finding{Field: "password", Code: flow.CodeMissingField, Message: "a value is required: callers are not let in without a password"}
	case scheme == step.AuthAPIKey && c.text("in") != inQuery && !isHeader(c.keyName()):
		return invalid("name", "the name of a header is made of letters, digits and hyphens, such as "+defaultKeyName)
	default:
		return nil
	}
}

func invalid(field, message string) *component.Finding {
	return &component.Finding{Field: field, Code: flow.CodeInvalidValue, Message: message}
}

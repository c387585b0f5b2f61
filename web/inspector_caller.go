package web

import (
	"redial/engine/component"
	"redial/engine/step"
)

// checkCallers makes the connection of a webhook's auth one of those that callers
// can be checked against who identify themselves in a way. It reports whether the
// field is shown: there is nothing to choose for callers who are not checked.
func (f *form) checkCallers(m *formField, kind string) bool {
	if m.Kind != component.KindConnection {
		return true
	}
	owner := step.CallersComponent(kind)
	if owner == "" {
		return m.Given
	}
	needed := *m.Field
	needed.Required = true
	m.Field, m.owner = &needed, owner
	if owner == step.HTTPComponent {
		m.owner += schemeMark + kind
	}
	m.fits = func(name string) bool { return f.connections[name] == owner && f.credentials[name].Kind == kind }
	return true
}

// schemeMark stands between a component and the scheme of a connection that is to
// be made for it.
const schemeMark = ":"

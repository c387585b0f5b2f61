package check

import (
	"redial/engine/flow"
	"redial/engine/step"
)

// Credential is what a connection holds of callers of hooks.
type Credential struct {
	Kind string // how they identify themselves, such as step.AuthBearer
	// Scheme is that of the signatures; empty for other kinds.
	Scheme string
	// Fault says why nobody can be checked against it; empty: nothing is wrong.
	Fault string
}

// Signer finds out whether callbacks can be signed with the connection that the
// flow names for them. known is as for Callers.
func Signer(f *flow.Flow, known map[string]Credential, severity flow.Severity) []flow.Problem {
	if f.Settings.Callback == nil {
		return nil
	}
	name := f.Settings.Callback.Secret
	held, exists := known[name]
	if !exists || held.Kind != step.AuthSignature {
		return nil
	}
	var found problems
	if why := held.CannotSign(name); why != "" {
		found.add(severity, flow.CodeUnknownConnection, "callback.secret", "", why)
	}
	return found.list
}

// CannotSign says why callbacks cannot be signed with a connection, given its
// name, which holds this; empty: they can.
func (c *Credential) CannotSign(name string) string {
	switch {
	case c.Fault != "":
		return "the connection " + name + " cannot sign: " + c.Fault
	case c.Scheme != step.CallbackScheme:
		return "the connection " + name + " is for the scheme " + c.Scheme + ", and callbacks are signed as Standard Webhooks"
	default:
		return ""
	}
}

// Callers finds out whether those who call the flow can be checked against the
// connection that its trigger names. known has what connections hold, by name; one
// that is not among them is left to Connections.
func Callers(f *flow.Flow, known map[string]Credential, severity flow.Severity) []flow.Problem {
	value, _ := f.Trigger.With.Get("auth")
	auth, _ := value.(flow.Object)
	kind, name := auth.Text("type"), auth.Text("connection")
	held, exists := known[name]
	if !exists || step.CallersComponent(kind) == "" {
		return nil
	}
	var found problems
	switch {
	case held.Fault != "":
		found.add(severity, flow.CodeUnknownConnection, "trigger.with.auth.connection", flow.TriggerID,
			"nobody can be checked against the connection "+name+": "+held.Fault)
	case held.Kind != kind && step.CallersComponent(held.Kind) == step.CallersComponent(kind):
		found.add(severity, flow.CodeUnknownConnection, "trigger.with.auth.connection", flow.TriggerID,
			"the connection "+name+" is for "+held.Kind+", and auth.type is "+kind+"; choose another connection, or that type")
	}
	return found.list
}

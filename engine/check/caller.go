package check

import (
	"redial/engine/flow"
	"redial/engine/step"
)

// Credential is what a connection holds of callers of hooks.
type Credential struct {
	Kind string // how they identify themselves, such as step.AuthBearer; empty with a fault
	// Fault says why nobody can be checked against it; empty: nothing is wrong.
	Fault string
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

package check

import (
	"maps"
	"slices"
	"strings"

	"redial/engine/flow"
	"redial/engine/step"
)

// Connections finds names of connections that do not exist, or that belong to
// another component than the step's. known gives the component of every
// connection by name. Where connections may still be made, as for the command
// `check`, that is a warning; severity says so.
func Connections(f *flow.Flow, known map[string]string, severity flow.Severity) []flow.Problem {
	var found problems
	names := slices.Sorted(maps.Keys(known))
	look := func(name, path, stepID, component string) {
		belongs, exists := known[name]
		switch {
		case name == "":
		case !exists:
			found.add(severity, flow.CodeUnknownConnection, path, stepID,
				"there is no connection "+name+"; make it under Connections"+didYouMean(name, names))
		case component != "" && belongs != component:
			found.add(severity, flow.CodeUnknownConnection, path, stepID,
				"the connection "+name+" is one of "+belongs+", not of "+component)
		}
	}
	auth, _ := f.Trigger.With.Get("auth")
	if object, ok := auth.(flow.Object); ok {
		look(object.Text("connection"), "trigger.with.auth.connection", flow.TriggerID, step.CallersComponent(object.Text("type")))
	}
	if f.Settings.Callback != nil {
		look(f.Settings.Callback.Secret, "callback.secret", "", step.SignatureComponent)
	}
	each(&f.Body, "", func(s *flow.Step, at string) {
		component, _, isAction := strings.Cut(s.Uses, "/")
		if !isAction {
			component = ""
		}
		look(s.Connection, at+".connection", s.ID, component)
	})
	return found.list
}

package check

import (
	"strings"

	"redial/engine/flow"
	"redial/engine/step"
)

// Account is what a connection holds for steps that call with it.
type Account struct {
	Component string
	// Host is the only one that gets its credentials, with its port, as in a URL;
	// empty: any.
	Host string
	// Fault says why nothing can be done with it, such as "incomplete: token
	// missing"; empty: nothing is wrong.
	Fault string
}

// Accounts finds out whether steps can call with the connections that they name.
// known has what connections hold, by name; one that is not among them, or that
// is of another component than the step's action, is left to Connections.
func Accounts(f *flow.Flow, known map[string]Account, severity flow.Severity) []flow.Problem {
	var found problems
	each(&f.Body, "", func(s *flow.Step, at string) {
		if account, exists := known[s.Connection]; exists {
			if words := account.refuses(s); words != "" {
				found.add(severity, flow.CodeUnknownConnection, at+".connection", s.ID, "the connection "+s.Connection+" "+words)
			}
		}
	})
	return found.list
}

// refuses says why a step cannot call with it; empty: it can.
func (a *Account) refuses(s *flow.Step) string {
	component, _, isAction := strings.Cut(s.Uses, "/")
	switch {
	case isAction && component != a.Component || !isAction && s.Uses != "http":
		return ""
	case a.Fault != "":
		return "is " + a.Fault + "; mend it under Connections"
	case isAction:
		return ""
	case a.Component == step.SignatureComponent:
		return "holds a secret to sign with, of which an http step sends nothing; choose another connection"
	}
	host := step.AddressHost(s.With)
	if a.Host == "" || host == "" || strings.EqualFold(a.Host, host) {
		return ""
	}
	return "is for " + a.Host + " alone, and its credentials are not sent to " + host + "; choose another connection, or correct the address"
}

// each visits the steps of a body, inner ones too, with their places.
func each(b *flow.Body, path string, visit func(s *flow.Step, at string)) {
	for i := range b.Steps {
		s := &b.Steps[i]
		at := path + "steps." + s.ID
		visit(s, at)
		if s.Do != nil {
			each(s.Do, at+innerPath, visit)
		}
	}
}

package web

import (
	"slices"
	"strings"

	"redial/designer"
	"redial/engine/flow"
	"redial/engine/step"
)

// callbackForm is whom a flow calls back, as people edit it.
type callbackForm struct {
	URL, Hosts, Secret string
	// Connections are those that can sign.
	Connections []string
}

func newCallbackForm(callback *flow.Callback, workshop *designer.Workshop) *callbackForm {
	form := &callbackForm{}
	if callback != nil {
		form.URL, form.Hosts, form.Secret = callback.URL, strings.Join(callback.Hosts, "\n"), callback.Secret
	}
	for name, of := range workshop.Connections {
		if of == step.SignatureComponent {
			form.Connections = append(form.Connections, name)
		}
	}
	slices.Sort(form.Connections)
	return form
}

// Lost reports whether the connection that is chosen is not there.
func (c *callbackForm) Lost() bool {
	return c.Secret != "" && !slices.Contains(c.Connections, c.Secret)
}

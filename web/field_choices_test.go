package web_test

import (
	"net/http"
	"strings"
	"testing"
)

const invoicing = `redial: 1
slug: invoicing
trigger: {uses: webhook}
steps:
  invoice: {uses: quickbooks/create-invoice, with: {customer_id: "1", lines: [{item_id: "1", amount: 1}]}}
  answer: {uses: respond}
edges: [trigger -> invoice, invoice -> answer]
`

// Where a service answers is shown with the simulated one, in a browser.
func TestChoicesThatCannotBeAsked(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/invoicing", invoicing)
	for name, test := range map[string]struct {
		path   string
		status int
		says   string
	}{
		"no connection is chosen":      {"invoicing/steps/invoice/choices?path=with.customer_id", http.StatusUnprocessableEntity, "Choose a connection first"},
		"a field within a list":        {"invoicing/steps/invoice/choices?path=with.lines[0].item_id", http.StatusUnprocessableEntity, "Choose a connection first"},
		"a field without":              {"invoicing/steps/invoice/choices?path=with.memo", http.StatusNotFound, "not known to a service"},
		"no such field":                {"invoicing/steps/invoice/choices?path=with.nothing.at.all", http.StatusNotFound, "not known to a service"},
		"a built-in step":              {"invoicing/steps/answer/choices?path=with.body", http.StatusNotFound, "no fields whose values"},
		"a step that is not there":     {"invoicing/steps/nobody/choices?path=with.body", http.StatusNotFound, "no such step"},
		"a flow that is not there yet": {"nothing/steps/invoice/choices?path=with.body", http.StatusNotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if a := p.get(t, "/flows/"+test.path); a.status != test.status || !strings.Contains(a.body, test.says) {
				t.Errorf("got %d %s", a.status, a.body)
			}
		})
	}
}

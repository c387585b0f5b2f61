package web_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestConditionsOfferWhatFits(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	source := `redial: 1
slug: compared
trigger:
  uses: webhook
  with:
    schema:
      type: object
      properties:
        quantity: {type: integer}
        state: {type: string, enum: [new, "12", "<b>"]}
steps:
  decide:
    uses: branch
    with:
      paths:
        - {name: a, when: "trigger.body.quantity > 2 or trigger.body.state contains \"n\""}
        - {name: b, when: "trigger.body.other == 1 or trigger.body.state == \"trigger.body.x\" or trigger.body.state == trigger.body.x"}
        - {name: c}
edges: [trigger -> decide]
`
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/compared", source)
	form := p.shows(t, "/flows/compared/steps/decide", asFragment...)
	rows := strings.Split(form, `class="condition-row"`)
	if len(rows) < 4 {
		t.Fatalf("there are %d rows", len(rows)-1)
	}
	wantsText(t, rows[1], `<option value="greater" selected>`, "!starts_with", "!optgroup", "!datalist")
	wantsText(t, rows[2], `<option value="contains" selected>`, `<option value="new">`, `<option value="&#34;12&#34;">`, `<option value="&lt;b&gt;">`, `!value="greater"`)
	// What a value is, and whether it may have been meant to be data.
	wantsText(t, rows[1], `data-kind="number"`, "!Use the data")
	wantsText(t, rows[5], `data-kind="text"`, "Use the data", "<datalist")
	wantsText(t, rows[6], `data-kind="data"`, `data-rows="data" aria-pressed="true"`, "!Use the data", "!<datalist")
	wantsText(t, form, `<optgroup label="Numbers and times">`)
}

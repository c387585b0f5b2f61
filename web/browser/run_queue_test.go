package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// orders starts executions of the order flow, whose callers do not wait.
func (p *program) orders(t *testing.T, count int) (ids []string) {
	t.Helper()
	for n := range count {
		var accepted struct {
			ID string `json:"executionId"`
		}
		p.api(t, http.MethodPost, "/hooks/order-request", map[string]any{
			"orderId": fmt.Sprint("Q-", n), "customer": "Ada " + strings.Repeat("long", 22), "email": "ada.sorensen@example.com",
			"lines": []any{map[string]any{"sku": "LAMP-01", "quantity": 1, "price": 89}},
		}, &accepted)
		ids = append(ids, accepted.ID)
	}
	return ids
}

// followsTheOneThatRuns looks at a flow's page while one execution runs and another
// waits for its turn, and at what is said of the wait afterwards.
func (p *program) followsTheOneThatRuns(t *testing.T, flow *tab) {
	t.Helper()
	p.api(t, http.MethodPatch, "/api/flows/order-request", map[string]any{"mode": "async", "concurrency": 1}, nil)
	p.control(t, map[string]any{"services": map[string]any{"acme": map[string]any{"latency": "3s"}}})
	ids := p.orders(t, 2)
	shows := `document.querySelector("#drawer-now a")?.getAttribute("href") === "/executions/` + "%s" + `"`
	flow.wait("the one that runs, and how many wait", fmt.Sprintf(shows, ids[0])+
		` && document.querySelector("#drawer-now").textContent.includes("1 more waits for its turn")`)
	page := flow.v.tab()
	page.open(p.base + "/executions/" + ids[1])
	page.wait("how long it waits", `/Waits\s*\d/.test(document.querySelector("#head").innerText)`)
	p.control(t, map[string]any{"services": map[string]any{"acme": map[string]any{"latency": "0s"}}})
	page.wait("the end of its wait", `!/Waits\s*\d/.test(document.querySelector("#head").innerText)`)
	flow.wait("the other one in its turn", fmt.Sprintf(shows, ids[1])+` && `+cardHas("confirmed", "succeeded"))
	flow.wait("the wait among the steps", `document.querySelector("#run-steps .run-queue")?.textContent.includes("Waited for its turn, ")`)
	flow.choose("confirmed")
	flow.wait("what the step has answered", `/Answer\s*200/.test(document.querySelector("#inspector-run")?.textContent)`)
	flow.choose("create_invoice")
	flow.wait("a long value that scrolls nothing sideways", `(() => {
		const run = document.querySelector("#inspector-run");
		return run?.textContent.includes("longlonglong") && run.scrollWidth <= run.clientWidth;
	})()`)
	flow.wait("a way to the step on the execution's page", `document.querySelector(".run-of a")?.getAttribute("href").endsWith("#create_invoice")`)

	page.wait("the wait in the timeline", `document.querySelector(".timeline-queue:not([hidden])")?.textContent.includes("Waited for its turn")`)
	page.wait("the wait in the head", `document.querySelector("#head").textContent.includes("Waited for its turn")`)
	page.see("It was its turn, after waiting in the queue")
}

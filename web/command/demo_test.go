package command_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// order is a body that the order flow takes.
func order(id, lines string) string {
	return fmt.Sprintf(`{"orderId":%q,"customer":"Ada Sørensen","email":"ada@example.com","lines":[%s]}`, id, lines)
}

const (
	twoLamps    = `{"sku":"LAMP-01","quantity":2,"price":89}`
	threeClocks = `{"sku":"CLOCK-04","name":"Station clock","quantity":3,"price":56.25}`
)

// control changes the knobs of the simulated services.
func (p *program) control(t *testing.T, change string) {
	t.Helper()
	p.call(t, http.MethodPut, p.services+"/control", change, "Content-Type", "application/json").wants(t, http.StatusOK)
}

// received are the calls that a simulated service has got: "POST /orders 201".
// Paths are without the query.
func (p *program) received(t *testing.T, service string) []string {
	t.Helper()
	var calls []string
	a := p.call(t, http.MethodGet, p.services+"/control/log?service="+service, nil).wants(t, http.StatusOK)
	for _, request := range a.list(t, "requests") {
		path, _, _ := strings.Cut(pick(t, request, "path"), "?")
		calls = append(calls, pick(t, request, "method")+" "+strings.TrimPrefix(path, "/"+service)+" "+pick(t, request, "status"))
	}
	return calls
}

func (p *program) wantsCalls(t *testing.T, service string, want ...string) {
	t.Helper()
	if got := p.received(t, service); !slices.Equal(got, want) {
		t.Errorf("%s was called with %q, not %q", service, got, want)
	}
}

const (
	invoicePath = "/v3/company/9130357992221046/invoice"
	mailPath    = "/v2/email/outbound-emails"
)

func TestDemoSaysWhereItListensAndThenWhatToDo(t *testing.T) {
	t.Parallel()
	p := demo(t)
	text := p.stdout.String()
	if !strings.HasPrefix(text, "listening on http://127.0.0.1:") {
		t.Errorf("the output begins with %.100q", text)
	}
	for _, words := range []string{
		p.base + "/hooks/order-request", p.base + "/hooks/customer-from-three-crms", p.base + "/api/flows/order-request",
		p.services + "/acme/", p.services + "/ses/", p.services + "/control",
	} {
		if !strings.Contains(text, words) {
			t.Errorf("the guide does not name %s:\n%s", words, text)
		}
	}
	a := p.api(t, http.MethodGet, "/api/flows", nil).wants(t, http.StatusOK)
	for i, slug := range []string{"customer-from-three-crms", "order-request"} {
		if got := pick(t, a.list(t, "items")[i], "slug"); got != slug {
			t.Errorf("flow %d is %s, not %s", i, got, slug)
		}
		if got := pick(t, a.list(t, "items")[i], "publishedVersion"); got != "1" {
			t.Errorf("%s is published as version %q", slug, got)
		}
		if got := p.api(t, http.MethodGet, "/api/flows/"+slug, nil).get(t, "problems"); strings.Contains(got, `"severity":"error"`) {
			t.Errorf("%s has problems: %s", slug, got)
		}
	}
	for _, page := range []string{"/", "/acme/", "/quickbooks/", "/ses/", "/salesforce/", "/hubspot/", "/pipedrive/"} {
		p.call(t, http.MethodGet, p.services+page, nil).wants(t, http.StatusOK).wantsHeader(t, "Content-Type", "text/html; charset=utf-8")
	}
}

func TestDemoMakesATokenAndPrintsIt(t *testing.T) {
	t.Parallel()
	p := startIn(t, map[string]string{"REDIAL_API_TOKEN": ""}, "demo", "--data", t.TempDir())
	p.findServices(t)
	_, after, _ := strings.Cut(p.stdout.String(), "Bearer ")
	token, _, _ := strings.Cut(after, "'")
	p.call(t, http.MethodGet, "/api/flows", nil, "Authorization", "Bearer "+token).wants(t, http.StatusOK)
	p.call(t, http.MethodGet, "/api/flows", nil, "Authorization", "Bearer "+apiToken).wantsProblem(t, http.StatusUnauthorized, "unauthorized")
}

func TestOrderIsConfirmedOnTheLine(t *testing.T) {
	t.Parallel()
	p := demo(t)
	a := p.hook(t, "order-request", order("A-1", twoLamps)).wants(t, http.StatusOK)
	number, invoice := a.get(t, "orderNumber"), a.get(t, "invoiceNumber")
	a.wantsBody(t, fmt.Sprintf(`{"status":"confirmed","orderId":"A-1","orderNumber":%q,"invoiceNumber":%q,"total":178}`, number, invoice))
	a.wantsHeader(t, "X-Order", number).wantsHeader(t, "Content-Type", "application/json")

	made := p.call(t, http.MethodGet, p.services+"/acme/orders/"+number, nil, "X-API-Key", "acme-demo-key").wants(t, http.StatusOK)
	if made.get(t, "orderId") != "A-1" || made.get(t, "customer") != "Ada Sørensen" || made.get(t, "invoice") != invoice || made.get(t, "lines.0.quantity") != "2" {
		t.Errorf("Acme has the order %s", made)
	}
	query := "?query=select+*+from+Invoice"
	invoices := p.call(t, http.MethodGet, p.services+"/quickbooks"+strings.TrimSuffix(invoicePath, "invoice")+"query"+query, nil, "Authorization", "Bearer quickbooks-demo-token").wants(t, http.StatusOK)
	if invoices.get(t, "QueryResponse.Invoice.0.DocNumber") != invoice || invoices.get(t, "QueryResponse.Invoice.0.TotalAmt") != "178" {
		t.Errorf("QuickBooks has the invoices %s", invoices)
	}
	mails := string(p.call(t, http.MethodGet, p.services+"/ses/", nil).wants(t, http.StatusOK).body)
	for _, words := range []string{"Your order " + number, "ada@example.com", "Ada Sørensen", "178.00"} {
		if !strings.Contains(mails, words) {
			t.Errorf("the mailbox does not show %q", words)
		}
	}
	p.wantsCalls(t, "acme", "GET /inventory/LAMP-01 200", "POST /orders 201", "GET /orders/"+number+" 200")
	if stock := p.call(t, http.MethodGet, p.services+"/control", nil).get(t, "stock.LAMP-01"); stock != "498" {
		t.Errorf("%s lamps are left", stock)
	}
}

func TestOrderIsNeverMadeWithoutStock(t *testing.T) {
	t.Parallel()
	p := demo(t)
	a := p.hook(t, "order-request", order("A-2", twoLamps+","+threeClocks)).wants(t, http.StatusOK)
	a.wantsBody(t, `{"status":"back-ordered","orderId":"A-2","items":[{"sku":"CLOCK-04","missing":3,"available":0}]}`)
	calls := p.received(t, "acme")
	slices.Sort(calls)
	if want := []string{"GET /inventory/CLOCK-04 200", "GET /inventory/LAMP-01 200"}; !slices.Equal(calls, want) {
		t.Errorf("Acme was called with %q, not %q", calls, want)
	}
	p.wantsCalls(t, "quickbooks")
	p.wantsCalls(t, "ses", "POST "+mailPath+" 200")
	mails := string(p.call(t, http.MethodGet, p.services+"/ses/", nil).body)
	for _, words := range []string{"Back-ordered: A-2", "warehouse@acme.example.com", "3 x Station clock (CLOCK-04)"} {
		if !strings.Contains(mails, words) {
			t.Errorf("the mailbox does not show %q", words)
		}
	}
	steps := stepOutcomes(t, p.execution(t, a.id(t)))
	for _, step := range []string{"invoice_payload", "create_invoice", "create_order", "confirm_mail", "confirmed"} {
		if steps[step] != "skipped" {
			t.Errorf("%s is %q", step, steps[step])
		}
	}
}

// stepOutcomes are the statuses of an execution's steps, by ID.
func stepOutcomes(t *testing.T, execution answer) map[string]string {
	t.Helper()
	outcomes := map[string]string{}
	for _, step := range execution.list(t, "steps") {
		outcomes[pick(t, step, "step")] = pick(t, step, "status")
	}
	return outcomes
}

func TestSameFlowAnswersLaterWhenItIsAsync(t *testing.T) {
	t.Parallel()
	p := demo(t)
	p.api(t, http.MethodPatch, "/api/flows/order-request", map[string]any{"mode": "async"}).wants(t, http.StatusOK)
	for name, tc := range map[string]struct{ lines, status string }{
		"in stock":     {twoLamps, "confirmed"},
		"out of stock": {threeClocks, "back-ordered"},
	} {
		a := p.hook(t, "order-request", order("B-"+tc.status[:2], tc.lines))
		response := p.wantsHandOver(t, a)
		p.finished(t, a.id(t))
		final := p.call(t, http.MethodGet, response, nil).wants(t, http.StatusOK)
		final.wantsHeader(t, "Redial-Answer", "final").wantsHeader(t, "Redial-Execution-Id", a.id(t))
		if got := final.get(t, "status"); got != tc.status {
			t.Errorf("%s: the answer is %s", name, final)
		}
	}
	p.api(t, http.MethodPatch, "/api/flows/order-request", map[string]any{"mode": "sync"}).wants(t, http.StatusOK)
	p.hook(t, "order-request", order("B-3", twoLamps)).wants(t, http.StatusOK)
}

// wantsHandOver fails the test unless an answer is a 202 as the contract has it.
// It returns the response URL.
func (p *program) wantsHandOver(t *testing.T, a answer) string {
	t.Helper()
	url := p.base + "/executions/" + a.wants(t, http.StatusAccepted).id(t)
	a.wantsHeader(t, "Location", url)
	status := a.get(t, "status")
	a.wantsBody(t, fmt.Sprintf(`{"executionId":%q,"status":%q,"statusUrl":%q,"responseUrl":%q,"cancelUrl":%q}`,
		a.id(t), status, url, url+"/response", url+"/cancel"))
	if !slices.Contains([]string{"queued", "running", "waiting", "succeeded"}, status) {
		t.Errorf("the execution is %q", status)
	}
	return url + "/response"
}

func TestSlowServiceHandsTheCallerOver(t *testing.T) {
	t.Parallel()
	p := demo(t)
	p.control(t, `{"services":{"quickbooks":{"latency":"1500ms"}}}`)
	p.api(t, http.MethodPatch, "/api/flows/order-request", map[string]any{"deadline": "200ms"}).wants(t, http.StatusOK)
	a := p.hook(t, "order-request", order("C-1", twoLamps))
	response := p.wantsHandOver(t, a)
	p.call(t, http.MethodGet, response, nil).wants(t, http.StatusAccepted).wantsHeader(t, "Redial-Answer", "pending")
	p.finished(t, a.id(t))
	final := p.call(t, http.MethodGet, response, nil).wants(t, http.StatusOK)
	if final.get(t, "status") != "confirmed" || final.get(t, "orderId") != "C-1" {
		t.Errorf("the answer is %s", final)
	}
}

func TestFailingServiceIsTriedAgainWhereTheFlowSaysSo(t *testing.T) {
	t.Parallel()
	p := demo(t)
	p.control(t, `{"services":{"acme":{"fault":"error","times":2}}}`)
	p.hook(t, "order-request", order("D-1", twoLamps)).wants(t, http.StatusOK)
	p.wantsCalls(t, "acme", "GET /inventory/LAMP-01 500", "GET /inventory/LAMP-01 500", "GET /inventory/LAMP-01 200", "POST /orders 201")
}

func TestFailingServiceIsToldAtOnce(t *testing.T) {
	t.Parallel()
	p := demo(t)
	p.control(t, `{"services":{"ses":{"fault":"down"}}}`)
	a := p.hook(t, "order-request", order("D-2", twoLamps)).wantsProblem(t, http.StatusBadGateway, "service-failed")
	if a.get(t, "step") != "confirm_mail" || a.get(t, "retryable") != "true" || a.get(t, "executionId") != a.id(t) ||
		!strings.Contains(a.get(t, "detail"), `Amazon SES (connection "ses") answered 503`) {
		t.Errorf("the problem is %s", a)
	}
	if strings.Contains(string(a.body), "goroutine") || strings.Contains(string(a.body), ".go:") {
		t.Errorf("the problem shows the inside: %s", a)
	}
	p.wantsCalls(t, "ses", "POST "+mailPath+" 503")

	page := p.call(t, http.MethodGet, a.get(t, "type"), nil, "Accept", "text/html").wants(t, http.StatusOK)
	page.wantsHeader(t, "Content-Type", "text/html; charset=utf-8")
	p.call(t, http.MethodGet, a.get(t, "type"), nil).wants(t, http.StatusOK)

	response := p.call(t, http.MethodGet, "/executions/"+a.id(t)+"/response", nil).wantsProblem(t, http.StatusBadGateway, "service-failed")
	response.wantsHeader(t, "Redial-Answer", "final").wantsBody(t, string(a.body))
	status := p.call(t, http.MethodGet, "/executions/"+a.id(t), nil)
	if status.get(t, "status") != "failed" || status.get(t, "error.step") != "confirm_mail" {
		t.Errorf("the execution is %s", status)
	}
}

func TestWrongOrderStartsNothing(t *testing.T) {
	t.Parallel()
	p := demo(t)
	a := p.hook(t, "order-request", `{"orderId":"", "email":"nobody","lines":[{"sku":"LAMP-01","quantity":0,"price":"much"}]}`)
	a.wantsProblem(t, http.StatusUnprocessableEntity, "invalid-body").wantsHeader(t, "Redial-Execution-Id", "")
	var pointers []string
	for _, e := range a.list(t, "errors") {
		pointers = append(pointers, pick(t, e, "pointer"))
		if pick(t, e, "detail") == "" {
			t.Errorf("%v says nothing", e)
		}
	}
	slices.Sort(pointers)
	if want := []string{"/customer", "/email", "/lines/0/price", "/lines/0/quantity", "/orderId"}; !slices.Equal(pointers, want) {
		t.Errorf("the errors are at %q, not %q: %s", pointers, want, a)
	}
	// What curl -d sends, if it is not told the type.
	form := p.call(t, http.MethodPost, "/hooks/order-request", `{"orderId":"A-1"}`, "Content-Type", "application/x-www-form-urlencoded").
		wantsProblem(t, http.StatusUnprocessableEntity, "invalid-body")
	if detail := form.get(t, "detail"); !strings.Contains(detail, "read as a form") || !strings.Contains(detail, "Content-Type: application/json") {
		t.Errorf("the detail is %q", detail)
	}
	if items := p.api(t, http.MethodGet, "/api/executions", nil).list(t, "items"); len(items) != 0 {
		t.Errorf("there are executions: %v", items)
	}
}

func TestShopCallsTheFlow(t *testing.T) {
	t.Parallel()
	p := demo(t)
	form := `{"customer":"Ada","email":"ada@example.com","quantities":{"LAMP-01":1}}`
	p.call(t, http.MethodPost, p.services+"/acme/shop/orders", form, "Content-Type", "application/json").wants(t, http.StatusOK)
	p.wantsCalls(t, "acme", "GET /inventory/LAMP-01 200", "POST /orders 201")
}

// What a visitor has changed is there when the demo starts again; only the
// services are new.
func TestDemoStartsAgainWithWhatItsVisitorHasChanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := startProcess(t, "demo", "--data", dir)
	p.findServices(t)
	p.api(t, http.MethodPatch, "/api/flows/order-request", map[string]any{"mode": "async"}).wants(t, http.StatusOK)
	p.publish(t, strings.Replace(string(templateSource(t, crmFlow)), "name: Customer from three CRMs", "name: Mine", 1))
	id := p.hook(t, "order-request", order("E-1", twoLamps)).wants(t, http.StatusAccepted).id(t)
	p.finished(t, id)
	p.kill(t)

	p = startProcess(t, "demo", "--data", dir)
	p.findServices(t)
	p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).wants(t, http.StatusOK)
	again := p.hook(t, "order-request", order("E-2", twoLamps)).wants(t, http.StatusAccepted).id(t)
	p.finished(t, again)
	p.call(t, http.MethodGet, "/executions/"+again+"/response", nil).wants(t, http.StatusOK)
	p.wantsCalls(t, "acme", "GET /inventory/LAMP-01 200", "POST /orders 201")
	a := p.api(t, http.MethodGet, "/api/flows/"+crmFlow, nil)
	if a.get(t, "name") != "Mine" || a.get(t, "publishedVersion") != "2" {
		t.Errorf("the flow is %s, version %s", a.get(t, "name"), a.get(t, "publishedVersion"))
	}
}

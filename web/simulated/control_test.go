package simulated_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"redial/web/simulated"
)

// probes is one harmless, well-formed call of each service's API.
func probes(b *bench) map[string]func() *http.Request {
	demo := simulated.DemoCredentials()
	plain := func(path, name, value string) func() *http.Request {
		return func() *http.Request { return b.request(call{"GET", path, "", map[string]string{name: value}}) }
	}
	return map[string]func() *http.Request{
		simulated.Acme:       plain("/acme/inventory/LAMP-01", "X-API-Key", demo.AcmeAPIKey),
		simulated.QuickBooks: plain(queryPath("select * from Invoice"), "Authorization", "Bearer "+demo.QuickBooksToken),
		simulated.SES:        func() *http.Request { return b.signed(call{"POST", sendPath, email, nil}, signing{}) },
		simulated.Salesforce: plain("/salesforce/services/data/v60.0/query?q=SELECT+Id+FROM+Contact", "Authorization", "Bearer "+demo.SalesforceToken),
		simulated.HubSpot: func() *http.Request {
			return b.request(call{"POST", "/hubspot/crm/v3/objects/contacts/search", "{}", map[string]string{"Authorization": "Bearer " + demo.HubSpotToken}})
		},
		simulated.Pipedrive: plain("/pipedrive/api/v2/persons", "x-api-token", demo.PipedriveToken),
	}
}

// TestFaults turns each fault on for one call of each service: the answer is
// in the service's own format, and the call after it works.
func TestFaults(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	words := map[string]map[int]string{
		simulated.Acme:       {429: `"rate_limited"`, 500: `"internal"`, 503: `"unavailable"`},
		simulated.QuickBooks: {429: `"003001"`, 500: `"SystemFault"`, 503: `"SystemFault"`},
		simulated.SES:        {429: `Maximum sending rate exceeded.`, 500: `unknown error`, 503: `unavailable`},
		simulated.Salesforce: {429: `"REQUEST_LIMIT_EXCEEDED"`, 500: `"UNKNOWN_EXCEPTION"`, 503: `"SERVER_UNAVAILABLE"`},
		simulated.HubSpot:    {429: `"RATE_LIMITS"`, 500: `"INTERNAL_ERROR"`, 503: `"SERVICE_UNAVAILABLE"`},
		simulated.Pipedrive:  {429: `"success":false`, 500: `"success":false`, 503: `"success":false`},
	}
	status := map[simulated.Fault]int{simulated.FaultError: 500, simulated.FaultThrottle: 429, simulated.FaultDown: 503}
	for service, probe := range probes(b) {
		for _, fault := range simulated.Faults() {
			if fault == simulated.FaultNone {
				continue
			}
			t.Log(service, fault)
			b.do(call{"PUT", "/control", fmt.Sprintf(`{"services":{%q:{"fault":%q,"times":1}}}`, service, fault), nil}).
				want(t, 200, map[string]any{"services." + service + ".fault": string(fault)})
			got, err := b.send(probe())
			if wanted, answers := status[fault]; answers {
				if err != nil || got.status != wanted || !strings.Contains(got.body, words[service][wanted]) {
					t.Errorf("got %d %v %s", got.status, err, got.body)
				}
			} else if err == nil {
				t.Errorf("an answer came: %d %s", got.status, got.body)
			}
			if got, err = b.send(probe()); err != nil || got.status != 200 {
				t.Errorf("the call after the fault: %d %v %s", got.status, err, got.body)
			}
		}
	}
}

func TestLostAnswerTakesEffect(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	b.do(call{"PUT", "/control", `{"services":{"acme":{"fault":"lost","times":1},"quickbooks":{"fault":"reset","times":1}}}`, nil})
	keyed := call{"POST", "/acme/orders", acmeOrder, with(acmeKey, "Idempotency-Key", "k-1")}
	if got, err := b.send(b.request(keyed)); err == nil {
		t.Fatalf("an answer came: %+v", got)
	}
	b.do(keyed).want(t, 201, map[string]any{"id": "SO-5001"})
	if got := len(b.services.Orders()); got != 1 {
		t.Errorf("%d orders, want 1", got)
	}
	if _, err := b.send(b.request(call{"POST", company + "/invoice", invoice, quickBooksToken})); err == nil {
		t.Error("an answer came from a reset connection")
	}
	if got := len(b.services.Invoices()); got != 0 {
		t.Errorf("a reset call made %d invoices", got)
	}
	log := b.services.Requests(simulated.Acme)
	if len(log) != 2 || log[0].Outcome != "lost" || log[0].Status != 201 || log[1].Outcome != "answered" || log[1].IdempotencyKey != "k-1" {
		t.Errorf("the log is %+v", log)
	}
}

// TestLatencyEndsWithTheCaller waits for nothing: the caller leaves a call
// that would take a minute, and the log says so.
func TestLatencyEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	if err := b.services.Set(simulated.Change{Services: map[string]simulated.KnobsChange{
		simulated.Acme: {Latency: new(simulated.Latency(time.Minute))},
	}}); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	request := b.request(call{"POST", "/acme/orders", acmeOrder, acmeKey}).WithContext(ctx)
	go func() {
		_, err := b.send(request)
		failed <- err
	}()
	outcome := func() string {
		if log := b.services.Requests(simulated.Acme); len(log) == 1 {
			return log[0].Outcome
		}
		return ""
	}
	b.until(func() bool { return outcome() == "pending" })
	leave()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller got %v", err)
	}
	b.until(func() bool { return outcome() == "canceled" })
	if got := len(b.services.Orders()); got != 0 {
		t.Errorf("a call that was left made %d orders", got)
	}
}

// until waits for changes, as an open page does, until holds is true.
func (b *bench) until(holds func() bool) {
	b.t.Helper()
	response, err := b.client.Do(b.request(call{"GET", "/control/changes", "", nil}))
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	buffer := make([]byte, 512)
	for !holds() {
		if _, err := response.Body.Read(buffer); err != nil {
			b.t.Fatal("the stream of changes ended before what was waited for: ", err)
		}
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	put := func(body string) call { return call{"PUT", "/control", body, nil} }
	run(t, b, []scenario{
		{"at first", call{"GET", "/control", "", nil}, 200, map[string]any{"services.acme.latency": "0s", "services.pipedrive.fault": "none", "stock.SHELF-03": "3"}},
		{"latency", put(`{"services":{"ses":{"latency":"1ms"}}}`), 200, map[string]any{"services.ses.latency": "1ms", "services.ses.fault": "none"}},
		{"fault keeps latency", put(`{"services":{"ses":{"fault":"down","times":7}}}`), 200, map[string]any{"services.ses.latency": "1ms", "services.ses.fault": "down", "services.ses.times": "7"}},
		{"a fault lasts until changed", put(`{"services":{"ses":{"fault":"error"}}}`), 200, map[string]any{"services.ses.times": "0"}},
		{"no fault has no times", put(`{"services":{"ses":{"fault":"none","times":3}}}`), 200, map[string]any{"services.ses.times": "0"}},
		{"stock", put(`{"stock":{"CLOCK-04":9}}`), 200, map[string]any{"stock.CLOCK-04": "9", "stock.SHELF-03": "3"}},
		{"stock is what Acme says", call{"GET", "/acme/inventory/CLOCK-04", "", acmeKey}, 200, map[string]any{"available": "9"}},
		{"unknown service", put(`{"services":{"sage":{"fault":"none"}}}`), 422, map[string]any{"error": "~sage"}},
		{"unknown fault", put(`{"services":{"ses":{"fault":"fire"}}}`), 422, map[string]any{"error": "~fire"}},
		{"latency too long", put(`{"services":{"ses":{"latency":"61s"}}}`), 422, map[string]any{"error": "~60s"}},
		{"latency as number", put(`{"services":{"ses":{"latency":5}}}`), 422, map[string]any{"error": "~Latency must be text"}},
		{"unknown knob", put(`{"services":{"ses":{"speed":"5s"}}}`), 422, nil},
		{"unknown product", put(`{"stock":{"NOPE":1}}`), 422, map[string]any{"error": "~NOPE"}},
		{"negative stock", put(`{"stock":{"CLOCK-04":-1}}`), 422, nil},
		{"not JSON", put(`x`), 400, nil},
		{"content type", call{"PUT", "/control", `{}`, map[string]string{"Content-Type": "text/plain"}}, 415, nil},
		{"another site's page", call{"POST", "/control/reset", "", map[string]string{"Sec-Fetch-Site": "cross-site"}}, 403, nil},
	})
	// A refused change changes nothing, also not the part that was right.
	b.do(put(`{"services":{"acme":{"fault":"down"}},"stock":{"NOPE":1}}`)).want(t, 422, nil)
	b.do(call{"GET", "/control", "", nil}).want(t, 200, map[string]any{"services.acme.fault": "none"})
	b.do(call{"POST", "/control/reset", "", nil}).want(t, 200, map[string]any{"services.ses.latency": "0s", "stock.CLOCK-04": "0"})
}

func TestLog(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	for range 3 {
		b.do(call{"GET", "/acme/inventory/LAMP-01", "", acmeKey})
	}
	b.do(call{"POST", "/acme/orders", "{}", with(acmeKey, "Idempotency-Key", "k-9")})
	b.do(call{"POST", company + "/invoice?requestid=r9", invoice, quickBooksToken})
	b.do(call{"GET", "/control/log", "", nil}).want(t, 200, map[string]any{
		"counts.acme.received": "4", "counts.acme.failed": "1", "counts.quickbooks.received": "1", "counts.ses.received": "0",
		"requests.0.seq": "1", "requests.0.method": "GET", "requests.0.path": "/acme/inventory/LAMP-01", "requests.0.status": "200", "requests.0.outcome": "answered",
		"requests.3.idempotencyKey": "k-9", "requests.3.status": "422", "requests.4.service": "quickbooks", "requests.4.idempotencyKey": "r9", "requests.5": nil,
	})
	b.do(call{"GET", "/control/log?service=acme&n=1", "", nil}).want(t, 200, map[string]any{"requests.0.method": "POST", "requests.1": nil})
	b.do(call{"GET", "/control/log?n=501", "", nil}).want(t, 422, nil)
	b.do(call{"GET", "/control/log?service=sage", "", nil}).want(t, 422, nil)

	for range 510 {
		b.do(call{"GET", "/pipedrive/api/v2/persons", "", nil})
	}
	if got := b.services.Requests(simulated.Pipedrive); len(got) != 500 || got[499].Seq-got[0].Seq != 499 {
		t.Errorf("the log keeps %d calls", len(got))
	}
	if got := b.services.Requests(simulated.QuickBooks); len(got) != 1 {
		t.Error("a loud service pushed out a quiet one's calls")
	}
	var log struct {
		Counts map[string]struct{ Received int64 } `json:"counts"`
	}
	if err := json.Unmarshal([]byte(b.do(call{"GET", "/control/log?n=1", "", nil}).body), &log); err != nil || log.Counts[simulated.Pipedrive].Received != 510 {
		t.Errorf("counts %+v %v", log, err)
	}
}

func TestBodyTooLarge(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	got, err := b.send(b.request(call{"POST", "/acme/orders", strings.Repeat(" ", 16<<20) + "{}", acmeKey}))
	// The server may close before all is sent; then there is no answer.
	if err == nil && got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("got %d", got.status)
	}
}

func TestStopCutsCalls(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	services := simulated.New(simulated.Options{})
	base, stop, err := services.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.url = base
	if err := services.Set(simulated.Change{Services: map[string]simulated.KnobsChange{
		simulated.Acme: {Latency: new(simulated.Latency(time.Minute))},
	}}); err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 1)
	request := b.request(call{"GET", "/acme/inventory/LAMP-01", "", acmeKey})
	go func() {
		_, err := b.send(request)
		failed <- err
	}()
	b.until(func() bool { return len(services.Requests(simulated.Acme)) == 1 })
	stop()
	if err := <-failed; err == nil {
		t.Error("a call outlived the server")
	}
}

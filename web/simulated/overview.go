package simulated

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// shownCalls is how many calls the overview lists.
const shownCalls = 25

type overviewView struct {
	services []serviceView
	products []Product
	requests []Request // newest first
	access   []accessView
}

type serviceView struct {
	name, title              string
	received, failed         int64
	knobs                    Knobs
	latencies, faults, times []choice
}

// choice is one option of a list.
type choice struct {
	value, text string
	selected    bool
}

// accessView is how one service is reached.
type accessView struct {
	service, address string
	credentials      []string
}

func (s *Services) overview(w http.ResponseWriter, r *http.Request) {
	view := overviewView{products: s.inventory.list(), requests: s.log.list("", shownCalls), access: s.access(r)}
	slices.Reverse(view.requests)
	knobs := s.control.all()
	for _, name := range Names() {
		received, failed := s.log.counts(name)
		view.services = append(view.services, serviceView{
			name: name, title: title(name), received: received, failed: failed, knobs: knobs[name],
			latencies: latencyChoices(knobs[name].Latency), faults: faultChoices(knobs[name].Fault), times: timesChoices(knobs[name].Times),
		})
	}
	render(w, r, overviewPage(view)) //nolint:contextcheck // templ hands the context on when it renders
}

func latencyChoices(now Latency) []choice {
	delays := []time.Duration{0, 200 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, MaxLatency}
	if !slices.Contains(delays, time.Duration(now)) {
		delays = append(delays, time.Duration(now))
		slices.Sort(delays)
	}
	var choices []choice
	for _, delay := range delays {
		text := duration(delay.Milliseconds())
		switch {
		case delay == 0:
			text = "None"
		case delay%time.Second == 0:
			text = strconv.Itoa(int(delay/time.Second)) + " s"
		}
		choices = append(choices, choice{delay.String(), text, delay == time.Duration(now)})
	}
	return choices
}

func faultChoices(now Fault) []choice {
	words := map[Fault]string{
		FaultNone: "None", FaultError: "500 error", FaultThrottle: "429 throttling", FaultDown: "503 down",
		FaultReset: "Connection reset", FaultLost: "Answer lost after the work",
	}
	var choices []choice
	for _, fault := range Faults() {
		choices = append(choices, choice{string(fault), words[fault], fault == now})
	}
	return choices
}

func timesChoices(now int) []choice {
	counts := []int{0, 1, 2, 3, 5, 10}
	if !slices.Contains(counts, now) {
		counts = append(counts, now)
		slices.Sort(counts)
	}
	var choices []choice
	for _, n := range counts {
		text := "Next " + strconv.Itoa(n) + " calls"
		switch n {
		case 0:
			text = "Until changed"
		case 1:
			text = "Next call"
		}
		choices = append(choices, choice{strconv.Itoa(n), text, n == now})
	}
	return choices
}

// readable decodes a path for people; one that cannot be decoded stays.
func readable(path string) string {
	if text, err := url.QueryUnescape(path); err == nil {
		return text
	}
	return path
}

func (s *Services) access(r *http.Request) []accessView {
	base, c := "http://"+r.Host, s.credentials
	return []accessView{
		{"Acme", base + "/acme", []string{"X-API-Key: " + c.AcmeAPIKey}},
		{"QuickBooks", base + "/quickbooks", []string{"Authorization: Bearer " + c.QuickBooksToken, "realmId: " + c.QuickBooksRealmID}},
		{"Amazon SES", base + "/ses", []string{"access key: " + c.SESAccessKeyID, "secret key: " + c.SESSecretAccessKey, "region: " + c.SESRegion}},
		{"Salesforce", base + "/salesforce", []string{"Authorization: Bearer " + c.SalesforceToken}},
		{"HubSpot", base + "/hubspot", []string{"Authorization: Bearer " + c.HubSpotToken}},
		{"Pipedrive", base + "/pipedrive", []string{"x-api-token: " + c.PipedriveToken}},
	}
}

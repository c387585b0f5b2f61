package command_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

const (
	crmFlow = "customer-from-three-crms"
	ada     = `{"email":"ada.sorensen@example.com"}`
)

func TestThreeCRMsMakeOneRecord(t *testing.T) {
	t.Parallel()
	p := demo(t)
	p.hook(t, crmFlow, ada).wants(t, http.StatusOK).wantsBody(t, `{
		"email": "ada.sorensen@example.com", "name": "Ada Sorensen", "phone": "+45 55 50 10 01",
		"company": "Nordlys Interiors", "city": "Aarhus", "complete": true,
		"said": {
			"salesforce": {"status": "found", "problem": null, "name": "Ada Sorensen", "phone": null, "company": "Nordlys Interiors", "city": "Aarhus"},
			"hubspot": {"status": "found", "problem": null, "name": "Ada Sorensen", "phone": "+45 55 50 10 01", "company": "Nordlys Interiors ApS", "city": "Aarhus"},
			"pipedrive": {"status": "found", "problem": null, "name": "Ada Sørensen", "phone": null, "company": "Nordlys"}
		}}`)
	nobody := p.hook(t, crmFlow, `{"email":"nobody@example.com"}`).wants(t, http.StatusOK)
	for _, crm := range []string{"salesforce", "hubspot", "pipedrive"} {
		if got := nobody.get(t, "said."+crm+".status"); got != "not found" {
			t.Errorf("%s says %q of nobody", crm, got)
		}
	}
}

func TestOneCRMMayFail(t *testing.T) {
	t.Parallel()
	p := demo(t)
	p.control(t, `{"services":{"salesforce":{"fault":"down"}}}`)
	a := p.hook(t, crmFlow, ada).wants(t, http.StatusOK)
	for path, want := range map[string]string{
		"complete": "false", "name": "Ada Sorensen", "phone": "+45 55 50 10 01", "company": "Nordlys Interiors ApS",
		"said.salesforce.status": "failed", "said.hubspot.status": "found", "said.pipedrive.status": "found",
	} {
		if got := a.get(t, path); got != want {
			t.Errorf("%s is %q, not %q", path, got, want)
		}
	}
	if !strings.Contains(a.get(t, "said.salesforce.problem"), "503") {
		t.Errorf("nothing tells why Salesforce failed: %s", a)
	}
}

// All three calls are under way before the first one ends, so it takes the time
// of the slowest.
func TestCRMsAreAskedSideBySide(t *testing.T) {
	t.Parallel()
	p := demo(t)
	p.control(t, `{"services":{"salesforce":{"latency":"300ms"},"hubspot":{"latency":"500ms"},"pipedrive":{"latency":"300ms"}}}`)
	a := p.hook(t, crmFlow, ada).wants(t, http.StatusOK)
	if a.get(t, "complete") != "true" {
		t.Errorf("the answer is %s", a)
	}
	events := names(t, p.finished(t, a.id(t)))
	started := 0
	for _, name := range events {
		step := strings.Fields(name)
		if len(step) < 2 || !slices.Contains([]string{"salesforce", "hubspot", "pipedrive"}, step[1]) {
			continue
		}
		if step[0] == "step.finished" && started < 3 {
			t.Fatalf("%s came before all had started: %q", name, events)
		}
		if step[0] == "step.started" {
			started++
		}
	}
}

// One that is too slow is left out; the answer says so and has the rest.
func TestOneCRMMayBeTooSlow(t *testing.T) {
	t.Parallel()
	p := demo(t)
	before, after, found := strings.Cut(string(templateSource(t, crmFlow)), "  pipedrive:\n    name: Ask")
	if !found {
		t.Fatal("the flow does not ask Pipedrive")
	}
	p.publish(t, before+"  pipedrive:\n    name: Ask"+strings.Replace(after, "timeout: 5s", "timeout: 100ms", 1))
	p.control(t, `{"services":{"pipedrive":{"latency":"30s"}}}`)
	a := p.hook(t, crmFlow, ada).wants(t, http.StatusOK)
	for path, want := range map[string]string{
		"complete": "false", "name": "Ada Sorensen", "phone": "+45 55 50 10 01",
		"said.salesforce.status": "found", "said.hubspot.status": "found", "said.pipedrive.status": "failed",
	} {
		if got := a.get(t, path); got != want {
			t.Errorf("%s is %q, not %q", path, got, want)
		}
	}
	if !strings.Contains(a.get(t, "said.pipedrive.problem"), "did not answer") {
		t.Errorf("nothing tells why Pipedrive failed: %s", a)
	}
}

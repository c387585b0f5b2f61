package command_test

import (
	"net/http"
	"strings"
	"testing"

	"redial/web/simulated"
)

// Nothing that can be read or logged holds a credential, however the services
// behave.
func TestCredentialsAreNowhereToBeSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "demo", "--data", dir)
	p.findServices(t)
	seen := map[string]string{}
	for i, fault := range []string{"none", "error", "throttle", "lost"} {
		accounting := fault
		if fault == "throttle" {
			accounting = "none" // QuickBooks asks for a pause of a minute
		}
		p.control(t, `{"services":{"quickbooks":{"fault":"`+accounting+`","times":3},"acme":{"fault":"`+fault+`","times":1},"salesforce":{"fault":"`+fault+`"},"hubspot":{"fault":"`+fault+`"},"pipedrive":{"fault":"`+fault+`"},"ses":{"fault":"`+fault+`","times":1}}}`)
		for _, a := range []answer{
			p.hook(t, "order-request", order("S-"+string(rune('a'+i)), twoLamps)),
			p.hook(t, "order-request", order("Z-"+string(rune('a'+i)), threeClocks)),
			p.hook(t, crmFlow, ada),
		} {
			id := a.id(t)
			p.finished(t, id)
			seen["answer under "+fault] += string(a.body)
			seen["execution under "+fault] += string(p.execution(t, id).body)
			seen["status under "+fault] += string(p.call(t, http.MethodGet, "/executions/"+id, nil).body)
			seen["response under "+fault] += string(p.call(t, http.MethodGet, "/executions/"+id+"/response", nil).body)
			seen["events under "+fault] += string(p.api(t, http.MethodGet, "/api/executions/"+id+"/events", nil).body)
		}
	}
	for _, path := range []string{"/api/flows/order-request", "/api/flows/" + crmFlow, "/api/connections", "/api/components", "/api/executions", "/metrics"} {
		seen[path] = string(p.api(t, http.MethodGet, path, nil).wants(t, http.StatusOK).body)
	}
	seen["export"] = mustRun(t, "", "export", "--data", dir, "order-request")
	p.stop(t)
	seen["log"] = p.stderr.String()

	credentials := simulated.DemoCredentials()
	for _, secret := range []string{
		credentials.AcmeAPIKey, credentials.QuickBooksToken, credentials.SESSecretAccessKey,
		credentials.SalesforceToken, credentials.HubSpotToken, credentials.PipedriveToken, apiToken,
	} {
		for where, text := range seen {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in the %s", secret, where)
			}
		}
		// The AWS pair is the example of AWS's documentation, and of the manifest
		// that is stored with each version.
		if found := filesWith(t, dir, secret); len(found) > 0 && secret != credentials.SESSecretAccessKey {
			t.Errorf("%s is in %q", secret, found)
		}
	}
}

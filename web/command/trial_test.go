package command_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

var signInLink = regexp.MustCompile(`http://\S+/sign-in/\S+`)

// Connections are tested with the client that steps use, so a test reaches
// exactly what a step would reach.
func TestConnectionsAreTestedForReal(t *testing.T) {
	t.Parallel()
	p := demo(t)
	link := signInLink.FindString(p.stdout.String())
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	person := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	enter, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	entered, err := person.Do(enter)
	if err != nil {
		t.Fatal(err)
	}
	entered.Body.Close()
	test := func(fields url.Values) string {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.base+"/connection-test", strings.NewReader(fields.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", p.base)
		response, err := person.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	address := p.services + "/hubspot"
	stored := url.Values{"component": {"hubspot"}, "name": {"hubspot"}, "field.base_url": {address}}
	if body := test(stored); !strings.Contains(body, "took the credentials") {
		t.Errorf("the stored connection: %s", body)
	}
	stored.Set("field.access_token", "wrong-token")
	if body := test(stored); !strings.Contains(body, "HubSpot answered 401") || strings.Contains(body, "wrong-token") {
		t.Errorf("a wrong token: %s", body)
	}
	if a := p.api(t, http.MethodGet, "/api/connections/hubspot", nil); a.status != http.StatusOK {
		t.Errorf("the test changed the connection: %s", a)
	}
}

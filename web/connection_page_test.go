package web_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"

	"redial/store"
)

func (r *room) fields(t *testing.T, name string) map[string]any {
	t.Helper()
	connection, err := r.store.Connection(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return connection.Fields
}

func TestConnectionForm(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	wantsText(t, p.shows(t, "/connections"), "None yet", "New connection", "/connections?new=acme")
	wantsText(t, p.shows(t, "/connections?new=acme"), "New Acme connection", `value="acme"`, "API key", `type="password"`, "https://api.acme.example", "Advanced")

	p.post(t, "/connections", []string{"component", "acme", "name", "shop", "field.api_key", " secret-1 "}).wantsRedirect(t, "/connections/shop")
	if got := r.fields(t, "shop"); !reflect.DeepEqual(got, map[string]any{"api_key": "secret-1"}) {
		t.Errorf("stored is %v", got)
	}
	wantsText(t, p.shows(t, "/connections/shop"), "Stored. Leave empty to keep it", "No flow uses it", "!secret-1")

	// What is left empty keeps its value.
	p.post(t, "/connections/shop", []string{"field.api_key", ""}).wantsRedirect(t, "/connections/shop")
	if got := r.fields(t, "shop"); got["api_key"] != "secret-1" {
		t.Errorf("the secret is %v", got["api_key"])
	}
	// But it goes to no other address.
	moved := p.post(t, "/connections/shop", []string{"field.base_url", "https://evil.example"})
	if moved.status != http.StatusUnprocessableEntity {
		t.Errorf("another address: got %d", moved.status)
	}
	wantsText(t, moved.body, "Enter it again", `value="https://evil.example"`, `aria-invalid="true"`, "!secret-1")
	p.post(t, "/connections/shop", []string{"field.base_url", "https://new.example", "field.api_key", "secret-2"}).wantsRedirect(t, "/connections/shop")
	if got := r.fields(t, "shop"); !reflect.DeepEqual(got, map[string]any{"api_key": "secret-2", "base_url": "https://new.example"}) {
		t.Errorf("stored is %v", got)
	}
	saved := p.post(t, "/connections/shop", []string{"field.base_url", "https://new.example"}, asFragment...)
	if saved.header.Get("HX-Redirect") != "/connections/shop" {
		t.Errorf("htmx is sent to %q: %s", saved.header.Get("HX-Redirect"), saved.body)
	}
	p.post(t, "/connections/shop/delete", nil).wantsRedirect(t, "/connections")
	if a := p.get(t, "/connections/shop"); a.status != http.StatusNotFound {
		t.Errorf("a deleted connection: got %d", a.status)
	}
}

func TestConnectionFormSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	p.post(t, "/connections", []string{"component", "acme", "name", "taken", "field.api_key", "x"}).wantsRedirect(t, "/connections/taken")
	tests := []struct {
		name   string
		fields []string
		status int
		words  []string
	}{
		{"no secret", []string{"component", "acme", "name", "a"}, http.StatusUnprocessableEntity, []string{"A value is required."}},
		{"taken", []string{"component", "acme", "name", "taken", "field.api_key", "typed-secret"}, http.StatusUnprocessableEntity,
			[]string{"There is such a connection already", "!typed-secret"}},
		{"bad name", []string{"component", "acme", "name", hostile, "field.api_key", "x"}, http.StatusUnprocessableEntity, append([]string{"Use a-z"}, hostileShown[:2]...)},
		{"no choice", []string{"component", "http", "name", "a", "field.scheme", "none of these"}, http.StatusUnprocessableEntity, []string{"Choose one of the list."}},
		{"pattern", []string{"component", "ses", "name", "a", "field.access_key_id", "x", "field.secret_access_key", "x", "field.region", hostile}, http.StatusUnprocessableEntity, hostileShown[:2]},
		{"no component", []string{"component", "nobody", "name", "a"}, http.StatusNotFound, []string{"Nothing there"}},
	}
	for _, test := range tests {
		a := p.post(t, "/connections", test.fields)
		if a.status != test.status {
			t.Errorf("%s: got %d, want %d", test.name, a.status, test.status)
		}
		if a.status == http.StatusUnprocessableEntity {
			wantsText(t, a.body, `aria-invalid="true"`)
		}
		wantsText(t, a.body, test.words...)
		a.wantsPolicy(t, test.name)
	}
	if a := p.post(t, "/connections", []string{"component", "acme", "name", "a", "field.api_key", strings.Repeat("x", 2<<20)}); a.status != http.StatusBadRequest {
		t.Errorf("a form that is too large: got %d", a.status)
	}
}

func TestConnectionShowsWhoUsesIt(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	p.post(t, "/connections", []string{"component", "acme", "name", "acme", "field.api_key", "x"}).wantsRedirect(t, "/connections/acme")
	p.post(t, "/flows", []string{"template", "order-request"}).wantsRedirect(t, "/flows/order-request")
	p.post(t, "/flows", []string{"template", "webhook-to-http"}).wantsRedirect(t, "/flows/webhook-to-http")
	page := p.shows(t, "/connections/acme")
	wantsText(t, page, `href="/flows/order-request"`, "Check inventory", "Create the order", "1 flow uses it", "!/flows/webhook-to-http")
	// A part of the page, for htmx.
	part := p.shows(t, "/connections/acme", asFragment...)
	wantsText(t, part, `id="detail"`, "Check inventory", "!<html")
}

func TestConnectionTest(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	test := func(fields ...string) string {
		a := p.post(t, "/connection-test", fields, asFragment...)
		if a.status != http.StatusOK {
			t.Fatalf("got %d: %s", a.status, a.body)
		}
		return a.body
	}
	wantsText(t, test("component", "hubspot", "name", "a"), "Nothing was sent", "Access token", "A value is required.")
	wantsText(t, test("component", "acme", "name", "a", "field.api_key", "x"), "names no request")
	// The address is not public: the exact reason is shown, the secret is not.
	failed := test("component", "hubspot", "name", "a", "field.access_token", "secret-token", "field.base_url", "http://127.0.0.1:1")
	wantsText(t, failed, "egress", "127.0.0.1", "!secret-token")
	if a := p.post(t, "/connection-test", []string{"component", "nobody"}, asFragment...); a.status != http.StatusNotFound {
		t.Errorf("no component: got %d", a.status)
	}
}

// A form asks for what its authentication needs, and what is lacking is said where
// the connection is listed.
func TestConnectionFormFollowsAuthentication(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	form := p.shows(t, "/connections?new=http:basic")
	wantsText(t, form, "New HTTP connection", "Authentication", `<option value="basic" selected`)
	for field, hidden := range map[string]bool{"bearer": true, "basic": false, "api_key": true} {
		if strings.Contains(form, `data-values="`+field+`" hidden`) != hidden {
			t.Errorf("the fields of %s are hidden: %t", field, !hidden)
		}
	}
	if n := strings.Count(form, ">optional<"); n != 3 {
		t.Errorf("%d fields are optional, want the password, the address and the previous secret", n)
	}
	missing := p.post(t, "/connections", []string{"component", "http", "name", "a", "field.scheme", "bearer"})
	wantsText(t, missing.body, "A value is required.", `aria-invalid="true"`)
	// What was entered before another choice was made is not kept.
	p.post(t, "/connections", []string{"component", "http", "name", "a", "field.scheme", "basic", "field.username", "ada", "field.token", "s3cret"}).wantsRedirect(t, "/connections/a")
	if got := r.fields(t, "a"); !reflect.DeepEqual(got, map[string]any{"scheme": "basic", "username": "ada"}) {
		t.Errorf("stored is %v", got)
	}
	if err := r.store.PutConnection(t.Context(), store.Connection{Name: "half", Component: "http", Fields: map[string]any{"scheme": "bearer"}}); err != nil {
		t.Fatal(err)
	}
	wantsText(t, p.shows(t, "/connections/half"), "incomplete: token missing", "A value is required.")
	short := p.post(t, "/connections", []string{"component", "signature", "name", "s", "field.scheme", "standard", "field.secret", "whsec_c2hvcnQ="})
	wantsText(t, short.body, "The secret is too short", "!c2hvcnQ")
}

// A secret for callbacks is judged where it is chosen, and can be made.
func TestSignerOfCallbacks(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/mirror", mirror)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/bad", `{"component": "signature", "fields": {"secret": "whsec_c2hvcnQ="}}`)
	wantsText(t, p.shows(t, "/flows/mirror/settings", asFragment...), `data-fault="The connection bad cannot sign: the secret is too short`)
	for _, name := range []string{"mirror-callbacks", "mirror-callbacks-2"} {
		made := p.post(t, "/flows/mirror/callback-secret", nil, asFragment...)
		secret, _ := r.fields(t, name)["secret"].(string)
		if !strings.HasPrefix(secret, "whsec_") || !strings.Contains(made.body, secret) || made.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %d %s", name, made.status, made.body)
		}
		wantsText(t, p.shows(t, "/flows/mirror/settings", asFragment...), `value="`+name+`" data-fault=""`, "!"+secret)
	}
	if a := p.post(t, "/flows/nobody/callback-secret", nil, asFragment...); a.status != http.StatusNotFound {
		t.Errorf("for no flow: got %d", a.status)
	}
}

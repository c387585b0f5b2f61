package web_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"redial/store"
	"redial/web/reply"
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
	wantsText(t, p.shows(t, "/connections"), "None yet", "New connection", `"/connections?new=acme"`, `"/connections?new=http"`, `"/connections?new=http:callers"`, "Credentials of callers")
	wantsText(t, p.shows(t, "/connections?new=acme"), "New Acme connection", `value="acme"`, "API key", `type="password"`, "https://api.acme.example", "Advanced")

	p.post(t, "/connections", []string{"component", "acme", "name", "shop", "field.api_key", " secret-1 "}).wantsRedirect(t, "/connections/shop")
	if got := r.fields(t, "shop"); !reflect.DeepEqual(got, map[string]any{"api_key": "secret-1"}) {
		t.Errorf("stored is %v", got)
	}
	wantsText(t, p.shows(t, "/connections/shop"), "Stored. Empty keeps it", "No flow uses it", "!secret-1")

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
	wantsText(t, form, "New connection for callers", "Authentication", `<option value="basic" selected`, `<option value="callers" selected`)
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
}

// What a connection cannot do what it is for with is refused on the page and by the
// API alike, in the same words.
func TestConnectionsAreFitForTheirUse(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	const short = "the secret is too short: it has 5 bytes and needs 16, better 24 or more"
	for name, test := range map[string]struct {
		component string
		fields    map[string]any
		field     string // that has to be mended; empty: none
		says      string
	}{
		"short secret":       {"signature", map[string]any{"secret": "whsec_c2hvcnQ="}, "secret", short},
		"short one before":   {"signature", map[string]any{"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "previous_secret": "whsec_c2hvcnQ="}, "previous_secret", short},
		"no base64":          {"signature", map[string]any{"secret": "hidden-word"}, "secret", "the secret is none of Standard Webhooks: it must be whsec_ and then base64"},
		"any word":           {"signature", map[string]any{"scheme": "github", "secret": "hidden-word"}, "", ""},
		"no header":          {"http", map[string]any{"scheme": "api_key", "name": "X Key", "key": "k"}, "name", "the name of a header is made of letters, digits and hyphens, such as X-API-Key"},
		"any parameter":      {"http", map[string]any{"scheme": "api_key", "in": "query", "name": "my key", "key": "k"}, "", ""},
		"colon":              {"http", map[string]any{"scheme": "basic", "username": "a:b", "password": "p"}, "username", "the user name has a colon in it, which HTTP cannot send"},
		"steps":              {"http", map[string]any{"scheme": "basic", "username": "a"}, "", ""},
		"callers":            {"http", map[string]any{"use": "callers", "scheme": "basic", "username": "a"}, "password", "a value is required: callers are not let in without a password"},
		"callers of no kind": {"http", map[string]any{"use": "callers", "scheme": "none"}, "scheme", "callers identify themselves by a token, a password or an API key; choose one of them"},
		"no address":         {"acme", map[string]any{"api_key": "k", "base_url": "mailto:ada@example.com"}, "base_url", "must look like https://host, without user name, query or anchor"},
		"an address":         {"acme", map[string]any{"api_key": "k", "base_url": "http://localhost:8080/acme"}, "", ""},
		"callers with a key": {"http", map[string]any{"use": "callers", "scheme": "api_key", "key": "k"}, "", ""},
	} {
		body, err := json.Marshal(map[string]any{"component": test.component, "fields": test.fields})
		if err != nil {
			t.Fatal(err)
		}
		form := []string{"component", test.component, "name", "by-hand"}
		for field, value := range test.fields {
			form = append(form, "field."+field, value.(string))
		}
		if test.field == "" {
			r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/by-program", string(body))
			p.post(t, "/connections", form).wantsRedirect(t, "/connections/by-hand")
			r.wants(t, http.StatusNoContent, http.MethodDelete, "/api/connections/by-program", "")
			r.wants(t, http.StatusNoContent, http.MethodDelete, "/api/connections/by-hand", "")
			continue
		}
		refused := r.wants(t, http.StatusUnprocessableEntity, http.MethodPut, "/api/connections/by-program", string(body))
		if got, want := refused.field(t, "detail"), test.field+": "+test.says+"."; got != want {
			t.Errorf("%s: the API says %q, want %q", name, got, want)
		}
		page := p.post(t, "/connections", form)
		if page.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: the page answers %d", name, page.status)
		}
		_, notes, _ := strings.Cut(page.body, `<div id="field-`+test.field+`-help"`)
		notes, _, _ = strings.Cut(notes, "</div>")
		wantsText(t, notes, reply.Sentence(test.says))
		wantsText(t, page.body, "!hidden-word", "!c2hvcnQ")
	}
}

// The credentials of callers are made here, and go nowhere: there is no address to
// give, and nobody to test them with. Those that hooks alone use are for callers
// already.
func TestConnectionForCallers(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	const address, generates, tests = `data-for="field.use" data-values="services" hidden><label for="field-base_url"`, `data-generates="field-token"`, `hx-post="/connection-test"`
	const hidden = ` data-for="field.use" data-values="callers" hidden>Generate`
	for _, wanted := range []string{"http:callers", "http:bearer"} {
		wantsText(t, p.shows(t, "/connections?new="+wanted), "New connection for callers", `value="callers"`, address, generates, "!"+hidden, "!"+tests)
	}
	wantsText(t, p.shows(t, "/connections?new=http"), "New HTTP connection", "!"+address, generates, hidden, "!"+tests)
	wantsText(t, p.shows(t, "/connections?new=signature"), `data-generates="field-secret" data-prefix="whsec_"`, "!"+tests)
	wantsText(t, p.shows(t, "/connections?new=hubspot"), tests, "!data-generates")

	p.post(t, "/connections", []string{"component", "http", "name", "old", "field.token", "s3cret"}).wantsRedirect(t, "/connections/old")
	wantsText(t, p.shows(t, "/connections/old"), "!"+address)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/closed", `{"redial":1,"slug":"closed","trigger":{"uses":"webhook","with":{"auth":{"type":"bearer","connection":"old"}}}}`)
	wantsText(t, p.shows(t, "/connections/old"), `<option value="callers" selected>`, address)
	p.post(t, "/connections", []string{"component", "http", "name", "mine", "field.use", "callers", "field.token", "s3cret", "field.base_url", "https://left.example"}).wantsRedirect(t, "/connections/mine")
	wantsText(t, p.shows(t, "/connections"), `data-words="mine credentials of callers"`, `data-words="old http"`)
	if got := r.fields(t, "mine"); got["base_url"] != nil {
		t.Errorf("the address is kept: %v", got)
	}
}

// A secret for callbacks is judged where it is chosen, and can be made.
func TestSignerOfCallbacks(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/mirror", mirror)
	if err := r.store.PutConnection(t.Context(), store.Connection{Name: "bad", Component: "signature", Fields: map[string]any{"secret": "whsec_c2hvcnQ="}}); err != nil {
		t.Fatal(err)
	}
	wantsText(t, p.shows(t, "/connections/bad"), "not in order: the secret is too short", `aria-invalid="true"`, "!c2hvcnQ")
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

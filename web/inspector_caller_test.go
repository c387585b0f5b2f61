package web_test

import (
	"net/http"
	"strings"
	"testing"

	"redial/store"
)

// The form of a trigger offers the connections that fit the way in which callers
// identify themselves.
func TestFormOffersConnectionsThatFit(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	for name, body := range map[string]string{
		"shop-token":  `{"component": "http", "fields": {"token": "s3cret"}}`,
		"shop-people": `{"component": "http", "fields": {"scheme": "basic", "username": "ada", "password": "s3cret"}}`,
		"shop-key":    `{"component": "http", "fields": {"scheme": "api_key", "name": "X-Shop-Key", "key": "s3cret"}}`,
		"stripe":      `{"component": "signature", "fields": {"scheme": "stripe", "secret": "s3cret"}}`,
	} {
		r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/"+name, body)
	}
	r.wants(t, http.StatusUnprocessableEntity, http.MethodPut, "/api/connections/unfinished", `{"component": "http", "fields": {"scheme": "bearer"}}`)
	// Earlier programs took it.
	if err := r.store.PutConnection(t.Context(), store.Connection{Name: "unfinished", Component: "http", Fields: map[string]any{"scheme": "bearer"}}); err != nil {
		t.Fatal(err)
	}
	for auth, shown := range map[string][]string{
		"{type: none}":                                 {"Who may call", "!Callers", "!with.auth.connection"},
		"{type: bearer}":                               {"shop-token", "!shop-people", "unfinished (incomplete: token missing)", "!stripe", `data-new-connection="http:bearer"`, "The connection that callers are checked against is missing"},
		"{type: bearer, connection: shop-token}":       {"A change of it counts from the next call on. Callers send the header Authorization: Bearer TOKEN."},
		"{type: api_key, connection: shop-key}":        {"Callers send their key in the header X-Shop-Key."},
		"{type: basic, connection: shop-people}":       {"Callers send the header Authorization: Basic"},
		"{type: basic, connection: shop-token}":        {"shop-people", "!unfinished", "shop-token (of another kind)", "is for bearer", `data-connection="shop-token"`},
		"{type: api_key, connection: gone}":            {"gone (not there)", "There is no connection gone", "!Callers send", `data-new-connection="http:api_key"`},
		"{type: signature, connection: stripe}":        {"!shop-token", "Callers sign each call, in the header Stripe-Signature.", `data-new-connection="signature"`},
		"{type: bearer, connection: unfinished}":       {"it holds no token"},
		"{type: none, connection: shop-token}":         {"nobody is checked against the connection"},
		"{type: bearer, connection: shop-token, x: 1}": {"with.auth.x"},
	} {
		r.call(t, http.MethodPut, "/api/flows/guarded", "redial: 1\nslug: guarded\ntrigger: {uses: webhook, with: {auth: "+auth+"}}\nsteps: {answer: {uses: respond}}\nedges: [trigger -> answer]\n")
		form := p.shows(t, "/flows/guarded/steps/trigger", asFragment...)
		wantsText(t, form, append(shown, "!s3cret")...)
	}
	form := p.shows(t, "/connections?new=http:basic")
	if !strings.Contains(form, `<option value="basic" selected`) {
		t.Error("the form of a new connection does not begin with the scheme")
	}
}

// What a call shows of itself as a sample has no credentials in it, and a call by
// a stranger is none.
func TestCaptureWithholdsCredentials(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/shop", `{"component": "http", "fields": {"scheme": "api_key", "name": "X-Shop-Key", "key": "s3cret"}}`)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/query", `{"component": "http", "fields": {"scheme": "api_key", "in": "query", "name": "key", "key": "s3cret"}}`)
	source := strings.Replace(mirror, "[GET, POST]", "[GET, POST], auth: {type: api_key, connection: shop}", 1)
	capture := func(status int, query string, headers ...string) string {
		p.send(t, http.MethodPost, "/flows/mirror/capture", "")
		r.wants(t, status, http.MethodPost, "/hooks/mirror"+query, `{"a": 1}`, append(headers, "Content-Type", "application/json")...)
		return p.get(t, "/flows/mirror/capture").body
	}
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/mirror", source)
	wantsText(t, capture(http.StatusNotFound, "", "X-Shop-Key", "s3cret"), "application/json", "!s3cret", "!x-shop-key", "!authorization")
	r.publish(t, "mirror", source)
	wantsText(t, capture(http.StatusUnauthorized, "", "X-Shop-Key", "other"), `"armed":true`, "!payload")
	wantsText(t, capture(http.StatusOK, "?a=1", "X-Shop-Key", "s3cret"), `"armed":false`, "application/json", "!s3cret", "!x-shop-key")
	// The draft asks for something else already.
	r.wants(t, http.StatusOK, http.MethodPut, "/api/flows/mirror", strings.Replace(source, "connection: shop", "connection: query", 1))
	wantsText(t, capture(http.StatusOK, "?key=s3cret&b=2", "X-Shop-Key", "s3cret"), "application/json", "!s3cret", "!x-shop-key", `"b"`)
}

// A person who is signed in tests a flow without its credentials, and follows what
// others have called.
func TestSignedInNeedsNoCredentials(t *testing.T) {
	t.Parallel()
	r := open(t)
	p, stranger := r.signIn(t), r.stranger(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/shop", `{"component": "http", "fields": {"token": "s3cret"}}`)
	r.publish(t, "mirror", strings.Replace(mirror, "[GET, POST]", "[GET, POST], auth: {type: bearer, connection: shop}", 1))
	called := r.wants(t, http.StatusOK, http.MethodPost, "/hooks/mirror", `{}`, "Authorization", "Bearer s3cret").header.Get("Redial-Execution-Id")
	tested := p.runs(t, "mirror", `{"method": "POST", "body": "{}"}`)
	for _, id := range []string{called, tested} {
		for _, path := range []string{"/executions/" + id, "/executions/" + id + "/response"} {
			if a := p.get(t, path); a.status == http.StatusNotFound {
				t.Errorf("%s is not there for a person: %s", path, a.body)
			}
			if a := stranger.get(t, path); a.status != http.StatusNotFound {
				t.Errorf("%s is there for a stranger: %d %s", path, a.status, a.body)
			}
		}
		if a := p.do(t, http.MethodPost, "/executions/"+id+"/cancel", "", http.NoBody, "Origin", "https://elsewhere.example"); a.status != http.StatusNotFound {
			t.Errorf("a page of elsewhere cancels: %d %s", a.status, a.body)
		}
	}
}

// The code to copy says where the credentials go, and holds none.
func TestCodeToCopyCarriesCredentials(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	for name, body := range map[string]string{
		"bearer":    `{"component": "http", "fields": {"token": "s3cret"}}`,
		"basic":     `{"component": "http", "fields": {"scheme": "basic", "username": "ada", "password": "s3cret"}}`,
		"api_key":   `{"component": "http", "fields": {"scheme": "api_key", "name": "X-Shop-Key", "key": "s3cret"}}`,
		"signature": `{"component": "signature", "fields": {"scheme": "stripe", "secret": "s3cret"}}`,
		"query":     `{"component": "http", "fields": {"scheme": "api_key", "in": "query", "name": "shop key", "key": "s3cret"}}`,
	} {
		r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/"+name, body)
	}
	for auth, says := range map[string]string{
		"{type: bearer, connection: bearer}":       "-H &#39;Authorization: Bearer &#39;&#34;$FLOW_CREDENTIAL&#34;",
		"{type: basic, connection: basic}":         "-H &#39;Authorization: Basic &#39;&#34;$FLOW_CREDENTIAL&#34;",
		"{type: api_key, connection: api_key}":     "-H &#39;X-Shop-Key: &#39;&#34;$FLOW_CREDENTIAL&#34;",
		"{type: api_key, connection: query}":       "/hooks/mirror?&#39;&#34;$credential&#34;",
		"{type: signature, connection: signature}": "Stripe-Signature",
	} {
		r.call(t, http.MethodPut, "/api/flows/mirror", strings.Replace(mirror, "[GET, POST]", "[GET, POST], auth: "+auth, 1))
		wantsText(t, p.shows(t, "/flows/mirror/calling", asFragment...), says, "!s3cret")
	}
}

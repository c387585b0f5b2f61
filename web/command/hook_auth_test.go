package command_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// closed is a flow that answers with what it sees, for callers who have the
// credentials of a connection.
func closed(slug, kind, connection string) string {
	return fmt.Sprintf(`redial: 1
slug: %s
trigger:
  uses: webhook
  with:
    methods: [GET, POST]
    auth: {type: %s, connection: %s}
steps:
  answer: {uses: respond, with: {body: "{{ trigger }}"}}
edges: [trigger -> answer]
`, slug, kind, connection)
}

// connect makes or changes a connection.
func (p *program) connect(t *testing.T, name, component string, fields map[string]any) {
	t.Helper()
	a := p.api(t, http.MethodPut, "/api/connections/"+name, map[string]any{"component": component, "fields": fields})
	if a.status != http.StatusOK && a.status != http.StatusCreated {
		t.Fatalf("connecting %s: %s", name, a)
	}
}

// started is how many executions there are.
func (p *program) started(t *testing.T) int {
	t.Helper()
	return len(p.api(t, http.MethodGet, "/api/executions", nil).wants(t, http.StatusOK).list(t, "items"))
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func TestHookAsksForCredentials(t *testing.T) { //nolint:tparallel // what has started is counted after the last one
	t.Parallel()
	p := serve(t, t.TempDir())
	p.connect(t, "token", "http", map[string]any{"scheme": "bearer", "token": "token-9c1f", "previous_secret": "token-old"})
	p.connect(t, "people", "http", map[string]any{"scheme": "basic", "username": "ada", "password": "pass: wörd", "previous_secret": "before"})
	p.connect(t, "header", "http", map[string]any{"scheme": "api_key", "name": "x-shop-key", "key": "key-41"})
	p.connect(t, "query", "http", map[string]any{"scheme": "api_key", "in": "query", "name": "api key", "key": "k&y=1", "previous_secret": "k2"})
	p.publish(t, closed("by-token", "bearer", "token"))
	p.publish(t, closed("by-password", "basic", "people"))
	p.publish(t, closed("by-header", "api_key", "header"))
	p.publish(t, closed("by-query", "api_key", "query"))
	challenges := map[string]string{
		"by-token": `Bearer realm="by-token"`, "by-password": `Basic realm="by-password", charset="UTF-8"`,
		"by-header": `ApiKey realm="by-header", in="header", name="X-Shop-Key"`,
		"by-query":  `ApiKey realm="by-query", in="query", name="api key"`,
	}
	t.Run("good", func(t *testing.T) {
		for name, tc := range map[string]struct {
			path    string
			headers []string
		}{
			"token":                    {"by-token", []string{"Authorization", "Bearer token-9c1f"}},
			"token, in small letters":  {"by-token", []string{"Authorization", "bearer  token-9c1f"}},
			"token of before":          {"by-token", []string{"Authorization", "Bearer token-old"}},
			"password":                 {"by-password", []string{"Authorization", basic("ada", "pass: wörd")}},
			"password of before":       {"by-password", []string{"Authorization", basic("ada", "before")}},
			"header":                   {"by-header", []string{"X-Shop-Key", "key-41"}},
			"query":                    {"by-query?api+key=k%26y%3D1&a=%C3%BC&b", nil},
			"query, of before, hidden": {"by-query?a=%c3%bc&%61pi%20key=k2&b=", nil},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				a := p.call(t, http.MethodPost, "/hooks/"+tc.path, `{"n":1}`, append(tc.headers, "Content-Type", "application/json", "X-Other", "kept")...).wants(t, http.StatusOK)
				if a.get(t, "body.n") != "1" || a.get(t, "headers.x-other") != "kept" {
					t.Errorf("the flow saw %s", a)
				}
				if strings.HasPrefix(tc.path, "by-query") && a.get(t, "query") != `{"a":"ü","b":""}` {
					t.Errorf("the query is %s", a.get(t, "query"))
				}
				for _, secret := range []string{"token-9c1f", "token-old", "before", "key-41", "k&y", "k2", "authorization", "x-shop-key", "api key"} {
					if strings.Contains(string(a.body), secret) {
						t.Errorf("the flow saw %s: %s", secret, a.body)
					}
				}
			})
		}
	})
	before := p.started(t)
	t.Run("bad", func(t *testing.T) {
		for name, tc := range map[string]struct {
			path    string
			headers []string
			wrong   bool // rather than missing
		}{
			"no token":                  {"by-token", nil, false},
			"other token":               {"by-token", []string{"Authorization", "Bearer token-9c1"}, true},
			"empty token":               {"by-token", []string{"Authorization", "Bearer "}, false},
			"two tokens":                {"by-token", []string{"Authorization", "Bearer token-9c1f", "Authorization", "Bearer x"}, false},
			"token as a password":       {"by-token", []string{"Authorization", basic("token-9c1f", "token-9c1f")}, false},
			"token in the query":        {"by-token?access_token=token-9c1f", nil, false},
			"API token":                 {"by-token", []string{"Authorization", "Bearer " + apiToken}, true},
			"no password":               {"by-password", nil, false},
			"other password":            {"by-password", []string{"Authorization", basic("ada", "pass: word")}, true},
			"other user":                {"by-password", []string{"Authorization", basic("bob", "pass: wörd")}, true},
			"no base64":                 {"by-password", []string{"Authorization", "Basic %%%"}, false},
			"no key":                    {"by-header", nil, false},
			"empty key":                 {"by-header", []string{"X-Shop-Key", ""}, false},
			"other key":                 {"by-header", []string{"X-Shop-Key", "key-42"}, true},
			"two keys":                  {"by-header", []string{"X-Shop-Key", "key-41", "X-Shop-Key", "key-41"}, false},
			"key in another header":     {"by-header", []string{"X-Api-Key", "key-41"}, false},
			"key in the query":          {"by-header?x-shop-key=key-41", nil, false},
			"key in a header":           {"by-query", []string{"Api key", "k2"}, false},
			"other key in the query":    {"by-query?api+key=k3", nil, true},
			"two keys in the query":     {"by-query?api+key=k2&api+key=k2", nil, false},
			"broken escape":             {"by-query?api+key=%zz", nil, false},
			"secret of no connection":   {"by-header", []string{"X-Shop-Key", "k2"}, true},
			"key with something behind": {"by-header", []string{"X-Shop-Key", "key-41, key-41"}, true},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if name == "key in a header" {
					tc.headers[0] = "Api-Key"
				}
				a := p.call(t, http.MethodPost, "/hooks/"+tc.path, `{"n":`, append(tc.headers, "Content-Type", "application/json")...).
					wantsProblem(t, http.StatusUnauthorized, "credentials-required").wantsHeader(t, "Redial-Execution-Id", "")
				slug, _, _ := strings.Cut(tc.path, "?")
				challenge := challenges[slug]
				if slug == "by-token" && tc.wrong {
					challenge += `, error="invalid_token"`
				}
				a.wantsHeader(t, "WWW-Authenticate", challenge)
				if says := strings.Contains(a.get(t, "detail"), "not one that this flow takes"); says != tc.wrong {
					t.Errorf("the detail is %q", a.get(t, "detail"))
				}
				for _, secret := range []string{"token-9c1", "key-4", "k2", "k3", "wörd", apiToken} {
					if strings.Contains(string(a.body), secret) {
						t.Errorf("the problem shows %s: %s", secret, a.body)
					}
				}
			})
		}
	})
	if now := p.started(t); now != before {
		t.Errorf("%d executions have started", now-before)
	}
}

// What is asked before a call needs no credentials.
func TestQuestionsNeedNoCredentials(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.connect(t, "token", "http", map[string]any{"token": "abc"})
	p.publish(t, strings.Replace(closed("by-token", "bearer", "token"), "    auth:", "    cors: [\"https://shop.example.com\"]\n    auth:", 1))
	p.call(t, http.MethodOptions, "/hooks/by-token", nil, "Origin", "https://shop.example.com",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization").
		wants(t, http.StatusNoContent).wantsHeader(t, "Access-Control-Allow-Headers", "authorization")
	p.call(t, http.MethodOptions, "/hooks/by-token", nil, "WebHook-Request-Origin", "events.example.com").
		wants(t, http.StatusNoContent).wantsHeader(t, "WebHook-Allowed-Origin", "events.example.com")
	p.hook(t, "by-token", `{}`, "Origin", "https://shop.example.com").wants(t, http.StatusUnauthorized).
		wantsHeader(t, "Access-Control-Allow-Origin", "https://shop.example.com")
	p.call(t, http.MethodPut, "/hooks/by-token", `{}`).wantsProblem(t, http.StatusMethodNotAllowed, "method-not-allowed")
}

// A connection counts as it is at the call. Without one nobody gets in.
func TestChangedConnectionCountsAtOnce(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	with := func(status int, headers ...string) answer {
		return p.hook(t, "by-token", `{}`, headers...).wants(t, status)
	}
	token := func(text string) []string { return []string{"Authorization", "Bearer " + text} }
	p.connect(t, "token", "http", map[string]any{"token": "one"})
	p.publish(t, closed("by-token", "bearer", "token"))
	with(http.StatusOK, token("one")...)
	p.connect(t, "token", "http", map[string]any{"token": "two", "previous_secret": "one"})
	with(http.StatusOK, token("one")...)
	with(http.StatusOK, token("two")...)
	p.connect(t, "token", "http", map[string]any{"previous_secret": ""})
	with(http.StatusUnauthorized, token("one")...)
	with(http.StatusOK, token("two")...)
	// A token cannot be taken away by leaving it empty: what is refused changes nothing.
	p.api(t, http.MethodPut, "/api/connections/token", map[string]any{"component": "http", "fields": map[string]any{"token": ""}}).
		wantsProblem(t, http.StatusUnprocessableEntity, "invalid")
	with(http.StatusUnauthorized, token("")...)
	with(http.StatusOK, token("two")...)
	for name, change := range map[string]func(){
		"another kind":      func() { p.connect(t, "token", "http", map[string]any{"scheme": "api_key", "key": "two"}) },
		"another component": func() { p.connect(t, "token", "signature", map[string]any{"scheme": "github", "secret": "two"}) },
		"no password":       func() { p.connect(t, "token", "http", map[string]any{"scheme": "basic", "username": "two"}) },
		"gone":              func() { p.api(t, http.MethodDelete, "/api/connections/token", nil).wants(t, http.StatusNoContent) },
	} {
		change()
		for _, headers := range [][]string{nil, token("two"), token(""), {"X-Api-Key", "two"}, {"Authorization", basic("two", "")}} {
			a := p.hook(t, "by-token", `{}`, headers...).wantsProblem(t, http.StatusServiceUnavailable, "credentials-unavailable")
			if a.header.Get("Retry-After") == "" || strings.Contains(string(a.body), "two") {
				t.Errorf("%s: %s", name, a)
			}
		}
		p.connect(t, "token", "http", map[string]any{"scheme": "bearer", "token": "two"})
		with(http.StatusOK, token("two")...)
	}
}

func TestCheckNamesWhatCallersCannotBeCheckedAgainst(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.connect(t, "token", "http", map[string]any{"token": "one"})
	p.connect(t, "empty", "http", map[string]any{"scheme": "basic", "username": "ada"})
	p.connect(t, "stripe", "signature", map[string]any{"scheme": "stripe", "secret": "whsec_1"})
	const above = "redial: 1\nslug: guarded\ntrigger:\n  uses: webhook\n  with:\n    auth: "
	for auth, want := range map[string]string{
		"{type: bearer, connection: token}":               "",
		"{type: signature, connection: stripe}":           "",
		"{type: none}":                                    "",
		"{type: basic, connection: token}":                "6:37 error: the connection token is for bearer, and auth.type is basic; choose another connection, or that type",
		"{type: basic, connection: empty}":                "6:37 error: nobody can be checked against the connection empty: it holds no password",
		"{type: bearer, connection: stripe}":              "6:38 error: the connection stripe is one of signature, not of http",
		"{type: signature, connection: token}":            "6:41 error: the connection token is one of http, not of signature",
		"{type: bearer, connection: tokn}":                "6:38 error: there is no connection tokn; make it under Connections; did you mean token?",
		"{type: bearer}":                                  "6:5 error: the connection that callers are checked against is missing; choose one, or make one",
		"{connection: token}":                             "6:5 error: the type is missing; it is one of none, bearer, basic, api_key, signature",
		"{type: oauth, connection: token}":                "6:18 error: auth.type is \"oauth\"; it is one of none, bearer, basic, api_key, signature",
		"{type: none, connection: token}":                 "6:36 warning: auth.type is none, so nobody is checked against the connection token; remove it, or choose another type",
		"{type: bearer, connection: token, scheme: none}": "6:53 error: auth has no field \"scheme\"; it has type and connection",
		"{type: bearer, connection: [token]}":             "6:26 error: auth.connection is [\"token\"]; it is the name of a connection",
		"bearer":                                          "6:11 error: auth is \"bearer\"; it is an object {type, connection}",
	} {
		source := above + auth + "\nsteps:\n  answer: {uses: respond}\nedges: [trigger -> answer]\n"
		a := p.api(t, http.MethodPut, "/api/flows/guarded", source)
		var got []string
		for _, problem := range a.list(t, "problems") {
			got = append(got, fmt.Sprintf("%s:%s %s: %s", pick(t, problem, "line"), pick(t, problem, "column"), pick(t, problem, "severity"), pick(t, problem, "message")))
		}
		if text := strings.Join(got, "\n"); text != want {
			t.Errorf("%s: %q, not %q", auth, text, want)
		}
		status := http.StatusOK
		if strings.Contains(want, " error: ") {
			status = http.StatusUnprocessableEntity
		}
		p.api(t, http.MethodPost, "/api/flows/guarded/publish", nil).wants(t, status)
	}
}

// A repeat is a call as well: without credentials it gets nothing of what is
// stored.
func TestRepeatNeedsCredentials(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.connect(t, "query", "http", map[string]any{"scheme": "api_key", "in": "query", "name": "k", "key": "one"})
	p.publish(t, closed("by-query", "api_key", "query"))
	key := []string{"Idempotency-Key", "order-1"}
	first := p.hook(t, "by-query?a=1&k=one", `{}`, key...).wants(t, http.StatusOK)
	p.hook(t, "by-query?a=1", `{}`, key...).wantsProblem(t, http.StatusUnauthorized, "credentials-required")
	p.hook(t, "by-query?a=1&k=two", `{}`, key...).wantsProblem(t, http.StatusUnauthorized, "credentials-required")
	// The credential is no part of the call: it may change between repeats.
	p.connect(t, "query", "http", map[string]any{"key": "two", "scheme": "api_key", "in": "query", "name": "k", "previous_secret": "one"})
	p.hook(t, "by-query?k=two&a=1", `{}`, key...).repeated(t, first)
	p.hook(t, "by-query?k=two&a=2", `{}`, key...).wantsProblem(t, http.StatusUnprocessableEntity, "key-reused")
}

// Nothing that is kept or told of a call holds the credential that it came with.
func TestCallersCredentialsAreNowhereToBeSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, dir)
	secrets := []string{"bearer-s3cret", "basic-s3cret", base64.StdEncoding.EncodeToString([]byte("ada:basic-s3cret")), "header-s3cret", "query-s3cret", standardSecret}
	p.connect(t, "token", "http", map[string]any{"token": secrets[0]})
	p.connect(t, "people", "http", map[string]any{"scheme": "basic", "username": "ada", "password": secrets[1]})
	p.connect(t, "header", "http", map[string]any{"scheme": "api_key", "key": secrets[3]})
	p.connect(t, "query", "http", map[string]any{"scheme": "api_key", "in": "query", "name": "k", "key": secrets[4]})
	p.connect(t, "sender", "signature", map[string]any{"secret": standardSecret})
	signed := standard(standardKey, "msg_1", time.Now(), `{}`)
	secrets = append(secrets, strings.TrimPrefix(signed[5], "v1,"))
	seen := map[string]string{}
	for slug, tc := range map[string]struct {
		kind, connection, query string
		headers                 []string
	}{
		"by-token":    {"bearer", "token", "", []string{"Authorization", "Bearer " + secrets[0]}},
		"by-password": {"basic", "people", "", []string{"Authorization", basic("ada", secrets[1])}},
		"by-header":   {"api_key", "header", "", []string{"X-API-Key", secrets[3]}},
		"by-query":    {"api_key", "query", "?k=" + secrets[4], nil},
		"by-sender":   {"signature", "sender", "", signed},
	} {
		p.publish(t, closed(slug, tc.kind, tc.connection))
		call := func() answer {
			return p.hook(t, slug+tc.query, `{}`, append(tc.headers, "Idempotency-Key", "k")...).wants(t, http.StatusOK)
		}
		first := call()
		call().repeated(t, first)
		id := p.api(t, http.MethodPost, "/api/executions/"+first.id(t)+"/rerun", map[string]any{}).get(t, "executionId")
		p.finished(t, id)
		for _, path := range []string{
			"/api/executions/" + first.id(t), "/api/executions/" + id, "/api/executions/" + id + "/events", "/executions/" + id,
			"/api/flows/" + slug, "/api/connections/" + tc.connection,
		} {
			seen[slug+" "+path] = string(p.api(t, http.MethodGet, path, nil).wants(t, http.StatusOK).body)
		}
		seen["answer of "+slug] = string(first.body)
		seen["export of "+slug] = mustRun(t, "", "export", "--data", dir, slug)
		p.api(t, http.MethodDelete, "/api/connections/"+tc.connection, nil).wants(t, http.StatusNoContent)
		seen["refusal of "+slug] = string(p.hook(t, slug+tc.query, `{}`, tc.headers...).wants(t, http.StatusServiceUnavailable).body)
	}
	seen["metrics"] = string(p.api(t, http.MethodGet, "/metrics", nil).body)
	p.stop(t)
	seen["log"] = p.stdout.String() + p.stderr.String()
	for _, secret := range secrets {
		for where, text := range seen {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in the %s:\n%s", secret, where, text)
			}
		}
		if found := filesWith(t, dir, secret); len(found) > 0 {
			t.Errorf("%s is in %q", secret, found)
		}
	}
}

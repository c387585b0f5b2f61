package web_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redial/store"
)

// strict takes little; picky, which takes signed-in callers only, nothing at all here.
const (
	strict = `redial: 1
slug: strict
name: "<b>Strict</b>"
trigger:
  uses: webhook
  with:
    max_body: 500
    schema: {type: object, required: [sku], additionalProperties: false, properties: {sku: {type: string}, left: {maximum: 5}}}
steps: {step: {uses: respond, with: {body: ok}}}
edges: [trigger -> step]
`
	picky = `redial: 1
slug: picky
trigger: {uses: webhook, with: {types: [application/json], auth: {type: api_key, connection: query}}}
steps: {step: {uses: respond, with: {body: ok}}}
edges: [trigger -> step]
`
)

// secret is in every part of the calls of TestRefusedCallsAreKeptWithoutSecrets that a
// caller may put one in.
const secret = "hunter2"

func TestRefusedCallsAreKeptWithoutSecrets(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/connections/query", `{"component":"http","fields":{"scheme":"api_key","in":"query","name":"key","key":"another"}}`)
	r.publish(t, "strict", strict)
	r.publish(t, "picky", picky)
	long := strings.Repeat(secret, 100)
	for _, c := range []struct {
		status             int
		method, path, body string
		header, value      string
	}{
		{http.StatusMethodNotAllowed, "GET", "strict", "", "", ""},
		{http.StatusMethodNotAllowed, "HUNTER2", "strict/hunter2", "", "", ""},
		{http.StatusRequestEntityTooLarge, "POST", "strict", long, "", ""},
		{http.StatusBadRequest, "POST", "strict", `{"sku": "hunter2" hunter2}`, "Content-Type", "application/json"},
		{http.StatusBadRequest, "POST", "strict", `<hunter2></hunter3>`, "Content-Type", "application/xml"},
		{http.StatusBadRequest, "POST", "strict", `hunter2=%zhunter2`, "Content-Type", "application/x-www-form-urlencoded"},
		{http.StatusUnprocessableEntity, "POST", "strict", `{"password":"hunter2"}`, "Content-Type", "application/x-www-form-urlencoded"},
		{http.StatusUnprocessableEntity, "POST", "strict", `{"hunter2": 1, "left": 1000002}`, "Content-Type", "application/json"},
		{http.StatusUnprocessableEntity, "POST", "strict", `{"sku": "hunter2"}`, "Redial-Callback-Url", "https://hunter2.example.com/hunter2?key=hunter2"},
		{http.StatusBadRequest, "POST", "strict", `{"sku": "hunter2"}`, "Idempotency-Key", "hunter2 hunter2"},
		{http.StatusUnauthorized, "POST", "picky", `{}`, "X-API-Key", secret},
		{http.StatusUnsupportedMediaType, "POST", "picky?key=another", secret, "Content-Type", "text/plain; charset=hunter2"},
		{http.StatusNotFound, "POST", "nothing", "", "", ""},
	} {
		path := "/hooks/" + c.path
		if !strings.Contains(path, "?") {
			path += "?key=" + secret
		}
		headers := []string{"Authorization", "Bearer " + secret, "Cookie", "session=" + secret, "Referer", "https://example.com/" + secret}
		if c.header != "" {
			headers = append(headers, c.header, c.value)
		}
		r.wants(t, c.status, c.method, path, c.body, headers...)
	}
	ofStrict, ofPicky := r.wants(t, http.StatusOK, http.MethodGet, "/api/flows/strict/refusals", ""), r.wants(t, http.StatusOK, http.MethodGet, "/api/flows/picky/refusals", "")
	p := r.signIn(t)
	page := p.shows(t, "/executions?status=refused", "Accept", asPage)
	for what, text := range map[string]string{"the API": ofStrict.body + ofPicky.body, "the page": page} {
		if strings.Contains(strings.ToLower(text), secret) || strings.Contains(text, "1000002") || strings.Contains(text, "password&quot;") {
			t.Errorf("%s shows what callers have sent: %s", what, text)
		}
	}
	wantsText(t, ofStrict.body, `"status":405`, `"status":413`, `"status":400`, `"status":422`, `"count":1`, `"caller":"127.0.0.1"`, `"contentType":"application/xml"`,
		`{"pointer":"/sku","detail":"sku is required"}`, `{"pointer":"/left","detail":"must be at most 5"}`, `{"pointer":"/*","detail":"is not a field that is known here"}`,
		"The body is not JSON.", "The body is not XML: line 1", "/problems/callback-not-allowed", `"next":null`)
	wantsText(t, ofPicky.body, `"status":401`, `"status":415`, "This flow takes application/json.", `"contentType":"text/plain"`)
	files, err := filepath.Glob(filepath.Join(r.dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil || bytes.Contains(bytes.ToLower(data), []byte(secret)) {
			t.Errorf("%s holds what callers have sent, or %v", filepath.Base(file), err)
		}
	}
	all, err := r.store.Refusals(t.Context(), "", store.MaxPage)
	if err != nil || strings.Contains(page, "nothing<") {
		t.Fatal(err)
	}
	for i := range all {
		if all[i].Flow != "strict" && all[i].Flow != "picky" {
			t.Errorf("a call of no flow is kept: %+v", all[i])
		}
	}
}

func TestRefusedCallsAreShownWhereSomebodyLooks(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "strict", strict)
	p := r.signIn(t)
	list, look := "/executions?flow=strict&status=refused", "/executions?flow=strict"
	wantsText(t, p.shows(t, list, "Accept", asPage), "No call of this flow was refused", "Show executions", `<option value="refused" selected>`, "!histogram")
	wantsText(t, p.shows(t, "/executions?status=refused", "Accept", asPage), "No call was refused")
	wantsText(t, p.shows(t, look, "Accept", asPage), "!refused in the last", "histogram")
	wantsText(t, p.shows(t, "/flows/strict/calling"), "!refused in the last")
	for range 2 {
		r.wants(t, http.StatusUnprocessableEntity, http.MethodPost, "/hooks/strict", `{"left":7}`, "Content-Type", "application/json")
	}
	r.wants(t, http.StatusMethodNotAllowed, http.MethodGet, "/hooks/strict", "")
	shown := p.shows(t, list, "Accept", asPage)
	wantsText(t, shown, "Body does not fit", `href="/problems/invalid-body"`, "/left", "must be at most 5", "sku is required", "2 calls", "1 call<",
		"Method not allowed", "Flow strict takes POST, not GET.", "127.0.0.1", "application/json", "no content type", "!col-flow")
	wantsText(t, p.shows(t, "/executions?status=refused", "Accept", asPage), "col-flow", "&lt;b&gt;Strict&lt;/b&gt;", "!<b>Strict")
	said := `href="/executions?flow=strict&amp;status=refused">3 calls were refused in the last 24 hours</a>`
	wantsText(t, p.shows(t, look, "Accept", asPage), said)
	wantsText(t, p.shows(t, "/flows/strict/calling"), said)
	wantsText(t, p.shows(t, "/flows/strict"), said, "No call of the last 24 hours has started it; 3 were refused.")
	r.wants(t, http.StatusOK, http.MethodPost, "/hooks/strict", `{"sku":"a"}`, "Content-Type", "application/json")
	wantsText(t, p.get(t, "/flows/strict/state").body, "1 call of the last 24 hours would get. 3 were refused.")

	if a := r.stranger(t).get(t, list, "Accept", asPage); a.status != http.StatusUnauthorized || strings.Contains(a.body, "Body does not fit") {
		t.Errorf("a stranger gets %d: %s", a.status, a.body)
	}
	r.wants(t, http.StatusUnauthorized, http.MethodGet, "/api/flows/strict/refusals", "", "Authorization", "Bearer nothing")
	r.wants(t, http.StatusNotFound, http.MethodGet, "/api/flows/nothing/refusals", "")
	r.wants(t, http.StatusNoContent, http.MethodDelete, "/api/flows/strict", "")
	r.wants(t, http.StatusNotFound, http.MethodGet, "/api/flows/strict/refusals", "")
	wantsText(t, p.shows(t, list, "Accept", asPage), "No call of this flow was refused")
	r.publish(t, "strict", strict)
	wantsText(t, r.wants(t, http.StatusOK, http.MethodGet, "/api/flows/strict/refusals", "").body, `"items":[]`)
}

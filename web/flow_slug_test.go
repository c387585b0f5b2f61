package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A new flow is asked for its name, from which its URL comes, unless somebody
// writes another.
func TestNewFlow(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	long := strings.Repeat("ä", 200)
	for _, made := range []struct{ name, slug, derived, is string }{
		{"Order request", "ignored", "yes", "order-request"},
		{"Order request", "", "yes", "order-request-2"},
		{" Crème brûlée, 2 pcs ", "", "yes", "creme-brulee-2-pcs"},
		{"Ordered", "orders", "", "orders"},
		{hostile, "", "yes", ""},
		{"注文", "", "yes", "flow"},
		{"a: {b}", "yaml", "", "yaml"},
		{long, "", "yes", strings.Repeat("a", 64)},
		{"__proto__", "", "yes", "proto"},
	} {
		a := p.post(t, "/flows", []string{"template", "new-flow", "name", made.name, "slug", made.slug, "derived", made.derived})
		slug := strings.TrimPrefix(a.header.Get("Location"), "/flows/")
		if a.status != http.StatusSeeOther || made.is != "" && slug != made.is {
			t.Errorf("%q goes to %d %s: %s", made.name, a.status, slug, a.body)
			continue
		}
		flow := r.wants(t, http.StatusOK, http.MethodGet, "/api/flows/"+slug, "")
		if flow.field(t, "name") != strings.TrimSpace(made.name) || flow.field(t, "slug") != slug || flow.field(t, "description") != nil {
			t.Errorf("%q is %s", made.name, flow.body)
		}
	}
	for _, wrong := range []struct{ name, slug, says string }{
		{"", "free", "Give the flow a name."},
		{strings.Repeat("x", 201), "free", "too long"},
		{"a\x00b", "free", "do not show"},
		{"Orders", "orders", "Another flow has this URL"},
		{"Orders", "Orders & more", "Use small letters"},
		{"Orders", hostile, "Use small letters"},
	} {
		fields := []string{"template", "new-flow", "name", wrong.name, "slug", wrong.slug}
		if a := p.post(t, "/flows", fields); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, wrong.says) {
			t.Errorf("%q, %q: got %d %s", wrong.name, wrong.slug, a.status, a.body)
		}
		wantsText(t, p.post(t, "/flows", fields, asFragment...).body, wrong.says, `aria-invalid="true"`, `id="new-flow-form"`, "!<html", hostileShown[0])
	}
	if a := p.post(t, "/flows", []string{"template", "new-flow", "name", "Last", "derived", "yes"}, asFragment...); a.header.Get("HX-Redirect") != "/flows/last" {
		t.Errorf("htmx is sent to %q", a.header.Get("HX-Redirect"))
	}
	for query, says := range map[string]string{
		"name=Order+request":               `"slug":"order-request-3"`,
		"name=":                            `"slug":"flow-2"`,
		"slug=orders":                      "Another flow has this URL",
		"slug=Or+ders":                     "Use small letters",
		"slug=" + url.QueryEscape(hostile): "Use small letters",
		"slug=free":                        `"fault":""`,
	} {
		wantsText(t, strings.ReplaceAll(p.get(t, "/flow-slug?"+query).body, `": "`, `":"`), says)
	}
}

// The URL of a flow may be changed until the flow is published; then a copy takes
// another.
func TestFlowChangesItsURL(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	send := func(path, slug string) answer {
		return p.send(t, http.MethodPost, path, `{"slug": "`+slug+`"}`)
	}
	source := strings.Replace(mirror, "slug: mirror", "slug: draft", 1)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/draft", source)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/taken", strings.Replace(mirror, "slug: mirror", "slug: taken", 1))
	tested := p.runs(t, "draft", `{"method": "POST", "body": "{}"}`)
	wantsText(t, p.shows(t, "/flows/draft/settings", asFragment...), `id="settings-slug"`, `value="draft"`, "until the flow is first published")
	for slug, says := range map[string]string{"taken": "Another flow has this URL", "No": "Use small letters", "": "Use small letters"} {
		if a := send("/flows/draft/slug", slug); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, says) {
			t.Errorf("%q: got %d %s", slug, a.status, a.body)
		}
	}
	if a := send("/flows/draft/slug", "moved"); a.status != http.StatusOK || a.field(t, "slug") != "moved" {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	if a := r.wants(t, http.StatusOK, http.MethodGet, "/api/flows/moved", ""); a.field(t, "slug") != "moved" {
		t.Errorf("its file says %v", a.field(t, "slug"))
	}
	if a := r.wants(t, http.StatusOK, http.MethodGet, "/api/executions/"+tested, ""); a.field(t, "flow") != "moved" {
		t.Errorf("its tests are those of %v", a.field(t, "flow"))
	}
	wantsText(t, p.shows(t, "/flows/moved/history", asFragment...), "changed the URL from /hooks/draft to /hooks/moved")

	// A page of the old URL is told.
	for path, goes := range map[string]string{"/flows/draft?step=trigger": "/flows/moved?step=trigger", "/flows/draft/state": "/flows/moved/state"} {
		if a := p.get(t, path); a.header.Get("Location") != goes {
			t.Errorf("%s goes to %q: %d", path, a.header.Get("Location"), a.status)
		}
	}
	a := p.send(t, http.MethodPost, "/flows/draft/edits", `{"base": 1, "token": "t", "operations": [{"op": "set", "path": "name", "value": "x"}]}`)
	if a.status != http.StatusTemporaryRedirect || a.header.Get("Location") != "/flows/moved/edits" {
		t.Errorf("an edit of the old one goes to %q: %d %s", a.header.Get("Location"), a.status, a.body)
	}
	if a := p.get(t, "/flows/nobody"); a.status != http.StatusNotFound {
		t.Errorf("a flow that never was: got %d", a.status)
	}

	r.wants(t, http.StatusOK, http.MethodPost, "/api/flows/moved/publish", "")
	wantsText(t, p.shows(t, "/flows/moved/settings", asFragment...), "callers may know it", "!settings-slug", `id="settings-copy"`)
	if a := send("/flows/moved/slug", "again"); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "make a copy") {
		t.Errorf("a published flow: got %d %s", a.status, a.body)
	}
	if a := send("/flows/moved/copy-as", "taken"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a copy under another's URL: got %d %s", a.status, a.body)
	}
	if a := send("/flows/moved/copy-as", "copy"); a.status != http.StatusOK {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	if a := r.wants(t, http.StatusOK, http.MethodGet, "/api/flows/copy", ""); a.field(t, "slug") != "copy" || a.field(t, "publishedVersion") != nil {
		t.Errorf("the copy is %s", a.body)
	}
}

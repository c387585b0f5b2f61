package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// hostile is a name that tries everything on a page.
const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)> ` + "\u202eevil\u200b"

var hostileShown = []string{"!<script>alert", "!<img src=x", "&lt;script&gt;alert(1)&lt;/script&gt;"}

func TestPagesWantSomebodySignedIn(t *testing.T) {
	t.Parallel()
	r := open(t)
	stranger := r.stranger(t)
	for _, path := range []string{"/", "/flow-health?slug=a", "/flows/a/export", "/components", "/components/acme", "/connections", "/connections/a"} {
		if a := stranger.get(t, path); a.status != http.StatusUnauthorized || !strings.Contains(a.body, "Sign in") {
			t.Errorf("GET %s: got %d", path, a.status)
		}
	}
	p := r.signIn(t)
	changes := []string{
		"/flows", "/flows/import", "/flows/a/duplicate", "/flows/a/delete",
		"/connections", "/connections/a", "/connections/a/delete", "/connection-test",
	}
	for _, path := range changes {
		if a := stranger.post(t, path, nil); a.status != http.StatusUnauthorized {
			t.Errorf("POST %s: got %d", path, a.status)
		}
		if a := p.post(t, path, nil, "Origin", "https://evil.example"); a.status != http.StatusForbidden {
			t.Errorf("POST %s from elsewhere: got %d", path, a.status)
		}
	}
}

func TestAddressesThatPeopleType(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	if a := p.get(t, "/flows", "Accept", "text/html"); a.status != http.StatusSeeOther || a.header.Get("Location") != "/" {
		t.Errorf("/flows leads to %q with %d", a.header.Get("Location"), a.status)
	}
	a := p.get(t, "/<b>nowhere", "Accept", "text/html")
	if a.status != http.StatusNotFound {
		t.Errorf("/nowhere: got %d", a.status)
	}
	a.wantsPolicy(t, "/nowhere")
	wantsText(t, a.body, "No such page", "To the flows", "!nowhere")
	for _, path := range []string{"/nowhere", "/api/nowhere"} {
		if a := p.get(t, path, "Accept", "application/json"); a.status != http.StatusNotFound || !strings.Contains(a.body, `There is nothing at `+path) {
			t.Errorf("%s: got %d: %s", path, a.status, a.body)
		}
	}
}

func TestFlowList(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	wantsText(t, p.shows(t, "/"), "Start with a flow", "Order request", "Customer from three CRMs", "Webhook to HTTP", "New flow")

	r.publish(t, "mirror", mirror)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/broken",
		fmt.Sprintf("redial: 1\nslug: broken\nname: %q\nmode: async\ntrigger: {uses: webhook}\nsteps: {a: {uses: nothing}}\n", hostile))
	page := p.shows(t, "/")
	wantsText(t, page, hostileShown...)
	wantsText(t, page, `href="/flows/mirror"`, "v1", "Sync", "none", `href="/flows/broken"`, "Async", "draft", "error", "2 flows", "!Start with a flow", "!Show more")
}

func TestFlowListSearchesAndGoesOn(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	for i := range 55 {
		slug := fmt.Sprintf("flow-%02d", i)
		r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/"+slug, strings.ReplaceAll(mirror, "mirror", slug))
	}
	wantsText(t, p.shows(t, "/"), "/flows/flow-00", "/flows/flow-49", "!/flows/flow-50", "Show more", "55 flows")
	more := p.shows(t, "/?after=flow-49", asFragment...)
	wantsText(t, more, "/flows/flow-50", "/flows/flow-54", "!/flows/flow-49", "!<html", "!Show more")
	wantsText(t, p.shows(t, "/?after=flow-49"), "/flows/flow-50", "<html")

	found := p.shows(t, "/?q=FLOW-5", asFragment...)
	wantsText(t, found, "/flows/flow-50", "!/flows/flow-49", "5 flows found", "!<html")
	// htmx asks for the whole page where somebody goes back to it.
	wantsText(t, p.shows(t, "/?q=FLOW-5", "HX-Request", "true", "HX-Request-Type", "partial", "HX-History-Restore-Request", "true"), "<html")
	none := p.shows(t, "/?q=%3Cb%3E"+strings.Repeat("x", 5000))
	wantsText(t, none, "No flow is called that", "&lt;b&gt;xx", "!<b>x", "!"+strings.Repeat("x", 300))
}

func TestFlowHealth(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "mirror", mirror)
	failing := "redial: 1\nslug: failing\ntrigger: {uses: webhook}\nsteps: {stop: {uses: fail, with: {message: no}}}\nedges: [trigger -> stop]\n"
	r.publish(t, "failing", failing)
	for range 3 {
		r.wants(t, http.StatusOK, http.MethodPost, "/hooks/mirror", "{}", "Content-Type", "application/json")
	}
	r.wants(t, http.StatusInternalServerError, http.MethodPost, "/hooks/failing", "{}", "Content-Type", "application/json")

	health := p.shows(t, "/flow-health?slug=mirror&slug=failing&slug=nobody", asFragment...)
	wantsText(t, health, `id="health-mirror"`, "3 succeeded, 0 failed", `id="health-failing"`, "0 succeeded, 1 failed",
		`id="health-nobody"`, "No executions in the last 24 hours", `id="p95-mirror"`)
	if a := p.get(t, `/flow-health?slug=%22%3E`); a.status != http.StatusBadRequest {
		t.Errorf("a slug that is none: got %d", a.status)
	}
}

func TestFlowsFromTemplates(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	for _, slug := range []string{"order-request", "order-request-2", "order-request-3"} {
		p.post(t, "/flows", []string{"template", "order-request"}).wantsRedirect(t, "/flows/"+slug)
		a := r.wants(t, http.StatusOK, http.MethodGet, "/api/flows/"+slug, "")
		if a.field(t, "slug") != slug || a.field(t, "name") != "Order request" {
			t.Errorf("%s is %v, %v", slug, a.field(t, "slug"), a.field(t, "name"))
		}
	}
	p.post(t, "/flows", []string{"template", "new-flow"}).wantsRedirect(t, "/flows/new-flow")
	if a := p.post(t, "/flows", []string{"template", hostile}); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a template that there is not: got %d", a.status)
	}
}

func TestFlowCopies(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	const source = "# What it is for.\nredial: 1\nslug: shop\nname: Shop\ntrigger: {uses: webhook}\n"
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/shop", source)
	p.post(t, "/flows/shop/duplicate", nil).wantsRedirect(t, "/flows/shop-2")
	draft, err := r.store.Draft(t.Context(), "shop-2")
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("slug: shop", "slug: shop-2", "name: Shop", "name: Shop (copy)").Replace(source)
	if string(draft.Source) != want || draft.Name != "Shop (copy)" {
		t.Errorf("the copy %q is\n%s", draft.Name, draft.Source)
	}
	p.post(t, "/flows/shop-2/duplicate", nil).wantsRedirect(t, "/flows/shop-3")

	// What does not stand on lines of its own is written anew.
	inline := `{"redial": 1, "slug": "inline", "name": "a: b", "trigger": {"uses": "webhook"}}`
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/inline", inline)
	p.post(t, "/flows/inline/duplicate", nil).wantsRedirect(t, "/flows/inline-2")
	if a := r.wants(t, http.StatusOK, http.MethodGet, "/api/flows/inline-2", ""); a.field(t, "name") != "a: b (copy)" {
		t.Errorf("the copy is called %v", a.field(t, "name"))
	}
	long := strings.Repeat("x", 64)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/"+long, strings.ReplaceAll(source, "shop", long))
	p.post(t, "/flows/"+long+"/duplicate", nil).wantsRedirect(t, "/flows/"+long[:62]+"-2")
	if a := p.post(t, "/flows/nobody/duplicate", nil); a.status != http.StatusNotFound {
		t.Errorf("a copy of nothing: got %d", a.status)
	}
}

func TestFlowExportAndDelete(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.publish(t, "mirror", mirror)
	file := p.get(t, "/flows/mirror/export")
	if file.status != http.StatusOK || file.header.Get("Content-Disposition") != `attachment; filename="mirror.yaml"` {
		t.Fatalf("got %d, %q", file.status, file.header.Get("Content-Disposition"))
	}
	p.post(t, "/flows/mirror/delete", nil).wantsRedirect(t, "/")
	r.wants(t, http.StatusNotFound, http.MethodPost, "/hooks/mirror", "{}")
	p.post(t, "/flows/mirror/delete", nil).wantsRedirect(t, "/")
	p.upload(t, "/flows/import", "mirror.yaml", file.body, nil).wantsRedirect(t, "/flows/mirror")
	if again := p.get(t, "/flows/mirror/export"); again.body != file.body {
		t.Errorf("the export of the import is\n%s\nnot\n%s", again.body, file.body)
	}
	if a := p.get(t, "/flows/nobody/export"); a.status != http.StatusNotFound {
		t.Errorf("an export of nothing: got %d", a.status)
	}
}

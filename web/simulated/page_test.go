package simulated_test

import (
	"net/http"
	"strings"
	"testing"

	"redial/web/simulated"
)

// TestPagesEscape puts markup into everything that a page shows and finds
// none of it as markup.
func TestPagesEscape(t *testing.T) {
	t.Parallel()
	const markup = `<script>alert(1)</script>`
	products := simulated.DemoProducts()
	products[0].Name = markup
	b := start(t, simulated.Options{Products: products, Hook: "http://127.0.0.1:1/" + markup})
	b.do(call{"POST", "/acme/shop/orders", `{"customer":"` + markup + `","email":"a@example.com","quantities":{"LAMP-01":1}}`, nil}).want(t, 200, nil)
	b.do(call{"POST", "/acme/orders", strings.Replace(acmeOrder, "Ada Sorensen", markup, 1), acmeKey}).want(t, 201, nil)
	b.do(call{"POST", company + "/invoice", strings.Replace(invoice, "Thank you", markup, 1), quickBooksToken}).want(t, 200, nil)
	b.do(call{"GET", "/acme/" + markup, "", with(acmeKey, "Idempotency-Key", markup)}).want(t, 404, nil)
	if _, err := b.send(b.signed(call{"POST", sendPath, strings.ReplaceAll(email, "Your order", markup), nil}, signing{})); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/acme/", "/quickbooks/", "/ses/", "/salesforce/", "/hubspot/", "/pipedrive/", "/ses/?mail=" + markup} {
		got := b.do(call{"GET", path, "", nil})
		if got.status != http.StatusOK || strings.Contains(got.body, markup) {
			t.Errorf("%s: status %d, or markup got through", path, got.status)
		}
		policy := got.header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if strings.Contains(got.body, " style=") || strings.Contains(got.body, " onclick=") {
			t.Errorf("%s holds what its policy forbids", path)
		}
	}
	if body := b.do(call{"GET", "/ses/", "", nil}).body; !strings.Contains(body, "&lt;script&gt;alert(1)&lt;/script&gt; A-1001") {
		t.Error("the mail's subject is not shown")
	}
}

// TestMailHTMLIsHarmless shows a mail's own HTML only under a policy that
// lets it do nothing.
func TestMailHTMLIsHarmless(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	if _, err := b.send(b.signed(call{"POST", sendPath, email, nil}, signing{})); err != nil {
		t.Fatal(err)
	}
	id := b.services.Mails()[0].ID
	page := b.do(call{"GET", "/ses/", "", nil})
	if !strings.Contains(page.body, ` sandbox src="/ses/mails/`+id+`/html"`) {
		t.Error("the page shows the mail without a sandbox")
	}
	html := b.do(call{"GET", "/ses/mails/" + id + "/html", "", nil})
	policy := html.header.Get("Content-Security-Policy")
	if html.body != "<p>Thank you, <b>Ada</b>.</p>" || !strings.HasPrefix(policy, "sandbox; default-src 'none'") || strings.Contains(policy, "script-src") {
		t.Errorf("policy %q, body %q", policy, html.body)
	}
	b.do(call{"GET", "/ses/mails/none/html", "", nil}).want(t, 404, nil)
}

func TestPagesShowWhatHappened(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	for path, text := range map[string]string{"/": "No call yet", "/acme/": "No orders yet", "/quickbooks/": "No invoices yet", "/ses/": "No mail yet"} {
		if body := b.do(call{"GET", path, "", nil}).body; !strings.Contains(body, text) {
			t.Errorf("%s does not say %q", path, text)
		}
	}
	b.do(call{"POST", "/acme/orders", acmeOrder, with(acmeKey, "Idempotency-Key", "key-77")})
	b.do(call{"POST", company + "/invoice", invoice, quickBooksToken})
	for path, texts := range map[string][]string{
		"/":            {"key-77", "/acme/orders", "201"},
		"/acme/":       {"SO-5001", "A-1001", "Ada Sorensen", "$178.25", "Confirmed"},
		"/quickbooks/": {"A-1001", "$170.00"},
		"/salesforce/": {"Ada Sorensen", "Head of Purchasing"},
		"/hubspot/":    {"Charles Okafor"},
		"/pipedrive/":  {"Ada Sørensen"},
	} {
		body := b.do(call{"GET", path, "", nil}).body
		for _, text := range texts {
			if !strings.Contains(body, text) {
				t.Errorf("%s does not show %q", path, text)
			}
		}
	}
	for _, asset := range []string{"simulated.css", "live.js", "knobs.js", "shop.js", "icon.svg"} {
		if got := b.do(call{"GET", "/assets/" + asset, "", nil}); got.status != http.StatusOK {
			t.Errorf("%s: %d", asset, got.status)
		}
	}
}

package browser

import (
	"net/http"
	"testing"
)

func TestSignInByLink(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	ada := newVisitor(t).tab()
	if status := ada.open(p.link); status != http.StatusOK || ada.path() != "/" {
		t.Fatalf("the link of the demo leads to %s with status %d; it leads to / with 200", ada.path(), status)
	}
	ada.element("heading", "Flows")

	late := newVisitor(t).tab()
	late.v.watch.expect(http.StatusGone)
	if status := late.open(p.link); status != http.StatusGone {
		t.Errorf("a link that was used has status %d, want 410", status)
	}
	late.see("This link has been used already")
	late.v.watch.expect(http.StatusUnauthorized)
	if status := late.open(p.base + "/"); status != http.StatusUnauthorized {
		t.Errorf("after a link that was used, / has status %d, want 401", status)
	}
}

func TestPagesWithoutSession(t *testing.T) {
	t.Parallel()
	p := sharedDemo(t)
	tb := newVisitor(t).tab()
	tb.v.watch.expect(http.StatusUnauthorized)
	for _, path := range []string{"/", "/flows/order-request", "/executions", "/components", "/components/acme", "/connections", "/connections/acme"} {
		if status := tb.open(p.base + path); status != http.StatusUnauthorized {
			t.Errorf("%s has status %d for somebody who is not signed in, want 401", path, status)
		}
		tb.element("heading", "Sign in by a link")
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	p := sharedDemo(t)
	tb := p.signedIn(t)
	tb.v.watch.expect(http.StatusUnauthorized)
	tb.element("button", "Sign out").click()
	tb.element("heading", "Sign in by a link")
}

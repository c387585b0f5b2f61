package web_test

import (
	"fmt"
	"net/http"
	"testing"
)

// Failed sign-ins are bounded by address. Who holds what is right gets in from the
// same address at any time.
func TestFailedSignInsAreBounded(t *testing.T) {
	t.Parallel()
	r := open(t)
	ada := r.signIn(t)
	token, err := r.store.CreateToken(t.Context(), "script")
	if err != nil {
		t.Fatal(err)
	}
	link, err := r.store.CreateSignInLink(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	p := r.stranger(t)
	list := func(token string) answer {
		t.Helper()
		return p.do(t, http.MethodGet, "/api/flows", "", http.NoBody, "Authorization", "Bearer "+token)
	}
	for n := range 20 {
		// Tokens and links count together.
		if n%2 == 0 {
			if a := list(fmt.Sprint(token[:len(token)-1], "-", n)); a.status != http.StatusUnauthorized {
				t.Fatalf("token %d is refused with %d", n, a.status)
			}
		} else if a := p.get(t, fmt.Sprint("/sign-in/guess-", n)); a.status != http.StatusGone {
			t.Fatalf("link %d is refused with %d", n, a.status)
		}
	}
	for _, a := range []answer{list("guess"), p.get(t, "/sign-in/guess")} {
		if later := a.header.Get("Retry-After"); a.status != http.StatusTooManyRequests || later == "" || len(later) > 2 {
			t.Errorf("one too many is refused with %d, Retry-After %q: %s", a.status, later, a.body)
		}
	}
	if a := p.get(t, "/api/flows"); a.status != http.StatusUnauthorized {
		t.Errorf("who brings nothing has tried nothing, and gets %d", a.status)
	}
	if a := list(token); a.status != http.StatusOK {
		t.Errorf("the right token gets %d", a.status)
	}
	if a := ada.get(t, "/"); a.status != http.StatusOK {
		t.Errorf("who is signed in gets %d", a.status)
	}
	if a := p.get(t, "/sign-in/"+link); a.status != http.StatusSeeOther {
		t.Errorf("the right link gets %d", a.status)
	}
}

package web_test

import (
	"net/http"
	"testing"
)

// What looks at links before people do, as mail scanners, must not use them up.
func TestLookingAtALinkDoesNotUseIt(t *testing.T) {
	t.Parallel()
	r := open(t)
	if _, err := r.store.AddUser(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	secret, err := r.store.CreateSignInLink(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	p := r.stranger(t)
	p.do(t, http.MethodHead, "/sign-in/"+secret, "", nil)
	if a := p.get(t, "/sign-in/"+secret); a.status != http.StatusSeeOther {
		t.Errorf("the link answers with %d after a look at it", a.status)
	}
	if a := p.get(t, "/sign-in/"+secret); a.status != http.StatusGone {
		t.Errorf("the link answers with %d when it is used again", a.status)
	}
}

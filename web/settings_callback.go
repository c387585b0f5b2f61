package web

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"redial/designer"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/store"
	"redial/web/reply"
)

// callbackForm is whom a flow calls back, as people edit it.
type callbackForm struct {
	URL, Hosts, Secret string
	// Connections are those that hold a secret to sign with.
	Connections []signer
}

// signer is a connection that holds a secret to sign with.
type signer struct {
	Name  string
	Fault string // why callbacks cannot be signed with it; empty: they can
}

func newCallbackForm(callback *flow.Callback, workshop *designer.Workshop) *callbackForm {
	form := &callbackForm{}
	if callback != nil {
		form.URL, form.Hosts, form.Secret = callback.URL, strings.Join(callback.Hosts, "\n"), callback.Secret
	}
	for name, held := range workshop.Credentials {
		if held.Kind == step.AuthSignature {
			form.Connections = append(form.Connections, signer{name, reply.Sentence(held.CannotSign(name))})
		}
	}
	slices.SortFunc(form.Connections, func(a, b signer) int { return strings.Compare(a.Name, b.Name) })
	return form
}

// Lost reports whether the connection that is chosen is not there.
func (c *callbackForm) Lost() bool {
	return c.Secret != "" && !slices.ContainsFunc(c.Connections, func(s signer) bool { return s.Name == c.Secret })
}

// signingSecretBytes is how long a secret is that is made here. Standard Webhooks
// asks for 24 to 64.
const signingSecretBytes = 32

// generateSigner makes a connection with a random secret for the callbacks of a
// flow, and shows the secret once: the receiver has to know it.
func (s *Server) generateSigner(w http.ResponseWriter, r *http.Request) {
	slug := r.PathValue("slug")
	if _, err := s.store.Draft(r.Context(), slug); err != nil {
		s.pageFault(w, r, "reading a flow", err)
		return
	}
	list, err := s.connectionList(r.Context())
	if err != nil {
		s.pageFault(w, r, "listing connections", err)
		return
	}
	random := make([]byte, signingSecretBytes)
	_, _ = rand.Read(random) // never fails
	secret := "whsec_" + base64.StdEncoding.EncodeToString(random)
	name := freeName(signerName(slug), list.Items)
	if err := s.store.PutConnection(r.Context(), store.Connection{
		Name: name, Component: step.SignatureComponent, Fields: map[string]any{"scheme": step.CallbackScheme, "secret": secret},
	}); err != nil {
		s.pageFault(w, r, "storing a connection", err)
		return
	}
	s.published.Changed()
	s.Render(w, r, http.StatusOK, generatedSecret(name, secret))
}

// signerName is what a connection is called that signs the callbacks of a flow.
func signerName(slug string) string {
	const most = 50 // leaves room for what is added
	return strings.TrimLeft(strings.Trim(slug[:min(len(slug), most)], "-")+"-callbacks", "-")
}

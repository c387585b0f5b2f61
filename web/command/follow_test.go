package command_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// followed asks after an execution that has ended, in all ways, as somebody who
// may or may not.
func (p *program) followed(t *testing.T, id, key string, may bool, headers ...string) {
	t.Helper()
	slug := p.execution(t, id).get(t, "flow")
	for path, status := range map[string]int{
		"/executions/" + id:                                    http.StatusOK,
		"/executions/" + id + "/response":                      http.StatusOK,
		"/executions?flow=" + slug + "&idempotency-key=" + key: http.StatusOK,
	} {
		for _, wait := range []string{"", "wait=1"} {
			a := p.call(t, http.MethodGet, path, nil, append(headers, "Prefer", wait)...)
			if may {
				a.wants(t, status)
				continue
			}
			a.wantsProblem(t, http.StatusNotFound, "not-found").wantsHeader(t, "Redial-Execution-Id", "").wantsHeader(t, "Preference-Applied", "")
			nobody := p.call(t, http.MethodGet, strings.NewReplacer(id, "01M81RFGWJXTPKFRE6FMM7WNAV", "key="+key, "key=nobodys").Replace(path), nil, headers...)
			if string(nobody.body) != string(a.body) {
				t.Errorf("%s tells that it is there: %s, and of what is not: %s", path, a, nobody)
			}
		}
	}
	a := p.call(t, http.MethodPost, "/executions/"+id+"/cancel", nil, headers...)
	if may {
		a.wantsProblem(t, http.StatusConflict, "conflict") // it has ended
	} else {
		a.wantsProblem(t, http.StatusNotFound, "not-found")
	}
}

func TestExecutionIsFollowedByThoseWhoMayCall(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	token := []string{"Authorization", "Bearer one"}
	p.connect(t, "token", "http", map[string]any{"token": "one"})
	p.connect(t, "other", "http", map[string]any{"token": "two"})
	p.publish(t, closed("by-token", "bearer", "token"))
	id := p.hook(t, "by-token", `{}`, append(token, "Idempotency-Key", "k")...).wants(t, http.StatusOK).id(t)
	p.followed(t, id, "k", true, token...)
	p.followed(t, id, "k", true, "Authorization", "Bearer "+apiToken)
	p.followed(t, id, "k", false)
	p.followed(t, id, "k", false, "Authorization", "Bearer two")
	p.followed(t, id, "k", false, "Cookie", "redial_session=made-up")
	// What is published now decides who may.
	p.publish(t, closed("by-token", "bearer", "other"))
	p.followed(t, id, "k", false, token...)
	p.followed(t, id, "k", true, "Authorization", "Bearer two")
	// An ID that was given to those with a credential does not become one: the
	// version that ran decides where nothing is asked now.
	p.publish(t, strings.Replace(closed("by-token", "none", "other"), ", connection: other", "", 1))
	p.followed(t, id, "k", true, token...)
	p.followed(t, id, "k", false)
	open := p.hook(t, "by-token", `{}`, "Idempotency-Key", "open").wants(t, http.StatusOK).id(t)
	p.followed(t, open, "open", true)
	// Nor when the flow is deleted, or its connection.
	p.api(t, http.MethodDelete, "/api/flows/by-token", nil).wants(t, http.StatusNoContent)
	p.followed(t, id, "k", true, token...)
	p.followed(t, id, "k", false)
	p.api(t, http.MethodDelete, "/api/connections/token", nil).wants(t, http.StatusNoContent)
	p.followed(t, id, "k", false, token...)
	p.followed(t, id, "k", true, "Authorization", "Bearer "+apiToken)
}

// Those who sign follow by the signature of an empty body, if it expires.
func TestExecutionIsFollowedBySignature(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	now := time.Now()
	for scheme, may := range map[string]bool{"standard": true, "stripe": true, "slack": true, "github": false, "shopify": false, "intuit": false} {
		secret := standardKey
		if scheme == "standard" {
			secret = standardSecret
		}
		p.connect(t, scheme, "signature", map[string]any{"scheme": scheme, "secret": secret})
		p.publish(t, closed("by-"+scheme, "signature", scheme))
		sign := signers[scheme]
		id := p.hook(t, "by-"+scheme, `{}`, append(sign(standardKey, now, `{}`), "Idempotency-Key", "k")...).wants(t, http.StatusOK).id(t)
		p.followed(t, id, "k", may, sign(standardKey, now, "")...)
		p.followed(t, id, "k", false, sign(standardKey, now, `{}`)...)
		p.followed(t, id, "k", false, sign("of somebody else altogether", now, "")...)
		if may {
			p.followed(t, id, "k", false, sign(standardKey, now.Add(-time.Hour), "")...)
		}
		p.followed(t, id, "k", false)
	}
}

// An execution that nobody has called by a URL is for those who manage flows.
func TestExecutionWithoutAHookIsNoCallers(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.api(t, http.MethodPut, "/api/flows/by-hand", "redial: 1\nslug: by-hand\ntrigger: {uses: manual}\nsteps: {a: {uses: transform, with: {set: {b: 1}}}}\nedges: [trigger -> a]\n").wants(t, http.StatusCreated)
	id := p.api(t, http.MethodPost, "/api/flows/by-hand/test", map[string]any{}).wants(t, http.StatusOK).get(t, "executionId")
	p.finished(t, id)
	p.call(t, http.MethodGet, "/executions/"+id, nil).wantsProblem(t, http.StatusNotFound, "not-found")
	p.api(t, http.MethodGet, "/executions/"+id, nil).wants(t, http.StatusOK)
}

// A caller is kept waiting, and cancels, with its credential.
func TestCredentialServesWaitingAndCanceling(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	token := []string{"Authorization", "Bearer one"}
	p.connect(t, "token", "http", map[string]any{"token": "one"})
	p.publish(t, strings.NewReplacer("slug: by-token", "slug: by-token\nmode: async",
		"steps:\n", "steps:\n  pause: {uses: wait, with: {for: 1h}}\n", "trigger -> answer", "trigger -> pause, pause -> answer").
		Replace(closed("by-token", "bearer", "token")))
	a := p.hook(t, "by-token", `{}`, token...).wants(t, http.StatusAccepted)
	status := make(chan string, 1)
	go func() {
		polled, err := p.try(t, http.MethodGet, a.get(t, "statusUrl"), nil, append(token, "Prefer", "wait=30")...)
		if err != nil {
			t.Error(err)
		}
		status <- polled.get(t, "status")
	}()
	p.call(t, http.MethodPost, a.get(t, "cancelUrl"), nil).wantsProblem(t, http.StatusNotFound, "not-found")
	p.call(t, http.MethodPost, a.get(t, "cancelUrl"), nil, token...).wants(t, http.StatusOK)
	if got := <-status; got != "canceled" {
		t.Errorf("the one who waited was told %q", got)
	}
}

package caller_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"redial/engine/caller"
	"redial/engine/step"
)

// Without a secret there is no guard, so that nobody gets in by an empty one.
func TestConnectionsWithoutSecretsMakeNoGuard(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		component string
		fields    map[string]any
	}{
		{step.HTTPComponent, nil},
		{step.HTTPComponent, map[string]any{"scheme": "bearer", "token": " ", "previous_secret": "hush"}},
		{step.HTTPComponent, map[string]any{"scheme": "bearer", "token": int64(7)}},
		{step.HTTPComponent, map[string]any{"scheme": "none", "token": "hush"}},
		{step.HTTPComponent, map[string]any{"scheme": "basic", "username": "ada", "token": "hush"}},
		{step.HTTPComponent, map[string]any{"scheme": "basic", "username": "a:b", "password": "hush"}},
		{step.HTTPComponent, map[string]any{"scheme": "api_key", "name": "X-Key", "token": "hush"}},
		{step.HTTPComponent, map[string]any{"scheme": "api_key", "name": "X Key", "key": "hush"}},
		{step.SignatureComponent, nil},
		{step.SignatureComponent, map[string]any{"secret": "hush"}},
		{step.SignatureComponent, map[string]any{"scheme": "md5", "secret": "hush"}},
		{"acme", map[string]any{"api_key": "hush"}},
	} {
		guard, err := caller.New(tc.component, tc.fields)
		if err == nil || guard != nil {
			t.Errorf("%s %v makes %v", tc.component, tc.fields, guard)
		} else if strings.Contains(err.Error(), "hush") {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
}

func TestGuardsShowNoSecret(t *testing.T) {
	t.Parallel()
	guard, err := caller.New(step.HTTPComponent, map[string]any{"token": "hush"})
	if err != nil {
		t.Fatal(err)
	}
	refused := guard.Admit(caller.Call{Header: http.Header{"Authorization": {"Bearer mine"}}}, time.Now())
	if text := fmt.Sprintf("%v %+v %#v %s %x %v", guard, guard, guard, guard, guard, refused); strings.Contains(text, "hush") || strings.Contains(text, "mine") {
		t.Error("printing shows it: ", text)
	}
}

// What is withheld of a call is its credential and nothing else, and the call
// itself stays as it was.
func TestWithhold(t *testing.T) {
	t.Parallel()
	const query = "a=1;b=2&k=x&k%3d=3&=4&&K=5&%zz&%6b=y&k"
	header := func() http.Header {
		return http.Header{
			"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("a:b"))}, "X-K": {"x", "y"}, "X-Other": {"z"},
			"Webhook-Id": {"m"}, "Webhook-Signature": {"v1,x"}, "X-Hub-Signature": {"x"}, "X-Hub-Signature-256": {"x"},
		}
	}
	for name, tc := range map[string]struct {
		component string
		fields    map[string]any
		gone      []string
		query     string
	}{
		"bearer":   {step.HTTPComponent, map[string]any{"token": "x"}, []string{"Authorization"}, query},
		"header":   {step.HTTPComponent, map[string]any{"scheme": "api_key", "name": "x-k", "key": "x"}, []string{"X-K"}, query},
		"query":    {step.HTTPComponent, map[string]any{"scheme": "api_key", "in": "query", "name": "k", "key": "x"}, nil, "a=1;b=2&k%3d=3&=4&&K=5&%zz"},
		"standard": {step.SignatureComponent, map[string]any{"secret": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"}, []string{"Webhook-Signature"}, query},
		"github":   {step.SignatureComponent, map[string]any{"scheme": "github", "secret": "x"}, []string{"X-Hub-Signature", "X-Hub-Signature-256"}, query},
	} {
		guard, err := caller.New(tc.component, tc.fields)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		call := caller.Call{Header: header(), Query: query}
		bare := guard.Withhold(call)
		if bare.Query != tc.query || len(bare.Header) != len(header())-len(tc.gone) {
			t.Errorf("%s: left are %v and %q", name, bare.Header, bare.Query)
		}
		for _, gone := range tc.gone {
			if bare.Header.Get(gone) != "" {
				t.Errorf("%s: %s is left", name, gone)
			}
		}
		if len(call.Header) != len(header()) || call.Query != query {
			t.Errorf("%s: the call has changed", name)
		}
	}
}

package check_test

import (
	"slices"
	"testing"

	"redial/engine/check"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

func TestConnections(t *testing.T) {
	t.Parallel()
	d, err := flowfile.Read([]byte(`
redial: 1
slug: x
trigger: {uses: webhook, with: {auth: {type: bearer, connection: caller}}}
callback: {url: "https://example.com", secret: signer}
steps:
  right: {uses: acme/check-inventory, connection: acme}
  wrong: {uses: acme/check-inventory, connection: mail}
  near: {uses: ses/send-email, connection: mial}
  plain: {uses: http, connection: mail}
  rounds:
    uses: each
    with: {items: [1], do: {steps: {inner: {uses: http, connection: nowhere}}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	found := check.Connections(d.Flow, map[string]string{"acme": "acme", "mail": "ses", "signer": "signature"}, flow.SeverityWarning)
	var got []string
	for _, p := range d.Locate(found) {
		got = append(got, p.String())
	}
	want := []string{
		"4:66: warning: there is no connection caller; make it under Connections",
		"8:51: warning: the connection mail is one of ses, not of acme",
		"9:44: warning: there is no connection mial; make it under Connections; did you mean mail?",
		"13:69: warning: there is no connection nowhere; make it under Connections",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// Steps call with connections that are complete, and with their credentials
// nobody but whom they are for.
func TestAccounts(t *testing.T) {
	t.Parallel()
	d, err := flowfile.Read([]byte(`
redial: 1
slug: x
trigger: {uses: webhook}
callback: {url: "https://example.com", secret: signer}
steps:
  right: {uses: http, connection: acme, with: {url: "https://API.acme.example/{{ 1 }}"}}
  later: {uses: http, connection: acme, with: {url: "https://{{ config.host }}/"}}
  other: {uses: http, connection: acme, with: {url: "https://api.example.com?x={{ 1 }}"}}
  none: {uses: http, connection: empty, with: {url: "https://api.example.com"}}
  action: {uses: acme/check-inventory, connection: half}
  foreign: {uses: ses/send-email, connection: half}
  rounds:
    uses: each
    with: {items: [1], do: {steps: {inner: {uses: http, connection: signer, with: {url: "https://a.example"}}}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	found := check.Accounts(d.Flow, map[string]check.Account{
		"acme": {Component: "acme", Host: "api.acme.example"}, "empty": {Component: "http", Fault: "incomplete: token missing"},
		"half": {Component: "acme", Fault: "incomplete: API key missing"}, "signer": {Component: "signature"},
	}, flow.SeverityError)
	held := check.Credential{Kind: "signature", Scheme: "stripe"}
	found = append(found, check.Signer(d.Flow, map[string]check.Credential{"signer": held}, flow.SeverityError)...)
	held.Fault = "the secret is too short"
	found = append(found, check.Signer(d.Flow, map[string]check.Credential{"signer": held}, flow.SeverityError)...)
	held = check.Credential{Kind: "signature", Scheme: "standard"}
	found = append(found, check.Signer(d.Flow, map[string]check.Credential{"signer": held}, flow.SeverityError)...)
	var got []string
	for _, p := range d.Locate(found) {
		got = append(got, p.Path+": "+p.Message)
	}
	slices.Sort(got)
	want := []string{
		"callback.secret: the connection signer cannot sign: the secret is too short",
		"callback.secret: the connection signer is for the scheme stripe, and callbacks are signed as Standard Webhooks",
		"steps.action.connection: the connection half is incomplete: API key missing; mend it under Connections",
		"steps.none.connection: the connection empty is incomplete: token missing; mend it under Connections",
		"steps.other.connection: the connection acme is for api.acme.example alone, and its credentials are not sent to api.example.com; choose another connection, or correct the address",
		"steps.rounds.with.do.steps.inner.connection: the connection signer holds a secret to sign with, of which an http step sends nothing; choose another connection",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	d, err := flowfile.Read([]byte(`
redial: 1
slug: x
mode: async
trigger: {uses: webhook}
config: {region: eu}
steps:
  before: {uses: transform, with: {set: {n: 1}}}
  rounds:
    uses: each
    with: {items: "[1, 2]", as: number, do: {steps: {inner: {uses: transform, with: {set: {m: "{{ number }}"}}}}}}
  broken: {uses: transform, with: {set: {n: "{{ nonsense }}"}}}
edges: [trigger -> before, before -> rounds, rounds -> broken]
`))
	if err != nil || len(d.Problems) > 0 {
		t.Fatal(err, d.Problems)
	}
	plan, found := check.Flow(d.Flow, library())
	if !flow.HasErrors(found) {
		t.Error("nonsense compiles")
	}
	for id, compiles := range map[string]bool{"before": true, "rounds": true, "inner": true, "broken": false} {
		if (plan.Steps[id] != nil) != compiles {
			t.Errorf("%s is compiled: %t", id, !compiles)
		}
	}
	if plan.Trigger == nil {
		t.Error("the trigger is not compiled")
	}
	inner := plan.Scope("inner")
	if !inner.Steps["before"].Upstream || inner.Steps["before"].MaySkip || inner.Steps["broken"].Upstream {
		t.Errorf("the inner step sees %+v", inner.Steps)
	}
	if n := inner.Items["index"]; n == nil || n.Kind != expression.Integer {
		t.Errorf("index is %+v", n)
	}
	if _, named := inner.Items["number"]; !named {
		t.Error("the inner step does not see its item")
	}
	if _, typed := inner.Steps["before"].Output.Fields["n"]; !typed {
		t.Error("the type of an output is not known")
	}
	if plan.Scope("nowhere") != nil || plan.Scope(flow.TriggerID) == nil {
		t.Error("scopes of what is not there")
	}
}

package flow_test

import (
	"slices"
	"strings"
	"testing"

	"redial/engine/flow"
)

func TestValidSlug(t *testing.T) {
	t.Parallel()
	for slug, want := range map[string]bool{
		"order-request": true, "a": true, "0": true, "-": true, strings.Repeat("a", 64): true,
		"": false, strings.Repeat("a", 65): false, "Order": false, "order_request": false, "a/b": false,
		"..": false, "a b": false, "a\n": false, "\na": false, "ä": false, "a\x00": false, "%2e": false,
	} {
		if got := flow.ValidSlug(slug); got != want {
			t.Errorf("%q: got %t, want %t", slug, got, want)
		}
	}
}

func TestValidID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"check_inventory": true, "a": true, "a1_": true, strings.Repeat("a", 64): true, "triggers": true,
		"": false, strings.Repeat("a", 65): false, "1a": false, "_a": false, "A": false, "check-inventory": false,
		"a.b": false, "a\n": false, "ä": false, "trigger": false,
	} {
		if got := flow.ValidID(id); got != want {
			t.Errorf("%q: got %t, want %t", id, got, want)
		}
	}
}

func TestBodyFindsSteps(t *testing.T) {
	t.Parallel()
	body := flow.Body{Steps: []flow.Step{
		{ID: "a"},
		{ID: "b", Do: &flow.Body{Steps: []flow.Step{{ID: "c", Do: &flow.Body{Steps: []flow.Step{{ID: "d"}}}}, {ID: "e"}}}},
		{ID: "f"},
	}}
	var all []string
	for s := range body.All {
		all = append(all, s.ID)
	}
	if want := []string{"a", "b", "c", "d", "e", "f"}; !slices.Equal(all, want) {
		t.Errorf("all steps are %v, want %v", all, want)
	}
	for _, last := range all {
		var seen []string
		for s := range body.All {
			if seen = append(seen, s.ID); s.ID == last {
				break
			}
		}
		if want := all[:slices.Index(all, last)+1]; !slices.Equal(seen, want) {
			t.Errorf("up to %s there are %v, want %v", last, seen, want)
		}
	}
	if s, found := body.Step("b"); !found || s != &body.Steps[1] {
		t.Error("step b is not found")
	}
	if _, found := body.Step("c"); found {
		t.Error("step c is found, though it is within b")
	}
}

func TestNamesAndEdgesAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{(&flow.Step{ID: "a", Name: "Ask Acme"}).Title(), "Ask Acme"},
		{(&flow.Step{ID: "a"}).Title(), "a"},
		{flow.Edge{From: "a", To: "b"}.String(), "a -> b"},
		{flow.Edge{From: "a", Port: "error", To: "b"}.String(), "a.error -> b"},
		{flow.Problem{Severity: flow.SeverityError, Message: "m", Line: 3, Column: 7}.String(), "3:7: m"},
		{flow.Problem{Severity: flow.SeverityWarning, Message: "m", Line: 3, Column: 7}.String(), "3:7: warning: m"},
		{(&flow.Failure{Code: flow.FailedTimeout, Message: "m"}).Error(), "m"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestOnlyErrorsBlockPublishing(t *testing.T) {
	t.Parallel()
	warning, fault := flow.Problem{Severity: flow.SeverityWarning}, flow.Problem{Severity: flow.SeverityError}
	for _, c := range []struct {
		problems []flow.Problem
		want     bool
	}{
		{nil, false}, {[]flow.Problem{warning}, false}, {[]flow.Problem{warning, fault}, true},
	} {
		if got := flow.HasErrors(c.problems); got != c.want {
			t.Errorf("%v: got %t, want %t", c.problems, got, c.want)
		}
	}
}

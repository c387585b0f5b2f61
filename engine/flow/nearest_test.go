package flow_test

import (
	"testing"

	"redial/engine/flow"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	fields := []string{"quantity", "sku", "customer", "customerName", "email"}
	for _, c := range []struct {
		name, want string
		candidates []string
	}{
		{"quantity", "quantity", fields},
		{"quamtity", "quantity", fields},
		{"quantiyt", "quantity", fields}, // two letters swapped are one slip
		{"kus", "sku", fields},
		{"Email", "email", fields},
		{"costumer", "customer", fields},
		{"customer_name", "customerName", fields},
		{"warehouse", "", fields},
		{"ab", "", []string{"cd"}}, // nothing of it is left
		{"ab", "ac", []string{"", "ac", "ad"}},
		{"", "", []string{"abc"}},
		{"", "", nil},
		{"x", "", nil},
		{"step1", "step2", []string{"step2", "step3"}}, // the first of equally near ones
		{"step1", "step1a", []string{"other", "step22", "step1a"}},
	} {
		if got := flow.Nearest(c.name, c.candidates); got != c.want {
			t.Errorf("%q among %q: got %q, want %q", c.name, c.candidates, got, c.want)
		}
	}
}

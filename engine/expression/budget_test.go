package expression_test

import (
	"errors"
	"testing"

	"redial/engine/expression"
)

// A step of many fields uses no more than one expression may.
func TestBudgetIsSharedByTheFieldsOfAStep(t *testing.T) {
	t.Parallel()
	field, faults := expression.CompileTemplate("{{ map(1..20000, # * 2) }}", nil, expression.TextTemplate)
	if field == nil {
		t.Fatal(faults)
	}
	values := &expression.Values{Budget: new(expression.Budget)}
	fields := 0
	for ; fields < 10_000; fields++ {
		_, err := field.Eval(values)
		if err == nil {
			continue
		}
		var limit *expression.Error
		if !errors.As(err, &limit) || limit.Code != expression.CodeLimit {
			t.Fatalf("field %d failed by %v", fields, err)
		}
		break
	}
	if fields < 2 || fields > 1000 {
		t.Errorf("%d fields were evaluated", fields)
	}
	if _, err := field.Eval(new(expression.Values)); err != nil {
		t.Errorf("without a budget it fails by %v", err)
	}
}

package condition_test

import (
	"slices"
	"testing"

	"redial/designer/condition"
	"redial/engine/expression"
)

func TestFitting(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		of            *expression.Type
		has, hasNot   condition.Operator
		first, groups string
	}{
		{nil, condition.Matches, "", "is", "Any value"},
		{&expression.Type{}, condition.IsTrue, "", "is", "Any value"},
		{&expression.Type{Kind: expression.Integer}, condition.Less, condition.Contains, "is", ""},
		{&expression.Type{Kind: expression.Text}, condition.StartsWith, condition.Less, "is", ""},
		{&expression.Type{Kind: expression.Date}, condition.Less, condition.Matches, "is", ""},
		{&expression.Type{Kind: expression.Boolean}, condition.IsNotTrue, condition.Less, "is true", ""},
		{&expression.Type{Kind: expression.List}, condition.Contains, condition.StartsWith, "contains", ""},
		{&expression.Type{Kind: expression.Object, Open: true}, condition.IsEmpty, condition.Is, "is empty", ""},
	} {
		var operators []condition.Operator
		fit := condition.Fitting(test.of)
		for _, d := range fit {
			operators = append(operators, d.Operator)
		}
		if !slices.Contains(operators, test.has) || slices.Contains(operators, test.hasNot) || fit[0].Words != test.first || fit[0].Group != test.groups {
			t.Errorf("%v: %+v", test.of, fit)
		}
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	of := &expression.Type{Kind: expression.Text, Choices: []any{"new", "12", "true", "a, b", "new", nil, int64(3)}}
	got := condition.Suggestions(of)
	if want := []string{"new", `"12"`, `"true"`, "a, b", "3"}; !slices.Equal(got, want) {
		t.Errorf("the values are %q, want %q", got, want)
	}
	if got := condition.Suggestions(&expression.Type{Kind: expression.Boolean}); !slices.Equal(got, []string{"true", "false"}) {
		t.Errorf("the truth values are %q", got)
	}
	if got := condition.Suggestions(nil); got != nil {
		t.Errorf("of nothing there are %q", got)
	}
}

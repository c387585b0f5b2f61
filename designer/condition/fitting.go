package condition

import (
	"slices"

	"redial/engine/expression"
)

// fitting are the comparisons that have a meaning for a kind of value. What is
// not listed takes them all.
var fitting = map[expression.Kind][]Operator{
	expression.Boolean: {IsTrue, IsNotTrue, Is, IsNot, Exists, IsMissing},
	expression.Integer: {Is, IsNot, Less, LessOrEqual, Greater, GreaterOrEqual, IsOneOf, IsNoneOf, Exists, IsMissing},
	expression.Number:  {Is, IsNot, Less, LessOrEqual, Greater, GreaterOrEqual, IsOneOf, IsNoneOf, Exists, IsMissing},
	expression.Text:    {Is, IsNot, IsOneOf, IsNoneOf, Contains, ContainsNot, StartsWith, EndsWith, Matches, Exists, IsMissing, IsEmpty, IsNotEmpty},
	expression.Date:    {Is, IsNot, Less, LessOrEqual, Greater, GreaterOrEqual, StartsWith, Exists, IsMissing, IsEmpty, IsNotEmpty},
	expression.List:    {Contains, ContainsNot, IsEmpty, IsNotEmpty, Exists, IsMissing},
	expression.Object:  {IsEmpty, IsNotEmpty, Exists, IsMissing},
}

// Fitting are the operators for a value of a type, the usual ones first. They
// have no groups, unless nothing is known of the value: then they are all there
// are.
func Fitting(t *expression.Type) []Description {
	if t == nil || fitting[t.Kind] == nil {
		return Operators()
	}
	operators := fitting[t.Kind]
	fit := make([]Description, len(operators))
	for i, operator := range operators {
		fit[i], _ = describe(operator)
		fit[i].Group = ""
	}
	return fit
}

// Suggestions are the values that a value of a type may be compared with, as
// people write them; nil where they are not known.
func Suggestions(t *expression.Type) []string {
	if t == nil {
		return nil
	}
	var texts []string
	for _, choice := range t.Choices {
		if text := showValue(&expression.Syntax{Kind: expression.SyntaxLiteral, Value: choice}, false); choice != nil && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	if t.Kind == expression.Boolean && texts == nil {
		texts = []string{"true", "false"}
	}
	return texts
}

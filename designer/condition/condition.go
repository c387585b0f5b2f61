// Package condition is a condition as people put it together: rows of a field,
// an operator and a value, joined by and or or in at most two levels. Rows become
// an expression of the builder's language, and an expression of that form is
// read back into the same rows.
//
// It knows the syntax of expressions and nothing of flows, forms or HTTP.
package condition

import "strings"

// Join says how the parts of a condition belong together.
type Join string

// The joins.
const (
	All Join = "and" // every part is true
	Any Join = "or"  // at least one part is true
)

// Other is the join of the level below.
func (j Join) Other() Join {
	if j == Any {
		return All
	}
	return Any
}

// Condition is true when its groups are, as Join says. The rows of one group are
// joined the other way.
type Condition struct {
	Join   Join    `json:"join"`
	Groups [][]Row `json:"groups"`
}

// Row is one comparison.
type Row struct {
	// Field is what is looked at, an expression: trigger.body.quantity.
	Field    string   `json:"field"`
	Operator Operator `json:"operator"`
	// Value is what it is compared with, as people write it: a number, true or
	// false, an expression in {{ }}, text in quotes, and else the text itself.
	// Operators that compare with nothing have none.
	Value string `json:"value"`
}

// Lacks is what is not filled in yet: "field", "value" or nothing.
func (r *Row) Lacks() string {
	inside, data := expressed(strings.TrimSpace(r.Value))
	described, _ := describe(r.Operator)
	switch {
	case strings.TrimSpace(r.Field) == "":
		return "field"
	case described.Takes != Nothing && (strings.TrimSpace(r.Value) == "" || data && inside == ""):
		return "value"
	default:
		return ""
	}
}

// Operator is a way to compare.
type Operator string

// The operators.
const (
	Is             Operator = "is"
	IsNot          Operator = "is_not"
	Exists         Operator = "exists"
	IsMissing      Operator = "is_missing"
	IsEmpty        Operator = "is_empty"
	IsNotEmpty     Operator = "is_not_empty"
	IsOneOf        Operator = "is_one_of"
	IsNoneOf       Operator = "is_none_of"
	Contains       Operator = "contains"
	ContainsNot    Operator = "contains_not"
	StartsWith     Operator = "starts_with"
	EndsWith       Operator = "ends_with"
	Matches        Operator = "matches"
	Greater        Operator = "greater"
	GreaterOrEqual Operator = "greater_or_equal"
	Less           Operator = "less"
	LessOrEqual    Operator = "less_or_equal"
	IsTrue         Operator = "is_true"
	IsNotTrue      Operator = "is_not_true"
)

// Takes says what an operator compares with.
type Takes int

// What operators compare with.
const (
	Nothing Takes = iota
	OneValue
	Values // several, with commas between them
)

// Description is an operator as people choose it.
type Description struct {
	Operator Operator
	Words    string
	// Group is the sort of values that it is for.
	Group string
	Takes Takes
}

// Operators are all of them, in the order in which they are offered.
func Operators() []Description {
	const anything, text, number, truth = "Any value", "Text and lists", "Numbers and times", "True or false"
	return []Description{
		{Is, "is", anything, OneValue},
		{IsNot, "is not", anything, OneValue},
		{IsOneOf, "is one of", anything, Values},
		{IsNoneOf, "is none of", anything, Values},
		{Exists, "is there", anything, Nothing},
		{IsMissing, "is missing", anything, Nothing},
		{IsEmpty, "is empty", anything, Nothing},
		{IsNotEmpty, "is not empty", anything, Nothing},
		{Contains, "contains", text, OneValue},
		{ContainsNot, "does not contain", text, OneValue},
		{StartsWith, "starts with", text, OneValue},
		{EndsWith, "ends with", text, OneValue},
		{Matches, "matches the pattern", text, OneValue},
		{Less, "<", number, OneValue},
		{LessOrEqual, "≤", number, OneValue},
		{Greater, ">", number, OneValue},
		{GreaterOrEqual, "≥", number, OneValue},
		{IsTrue, "is true", truth, Nothing},
		{IsNotTrue, "is not true", truth, Nothing},
	}
}

// describe finds an operator.
func describe(o Operator) (Description, bool) {
	for _, d := range Operators() {
		if d.Operator == o {
			return d, true
		}
	}
	return Description{}, false
}

// infix are the operators of the language between a field and a value.
var infix = map[Operator]string{
	Is: "==", IsNot: "!=", Less: "<", LessOrEqual: "<=", Greater: ">", GreaterOrEqual: ">=",
	Contains: "contains", StartsWith: "startsWith", EndsWith: "endsWith", Matches: "matches",
}

// Bounds of a condition.
const (
	MaxRows = 50
	maxText = 4000 // bytes of a field or a value
)

package inspector

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"

	"github.com/a-h/templ"

	"redial/designer/condition"
	"redial/engine/expression"
	"redial/engine/flow"
)

// comparison is a row of a condition with what is known of its left side.
type comparison struct {
	*condition.Row
	Of *expression.Type // nil: nothing
	// Step and Path are where the condition stands.
	Step, Path string
	// Missed is what the row lacks, as condition.Row.Lacks says it, once it is saved.
	Missed string
	// List is the ID of the values that are suggested.
	List string
}

// compare looks at the left side of a row. The number tells the row from the
// others of the condition.
func compare(row *condition.Row, scope *expression.Scope, step, path string, number int) *comparison {
	c := &comparison{Row: row, Step: step, Path: path}
	if scope != nil && row.Field != "" {
		if program, _ := expression.Compile(row.Field, scope); program != nil {
			c.Of = program.Type()
		}
	}
	hash := fnv.New32a()
	_, _ = fmt.Fprint(hash, step, path, number) // a hash takes all
	c.List = fmt.Sprintf("values-%08x", hash.Sum32())
	return c
}

// Operators are the comparisons that fit, and the one that is there already.
func (c *comparison) Operators() []kindGroup {
	fit := condition.Fitting(c.Of)
	known := false
	for _, d := range fit {
		known = known || d.Operator == c.Operator
	}
	for _, d := range condition.Operators() {
		if !known && d.Operator == c.Operator {
			d.Group = ""
			fit = append(fit, d)
		}
	}
	var groups []kindGroup
	for _, d := range fit {
		if len(groups) == 0 || groups[len(groups)-1].Title != d.Group {
			groups = append(groups, kindGroup{Title: d.Group})
		}
		last := &groups[len(groups)-1]
		last.Kinds = append(last.Kinds, option{Value: string(d.Operator), Title: d.Words, Selected: d.Operator == c.Operator})
	}
	return groups
}

// Suggestions are values to compare with.
func (c *comparison) Suggestions() []string { return condition.Suggestions(c.Of) }

// comparisons are the rows of a condition as the page shows them.
func comparisons(of *condition.Condition, scope *expression.Scope, step, path string) [][]*comparison {
	groups := make([][]*comparison, len(of.Groups))
	number := 0
	for g := range of.Groups {
		for k := range of.Groups[g] {
			row := compare(&of.Groups[g][k], scope, step, path, number)
			if scope != nil {
				row.Missed = row.Lacks()
			}
			groups[g] = append(groups[g], row)
			number++
		}
	}
	return groups
}

// Offers are, for each row of a condition in turn, the comparisons and the control of
// the value as the page shows them.
func Offers(ctx context.Context, of *condition.Condition, scope *expression.Scope, step, path string) ([]any, error) {
	var offers []any
	for _, group := range comparisons(of, scope, step, path) {
		for _, row := range group {
			offer := flow.Object{{Name: "kind", Value: string(row.ValueKind())}}
			for _, part := range []struct {
				name string
				view templ.Component
			}{{"operators", operatorOptions(row)}, {"value", comparedValue(row)}, {"hint", valueHint(row)}} {
				var html bytes.Buffer
				if err := part.view.Render(ctx, &html); err != nil {
					return nil, err
				}
				offer = offer.Set(part.name, html.String())
			}
			offers = append(offers, offer)
		}
	}
	return offers, nil
}

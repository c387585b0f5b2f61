package expression_test

import (
	"testing"

	"redial/engine/expression"
)

func TestFunctionExamples(t *testing.T) {
	t.Parallel()
	for _, f := range expression.Functions() {
		for _, example := range f.Examples {
			p, faults := expression.Compile(example.Expression, nil)
			if p == nil {
				t.Errorf("%s: %v", example.Expression, faults)
				continue
			}
			got, err := p.Eval(nil)
			if err != nil {
				t.Errorf("%s: %v", example.Expression, err)
				continue
			}
			q, _ := expression.Compile("toJSON(x)", &expression.Scope{Items: map[string]*expression.Type{"x": nil}})
			text, err := q.Eval(&expression.Values{Items: map[string]any{"x": got}})
			if err != nil || text != example.Result {
				t.Errorf("%s = %v, want %s (%v)", example.Expression, text, example.Result, err)
			}
		}
	}
}

package expression_test

import (
	"fmt"
	"testing"

	"redial/engine/expression"
)

func benchmarkValues() *expression.Values {
	lines := make([]any, 20)
	for i := range lines {
		lines[i] = map[string]any{"sku": "SKU-" + string(rune('a'+i)), "quantity": int64(i), "price": 1.5 * float64(i)}
	}
	outputs := map[string]any{"check_inventory": map[string]any{"available": int64(2)}}
	return &expression.Values{
		Trigger: map[string]any{"body": map[string]any{"orderId": "A-17", "quantity": int64(5), "lines": lines}},
		Step: func(id string) (any, bool) {
			output, ran := outputs[id]
			return output, ran
		},
	}
}

func benchmarkProgram(b *testing.B, source string) {
	b.Helper()
	p := compiled(b, source, nil)
	values := benchmarkValues()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Eval(values); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEvalPath(b *testing.B) { benchmarkProgram(b, "trigger.body.orderId") }

func BenchmarkEvalCondition(b *testing.B) {
	benchmarkProgram(b, "steps.check_inventory.available >= trigger.body.quantity")
}

func BenchmarkEvalMapTwentyLines(b *testing.B) {
	benchmarkProgram(b, "map(trigger.body.lines, {sku: .sku, total: .quantity * .price})")
}

func BenchmarkEvalMoneySumTwentyLines(b *testing.B) {
	benchmarkProgram(b, "sum(trigger.body.lines, money(.price * .quantity))")
}

func BenchmarkEvalTemplate(b *testing.B) {
	tmpl := compiledTemplate(b, "Order {{ trigger.body.orderId }}: {{ trigger.body.quantity }} pieces", nil, expression.TextTemplate)
	values := benchmarkValues()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tmpl.Eval(values); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if p, faults := expression.Compile("steps.check_inventory.available >= trigger.body.quantity", nil); p == nil {
			b.Fatal(faults)
		}
	}
}

// BenchmarkComplete completes in a flow of 1,000 steps with wide objects.
func BenchmarkComplete(b *testing.B) {
	scope := &expression.Scope{Steps: map[string]expression.StepInfo{}}
	wide := map[string]any{}
	fields := map[string]*expression.Type{}
	for i := range 500 {
		name := fmt.Sprintf("field_%d", i)
		wide[name], fields[name] = int64(i), &expression.Type{Kind: expression.Integer}
	}
	for i := range 1000 {
		scope.Steps[fmt.Sprintf("step_%d", i)] = expression.StepInfo{Upstream: i%2 == 0, Output: &expression.Type{Kind: expression.Object, Fields: fields}}
	}
	lines := make([]any, 10_000)
	for i := range lines {
		lines[i] = wide
	}
	values := &expression.Values{
		Trigger: map[string]any{"body": map[string]any{"lines": lines}},
		Step:    func(string) (any, bool) { return wide, true },
	}
	for _, source := range []string{"", "ste", "steps.", "steps.step_2.", "steps.step_2.field_4", "filter(trigger.body.lines, .field_1 > 1) | map(.field", "trigger.body.lines | "} {
		b.Run(source, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				expression.Complete(source, len(source), expression.LanguageExpression, scope, values)
			}
		})
	}
}

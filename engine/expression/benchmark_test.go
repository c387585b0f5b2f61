package expression_test

import (
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

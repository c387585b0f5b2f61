package engine_test

import (
	"strings"
	"testing"
)

// pureFlow has five steps without effects, and an answer.
const pureFlow = `
steps:
  a: {uses: transform, with: {set: {n: "{{ trigger.body.n + 1 }}", name: "Order {{ trigger.body.n }}"}}}
  b: {uses: branch, with: {paths: [{name: large, when: steps.a.n > 100}, {name: rest}]}}
  c: {uses: transform, with: {set: {n: "{{ steps.a.n * 2 }}"}}}
  d: {uses: transform, with: {set: {n: "{{ steps.c.n + 1 }}", list: ["{{ steps.a.n }}", "{{ steps.c.n }}"]}}}
  e: {uses: transform, with: {set: {sum: "{{ sum(steps.d.list) }}"}}}
  end: {uses: respond, with: {body: {sum: "{{ steps.e.sum }}", name: "{{ steps.a.name }}"}}}
edges: [trigger -> a, a -> b, b.rest -> c, c -> d, d -> e, e -> end]
`

// BenchmarkPureFlow is an execution of steps without effects: one commit.
func BenchmarkPureFlow(b *testing.B) { benchmarkFlow(b, pureFlow, `{"n": 20}`) }

// BenchmarkPureFlowParallel is the same from many callers at once, who share
// commits.
func BenchmarkPureFlowParallel(b *testing.B) {
	w := newWorld(b)
	p := w.publish(pureFlow)
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			h, err := w.tryStart(p, request(b, `{"n": 20}`))
			if err != nil {
				b.Error(err)
				return
			}
			if _, err := h.Wait(b.Context()); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkFiveCalls is an execution of five outside calls, one after the other,
// to a service on loopback that answers at once.
func BenchmarkFiveCalls(b *testing.B) {
	benchmarkFlow(b, `
steps:
  a: {uses: http, with: {url: "http://service/a"}}
  b: {uses: http, with: {url: "http://service/b?was={{ steps.a.status }}"}}
  c: {uses: http, with: {url: "http://service/c?was={{ steps.b.status }}"}}
  d: {uses: http, with: {url: "http://service/d?was={{ steps.c.status }}"}}
  e: {uses: http, with: {url: "http://service/e?was={{ steps.d.status }}"}}
  end: {uses: respond, with: {body: {status: "{{ steps.e.status }}"}}}
edges: [trigger -> a, a -> b, b -> c, c -> d, d -> e, e -> end]
`, `{"n": 20}`)
}

// BenchmarkFanOut is an execution of an each step: a hundred rounds of two steps
// without effects.
func BenchmarkFanOut(b *testing.B) {
	benchmarkFlow(b, `
steps:
  every:
    uses: each
    with: {items: trigger.body.lines, as: line, concurrency: 10}
    do:
      steps:
        price: {uses: transform, with: {set: {total: "{{ line.quantity * line.price }}"}}}
        text: {uses: transform, with: {set: {text: "{{ index }}: {{ line.sku }}", total: "{{ steps.price.total }}"}}}
      edges: [price -> text]
  end: {uses: respond, with: {body: {sum: "{{ sum(map(steps.every, .total)) }}"}}}
edges: [trigger -> every, every -> end]
`, `{"lines": [`+strings.TrimSuffix(strings.Repeat(`{"sku": "LAMP-01", "quantity": 2, "price": 89},`, 100), ",")+`]}`)
}

func benchmarkFlow(b *testing.B, source, body string) {
	b.Helper()
	w := newWorld(b)
	p := w.publish(source)
	r := request(b, body)
	b.ReportAllocs()
	for b.Loop() {
		h, err := w.tryStart(p, r)
		if err != nil {
			b.Fatal(err)
		}
		if err := h.Ended(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

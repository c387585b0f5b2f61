package web_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// sizedFlow is a flow file of so many steps that have positions: branches that
// come together again, and calls.
func sizedFlow(b *testing.B, steps int) string {
	b.Helper()
	f := &flow.Flow{
		Slug: "sized", Name: "Sized", Settings: flow.DefaultSettings(),
		Trigger: flow.Trigger{Uses: "webhook", At: &flow.Position{}},
	}
	uses := []string{"branch", "http", "transform", "http", "transform"}
	id := func(i int) string {
		if i < 0 {
			return flow.TriggerID
		}
		return fmt.Sprintf("step_%d", i)
	}
	for i := range steps {
		s := flow.Step{
			ID: id(i), Name: fmt.Sprintf("Step %d", i), Uses: uses[i%5], At: &flow.Position{X: float64(320 + i*300), Y: float64(i % 2 * 160)},
			With: flow.Object{{Name: "url", Value: "https://example.com/{{ trigger.body.id }}"}},
		}
		if s.Uses == "transform" {
			s.With = flow.Object{{Name: "set", Value: flow.Object{{Name: "sku", Value: "{{ upper(trigger.body.sku) }}"}}}}
		}
		edge := flow.Edge{From: id(i - 2), To: id(i)}
		switch i % 5 {
		case 0:
			s.With = flow.Object{{Name: "paths", Value: []any{
				flow.Object{{Name: "name", Value: "yes"}, {Name: "when", Value: "trigger.body.quantity >= 3"}},
				flow.Object{{Name: "name", Value: "no"}},
			}}}
			edge.From = id(i - 1)
			if i > 0 {
				f.Edges = append(f.Edges, flow.Edge{From: id(i - 2), To: id(i)})
			}
		case 1:
			edge.From, edge.Port = id(i-1), "yes"
		case 2:
			edge.Port = "no"
		}
		f.Steps, f.Edges = append(f.Steps, s), append(f.Edges, edge)
	}
	source, err := flowfile.WriteYAML(f)
	if err != nil {
		b.Fatal(err)
	}
	return string(source)
}

// What one edit costs from the request to the answer, with nobody else there.
func BenchmarkEdit(b *testing.B) {
	operations := []struct{ name, text string }{
		{"move", `{"op": "move", "steps": {"step_50": [15320, %d]}}`},
		{"set", `{"op": "set", "step": "step_53", "path": "with.url", "value": "https://example.com/%d"}`},
		{"add", `{"op": "add", "uses": "transform", "name": "Added %d", "into": {"from": "step_51", "to": "step_53"}}`},
	}
	for _, steps := range []int{200, flow.MaxSteps - 1} {
		source := sizedFlow(b, steps)
		for _, operation := range operations {
			b.Run(fmt.Sprint(steps, "/", operation.name), func(b *testing.B) {
				r := open(b)
				r.publish(b, "sized", source)
				base, n := int64(1), 0
				b.ReportAllocs()
				for b.Loop() {
					n++
					text := fmt.Sprintf(operation.text, n%4000)
					body := fmt.Sprintf(`{"base": %d, "token": "%d", "operations": [%s]}`, base, n, text)
					request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, r.url+"/flows/sized/edits", strings.NewReader(body))
					if err != nil {
						b.Fatal(err)
					}
					request.Header.Set("Authorization", "Bearer "+apiToken)
					response, err := r.client.Do(request)
					if err != nil {
						b.Fatal(err)
					}
					answer, err := io.ReadAll(response.Body)
					_ = response.Body.Close()
					if err != nil || response.StatusCode != http.StatusOK {
						b.Fatalf("%d %v %s", response.StatusCode, err, answer)
					}
					base++
					b.ReportMetric(float64(len(answer)), "answer-B")
					if operation.name == "add" { // and again at the same place
						b.StopTimer()
						r.undo(b, base)
						base++
						b.StartTimer()
					}
				}
			})
		}
	}
}

func (r *room) undo(b *testing.B, base int64) {
	b.Helper()
	if a := r.call(b, http.MethodPost, "/flows/sized/undo", fmt.Sprintf(`{"base": %d}`, base)); a.status != http.StatusOK {
		b.Fatal(a.body)
	}
}

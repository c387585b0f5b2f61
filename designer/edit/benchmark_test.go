package edit_test

import (
	"fmt"
	"strings"
	"testing"

	"redial/designer/edit"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

// large is a flow of many steps in a row, each of which reads the one before.
func large(t testing.TB, steps int) flow.Object {
	t.Helper()
	var text strings.Builder
	text.WriteString("redial: 1\nslug: large\ntrigger: {uses: webhook}\nsteps:\n")
	for i := range steps {
		fmt.Fprintf(&text, "  s%d:\n    name: Step %d\n    uses: http\n    with:\n      method: POST\n      url: \"https://a.example/{{ steps.s%d.body.id }}\"\n      headers: {X-Order: \"{{ trigger.body.orderId }}\", X-Number: \"%d\"}\n      body: {left: \"{{ steps.s%d.body.left - 1 }}\", list: [1, 2, 3]}\n    timeout: 5s\n    retry: {attempts: 3, pause: 500ms}\n    at: [%d, 0]\n",
			i, i, max(i-1, 0), i, max(i-1, 0), 320*(i+1))
	}
	text.WriteString("edges:\n  - trigger -> s0\n")
	for i := range steps - 1 {
		fmt.Fprintf(&text, "  - s%d -> s%d\n", i, i+1)
	}
	return read(t, []byte(text.String()))
}

func BenchmarkEdit(b *testing.B) {
	for _, steps := range []int{200, 1000} {
		tree := large(b, steps)
		last := fmt.Sprintf("s%d", steps-1)
		for _, c := range []struct {
			name      string
			operation edit.Operation
		}{
			{"set", &edit.Set{Step: last, Path: "with.body.left", Value: "1"}},
			{"move", &edit.Move{Steps: []edit.Placed{{Step: last}}}},
			{"connect", &edit.Connect{Edge: flow.Edge{From: "s0", To: last}}},
			{"rename", &edit.Rename{Step: "s5", ID: "renamed"}},
			{"remove", &edit.Remove{Steps: []string{"s5"}, Heal: true}},
		} {
			b.Run(fmt.Sprintf("%s-%d", c.name, steps), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					result, err := edit.Apply(tree, []edit.Operation{c.operation}, options())
					if err != nil {
						b.Fatal(err)
					}
					if len(edit.Diff(tree, result.Tree)) == 0 {
						b.Fatal("nothing changed")
					}
				}
			})
		}
		b.Run(fmt.Sprintf("write-%d", steps), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := flowfile.WriteTree(tree); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

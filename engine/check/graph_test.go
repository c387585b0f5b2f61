package check

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redial/engine/flow"
	"redial/engine/step"
)

// randomBody is a small flow of all sorts of steps. Edges lead forward, so
// there are no cycles.
func randomBody(t *rapid.T) *flow.Body {
	b := &flow.Body{}
	count := rapid.IntRange(1, 6).Draw(t, "steps")
	for i := range count {
		s := flow.Step{
			ID:       fmt.Sprintf("s%d", i),
			Uses:     rapid.SampledFrom([]string{"http", "branch", "branch", "respond", "fail"}).Draw(t, "uses"),
			OnError:  rapid.SampledFrom([]flow.ErrorMode{"", flow.OnErrorContinue, flow.OnErrorRoute}).Draw(t, "on_error"),
			Disabled: rapid.IntRange(0, 5).Draw(t, "disabled") == 0,
		}
		if s.Uses == "branch" {
			s.OnError = ""
			paths := []any{flow.Object{{Name: "name", Value: "x"}, {Name: "when", Value: "a"}}, flow.Object{{Name: "name", Value: "y"}, {Name: "when", Value: "b"}}}
			if rapid.Bool().Draw(t, "rest") {
				paths = append(paths, flow.Object{{Name: "name", Value: "z"}})
			}
			s.With = flow.Object{{Name: "paths", Value: paths}}
		}
		b.Steps = append(b.Steps, s)
		for range rapid.IntRange(1, 3).Draw(t, "edges") {
			e := flow.Edge{From: flow.TriggerID, To: s.ID}
			if from := rapid.IntRange(-1, i-1).Draw(t, "from"); from >= 0 {
				e.From = b.Steps[from].ID
				e.Port = rapid.SampledFrom(allPorts(&b.Steps[from])).Draw(t, "port")
			}
			if !slices.Contains(b.Edges, e) {
				b.Edges = append(b.Edges, e)
			}
		}
	}
	return b
}

func testPorts(s *flow.Step) (step.Ports, bool) {
	if s.Uses != "branch" {
		return step.Ports{Default: true}, true
	}
	value, _ := s.With.Get("paths")
	return step.Ports{Named: []string{"x", "y", "z"}[:len(value.([]any))]}, true
}

func allPorts(s *flow.Step) []string {
	ports, _ := testPorts(s)
	all := ports.Named
	if ports.Default {
		all = append(all, flow.DefaultPort)
	}
	if s.OnError == flow.OnErrorRoute {
		all = append(all, flow.ErrorPort)
	}
	return all
}

const nothing = "nothing" // no edge arrives

// ways are the ports that may be taken by a step that runs and does not stop
// the flow: the contract's rules, written down a second time.
func ways(s *flow.Step) []string {
	switch {
	case s.Disabled && (s.Uses == "branch" || s.Uses == "respond"):
		return []string{nothing}
	case s.Disabled:
		return []string{flow.DefaultPort}
	case s.Uses == "branch":
		ports, _ := testPorts(s)
		if len(ports.Named) == 3 {
			return ports.Named
		}
		return append(slices.Clone(ports.Named), nothing)
	case s.Uses == "fail" && s.OnError == "":
		return nil
	case s.Uses == "fail" && s.OnError == flow.OnErrorRoute:
		return []string{flow.ErrorPort}
	case s.OnError == flow.OnErrorRoute:
		return []string{flow.DefaultPort, flow.ErrorPort}
	}
	return []string{flow.DefaultPort}
}

// execution is one way in which a flow may go: whether each step came up, and
// the port it took.
type execution struct {
	ran   map[string]bool
	taken map[string]string
}

// executions are all ways in which a flow may go to its end.
func executions(b *flow.Body) []execution {
	all := []execution{{ran: map[string]bool{}, taken: map[string]string{flow.TriggerID: flow.DefaultPort}}}
	for i := range b.Steps {
		s := &b.Steps[i]
		var next []execution
		for _, x := range all {
			arrived := slices.ContainsFunc(b.Edges, func(e flow.Edge) bool {
				port, settled := x.taken[e.From]
				return e.To == s.ID && settled && port == e.Port
			})
			if !arrived {
				next = append(next, x)
				continue
			}
			for _, port := range ways(s) {
				next = append(next, x.with(s.ID, port))
			}
		}
		all = next
	}
	return all
}

func (x execution) with(id, port string) execution {
	copied := execution{ran: map[string]bool{id: true}, taken: map[string]string{id: port}}
	for k := range x.ran {
		copied.ran[k] = true
	}
	for k, v := range x.taken {
		copied.taken[k] = v
	}
	return copied
}

// TestAnalysesAgreeWithAllExecutions compares what the graph says with every
// way in which a small flow can go.
func TestAnalysesAgreeWithAllExecutions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := randomBody(t)
		f := &flow.Flow{Body: *b}
		report := &problems{}
		g := newGraph(b, "", false, owners(f), testPorts, report)
		if len(report.list) > 0 {
			t.Fatalf("problems of a correct graph: %v", report.list)
		}
		all := executions(b)
		for i := 1; i < len(g.nodes); i++ {
			for before := range g.upstream[i].all {
				checkCertain(t, g, b, all, before, i)
			}
		}
		checkTogether(t, g, all)
		checkSilent(t, g, b, all)
	})
}

func checkCertain(t *rapid.T, g *graph, b *flow.Body, all []execution, before, i int) {
	if before == start || g.mayBeSkipped(before, i) {
		return
	}
	first, later := g.nodes[before].step, g.nodes[i].step
	for _, x := range all {
		if x.ran[later.ID] && !x.ran[first.ID] {
			t.Fatalf("%s is said to have run whenever %s runs, but not so in %v\n%s", first.ID, later.ID, x.taken, drawn(b))
		}
	}
}

// checkTogether holds down that two answers that come in one execution are
// found. That none are reported too many is only true of pairs of paths, as
// joins wait for all.
func checkTogether(t *rapid.T, g *graph, all []execution) {
	together := g.newTogether()
	answers := g.respondSteps()
	for _, a := range answers {
		for _, b := range answers {
			if a >= b {
				continue
			}
			idA, idB := g.nodes[a].step.ID, g.nodes[b].step.ID
			both := slices.ContainsFunc(all, func(x execution) bool {
				return x.taken[idA] == flow.DefaultPort && x.ran[idA] && x.taken[idB] == flow.DefaultPort && x.ran[idB]
			})
			if both && !together.answers(a, b) {
				t.Fatalf("%s and %s both answer, unnoticed\n%s", idA, idB, drawn(&flow.Body{}))
			}
		}
	}
}

// checkSilent holds down that a flow said to answer always does, unless it
// fails or no condition of a branch is true.
func checkSilent(t *rapid.T, g *graph, b *flow.Body, all []execution) {
	if len(g.respondSteps()) == 0 || g.silent()[start] {
		return
	}
	for _, x := range all {
		answered, nowhere := false, false
		for i := range b.Steps {
			s := &b.Steps[i]
			answered = answered || x.ran[s.ID] && s.Uses == "respond" && !s.Disabled
			nowhere = nowhere || x.ran[s.ID] && x.taken[s.ID] == nothing && !s.Disabled
		}
		if !answered && !nowhere {
			t.Fatalf("the flow is said to answer always, but not so in %v\n%s", x.taken, drawn(b))
		}
	}
}

func drawn(b *flow.Body) string {
	var lines []string
	for i := range b.Steps {
		s := &b.Steps[i]
		lines = append(lines, fmt.Sprintf("%s: %s %s disabled=%t", s.ID, s.Uses, s.OnError, s.Disabled))
	}
	for _, e := range b.Edges {
		lines = append(lines, e.String())
	}
	return strings.Join(lines, "\n")
}

// TestCertainInUsualShapes holds down that the analysis is not only careful but
// of use: in these shapes nothing may be skipped that does not have to be.
func TestCertainInUsualShapes(t *testing.T) {
	t.Parallel()
	branch := func(id string, rest bool) flow.Step {
		paths := []any{flow.Object{{Name: "name", Value: "x"}, {Name: "when", Value: "a"}}, flow.Object{{Name: "name", Value: "y"}, {Name: "when", Value: "b"}}}
		if rest {
			paths = append(paths, flow.Object{{Name: "name", Value: "z"}})
		}
		return flow.Step{ID: id, Uses: "branch", With: flow.Object{{Name: "paths", Value: paths}}}
	}
	for name, shape := range map[string]struct {
		branches []flow.Step
		edges    string
		certain  string // pairs before>after
		skipped  string
	}{
		"chain":        {nil, "trigger>a a>b b>c", "a>b a>c b>c", ""},
		"gather":       {nil, "trigger>a trigger>b trigger>c a>d b>d c>d", "a>d b>d c>d", ""},
		"nested fork":  {nil, "trigger>a a>b a>c b>d c>e d>f e>f", "b>f c>f d>f e>f a>f", ""},
		"diamond":      {[]flow.Step{branch("q", true)}, "trigger>q q.x>a q.y>b q.z>c a>d b>d c>d", "q>a q>d", "a>d b>d c>d"},
		"before":       {[]flow.Step{branch("q", false)}, "trigger>a trigger>b a>q b>q q.x>c q.y>d", "a>c b>c a>d b>d", ""},
		"all paths":    {[]flow.Step{branch("q", true)}, "trigger>q q.x>a q.y>a q.z>a trigger>b a>c b>c", "a>c b>c", ""},
		"not all":      {[]flow.Step{branch("q", false)}, "trigger>q q.x>a q.y>a trigger>b a>c b>c", "b>c q>c", "a>c"},
		"inside":       {[]flow.Step{branch("q", true)}, "trigger>q q.x>a q.x>b a>c b>c", "a>c b>c q>c", ""},
		"beside":       {[]flow.Step{branch("q", true)}, "trigger>q q.x>a q.x>b a>c b>c q.y>d d>c", "q>c", "a>c b>c d>c"},
		"after branch": {[]flow.Step{branch("q", true)}, "trigger>q q.x>a q.y>b q.z>b a>m b>m m>n trigger>k k>n", "m>n k>n q>n", "a>n b>n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &flow.Body{Steps: shape.branches}
			for field := range strings.FieldsSeq(shape.edges) {
				from, to, _ := strings.Cut(field, ">")
				from, port, _ := strings.Cut(from, ".")
				b.Edges = append(b.Edges, flow.Edge{From: from, Port: port, To: to})
				if !slices.ContainsFunc(b.Steps, func(s flow.Step) bool { return s.ID == to }) {
					b.Steps = append(b.Steps, flow.Step{ID: to, Uses: "http"})
				}
			}
			g := newGraph(b, "", false, owners(&flow.Flow{Body: *b}), testPorts, &problems{})
			for want, pairs := range map[bool]string{false: shape.certain, true: shape.skipped} {
				for pair := range strings.FieldsSeq(pairs) {
					before, after, _ := strings.Cut(pair, ">")
					if got := g.mayBeSkipped(g.index[before], g.index[after]); got != want {
						t.Errorf("%s: may be skipped is %t", pair, got)
					}
				}
			}
		})
	}
}

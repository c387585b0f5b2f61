package core_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"redial/engine/core"
	"redial/engine/flow"
)

// script drives one execution by hand, for tests that read as rules.
type script struct {
	t     *testing.T
	graph *core.Graph
	state *core.State
}

// newScript begins an execution of the nodes. Edges are written as in a flow
// file, with spaces between: "a->b", "c.error->d".
func newScript(t *testing.T, nodes []core.Node, edges ...string) *script {
	t.Helper()
	graph := newGraph(t, nodes, edges...)
	s := &script{t: t, graph: graph, state: core.NewState(graph)}
	s.apply(flow.Event{Type: flow.ExecutionStarted})
	return s
}

func newGraph(t *testing.T, nodes []core.Node, edges ...string) *core.Graph {
	t.Helper()
	parsed := make([]flow.Edge, len(edges))
	for i, text := range edges {
		from, to, _ := strings.Cut(text, "->")
		from, port, _ := strings.Cut(from, ".")
		parsed[i] = flow.Edge{From: from, Port: port, To: to}
	}
	graph, err := core.NewGraph(nodes, parsed)
	if err != nil {
		t.Fatal(err)
	}
	return graph
}

// steps are plain nodes.
func steps(ids ...string) []core.Node {
	nodes := make([]core.Node, len(ids))
	for i, id := range ids {
		nodes[i].ID = id
	}
	return nodes
}

func (s *script) try(e flow.Event) error {
	e.Seq = s.state.LastSeq + 1
	return s.state.Apply(&e)
}

func (s *script) apply(e flow.Event) {
	s.t.Helper()
	if err := s.try(e); err != nil {
		s.t.Fatal(err)
	}
}

// at splits "a[1 2]" into a step and its iteration.
func at(place string) (id string, iteration []int) {
	id, indexes, _ := strings.Cut(strings.TrimSuffix(place, "]"), "[")
	for _, index := range strings.Fields(indexes) {
		var n int
		if _, err := fmt.Sscan(index, &n); err != nil {
			panic(err)
		}
		iteration = append(iteration, n)
	}
	return id, iteration
}

func event(kind flow.EventType, place string) flow.Event {
	e := flow.Event{Type: kind}
	e.Step, e.Iteration = at(place)
	return e
}

func (s *script) start(places ...string) {
	s.t.Helper()
	for _, place := range places {
		s.apply(event(flow.StepStarted, place))
	}
}

func (s *script) open(place string, items int) {
	s.t.Helper()
	e := event(flow.StepStarted, place)
	e.Items = items
	s.apply(e)
}

// succeed lets steps succeed with their own name as output.
func (s *script) succeed(places ...string) {
	s.t.Helper()
	for _, place := range places {
		s.take(place, flow.DefaultPort)
	}
}

// take lets a step succeed and take a port.
func (s *script) take(place, port string) {
	s.t.Helper()
	e := event(flow.StepFinished, place)
	e.Outcome, e.Port, e.Output = flow.StepSucceeded, port, place
	s.apply(e)
}

func (s *script) fail(place, port string) {
	s.t.Helper()
	e := event(flow.StepFinished, place)
	e.Outcome, e.Port, e.Failure = flow.StepFailed, port, &flow.Failure{Code: flow.FailedService, Message: place, Status: 503}
	s.apply(e)
}

// do carries out the skips and closes that are asked for, until there are none.
func (s *script) do() {
	s.t.Helper()
	for {
		commands := slices.DeleteFunc(core.Next(s.state), func(c core.Command) bool {
			return c.Kind == core.Run || c.Kind == core.Finish
		})
		if len(commands) == 0 {
			return
		}
		c := commands[0]
		e := flow.Event{Type: flow.StepFinished, Step: c.Ref.ID(), Iteration: c.Ref.Scope.Iteration, Outcome: flow.StepSkipped, Passed: c.Passed}
		if c.Kind == core.Close {
			e.Outcome, e.Output, e.Failure = flow.StepSucceeded, c.Output, c.Failure
			if c.Failure != nil {
				e.Outcome = flow.StepFailed
			}
		}
		s.apply(e)
	}
}

// next is what is asked for: "run a", "skip b", "pass c", "close d[0]",
// "finish failed".
func (s *script) next() string {
	var asked []string
	for _, c := range core.Next(s.state) {
		verb := [...]string{core.Run: "run", core.Skip: "skip", core.Close: "close", core.Finish: "finish"}[c.Kind]
		if c.Passed {
			verb = "pass"
		}
		if c.Kind == core.Finish {
			asked = append(asked, verb+" "+string(c.Status))
			continue
		}
		asked = append(asked, verb+" "+name(c.Ref))
	}
	return strings.Join(asked, ", ")
}

func name(ref core.Ref) string {
	if len(ref.Scope.Iteration) == 0 {
		return ref.ID()
	}
	return key(ref.ID(), ref.Scope.Iteration)
}

// wants checks what is asked for and the status.
func (s *script) wants(next string, status flow.Status) {
	s.t.Helper()
	if got := s.next(); got != next {
		s.t.Errorf("Next asks for %q, wanted %q", got, next)
	}
	if got := s.state.Status(); got != status {
		s.t.Errorf("the status is %s, wanted %s", got, status)
	}
}

func (s *script) ref(place string) core.Ref {
	s.t.Helper()
	ref, ok := s.state.Find(at(place))
	if !ok {
		s.t.Fatalf("there is no step %s", place)
	}
	return ref
}

func (s *script) output(id string) any {
	output, _ := s.state.Root.Output(id)
	return output
}

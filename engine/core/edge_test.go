package core_test

import (
	"reflect"
	"testing"

	"redial/engine/core"
	"redial/engine/flow"
)

// Contract section 4, "Edges": what arrives, what is dead, and what runs.
func TestEdges(t *testing.T) {
	t.Parallel()
	diamond := []string{"a.left->b", "a.right->c", "b->d", "c->d"}
	tests := []struct {
		name  string
		nodes []core.Node
		edges []string
		play  func(*script)
		next  string
	}{
		{"steps without edges into them begin", steps("a", "b"), nil, func(*script) {}, "run a, run b"},
		{
			"several edges out of one port run side by side", steps("a", "b", "c"), []string{"a->b", "a->c"},
			func(s *script) { s.succeed("a") }, "run b, run c",
		},
		{
			"a join waits for every edge", steps("a", "b", "c"), []string{"a->c", "b->c"},
			func(s *script) { s.succeed("a") }, "run b",
		},
		{
			"a join runs when every edge has arrived", steps("a", "b", "c"), []string{"a->c", "b->c"},
			func(s *script) { s.succeed("a", "b") }, "run c",
		},
		{
			"the branch not taken is dead", steps("a", "b", "c", "d"), diamond,
			func(s *script) { s.take("a", "left") }, "run b, skip c",
		},
		{
			"a join with a dead edge runs once the other has arrived", steps("a", "b", "c", "d"), diamond,
			func(s *script) { s.take("a", "left"); s.do(); s.succeed("b") }, "run d",
		},
		{
			"a join waits for the living edge though the other is dead", steps("a", "b", "c", "d"), diamond,
			func(s *script) { s.take("a", "left"); s.do() }, "run b",
		},
		{
			"none true: all edges are dead, and so are those behind", steps("a", "b", "c", "d"), diamond,
			func(s *script) { s.take("a", ""); s.do() }, "finish succeeded",
		},
		{
			"two ports may lead to one step", steps("a", "b"), []string{"a.left->b", "a.right->b"},
			func(s *script) { s.take("a", "right") }, "run b",
		},
		{
			"a step with continue that fails takes its default port",
			[]core.Node{{ID: "a", OnError: flow.OnErrorContinue}, {ID: "b"}}, []string{"a->b"},
			func(s *script) { s.fail("a", "") }, "run b",
		},
		{
			"a step with route that fails takes its error port alone",
			[]core.Node{{ID: "a", OnError: flow.OnErrorRoute}, {ID: "b"}, {ID: "c"}}, []string{"a->b", "a.error->c"},
			func(s *script) { s.fail("a", flow.ErrorPort) }, "skip b, run c",
		},
		{
			"a step with route that succeeds takes its default port alone",
			[]core.Node{{ID: "a", OnError: flow.OnErrorRoute}, {ID: "b"}, {ID: "c"}}, []string{"a->b", "a.error->c"},
			func(s *script) { s.succeed("a") }, "run b, skip c",
		},
		{
			"a disabled step passes on null",
			[]core.Node{{ID: "a", Pass: core.PassNull}, {ID: "b"}}, []string{"a->b"},
			func(s *script) { s.do() }, "run b",
		},
		{
			"a disabled step does not take its error port",
			[]core.Node{{ID: "a", Pass: core.PassNull, OnError: flow.OnErrorRoute}, {ID: "b"}}, []string{"a.error->b"},
			func(s *script) { s.do() }, "finish succeeded",
		},
		{
			"a disabled step on a dead path is skipped",
			[]core.Node{{ID: "a"}, {ID: "b", Pass: core.PassNull}, {ID: "c"}}, []string{"a.left->b", "b->c"},
			func(s *script) { s.take("a", "right"); s.do() }, "finish succeeded",
		},
		{
			"a disabled branch or respond is skipped, and its edges are dead",
			[]core.Node{{ID: "a", Pass: core.PassSkipped}, {ID: "b"}, {ID: "c"}}, []string{"a.left->b", "a->c"},
			func(s *script) { s.do() }, "finish succeeded",
		},
		{"a graph without steps succeeds", nil, nil, func(*script) {}, "finish succeeded"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, test.nodes, test.edges...)
			test.play(s)
			s.wants(test.next, flow.Running)
		})
	}
}

func TestOutputs(t *testing.T) {
	t.Parallel()
	s := newScript(t, []core.Node{
		{ID: "a"},
		{ID: "disabled", Pass: core.PassNull},
		{ID: "continued", OnError: flow.OnErrorContinue},
		{ID: "later"},
	}, "a->later")
	s.do()
	s.succeed("a")
	s.fail("continued", "")
	for _, test := range []struct {
		id  string
		ran bool
	}{{"a", true}, {"disabled", false}, {"continued", true}, {"later", false}, {"unknown", false}} {
		if _, ran := s.state.Root.Output(test.id); ran != test.ran {
			t.Errorf("ran(%q) is %v, wanted %v", test.id, ran, test.ran)
		}
	}
	failed, _ := s.output("continued").(map[string]any)
	reason, _ := failed["error"].(map[string]any)
	if reason["code"] != "service_error" || reason["message"] != "continued" || reason["status"] != int64(503) {
		t.Errorf("the output of a step that continues is %v", failed)
	}
}

func TestNewGraphRefuses(t *testing.T) {
	t.Parallel()
	inner := newGraph(t, steps("b"))
	tests := []struct {
		name  string
		nodes []core.Node
		edges []flow.Edge
	}{
		{"two steps with one ID", steps("a", "a"), nil},
		{"an inner step with the ID of an outer one", []core.Node{{ID: "a", Inner: inner, Concurrency: 1}, {ID: "b"}}, nil},
		{"an edge from an unknown step", steps("a"), []flow.Edge{{From: "x", To: "a"}}},
		{"an edge to an unknown step", steps("a"), []flow.Edge{{From: "a", To: "x"}}},
		{"an edge into an each step", []core.Node{{ID: "a", Inner: inner, Concurrency: 1}}, []flow.Edge{{From: "a", To: "b"}}},
		{"a circle", steps("a", "b"), []flow.Edge{{From: "a", To: "b"}, {From: "b", To: "a"}}},
		{"an edge from a step to itself", steps("a"), []flow.Edge{{From: "a", To: "a"}}},
		{"rounds that cannot run", []core.Node{{ID: "a", Inner: inner}}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := core.NewGraph(test.nodes, test.edges); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestNewGraphLeavesItsNodesAlone(t *testing.T) {
	t.Parallel()
	nodes := steps("a", "b")
	newGraph(t, nodes, "a->b")
	if !reflect.DeepEqual(nodes, steps("a", "b")) {
		t.Error("the nodes have changed: they cannot be used for another graph")
	}
}

func TestDownstream(t *testing.T) {
	t.Parallel()
	inner := newGraph(t, steps("in"))
	nodes := append(steps("a", "b", "c", "d"), core.Node{ID: "each", Inner: inner, Concurrency: 1})
	g := newGraph(t, nodes, "a->b", "a->c", "b->d", "c->d", "d->each")
	behind, ok := g.Downstream("b")
	if want := map[string]bool{"d": true, "each": true}; !ok || !reflect.DeepEqual(behind, want) {
		t.Errorf("behind b are %v, %v, wanted %v", behind, ok, want)
	}
	for _, id := range []string{"in", "unknown"} {
		if _, ok := g.Downstream(id); ok {
			t.Errorf("%s is a step of the graph", id)
		}
	}
}

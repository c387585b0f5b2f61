package core_test

import (
	"reflect"
	"testing"

	"redial/engine/core"
	"redial/engine/flow"
)

// looped is an each step named each around a graph, with a step named after
// behind it.
func looped(inner *core.Graph, change func(*core.Node)) []core.Node {
	each := core.Node{ID: "each", Inner: inner, Concurrency: 1}
	if change != nil {
		change(&each)
	}
	return []core.Node{each, {ID: "after"}}
}

func together(n int) func(*core.Node) { return func(each *core.Node) { each.Concurrency = n } }

func goesOn(each *core.Node) { each.ContinueRounds, each.Concurrency = true, 2 }

// What a round comes to.
func TestRoundResult(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		nodes []core.Node
		edges []string
		play  func(*script)
		want  any
	}{
		{"the only step", steps("a"), nil, func(s *script) { s.succeed("a[0]") }, "a[0]"},
		{
			"the step at the end", steps("a", "b"), []string{"a->b"},
			func(s *script) { s.succeed("a[0]", "b[0]") }, "b[0]",
		},
		{
			"an object of several by ID", steps("a", "b"), nil,
			func(s *script) { s.succeed("a[0]", "b[0]") }, map[string]any{"a": "a[0]", "b": "b[0]"},
		},
		{
			"of two ends the one that was not skipped", steps("a", "b", "c"), []string{"a.left->b", "a.right->c"},
			func(s *script) { s.take("a[0]", "right"); s.do(); s.succeed("c[0]") }, "c[0]",
		},
		{
			"an empty object if all ends were skipped", steps("a", "b"), []string{"a.left->b"},
			func(s *script) { s.take("a[0]", ""); s.do() }, map[string]any{},
		},
		{
			"a disabled end has none", []core.Node{{ID: "a", Pass: core.PassNull}, {ID: "b"}}, nil,
			func(s *script) { s.do(); s.succeed("b[0]") }, "b[0]",
		},
		{"nothing inside", nil, nil, func(*script) {}, map[string]any{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, looped(newGraph(t, test.nodes, test.edges...), nil), "each->after")
			s.open("each", 1)
			test.play(s)
			s.do()
			s.wants("run after", flow.Running)
			if got, want := s.output("each"), []any{test.want}; !reflect.DeepEqual(got, want) {
				t.Errorf("the results are %v, wanted %v", got, want)
			}
		})
	}
}

func TestEachWithoutItems(t *testing.T) {
	t.Parallel()
	s := newScript(t, looped(newGraph(t, steps("a")), nil), "each->after")
	s.open("each", 0)
	s.wants("close each", flow.Running)
	s.do()
	if got := s.output("each"); !reflect.DeepEqual(got, []any{}) {
		t.Errorf("the results are %#v, wanted an empty list", got)
	}
}

func TestEachManyEmptyRounds(t *testing.T) {
	t.Parallel()
	s := newScript(t, looped(newGraph(t, nil), nil), "each->after")
	s.open("each", core.MaxRounds)
	s.wants("close each", flow.Running)
}

func TestEachConcurrency(t *testing.T) {
	t.Parallel()
	s := newScript(t, looped(newGraph(t, steps("a")), together(2)), "each->after")
	s.open("each", 3)
	s.wants("run a[0], run a[1]", flow.Running)
	s.succeed("a[1]")
	s.wants("run a[0], run a[2]", flow.Running)
	s.succeed("a[2]", "a[0]")
	s.do()
	if got, want := s.output("each"), []any{"a[0]", "a[1]", "a[2]"}; !reflect.DeepEqual(got, want) {
		t.Errorf("the results are %v, wanted them in the order of the items: %v", got, want)
	}
}

func TestEachNested(t *testing.T) {
	t.Parallel()
	deepest := newGraph(t, steps("c"))
	middle := newGraph(t, []core.Node{{ID: "inner", Inner: deepest, Concurrency: 1}, {ID: "b"}})
	s := newScript(t, append(looped(middle, nil), core.Node{ID: "outer"}), "each->after", "outer->each")
	s.succeed("outer")
	s.open("each", 1)
	s.open("inner[0]", 2)
	s.wants("run b[0], run c[0 0]", flow.Running)
	scope := s.ref("c[0 0]").Scope
	if output, ran := scope.Output("outer"); !ran || output != "outer" {
		t.Errorf("an inner step sees %v, %v of an outer one", output, ran)
	}
	s.succeed("b[0]")
	if output, ran := scope.Output("b"); !ran || output != "b[0]" {
		t.Errorf("an inner step sees %v, %v of its round", output, ran)
	}
	if _, ran := s.state.Root.Output("b"); ran {
		t.Error("an inner step is seen outside")
	}
	if each, index, ok := scope.Round(); !ok || index != 0 || name(each) != "inner[0]" {
		t.Errorf("the round is %d of %s", index, name(each))
	}
	s.succeed("c[0 0]", "c[0 1]")
	s.do()
	want := []any{map[string]any{"b": "b[0]", "inner": []any{"c[0 0]", "c[0 1]"}}}
	if got := s.output("each"); !reflect.DeepEqual(got, want) {
		t.Errorf("the results are %v, wanted %v", got, want)
	}
}

// What on_item_error says about rounds that fail.
func TestEachFailure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		inner  []core.Node
		edges  []string
		change func(*core.Node)
		play   func(*script)
		next   string
		status flow.Status
	}{
		{
			"fail: no other round begins", steps("a"), nil, nil,
			func(s *script) { s.fail("a[0]", "") }, "close each", flow.Running,
		},
		{
			"fail: nothing starts in other rounds", steps("a"), nil, together(2),
			func(s *script) { s.fail("a[0]", "") }, "close each", flow.Running,
		},
		{
			"fail: nothing starts in other rounds while the round goes on", steps("a", "b"), nil, together(2),
			func(s *script) { s.start("a[0]"); s.fail("b[0]", "") }, "", flow.Running,
		},
		{
			"fail: calls of other rounds finish first", steps("a"), nil, together(2),
			func(s *script) { s.start("a[1]"); s.fail("a[0]", "") }, "", flow.Running,
		},
		{
			"fail: calls of other rounds have finished", steps("a", "b"), []string{"a->b"}, together(2),
			func(s *script) { s.start("a[1]"); s.fail("a[0]", ""); s.succeed("a[1]") }, "close each", flow.Running,
		},
		{
			"fail: waits of other rounds hold up nothing", []core.Node{{ID: "a", Waits: true}, {ID: "b"}}, nil, together(2),
			func(s *script) { s.start("a[1]"); s.fail("b[0]", "") }, "close each", flow.Running,
		},
		{
			"continue: the next round begins", steps("a"), nil, goesOn,
			func(s *script) { s.fail("a[0]", "") }, "run a[1], run a[2]", flow.Running,
		},
		{
			"continue: nothing starts in the failed round", steps("a", "b"), nil, goesOn,
			func(s *script) { s.start("a[0]"); s.fail("b[0]", "") }, "run a[1], run b[1]", flow.Running,
		},
		{
			"continue: the failed round ends when its calls have", steps("a", "b"), nil, goesOn,
			func(s *script) { s.start("a[0]"); s.fail("b[0]", ""); s.succeed("a[0]") },
			"run a[1], run b[1], run a[2], run b[2]", flow.Running,
		},
		{
			"continue: a wait does not hold up its failed round", []core.Node{{ID: "a", Waits: true}, {ID: "b"}}, nil, goesOn,
			func(s *script) { s.start("a[0]"); s.fail("b[0]", ""); s.start("a[1]"); s.fail("b[1]", "") },
			"run a[2], run b[2]", flow.Running,
		},
		{
			"rounds that wait", []core.Node{{ID: "a", Waits: true}}, nil, goesOn,
			func(s *script) { s.start("a[0]", "a[1]") }, "", flow.Waiting,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newScript(t, looped(newGraph(t, test.inner, test.edges...), test.change), "each->after")
			s.open("each", 3)
			test.play(s)
			s.wants(test.next, test.status)
		})
	}
}

func TestEachContinuedResults(t *testing.T) {
	t.Parallel()
	s := newScript(t, looped(newGraph(t, steps("a")), goesOn), "each->after")
	s.open("each", 2)
	s.fail("a[1]", "")
	s.succeed("a[0]")
	s.do()
	want := []any{"a[0]", map[string]any{"error": map[string]any{
		"code": "service_error", "message": "a[1]", "status": int64(503),
	}}}
	if got := s.output("each"); !reflect.DeepEqual(got, want) {
		t.Errorf("the results are %v, wanted %v", got, want)
	}
}

func TestEachFailsExecution(t *testing.T) {
	t.Parallel()
	s := newScript(t, looped(newGraph(t, steps("a")), nil), "each->after")
	s.open("each", 2)
	s.succeed("a[0]")
	s.fail("a[1]", "")
	s.do()
	s.wants("finish failed", flow.Running)
	if s.state.Failure.Message != "a[1]" {
		t.Errorf("the execution fails because of %q", s.state.Failure.Message)
	}
}

func TestEachOverlooksUndecidedNeighbor(t *testing.T) {
	t.Parallel()
	nodes := looped(newGraph(t, steps("a")), func(each *core.Node) { each.OnError = flow.OnErrorContinue })
	s := newScript(t, append(nodes, core.Node{ID: "beside"}), "each->after")
	s.start("beside")
	s.state.Interrupt(s.ref("beside"))
	s.open("each", 1)
	s.fail("a[0]", "")
	s.wants("close each", flow.Running)
}

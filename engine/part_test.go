package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// partFlow has a branch, a join, an each step and calls on the way.
const partFlow = `
steps:
  look: {uses: http, with: {url: "http://service/look"}}
  choose:
    uses: branch
    with: {paths: [{name: much, when: "steps.look.body.n > 5"}, {name: little}]}
  buy: {uses: http, with: {method: POST, url: "http://service/buy", body: "{{ steps.look.body.n }}"}}
  wait_for: {uses: http, with: {method: POST, url: "http://service/wait", body: x}}
  lines:
    uses: each
    with: {items: trigger.body.lines}
    do:
      steps:
        a: {uses: http, with: {method: POST, url: "http://service/line", body: "{{ item }}"}}
        b: {uses: transform, with: {set: {id: "{{ steps.a.body.id }}", of: "{{ steps.look.body.n }}"}}}
      edges: [a -> b]
  tell: {uses: http, with: {method: POST, url: "http://service/tell", body: "{{ steps.buy.body.id }} {{ steps.lines }}"}}
  end: {uses: respond, with: {body: "{{ steps.tell.status }}"}}
edges:
  - trigger -> look
  - trigger -> lines
  - look -> lines
  - look -> choose
  - choose.much -> buy
  - choose.little -> wait_for
  - buy -> tell
  - wait_for -> tell
  - lines -> tell
  - tell -> end
`

// trial is a test of a version.
func trial(t *testing.T, p store.Published, part *flow.Part, given map[string]flow.Given) engine.StartRequest {
	t.Helper()
	return engine.StartRequest{
		Flow: p.Version.Flow, VersionID: p.Version.ID, Settings: p.Settings, Mode: flow.Sync,
		Test: true, Part: part, Given: given, Request: request(t, `{"lines": ["x", "y"]}`),
	}
}

func pinned(output any) flow.Given { return flow.Given{Output: output, Pinned: true} }

func body(fields map[string]any) map[string]any { return map[string]any{"body": fields} }

// A test runs what it is asked for and nothing else, and takes the rest as it
// is given.
func TestPartOfAFlow(t *testing.T) {
	t.Parallel()
	look := pinned(body(map[string]any{"n": int64(7)}))
	for _, c := range []struct {
		name  string
		part  *flow.Part
		given map[string]flow.Given
		calls string
		want  []string // of the history
	}{
		{"pins in a test of all", nil, map[string]flow.Given{"look": look, "buy": pinned(body(map[string]any{"id": "B"}))},
			`POST /line x, POST /line y, POST /tell B [{"id":1,"of":7},{"id":1,"of":7}]`,
			[]string{"look succeeded", "choose succeeded .much", "buy succeeded", "wait_for skipped", "response 200"}},
		{"a pin on a path that is not taken", nil, map[string]flow.Given{"look": pinned(body(map[string]any{"n": int64(1)})), "buy": pinned("never")},
			`POST /line x, POST /line y, POST /tell  [{"id":1,"of":1},{"id":1,"of":1}], POST /wait x`,
			[]string{"buy skipped", "wait_for succeeded"}},
		{"one step", &flow.Part{Steps: []string{"look", "buy"}, Begin: []string{"buy"}}, map[string]flow.Given{"look": look},
			`POST /buy 7`,
			[]string{"execution started sync", "look succeeded", "buy started", "buy succeeded", "execution succeeded"}},
		{"one step that nothing leads to", &flow.Part{Steps: []string{"buy"}}, nil,
			`POST /buy`, []string{"execution started sync", "buy started", "buy succeeded", "execution succeeded"}},
		{"up to a step, branches as usual", &flow.Part{Steps: []string{"look", "choose", "buy"}}, map[string]flow.Given{"look": pinned(body(map[string]any{"n": int64(1)}))},
			``, []string{"choose succeeded .little", "buy skipped", "execution succeeded"}},
		{"one round of a step within each", &flow.Part{Steps: []string{"look", "lines", "b", "a"}, Begin: []string{"lines", "b"}, Rounds: 1},
			map[string]flow.Given{"look": look, "a": pinned(body(map[string]any{"id": int64(3)}))}, ``,
			[]string{"lines started items 1", "a[0] succeeded", "b[0] succeeded", "lines succeeded"}},
		{"a pin within each", nil, map[string]flow.Given{"look": look, "a": pinned(body(map[string]any{"id": int64(3)}))},
			`POST /buy 7, POST /tell 1 [{"id":3,"of":7},{"id":3,"of":7}]`, []string{"a[0] succeeded", "a[1] succeeded"}},
		{"a pinned each step", &flow.Part{Steps: []string{"lines", "tell"}}, map[string]flow.Given{"lines": pinned([]any{"p"})},
			`POST /tell  ["p"]`, []string{"lines succeeded", "tell succeeded", "execution succeeded"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.service.script("POST /buy -> 200 => {\"id\": 1}\nPOST /line -> 200 => {\"id\": 1}")
			h, err := w.engine.Start(t.Context(), trial(t, w.publish(partFlow), c.part, c.given))
			if err != nil {
				t.Fatal(err)
			}
			w.ended(h.ID)
			if calls := strings.Join(slices.Sorted(slices.Values(w.service.lines())), ", "); calls != c.calls {
				t.Errorf("the calls are\n%s, wanted\n%s", calls, c.calls)
			}
			history := w.history(h.ID)
			rest := history
			for _, line := range c.want {
				at := strings.Index("\n"+rest+"\n", "\n"+line+"\n")
				if at < 0 {
					t.Fatalf("after what is before it there is no %q in\n%s", line, history)
				}
				rest = rest[at+len(line):]
			}
			checkMarks(t, w.events(h.ID), c.part, c.given)
		})
	}
}

// checkMarks looks at what is told of steps that were not run, and that nothing
// is told of those that are left out.
func checkMarks(t *testing.T, events []flow.Event, part *flow.Part, given map[string]flow.Given) {
	t.Helper()
	for _, e := range events {
		if part != nil && e.Step != "" && !strings.Contains(" "+strings.Join(part.Steps, " ")+" ", " "+e.Step+" ") {
			t.Errorf("step %s takes no part, and %s", e.Step, e.Type)
		}
		_, wanted := given[e.Step]
		if e.Type == flow.StepFinished && e.Outcome != flow.StepSkipped && e.Pinned != wanted {
			t.Errorf("step %s is marked as pinned: %t", e.Step, e.Pinned)
		}
		if wanted && e.Type == flow.StepStarted {
			t.Errorf("step %s is given, and was started", e.Step)
		}
	}
}

// Whatever a caller does, nothing is taken as given: the engine refuses it.
func TestOnlyTestsTakeOutputsAsGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.publish(partFlow)
	for name, change := range map[string]func(*engine.StartRequest){
		"given": func(r *engine.StartRequest) { r.Given = map[string]flow.Given{"look": pinned(nil)} },
		"part":  func(r *engine.StartRequest) { r.Part = &flow.Part{Steps: []string{"look"}} },
	} {
		r := trial(t, p, nil, nil)
		change(&r)
		r.Test = false
		if _, err := w.engine.Start(t.Context(), r); !hasCode(err, engine.ErrorInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.engine.Start(t.Context(), trial(t, p, &flow.Part{Steps: []string{"nobody"}}, nil)); !hasCode(err, engine.ErrorInvalid) {
		t.Errorf("an unknown step: %v", err)
	}
}

// A flow that another one starts has none of what is given to that one, even
// where steps have the same names.
func TestChildrenAreGivenNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.publish("slug: child\nsteps: {look: {uses: respond, with: {body: real}}}\nedges: [trigger -> look]")
	p := w.publish("steps:\n  ask: {uses: flow, with: {slug: child}}\n  look: {uses: transform, with: {set: {a: 1}}}\nedges: [trigger -> look, look -> ask]")
	h, err := w.engine.Start(t.Context(), trial(t, p, nil, map[string]flow.Given{"look": pinned("pinned")}))
	if err != nil {
		t.Fatal(err)
	}
	w.ended(h.ID)
	finished := w.awaitStep(h.ID, "ask", flow.StepFinished)
	if output, _ := finished.Output.(map[string]any); output["body"] != "real" {
		t.Errorf("the child answered %v", finished.Output)
	}
}

// What stands in the way of the whole flow does not keep a part of it from
// running.
func TestPartOfAFlowWithErrors(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	version, err := w.store.Freeze(t.Context(), "test", []byte(`{"redial": 1, "slug": "test", "trigger": {"uses": "webhook"},
		"steps": {"a": {"uses": "transform", "with": {"set": {"n": "{{ steps.b.n + 1 }}"}}}, "b": {"uses": "nothing"}, "c": {"uses": "http"}},
		"edges": ["trigger -> b", "b -> a", "a -> c"]}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	p := store.Published{Version: *version, Settings: flow.DefaultSettings()}
	given := map[string]flow.Given{"b": pinned(map[string]any{"n": int64(1)})}
	h, err := w.engine.Start(t.Context(), trial(t, p, &flow.Part{Steps: []string{"b", "a"}}, given))
	if err != nil {
		t.Fatal(err)
	}
	w.ended(h.ID)
	if output := w.awaitStep(h.ID, "a", flow.StepFinished).Output; encode(t, output) != `{"n":2}` {
		t.Errorf("it put out %v", output)
	}
	for _, part := range []*flow.Part{nil, {Steps: []string{"c"}}, {Steps: []string{"b"}}} {
		if _, err := w.engine.Start(t.Context(), trial(t, p, part, nil)); !hasCode(err, engine.ErrorInvalid) {
			t.Errorf("%v: %v", part, err)
		}
	}
}

// Wherever the process dies, a test of a part goes on as the test of that part,
// with what was given to it.
func TestCrashOfAPart(t *testing.T) {
	t.Parallel()
	part := &flow.Part{Steps: []string{"look", "choose", "buy", "wait_for", "tell"}}
	given := map[string]flow.Given{
		"look": pinned(body(map[string]any{"n": 7.0})), "tell": {Output: "told", Reused: "01BEFORE", Simulated: true},
	}
	for n := 1; n < 20; n++ {
		w := newWorld(t)
		w.service.script("POST /buy -> 200 => {\"id\": 1}")
		p := w.publish(strings.Replace(partFlow, "method: POST, url: \"http://service/buy\"", "method: POST, effect: keyed, url: \"http://service/buy\"", 1))
		w.journal.rule(func(count int, _ engine.Batch) verdict { return verdict{die: count == n} })
		h, err := w.engine.Start(t.Context(), trial(t, p, part, given))
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			if h.Ended(w.soon()) != nil {
				<-w.journal.died
			}
		}()
		receive(t, ended, "the end or the crash")
		select {
		case <-w.journal.died:
		default:
			if n < 3 {
				t.Errorf("it came to its end in %d batches", n)
			}
			return
		}
		w.crash()
		w.restart()
		w.ended(h.ID)
		if history := w.history(h.ID); !strings.Contains(history, "wait_for skipped\n") || !strings.Contains(history, "choose succeeded .much\n") ||
			strings.Contains(history, "lines") || strings.Contains(history, "tell started") || strings.Contains(history, "look started") {
			t.Errorf("crash %d:\n%s", n, history)
		}
		told := w.awaitStep(h.ID, "tell", flow.StepFinished)
		if told.Output != "told" || told.Reused != "01BEFORE" || !told.Simulated || told.Pinned {
			t.Errorf("crash %d: the last step ended as %+v", n, told)
		}
		looked := w.awaitStep(h.ID, "look", flow.StepFinished)
		if !looked.Pinned || fmt.Sprintf("%T", looked.Output.(map[string]any)["body"].(map[string]any)["n"]) != "float64" {
			t.Errorf("crash %d: the first step ended as %+v", n, looked)
		}
		w.stop()
	}
	t.Error("the execution does not come to its end")
}

// A test that is run again is the test of the same part.
func TestRerunOfAPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h, err := w.engine.Start(t.Context(), trial(t, w.publish(partFlow), &flow.Part{Steps: []string{"look", "buy"}}, map[string]flow.Given{"look": pinned(nil)}))
	if err != nil {
		t.Fatal(err)
	}
	w.ended(h.ID)
	again, err := w.engine.Rerun(t.Context(), h.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	w.ended(again.ID)
	if before, after := w.history(h.ID), w.history(again.ID); before != after {
		t.Errorf("first\n%s\nand again\n%s", before, after)
	}
}

// What is run again from a step survives a crash as what it is.
func TestCrashOfARerun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.service.script("POST /a -> 200 => {\"id\": 7}\nPOST /b -> 400")
	first := w.run(strings.ReplaceAll(rerunFlow, "method: POST,", "method: POST, effect: keyed,"), `{"n": 1}`)
	w.ended(first.ID)
	w.journal.rule(func(_ int, b engine.Batch) verdict { return verdict{die: b.Execution.ID != first.ID} })
	again, err := w.engine.Rerun(t.Context(), first.ID, "b")
	if err != nil {
		t.Fatal(err)
	}
	receive(t, w.journal.died, "the crash")
	w.crash()
	w.restart()
	w.ended(again.ID)
	if n := w.service.count("POST /a"); n != 1 {
		t.Errorf("the step before was run %d times\n%s", n, w.history(again.ID))
	}
	if e := w.awaitStep(again.ID, "a", flow.StepFinished); e.Reused != first.ID {
		t.Errorf("it is reused from %q", e.Reused)
	}
}

package edit_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"redial/designer/edit"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

// broken is a draft with much that is wrong in it.
const broken = `redial: 1
slug: broken
colour: red
deadline: soon
trigger: {uses: webhook, extra: 1}
steps:
  good: {uses: http, with: {url: "{{ steps.text }} {{ steps.each.0 }}"}}
  Bad ID: {uses: http, timeout: 5}
  text: just text
  odd: {uses: nothing/here, with: {a: "{{ steps.good. }}"}, retry: 7}
  branch: {uses: branch, with: {paths: [{name: yes}, 5]}}
  each:
    uses: each
    with: {items: steps.good}
    do:
      steps:
        inner: {uses: http, with: {url: "{{ item }} {{ ran(\"good\") }}"}, at: [1.5, 1e9]}
        lost: null
      edges: [inner -> lost, "7", 7]
edges:
  - trigger -> good
  - not an edge
  - good -> Bad ID
  - good -> nowhere
  - branch.yes -> odd
  - each.error -> odd
`

// world is a flow that random operations are done to.
type world struct {
	t    *rapid.T
	tree flow.Object
}

// stepIDs are those of the flow, and one that is not there.
func (w *world) stepIDs() []string {
	document, err := flowfile.FromTree(w.tree)
	if err != nil {
		w.t.Fatal(err)
	}
	ids := []string{"trigger", "nobody"}
	for s := range document.Flow.All {
		ids = append(ids, s.ID)
	}
	return ids
}

func (w *world) id() string { return rapid.SampledFrom(w.stepIDs()).Draw(w.t, "step") }

// branch is the ID of a branch of the flow, if it has one.
func (w *world) branch() string {
	document, err := flowfile.FromTree(w.tree)
	if err != nil {
		w.t.Fatal(err)
	}
	var ids []string
	for s := range document.Flow.All {
		if s.Uses == "branch" {
			ids = append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		return w.id()
	}
	return rapid.SampledFrom(ids).Draw(w.t, "branch")
}

func (w *world) ids() []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(w.stepIDs()), 1, 3, rapid.ID).Draw(w.t, "steps")
}

func (w *world) word(words ...string) string { return rapid.SampledFrom(words).Draw(w.t, "word") }

// edge is one of the flow, mostly.
func (w *world) edge() flow.Edge {
	document, _ := flowfile.FromTree(w.tree)
	all := slices.Clone(document.Flow.Edges)
	for s := range document.Flow.All {
		if s.Do != nil {
			all = append(all, s.Do.Edges...)
		}
	}
	if len(all) == 0 || rapid.IntRange(0, 9).Draw(w.t, "other edge") == 0 {
		return flow.Edge{From: w.id(), Port: w.word("", "error", "yes"), To: w.id()}
	}
	return rapid.SampledFrom(all).Draw(w.t, "edge")
}

func (w *world) at() *flow.Position {
	if rapid.Bool().Draw(w.t, "without position") {
		return nil
	}
	at := w.position()
	return &at
}

func (w *world) position() flow.Position {
	number := rapid.OneOf(rapid.Float64Range(-500, 500), rapid.Float64())
	return flow.Position{X: number.Draw(w.t, "x"), Y: number.Draw(w.t, "y")}
}

func (w *world) path() string {
	return w.word("name", "note", "with.url", "with.set.a.b", `with["odd key"]`, "with.paths[0].name", "with.paths[1]", "with.paths",
		"with.items", "with", "timeout", "retry.attempts", "on_error", "disabled", "config.sender", "callback.url", "deadline", "mode",
		"callback.hosts", "steps", "uses", "do", "with.do.steps", "with.body.list[2]", "[0]", "a..b", "colour", "connection", "slug")
}

func (w *world) value() any {
	return rapid.SampledFrom([]any{
		nil, true, false, int64(3), 2.0, "", "text", "5s", "90s", "route", "continue", "async", "{{ steps.good.x }}", "steps.in_stock",
		[]any{}, []any{"a.example", int64(1)}, flow.Object{}, flow.Object{{Name: "attempts", Value: int64(2)}},
		[]any{flow.Object{{Name: "name", Value: "yes"}, {Name: "when", Value: `ran("good")`}}, flow.Object{{Name: "name", Value: "no"}}},
		flow.Object{{Name: "__proto__", Value: flow.Object{{Name: "\x00", Value: "\u2028"}}}},
	}).Draw(w.t, "value")
}

func (w *world) uses() string {
	return w.word("http", "branch", "each", "respond", "transform", "acme/check-inventory", "quickbooks/create-invoice", "webhook", "manual", "none", "fail")
}

func (w *world) frame() string {
	if rapid.Bool().Draw(w.t, "in the flow") {
		return ""
	}
	return w.id()
}

func (w *world) operation() edit.Operation {
	id := w.id()
	switch rapid.IntRange(0, 16).Draw(w.t, "operation") {
	case 0, 1:
		add := &edit.Add{Uses: w.uses(), ID: w.word("", "good", "x9", "A B"), Name: w.word("", "Named"), At: w.at()}
		switch rapid.IntRange(0, 4).Draw(w.t, "where") {
		case 0:
			add.In = w.frame()
		case 1:
			add.After = &edit.Port{Step: id, Port: w.word("", "", "error", "yes")}
		case 2:
			edge := w.edge()
			add.Into = &edge
		case 3:
			add.Before = id
		}
		return add
	case 2:
		return &edit.Remove{Steps: w.ids(), Heal: rapid.Bool().Draw(w.t, "heal")}
	case 3, 4:
		return &edit.Connect{Edge: flow.Edge{From: id, Port: w.word("", "", "error", "yes", "available"), To: w.id()}}
	case 5:
		return &edit.Disconnect{Edge: w.edge()}
	case 6:
		other := w.id()
		r := &edit.Reconnect{Edge: w.edge()}
		if rapid.Bool().Draw(w.t, "end") {
			r.NewTo = &other
		} else {
			r.NewFrom = &other
		}
		return r
	case 7:
		m := &edit.Move{}
		for _, id := range w.ids() {
			m.Steps = append(m.Steps, edit.Placed{Step: id, At: w.position()})
		}
		if rapid.Bool().Draw(w.t, "into") {
			frame := w.frame()
			m.In = &frame
		}
		return m
	case 8:
		return &edit.Set{Step: w.word("", id, id), Path: w.path(), Value: w.value()}
	case 9:
		return &edit.Unset{Step: w.word("", id, id), Path: w.path()}
	case 10:
		return &edit.Insert{Step: w.word(id, w.branch()), Path: w.word("with.paths", "with.list", "with.url"), Index: rapid.IntRange(0, 2).Draw(w.t, "index"), Value: w.value()}
	case 11:
		return &edit.Shift{Step: w.branch(), Path: w.word("with.paths", "with.paths", "with.list"), From: rapid.IntRange(0, 2).Draw(w.t, "from"), To: rapid.IntRange(0, 2).Draw(w.t, "to")}
	case 12:
		return &edit.Rename{Step: id, ID: w.word("renamed", "other", "good", "constructor", "Bad")}
	case 13:
		return &edit.RenamePath{Step: w.branch(), Path: w.word("yes", "available", "otherwise"), Name: w.word("perhaps", "yes", "error")}
	case 14:
		return &edit.Replace{Step: id, Uses: w.uses()}
	case 15:
		if rapid.Bool().Draw(w.t, "paste") {
			text, err := edit.Copy(w.tree, w.ids())
			if err == nil {
				return &edit.Paste{Text: string(text), In: w.frame(), At: w.at()}
			}
		}
		return &edit.Duplicate{Steps: w.ids()}
	default:
		if rapid.Bool().Draw(w.t, "all") {
			return &edit.Tidy{}
		}
		return &edit.Tidy{Steps: w.ids()}
	}
}

// faults are what is wrong with the form of a flow, apart from where.
func faults(t *rapid.T, tree flow.Object) map[string]int {
	document, err := flowfile.FromTree(tree)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]int{}
	for _, p := range document.Problems {
		if p.Severity == flow.SeverityError && !strings.Contains(p.Message, "does not say what it uses") {
			all[p.Code+p.Message]++
		}
	}
	return all
}

// dangling counts the edges that lead from or to nothing.
func dangling(t *rapid.T, tree flow.Object) int {
	document, err := flowfile.FromTree(tree)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	var look func(b *flow.Body, inner bool)
	look = func(b *flow.Body, inner bool) {
		for _, edge := range b.Edges {
			_, from := b.Step(edge.From)
			_, to := b.Step(edge.To)
			if !to || !from && (inner || edge.From != flow.TriggerID) {
				count++
			}
		}
		for i := range b.Steps {
			if b.Steps[i].Do != nil {
				look(b.Steps[i].Do, true)
			}
		}
	}
	look(&document.Flow.Body, false)
	return count
}

// check looks at what has to hold after every edit.
func (w *world) check(before flow.Object, result *edit.Result) {
	t := w.t
	text, err := flowfile.WriteTreeJSON(result.Tree)
	if err != nil {
		t.Fatal(err)
	}
	document, err := flowfile.Read(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if again := document.Tree(); !same(again, result.Tree) {
		t.Fatalf("read again the tree is another one:\n%v\n%v", again, result.Tree)
	}
	had := faults(t, before)
	for fault, count := range faults(t, result.Tree) {
		if count > had[fault] {
			t.Fatalf("a new fault: %s\n%s", fault, text)
		}
	}
	if now, had := dangling(t, result.Tree), dangling(t, before); now > had {
		t.Fatalf("there are %d edges that lead nowhere, after %d\n%s", now, had, text)
	}
	seen := map[string]bool{}
	for s := range document.Flow.All {
		if seen[s.ID] {
			t.Fatalf("there are two steps %s\n%s", s.ID, text)
		}
		seen[s.ID] = true
	}
	for _, id := range result.Created {
		if !seen[id] && !slices.Contains(result.Removed, id) {
			t.Fatalf("the new step %s is not there", id)
		}
	}
	for old, id := range result.Renamed {
		if !seen[id] && !slices.Contains(result.Removed, id) {
			t.Fatalf("%s, once %s, is not there", id, old)
		}
	}
	if result.Label == "" || strings.ContainsAny(result.Label, "\n\x00") || len(result.Label) > 400 {
		t.Fatalf("the label is %q", result.Label)
	}
}

// sequences is how many hundreds of sequences of edits are tried.
const sequences = 20

func TestEditsAndTheirUndoing(t *testing.T) {
	t.Parallel()
	sources := templates(t)
	sources["broken.yaml"] = []byte(broken)
	begin := map[string]flow.Object{}
	for name, text := range sources {
		begin[name] = read(t, text)
	}
	files := slices.Sorted(maps.Keys(begin))
	var count tally
	t.Run("hundreds", func(t *testing.T) {
		t.Parallel()
		t.Cleanup(func() { count.check(t) })
		for hundred := range sequences {
			t.Run(strconv.Itoa(hundred), func(t *testing.T) {
				t.Parallel()
				rapid.Check(t, func(t *rapid.T) {
					(&world{t: t, tree: begin[rapid.SampledFrom(files).Draw(t, "flow")]}).thereAndBack(&count)
				})
			})
		}
	})
}

// tally counts the edits that were done and those that were refused, by kind.
type tally struct {
	mu                sync.Mutex
	accepted, refused map[string]int
}

func (c *tally) add(operation edit.Operation, refused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.accepted == nil {
		c.accepted, c.refused = map[string]int{}, map[string]int{}
	}
	counts := c.accepted
	if refused {
		counts = c.refused
	}
	counts[fmt.Sprintf("%T", operation)]++
}

// check fails the test if a kind of operation was never done.
func (c *tally) check(t *testing.T) {
	t.Helper()
	for kind, refused := range c.refused {
		if c.accepted[kind] == 0 {
			t.Errorf("none of %d tries of %s was accepted", refused, kind)
		}
	}
	t.Logf("accepted %v, refused %v", c.accepted, c.refused)
}

// thereAndBack does random edits, undoes them all and does them again.
func (w *world) thereAndBack(count *tally) {
	t := w.t
	type done struct {
		changes edit.Changes
		before  string
	}
	var history []done
	for range rapid.IntRange(1, 12).Draw(t, "edits") {
		operations := make([]edit.Operation, rapid.IntRange(1, 2).Draw(t, "operations"))
		for i := range operations {
			operations[i] = w.operation()
		}
		before := tidy(w.tree)
		result, err := edit.Apply(w.tree, operations, options())
		if !same(w.tree, before) {
			t.Fatal("the tree itself was changed")
		}
		count.add(operations[0], err != nil)
		if err != nil {
			if why := (*edit.Refused)(nil); !errors.As(err, &why) || err.Error() == "" || strings.HasSuffix(err.Error(), ".") {
				t.Fatalf("%T %q", err, err)
			}
			continue
		}
		w.check(w.tree, result)
		history = append(history, done{edit.Diff(w.tree, result.Tree), writtenTree(t, w.tree)})
		w.tree = result.Tree
	}
	last := writtenTree(t, w.tree)
	for _, d := range slices.Backward(history) {
		w.tree = mustApply(t, d.changes.Inverse(), w.tree)
		if got := writtenTree(t, w.tree); got != d.before {
			t.Fatalf("undone there is\n%s\nwant\n%s", got, d.before)
		}
	}
	for _, d := range history {
		w.tree = mustApply(t, d.changes, w.tree)
	}
	if got := writtenTree(t, w.tree); got != last {
		t.Fatalf("redone there is\n%s\nwant\n%s", got, last)
	}
}

func writtenTree(t *rapid.T, tree flow.Object) string {
	text, err := flowfile.WriteTreeJSON(tree)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestRenamingThereAndBackGivesTheSameFlow(t *testing.T) {
	t.Parallel()
	sources := templates(t)
	begin := map[string]flow.Object{"broken": read(t, []byte(broken))}
	for name, text := range sources {
		begin[name] = read(t, text)
	}
	files := slices.Sorted(maps.Keys(begin))
	rapid.Check(t, func(t *rapid.T) {
		w := &world{t: t, tree: begin[rapid.SampledFrom(files).Draw(t, "flow")]}
		id := w.id()
		there, err := edit.Apply(w.tree, []edit.Operation{&edit.Rename{Step: id, ID: "never_seen"}}, options())
		if err != nil {
			return // the trigger, or nobody
		}
		if text := writtenTree(t, there.Tree); strings.Contains(text, "steps."+id+".") || strings.Contains(text, `ran("`+id) {
			t.Fatalf("%s is still read\n%s", id, text)
		}
		back, err := edit.Apply(there.Tree, []edit.Operation{&edit.Rename{Step: "never_seen", ID: id}}, options())
		if err != nil {
			if id == "Bad ID" {
				return
			}
			t.Fatal(err)
		}
		if !same(back.Tree, w.tree) {
			t.Fatalf("%s:\n%s", id, writtenTree(t, back.Tree))
		}
	})
}

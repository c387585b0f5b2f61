package edit_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redial/designer/edit"
	"redial/engine/flow"
)

// anyTree makes trees that look like flow files, more or less, so that two of
// them have much in common.
func anyTree() *rapid.Generator[flow.Object] {
	return rapid.Custom(func(t *rapid.T) flow.Object {
		return body(t, 0, "redial", "slug", "name", "config", "trigger")
	})
}

func body(t *rapid.T, depth int, more ...string) flow.Object {
	keys := append([]string{"steps", "edges", "odd key"}, more...)
	return object(t, keys, func(name string) any {
		switch name {
		case "steps":
			if rapid.IntRange(0, 9).Draw(t, "broken") == 0 {
				return scalar(t)
			}
			return object(t, []string{"a", "b", "c", "d", "e", "f"}, func(string) any { return aStep(t, depth) })
		case "edges":
			return edgeList(t)
		}
		return anyValue(t, 2)
	})
}

func aStep(t *rapid.T, depth int) any {
	return object(t, []string{"uses", "name", "with", "do", "at", "retry"}, func(name string) any {
		switch {
		case name == "with":
			return object(t, []string{"sku", "do", "quantity", "x.y"}, func(name string) any {
				if name == "do" && depth < 2 {
					return body(t, depth+1)
				}
				return anyValue(t, 2)
			})
		case name == "do" && depth < 2:
			return body(t, depth+1)
		}
		return anyValue(t, 1)
	})
}

func edgeList(t *rapid.T) any {
	names := []string{"a -> b", "b -> c", "c.x -> d", "d -> e", "e -> f", "f -> a"}
	picked := rapid.SliceOfN(rapid.SampledFrom(names), 0, 6).Draw(t, "edges")
	list := make([]any, 0, len(picked))
	doubles := rapid.IntRange(0, 5).Draw(t, "doubles") == 0
	for _, name := range picked {
		if doubles || !slices.Contains(list, any(name)) {
			list = append(list, name)
		}
	}
	return list
}

// object has some of the names, in any order.
func object(t *rapid.T, names []string, value func(string) any) flow.Object {
	order := rapid.Permutation(names).Draw(t, "order")
	if rapid.Bool().Draw(t, "usual order") {
		order = names
	}
	made := flow.Object{}
	for _, name := range order {
		if rapid.IntRange(0, 2).Draw(t, "there") > 0 {
			made = append(made, flow.Field{Name: name, Value: value(name)})
		}
	}
	return made
}

func scalar(t *rapid.T) any {
	return rapid.SampledFrom([]any{
		nil, true, false, int64(0), int64(1), int64(math.MaxInt64), int64(math.MinInt64), 1.0, 2.5, 0.0, math.Copysign(0, -1), 1e300, 5e-324,
		"", "a", "text", "{{ steps.a }}", "ä\u2028\x00", "1",
	}).Draw(t, "scalar")
}

func anyValue(t *rapid.T, depth int) any {
	switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
	case kind == 0 && depth > 0:
		list := make([]any, rapid.IntRange(0, 3).Draw(t, "length"))
		for i := range list {
			list[i] = anyValue(t, depth-1)
		}
		return list
	case kind == 1 && depth > 0:
		return object(t, []string{"x", "y", "steps", "edges"}, func(string) any { return anyValue(t, depth-1) })
	}
	return scalar(t)
}

func mustApply(t *rapid.T, c edit.Changes, tree flow.Object) flow.Object {
	t.Helper()
	after, err := c.Apply(tree)
	if err != nil {
		t.Fatalf("%v\n%+v", err, c)
	}
	return after
}

func TestDiffIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyTree().Draw(t, "a"), anyTree().Draw(t, "b")
		before := tidy(a)
		there := edit.Diff(a, b)
		if got := mustApply(t, there, a); !same(got, b) {
			t.Fatalf("got %v", got)
		}
		if got := mustApply(t, there.Inverse(), b); !same(got, a) {
			t.Fatalf("and back: got %v", got)
		}
		if !same(a, before) {
			t.Fatal("the tree itself was changed")
		}
		if len(there) > 0 == same(a, b) {
			t.Fatalf("%d changes", len(there))
		}
		if len(edit.Diff(a, a)) > 0 {
			t.Fatal("a tree differs from itself")
		}
	})
}

func TestChangesAsJSONAreTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyTree().Draw(t, "a"), anyTree().Draw(t, "b")
		data, err := json.Marshal(edit.Diff(a, b))
		if err != nil {
			t.Fatal(err)
		}
		var got edit.Changes
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		if after := mustApply(t, got, a); !same(after, b) {
			t.Fatalf("got %v", after)
		}
	})
}

func TestJoinedChangesDoTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		trees := rapid.SliceOfN(anyTree(), 2, 5).Draw(t, "trees")
		var all edit.Changes
		for i := range trees[1:] {
			all = edit.Join(all, edit.Diff(trees[i], trees[i+1]))
		}
		last := trees[len(trees)-1]
		if got := mustApply(t, all, trees[0]); !same(got, last) {
			t.Fatalf("got %v", got)
		}
		if got := mustApply(t, all.Inverse(), last); !same(got, trees[0]) {
			t.Fatalf("and back: got %v", got)
		}
	})
}

func TestChangesThatDoNotOverlapCanBeDoneInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		root, more := anyTree().Draw(t, "root"), anyTree().Draw(t, "more")
		one, other := edit.Diff(root, mixed(t, root, more)), edit.Diff(root, mixed(t, root, more))
		a := mustApply(t, one, root)
		if one.Overlaps(other) != other.Overlaps(one) {
			t.Fatal("overlapping depends on who is asked")
		}
		if one.Overlaps(other) {
			return
		}
		both, err := other.Apply(a)
		if err != nil {
			t.Fatalf("%v\n%+v\n%+v", err, one, other)
		}
		mustApply(t, one.Inverse(), both)
	})
}

// mixed is a tree with a few things as they are in another one.
func mixed(t *rapid.T, a, b flow.Object) flow.Object {
	made := flow.Object{}
	for _, f := range a {
		theirs, there := b.Get(f.Name)
		mine, isObject := f.Value.(flow.Object)
		inner, both := theirs.(flow.Object)
		switch rapid.IntRange(0, 9).Draw(t, "mix") {
		case 0:
			if !there {
				continue
			}
			f.Value = theirs
		case 1, 2, 3:
			if isObject && both {
				f.Value = mixed(t, mine, inner)
			}
		}
		made = append(made, f)
	}
	for _, f := range b {
		if _, there := a.Get(f.Name); !there && rapid.IntRange(0, 5).Draw(t, "more") == 0 {
			made = slices.Insert(made, rapid.IntRange(0, len(made)).Draw(t, "place"), f)
		}
	}
	return made
}

func TestChangesNeverReplaceWhatTheyHaveNotSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, other := anyTree().Draw(t, "a"), anyTree().Draw(t, "b"), anyTree().Draw(t, "other")
		changes := edit.Diff(a, b)
		before := tidy(other)
		_, err := changes.Apply(other)
		if err != nil && !errors.Is(err, edit.ErrConflict) {
			t.Fatalf("got error %v", err)
		}
		if !same(other, before) {
			t.Fatal("the tree itself was changed")
		}
	})
}

// tree1 has what the table below changes.
func tree1() flow.Object {
	return flow.Object{
		{Name: "name", Value: "One"},
		{Name: "steps", Value: flow.Object{
			{Name: "a", Value: flow.Object{{Name: "uses", Value: "http"}, {Name: "with", Value: flow.Object{{Name: "x", Value: int64(1)}, {Name: "y", Value: []any{int64(1)}}}}}},
			{Name: "b", Value: flow.Object{{Name: "uses", Value: "http"}}},
		}},
		{Name: "edges", Value: []any{"trigger -> a", "a -> b"}},
	}
}

// edited is tree1 after operations.
func edited(t *testing.T, tree flow.Object, operations string) flow.Object {
	t.Helper()
	decoded, err := edit.Decode([]byte(operations))
	if err != nil {
		t.Fatal(err)
	}
	result, err := edit.Apply(tree, decoded, options())
	if err != nil {
		t.Fatal(err)
	}
	return result.Tree
}

func TestOverlaps(t *testing.T) {
	t.Parallel()
	base := edited(t, read(t, []byte("redial: 1\nslug: a\ntrigger: {uses: manual}\n")), `[
		{"op": "add", "uses": "http", "id": "a", "after": {"step": "trigger"}},
		{"op": "add", "uses": "http", "id": "b", "after": {"step": "a"}},
		{"op": "set", "step": "a", "path": "with.url", "value": "https://a.example"}]`)
	for _, c := range []struct {
		name, one, other string
		want             bool
	}{
		{"two fields", `{"op":"set","step":"a","path":"with.url","value":"x"}`, `{"op":"set","step":"a","path":"with.method","value":"GET"}`, false},
		{"one field", `{"op":"set","step":"a","path":"with.url","value":"x"}`, `{"op":"set","step":"a","path":"with.url","value":"y"}`, true},
		{"a field of a step that goes", `{"op":"set","step":"a","path":"with.url","value":"x"}`, `{"op":"remove","steps":["a"]}`, true},
		{"a field of a step that is renamed", `{"op":"set","step":"a","path":"with.url","value":"x"}`, `{"op":"rename","step":"a","id":"c"}`, true},
		{"the first field of a step, twice", `{"op":"set","step":"b","path":"with.url","value":"x"}`, `{"op":"set","step":"b","path":"with.method","value":"GET"}`, false},
		{"two steps", `{"op":"add","uses":"http","id":"c"}`, `{"op":"add","uses":"http","id":"d"}`, false},
		{"two steps of one ID", `{"op":"add","uses":"http","id":"c"}`, `{"op":"add","uses":"http","id":"c"}`, true},
		{"two edges", `{"op":"disconnect","from":"a","to":"b"}`, `{"op":"disconnect","from":"trigger","to":"a"}`, false},
		{"an edge", `{"op":"disconnect","from":"a","to":"b"}`, `{"op":"reconnect","from":"a","to":"b","newFrom":"trigger"}`, true},
		{"a step and the name", `{"op":"remove","steps":["b"]}`, `{"op":"set","path":"name","value":"x"}`, false},
	} {
		one, other := edited(t, base, "["+c.one+"]"), edited(t, base, "["+c.other+"]")
		a, b := edit.Diff(base, one), edit.Diff(base, other)
		if got := a.Overlaps(b); got != c.want || b.Overlaps(a) != c.want {
			t.Errorf("%s: got %t", c.name, got)
		}
		after, err := b.Apply(one)
		if (err != nil) != c.want {
			t.Errorf("%s: one after the other gives error %v", c.name, err)
		}
		if err != nil {
			continue
		}
		if back, err := a.Inverse().Apply(after); err != nil || !same(back, other) {
			t.Errorf("%s: without the first there is %v, error %v", c.name, back, err)
		}
	}
}

func TestAddedSteps(t *testing.T) {
	t.Parallel()
	frame := edited(t, tree1(), `[{"op": "add", "uses": "each"}]`)
	for name, test := range map[string]struct {
		before, after flow.Object
		want          string
	}{
		"nothing":     {tree1(), tree1(), ""},
		"a field":     {tree1(), edited(t, tree1(), `[{"op": "set", "step": "a", "path": "with.x", "value": 2}]`), ""},
		"two copies":  {tree1(), edited(t, tree1(), `[{"op": "duplicate", "steps": ["a", "b"]}]`), "a_2 b_2"},
		"a frame":     {tree1(), frame, "each"},
		"inside":      {frame, edited(t, frame, `[{"op": "add", "uses": "http", "in": "each"}]`), "http"},
		"all of them": {flow.Object{{Name: "name", Value: "One"}}, tree1(), "a b"},
		"one deleted": {tree1(), edited(t, tree1(), `[{"op": "remove", "steps": ["a"], "heal": true}]`), ""},
	} {
		if got := strings.Join(edit.Diff(test.before, test.after).Added(), " "); got != test.want {
			t.Errorf("%s: %q are added, want %q", name, got, test.want)
		}
	}
}

func TestConflictsNameTheirPlace(t *testing.T) {
	t.Parallel()
	a := tree1()
	b := flow.Object{{Name: "name", Value: "One"}, {Name: "steps", Value: flow.Object{{Name: "odd.one", Value: int64(1)}}}}
	changes := edit.Diff(b, flow.Object{{Name: "name", Value: "One"}, {Name: "steps", Value: flow.Object{{Name: "odd.one", Value: int64(2)}}}})
	_, err := changes.Apply(a)
	if !errors.Is(err, edit.ErrConflict) || err.Error() != `steps["odd.one"]: the flow was changed there meanwhile` {
		t.Errorf("got error %v", err)
	}
}

func TestJoinMakesOneChangeOfTyping(t *testing.T) {
	t.Parallel()
	trees := []flow.Object{tree1()}
	for _, text := range []string{"W", "Wo", "Wor", "Word"} {
		trees = append(trees, flow.Object{{Name: "name", Value: text}, trees[0][1], trees[0][2]})
	}
	var all edit.Changes
	for i := range trees[1:] {
		all = edit.Join(all, edit.Diff(trees[i], trees[i+1]))
	}
	if len(all) != 1 {
		t.Errorf("got %+v", all)
	}
	if back := edit.Join(all, edit.Diff(trees[4], trees[0])); len(back) != 0 {
		t.Errorf("typing that was taken back is %+v", back)
	}
}

func TestStoredChangesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`{}`, `[1]`, `[{}]`, `[{"path":[1],"old":1}]`, `[{"path":["a"]}]`, `[{"path":["a"],"kind":"x","old":1}]`, `[{"path":"a","old":1}]`} {
		var c edit.Changes
		if err := json.Unmarshal([]byte(data), &c); err == nil {
			t.Errorf("%s was read as %+v", data, c)
		}
	}
	for _, data := range []string{`[{"path":[],"old":1}]`, `[{"path":["edges"],"kind":"item","old":1}]`, `[{"path":[],"kind":"order","new":[1]}]`, `[{"path":["edges"],"kind":"item","index":-5,"old":"x","new":"y"}]`} {
		var c edit.Changes
		if err := json.Unmarshal([]byte(data), &c); err != nil {
			t.Errorf("%s: %v", data, err)
		}
		if _, err := c.Apply(tree1()); !errors.Is(err, edit.ErrConflict) {
			t.Errorf("%s: got error %v", data, err)
		}
	}
}

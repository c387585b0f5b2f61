package web

import (
	"strings"
	"testing"
)

func TestValueTreeIsBounded(t *testing.T) {
	t.Parallel()
	deep := any("end")
	for range 500 {
		deep = []any{deep}
	}
	wide := map[string]any{}
	for _, name := range strings.Split(strings.Repeat("abcdefghij", 30), "") {
		wide[name+strings.Repeat("x", len(wide))] = []any{1.0, 2.0, map[string]any{"a": nil}}
	}
	many := make([]any, 100_000)
	for i := range many {
		many[i] = many[max(0, i-200):i:i]
	}
	for name, tc := range map[string]struct {
		value any
		whole bool
	}{
		"small": {map[string]any{"a": []any{int64(1), nil, true, "x"}, "b": map[string]any{}}, true},
		"deep":  {deep, false},
		"wide":  {wide, false},
		"many":  {many, false},
		"long":  {strings.Repeat("ü", 10_000), false},
		"name":  {map[string]any{strings.Repeat("ü", 10_000): int64(1)}, false},
		"nil":   {nil, true},
	} {
		root, whole := newValueTree(tc.value)
		if whole != tc.whole {
			t.Errorf("%s: whole is %t", name, whole)
		}
		nodes, longest := measure(root)
		if nodes > treeNodes+treeDepth || longest > treeText+len("…") {
			t.Errorf("%s: %d nodes, the longest text has %d bytes", name, nodes, longest)
		}
	}
}

func measure(n *valueNode) (nodes, longest int) {
	nodes, longest = 1, max(len(n.Text), len(n.Name))
	for i := range n.Children {
		inner, text := measure(&n.Children[i])
		nodes, longest = nodes+inner, max(longest, text)
	}
	return nodes, longest
}

func TestValueTreeKeepsNumbersAndOrder(t *testing.T) {
	t.Parallel()
	root, _ := newValueTree(map[string]any{"b": int64(9007199254740993), "a": 1.5, "c": "1"})
	var got []string
	for _, child := range root.Children {
		got = append(got, child.Name+" "+child.Kind+" "+child.Text)
	}
	if want := "a number 1.5, b number 9007199254740993, c string 1"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

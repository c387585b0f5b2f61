package flowfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// tree reads a flow file as a tree.
func tree(t *testing.T, text string) flow.Object {
	t.Helper()
	document, err := flowfile.Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return document.Tree()
}

func TestTreeOfAFlowWithoutFaultsIsItsCanonicalForm(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../designer/template/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no templates", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		document, err := flowfile.Read(text)
		if err != nil {
			t.Fatal(err)
		}
		canonical, err := flowfile.WriteYAML(document.Flow)
		if err != nil {
			t.Fatal(err)
		}
		written, err := flowfile.WriteTree(document.Tree())
		if err != nil {
			t.Fatal(err)
		}
		if string(written) != string(canonical) {
			t.Errorf("%s: the tree is written as\n%s\nand the flow as\n%s", file, written, canonical)
		}
		inJSON, err := flowfile.WriteTreeJSON(document.Tree())
		if err != nil || !reflect.DeepEqual(document.Tree(), tree(t, string(inJSON))) {
			t.Errorf("%s: its tree is another one when it was written as JSON; error %v", file, err)
		}
		again, err := flowfile.FromTree(document.Tree())
		if err != nil || !reflect.DeepEqual(again.Tree(), document.Tree()) || !reflect.DeepEqual(again.Tree(), tree(t, string(written))) {
			t.Errorf("%s: its tree is another one when it is read again; error %v", file, err)
		}
	}
}

func TestTreeKeepsWhatIsWrong(t *testing.T) {
	t.Parallel()
	text := `redial: 1
slug: wrong
colour: red
deadline: soon
trigger:
  uses: webhook
  extra: [1, 2.0, null]
steps:
  a b: {uses: http, timeout: 5}
  b: just text
  c:
    uses: each
    do:
      steps:
        d: {uses: http, with: {total: 1e999}}
      edges:
        - d
        - 7
edges:
  - trigger -> c
  - not an edge
  - {from: a}
`
	want := `redial: 1
slug: wrong
colour: red
deadline: soon
trigger:
  uses: webhook
  extra: [1, 2.0, null]
steps:
  a b:
    uses: http
    timeout: 5
  b: just text
  c:
    uses: each
    do:
      steps:
        d:
          uses: http
          with:
            total: "1e999"
      edges:
        - d
        - 7
edges:
  - trigger -> c
  - not an edge
  - from: a
`
	got, err := flowfile.WriteTree(tree(t, text))
	if err != nil || string(got) != want {
		t.Errorf("error %v, and written is\n%s", err, got)
	}
	if again := tree(t, want); !reflect.DeepEqual(again, tree(t, text)) {
		t.Errorf("what is written reads as %v", again)
	}
}

func TestFromTreeRefuses(t *testing.T) {
	t.Parallel()
	var deep any
	for range flow.MaxNesting {
		deep = []any{deep}
	}
	_, err := flowfile.FromTree(flow.Object{{Name: "config", Value: deep}})
	if !errors.Is(err, flowfile.ErrTooLarge) {
		t.Errorf("a tree too deep: got error %v", err)
	}
	steps := make(flow.Object, flow.MaxSteps+1)
	for i := range steps {
		steps[i] = flow.Field{Name: "s" + strings.Repeat("x", i), Value: flow.Object{}}
	}
	if _, err = flowfile.FromTree(flow.Object{{Name: "steps", Value: steps}}); !errors.Is(err, flowfile.ErrTooLarge) {
		t.Errorf("too many steps: got error %v", err)
	}
	if _, err = flowfile.FromTree(flow.Object{{Name: "slug", Value: 1}}); err == nil || !strings.Contains(err.Error(), "cannot hold a int") {
		t.Errorf("a value that no file holds: got error %v", err)
	}
}

func TestDurationsOfATreeAreWrittenLikeThoseOfAFlow(t *testing.T) {
	t.Parallel()
	for _, duration := range []string{"1.5s", "1m0.25s", "500ms", "2µs", "2d"} {
		text := "redial: 1\nslug: a\nmode: sync\ntrigger:\n  uses: manual\nsteps:\n  w:\n    uses: http\n    timeout: " + duration + "\n"
		got, err := flowfile.WriteTree(tree(t, text))
		if err != nil || string(got) != text {
			t.Errorf("error %v, and %s is written as\n%s", err, duration, got)
		}
	}
}

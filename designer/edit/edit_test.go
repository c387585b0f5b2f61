package edit_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"redial/designer/edit"
	"redial/engine/components"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/outbound"
	"redial/engine/step"
)

// library is that of the built-in steps and the embedded components. The client
// is never used: edits call nobody.
var library = step.NewLibrary(components.Embedded(), outbound.New(outbound.Options{}))

// options know one connection of Acme and two of QuickBooks. Without positions
// in the file, cards stand in a row, in the order of the file; inner steps begin at
// 0, 0.
func options() edit.Options {
	return edit.Options{
		Library:     library,
		Connections: map[string]string{"acme": "acme", "books": "quickbooks", "more_books": "quickbooks"},
		Layout: func(f *flow.Flow) map[string]flow.Position {
			all := map[string]flow.Position{flow.TriggerID: {}}
			row(&f.Body, 1, all)
			return all
		},
	}
}

func row(b *flow.Body, first int, all map[string]flow.Position) {
	for i := range b.Steps {
		s := &b.Steps[i]
		all[s.ID] = flow.Position{X: float64(320 * (first + i))}
		if s.At != nil {
			all[s.ID] = *s.At
		}
		if s.Do != nil {
			row(s.Do, 0, all)
		}
	}
}

// read is the tree of flow-file text.
func read(t testing.TB, text []byte) flow.Object {
	t.Helper()
	document, err := flowfile.Read(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return document.Tree()
}

// written is a tree as a file.
func written(t testing.TB, tree flow.Object) string {
	t.Helper()
	text, err := flowfile.WriteTree(tree)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// templates are real flows.
func templates(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("../template/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no templates", err)
	}
	all := map[string][]byte{}
	for _, file := range files {
		if all[filepath.Base(file)], err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// same compares trees, taking lists and objects that are empty for the same
// whether they are nil or not.
func same(a, b any) bool { return reflect.DeepEqual(tidy(a), tidy(b)) }

func tidy(value any) any {
	switch v := value.(type) {
	case flow.Object:
		made := make(flow.Object, len(v))
		for i, f := range v {
			made[i] = flow.Field{Name: f.Name, Value: tidy(f.Value)}
		}
		return made
	case []any:
		made := make([]any, len(v))
		for i := range v {
			made[i] = tidy(v[i])
		}
		return made
	}
	return value
}

package edit_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"redial/designer/edit"
	"redial/engine/flowfile"
)

// FuzzApply reads operations from anywhere and does them to drafts, good ones
// and broken ones.
func FuzzApply(f *testing.F) {
	for _, file := range []string{"automatic", "placed", "broken"} {
		archive, err := txtar.ParseFile("testdata/" + file + ".txtar")
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files[1:] {
			if !strings.HasSuffix(part.Name, "=>") {
				f.Add(archive.Files[0].Data, part.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, source, data []byte) {
		document, err := flowfile.Read(source)
		if err != nil {
			return
		}
		operations, err := edit.Decode(data)
		if err != nil {
			return
		}
		tree := document.Tree()
		before := tidy(tree)
		result, err := edit.Apply(tree, operations, options())
		if !same(tree, before) {
			t.Fatal("the tree itself was changed")
		}
		if err != nil {
			var why *edit.Refused
			if !errors.As(err, &why) || why.Message == "" {
				t.Fatalf("got error %v", err)
			}
			return
		}
		text, err := flowfile.WriteTree(result.Tree)
		if err != nil {
			t.Fatal(err)
		}
		again, err := flowfile.Read(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if !same(again.Tree(), result.Tree) {
			t.Fatalf("read again the tree is\n%v\nand was\n%v", again.Tree(), result.Tree)
		}
		changes := edit.Diff(tree, result.Tree)
		if back, err := changes.Inverse().Apply(result.Tree); err != nil || !same(back, tree) {
			t.Fatalf("undone, error %v, there is\n%v\nand was\n%v", err, back, tree)
		}
	})
}

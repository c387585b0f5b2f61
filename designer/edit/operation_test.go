package edit_test

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"redial/designer/edit"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

var update = flag.Bool("update", false, "write what comes of the edits into testdata")

// Each archive in testdata begins with a flow. After it come pairs: the
// operations of an edit of that flow, named after what is shown, and what came
// of it: what was said, and how the lines of the file differ.
func TestOperations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no archives", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			tree := read(t, archive.Files[0].Data)
			wanted := map[string]string{}
			made := &txtar.Archive{Comment: archive.Comment, Files: archive.Files[:1:1]}
			for _, f := range archive.Files[1:] {
				wanted[f.Name] = string(f.Data)
			}
			for _, f := range archive.Files[1:] {
				if strings.HasSuffix(f.Name, "=>") {
					continue
				}
				got := outcome(t, tree, f.Data)
				if want := wanted[f.Name+" =>"]; got != want && !*update {
					t.Errorf("%s: got\n%s\nwant\n%s", f.Name, got, want)
				}
				made.Files = append(made.Files, f, txtar.File{Name: f.Name + " =>", Data: []byte(got)})
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(made), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// outcome is what comes of an edit, for people to read.
func outcome(t *testing.T, tree flow.Object, data []byte) string {
	t.Helper()
	operations, err := edit.Decode(data)
	if err != nil {
		return fmt.Sprintf("unreadable: %v\n", err)
	}
	result, err := edit.Apply(tree, operations, options())
	var refused *edit.Refused
	if errors.As(err, &refused) {
		text := fmt.Sprintf("refused: %s\n", refused.Message)
		if refused.Step != "" || refused.Path != "" {
			text += fmt.Sprintf("at: %s %s\n", refused.Step, refused.Path)
		}
		return strings.ReplaceAll(text, " \n", "\n")
	}
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "label: %s\n", result.Label)
	for _, list := range []struct {
		name string
		ids  []string
	}{{"created", result.Created}, {"removed", result.Removed}} {
		if len(list.ids) > 0 {
			fmt.Fprintf(&out, "%s: %s\n", list.name, strings.Join(list.ids, " "))
		}
	}
	for _, old := range slices.Sorted(maps.Keys(result.Renamed)) {
		fmt.Fprintf(&out, "renamed: %s %s\n", old, result.Renamed[old])
	}
	if result.Notice != "" {
		fmt.Fprintf(&out, "notice: %s\n", result.Notice)
	}
	out.WriteString(difference(written(t, tree), written(t, result.Tree)))
	if again, err := flowfile.FromTree(result.Tree); err != nil || !same(again.Tree(), result.Tree) {
		t.Errorf("the tree is not in its final form; error %v", err)
	}
	return out.String()
}

// difference shows the lines that are in one text only, in their order.
func difference(before, after string) string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var out strings.Builder
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			fmt.Fprintf(&out, "- %s\n", a[i])
			i++
		default:
			fmt.Fprintf(&out, "+ %s\n", b[j])
			j++
		}
	}
	return out.String()
}

package check_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"redial/engine/check"
	"redial/engine/component"
	"redial/engine/flowfile"
	"redial/engine/outbound"
	"redial/engine/step"
)

var update = flag.Bool("update", false, "write the golden files anew")

func library() *step.Library {
	return step.NewLibrary(component.NewCatalogue(), outbound.New(outbound.Options{}))
}

// TestGolden compares the problems of each archive's first file, with their
// places, with the file after it.
func TestGolden(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := listed(t, archive.Files[0].Data)
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "problems", Data: []byte(got)})
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if want := string(archive.Files[1].Data); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// listed reads and checks a flow as the command does.
func listed(t *testing.T, file []byte) string {
	t.Helper()
	d, err := flowfile.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	_, found := check.Flow(d.Flow, library())
	var lines strings.Builder
	for _, p := range d.Locate(append(d.Problems, found...)) {
		lines.WriteString(p.String() + "\n\t" + p.Code + " " + p.Path + "\n")
	}
	return lines.String()
}

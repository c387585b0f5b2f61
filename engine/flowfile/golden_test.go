package flowfile_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden reads the first file of each archive and compares its problems
// and its canonical exports with the files after it.
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
			input := archive.Files[0]
			got := results(t, input.Data)
			if *update {
				archive.Files = append([]txtar.File{input}, got...)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want := archive.Files[1:]
			if len(got) != len(want) {
				t.Fatalf("got %d files, want %d", len(got), len(want))
			}
			for i := range got {
				if got[i].Name != want[i].Name || string(got[i].Data) != string(want[i].Data) {
					t.Errorf("got %s:\n%s\nwant %s:\n%s", got[i].Name, got[i].Data, want[i].Name, want[i].Data)
				}
			}
		})
	}
}

func results(t *testing.T, input []byte) []txtar.File {
	t.Helper()
	d, err := flowfile.Read(input)
	var syntax *flowfile.SyntaxError
	if errors.As(err, &syntax) {
		return []txtar.File{{Name: "error", Data: []byte(syntax.Error() + "\n")}}
	}
	if err != nil {
		t.Fatal(err)
	}
	var problems strings.Builder
	for _, p := range d.Problems {
		problems.WriteString(p.String() + "\n")
		if p.Path != "" {
			problems.WriteString("\t" + p.Path)
			if p.Step != "" {
				problems.WriteString(" of " + p.Step)
			}
			problems.WriteString("\n")
		}
	}
	var files []txtar.File
	if problems.Len() > 0 {
		files = append(files, txtar.File{Name: "problems", Data: []byte(problems.String())})
	}
	if flow.HasErrors(d.Problems) {
		return files
	}
	for _, export := range []struct {
		name  string
		write func(*flow.Flow) ([]byte, error)
	}{{"export.yaml", flowfile.WriteYAML}, {"export.json", flowfile.WriteJSON}} {
		data, err := export.write(d.Flow)
		if err != nil {
			t.Fatal(err)
		}
		if export.name == "export.json" {
			data = append(data, '\n')
		}
		files = append(files, txtar.File{Name: export.name, Data: data})
	}
	return files
}

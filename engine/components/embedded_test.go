package components_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redial/engine/component"
	"redial/engine/components"
)

// TestManifestsParse reads the files one by one, so that a mistake in one is
// reported with its place.
func TestManifestsParse(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no manifests: %v", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, problems := component.Parse(source)
		for _, problem := range problems {
			t.Errorf("%s:%s (%s)", file, problem, problem.Path)
		}
		if parsed != nil && parsed.Name+".yaml" != file {
			t.Errorf("%s is named %s", file, parsed.Name)
		}
	}
	if got := len(components.Embedded().Components()); got != len(files) {
		t.Errorf("the catalogue has %d components of %d files", got, len(files))
	}
}

// TestManifestsAreComplete holds what people see to one standard.
func TestManifestsAreComplete(t *testing.T) {
	t.Parallel()
	for _, c := range components.Embedded().Components() {
		if c.Help == "" {
			t.Errorf("%s has no help", c.Name)
		}
		fieldsHaveTitles(t, c.Name+" connection", c.Connection.Fields)
		for _, action := range c.Actions {
			if action.Help == "" || action.Output == nil {
				t.Errorf("%s needs help and an output schema", action.Uses())
			}
			fieldsHaveTitles(t, action.Uses(), action.Fields)
			good := 0
			for _, example := range action.Examples {
				if example.Failure == nil {
					good++
				}
			}
			if good == 0 {
				t.Errorf("%s has no example that succeeds: it is the designer's sample", action.Uses())
			}
		}
	}
}

func fieldsHaveTitles(t *testing.T, where string, fields []component.Field) {
	t.Helper()
	for _, field := range fields {
		if field.Title == "" || strings.HasSuffix(field.Title, ".") {
			t.Errorf("%s: the field %s needs a title, without a full stop", where, field.Name)
		}
		fieldsHaveTitles(t, where+" "+field.Name, field.Fields)
	}
}

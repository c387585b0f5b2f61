package expression_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redial/engine/expression"
)

var update = flag.Bool("update", false, "write docs/expressions.md from the conformance cases")

const docsPath = "../../docs/expressions.md"

// TestDocumentation keeps docs/expressions.md what the cases say.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	want := documentation(readTopics(t))
	if *update {
		if err := os.MkdirAll(filepath.Dir(docsPath), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(docsPath, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docsPath)
	if err != nil || string(got) != want {
		t.Errorf("docs/expressions.md is not up to date (%v): run go test ./engine/expression -run TestDocumentation -update", err)
	}
}

func documentation(topics []topic) string {
	var b strings.Builder
	b.WriteString("<!-- Made from engine/expression/testdata/conformance by go test ./engine/expression -run TestDocumentation -update. Do not edit. -->\n\n# The expression language\n")
	for _, tp := range topics {
		fmt.Fprintf(&b, "\n## %s\n", tp.title)
		for _, block := range tp.blocks {
			writeBlock(&b, block)
		}
	}
	return b.String()
}

func writeBlock(b *strings.Builder, block block) {
	switch {
	case block.heading != "":
		fmt.Fprintf(b, "\n### %s\n", block.heading)
	case block.functions != "":
		writeFunctions(b, block.functions)
	case block.given != nil:
		fmt.Fprintf(b, "\nThe examples below read these values:\n\n```json\n%s\n```\n", compactJSON(block.given))
	case block.prose != "":
		fmt.Fprintf(b, "\n%s\n", block.prose)
	default:
		b.WriteString("\n| Expression | Result |\n|---|---|\n")
		for _, c := range block.cases {
			source := c.source
			if c.kind != "" && c.kind != "template" {
				source = c.kind + ": " + source
			}
			fmt.Fprintf(b, "| %s | %s |\n", code(source), shownResult(c.want))
		}
	}
}

func shownResult(want string) string {
	for _, kind := range []string{"fault", "error", "warning"} {
		if text, ok := strings.CutPrefix(want, kind+": "); ok {
			return kind + ": " + strings.ReplaceAll(text, "|", "\\|")
		}
	}
	return code(want)
}

// code is a code span fit for a table's cell.
func code(s string) string {
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		s = " " + s + " "
	}
	return fence + strings.ReplaceAll(s, "|", "\\|") + fence
}

func writeFunctions(b *strings.Builder, topic string) {
	for _, f := range expression.Functions() {
		if f.Topic != topic {
			continue
		}
		fmt.Fprintf(b, "\n#### `%s`\n\n%s\n", f.Signature, f.Help)
		if len(f.Examples) == 0 {
			continue
		}
		b.WriteString("\n| Expression | Result |\n|---|---|\n")
		for _, example := range f.Examples {
			fmt.Fprintf(b, "| %s | %s |\n", code(example.Expression), code(example.Result))
		}
	}
}

package expression_test

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"redial/engine/expression"
)

var update = flag.Bool("update", false, "write docs/expressions.md from the conformance cases")

// topic is one file of testdata/conformance: prose and cases, in order.
type topic struct {
	title  string
	blocks []block
	given  map[string]any
}

// block is a heading, prose, the reference of a topic's functions, or cases.
type block struct {
	heading, prose, functions string
	given                     map[string]any
	cases                     []conformanceCase
}

// conformanceCase is a line "kind: source => wanted".
type conformanceCase struct {
	kind, source, want string
	line               int
}

var caseKinds = []string{"template", "url", "when", "explain"}

const topicFiles = "testdata/conformance/*.txt"

// conformanceSources are the sources of all cases, without those that use up
// their budget, which would hold a fuzzer up.
func conformanceSources() []string {
	var sources []string
	names, _ := filepath.Glob(topicFiles)
	for _, name := range names {
		if strings.Contains(name, "limits") {
			continue
		}
		data, _ := os.ReadFile(name)
		for line := range strings.Lines(string(data)) {
			if at := strings.LastIndex(line, " => "); at > 0 {
				sources = append(sources, line[:at])
			}
		}
	}
	return sources
}

func readTopics(t *testing.T) []topic {
	t.Helper()
	names, err := filepath.Glob(topicFiles)
	if err != nil || len(names) == 0 {
		t.Fatalf("no conformance cases: %v", err)
	}
	topics := make([]topic, 0, len(names))
	for _, name := range names {
		topics = append(topics, readTopic(t, name))
	}
	return topics
}

func readTopic(t *testing.T, name string) topic {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var tp topic
	var cases []conformanceCase
	flush := func() {
		if len(cases) > 0 {
			tp.blocks = append(tp.blocks, block{cases: cases})
			cases = nil
		}
	}
	scanner := bufio.NewScanner(file)
	for line := 1; scanner.Scan(); line++ {
		text := scanner.Text()
		at := strings.LastIndex(text, " => ")
		switch {
		case strings.HasPrefix(text, "# ") && tp.title == "":
			tp.title = text[2:]
		case strings.HasPrefix(text, "## "):
			flush()
			tp.blocks = append(tp.blocks, block{heading: text[3:]})
		case strings.HasPrefix(text, "functions: "):
			flush()
			tp.blocks = append(tp.blocks, block{functions: text[len("functions: "):]})
		case strings.HasPrefix(text, "given "):
			flush()
			given, err := expression.DecodeJSON([]byte(text[len("given "):]))
			if err != nil {
				t.Fatalf("%s:%d: %v", name, line, err)
			}
			tp.given = given.(map[string]any)
			tp.blocks = append(tp.blocks, block{given: tp.given})
		case at > 0:
			c := conformanceCase{source: strings.TrimSpace(text[:at]), want: strings.TrimSpace(text[at+4:]), line: line}
			for _, kind := range caseKinds {
				if rest, ok := strings.CutPrefix(c.source, kind+": "); ok {
					c.kind, c.source = kind, rest
				}
			}
			cases = append(cases, c)
		case strings.TrimSpace(text) != "":
			flush()
			tp.blocks = append(tp.blocks, block{prose: text})
		}
	}
	flush()
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return tp
}

// TestConformance runs every case of the table that is also the documentation.
func TestConformance(t *testing.T) {
	t.Parallel()
	count := 0
	for _, tp := range readTopics(t) {
		scope, values := world(tp.given)
		for _, b := range tp.blocks {
			if b.given != nil {
				scope, values = world(b.given)
			}
			for _, c := range b.cases {
				count++
				if got := answer(c, scope, values); !fits(got, c.want) {
					t.Errorf("%s, line %d: %s\n gives %s\n  want %s", tp.title, c.line, c.source, got, c.want)
				}
			}
		}
	}
	if count < 300 {
		t.Errorf("only %d cases", count)
	}
}

// fits compares results exactly, and faults and errors by a part of their text.
func fits(got, want string) bool {
	for _, kind := range []string{"fault: ", "error: ", "warning: "} {
		if part, ok := strings.CutPrefix(want, kind); ok {
			return strings.HasPrefix(got, kind) && strings.Contains(got, part)
		}
	}
	return got == want
}

func answer(c conformanceCase, scope *expression.Scope, values *expression.Values) string {
	if c.kind == "template" || c.kind == "url" {
		kind := expression.TextTemplate
		if c.kind == "url" {
			kind = expression.URLTemplate
		}
		tmpl, faults := expression.CompileTemplate(c.source, scope, kind)
		if tmpl == nil {
			return faultText(faults)
		}
		v, err := tmpl.Eval(values)
		return result(v, err)
	}
	p, faults := expression.Compile(c.source, scope)
	if p == nil || (len(faults) > 0 && strings.HasPrefix(c.want, "warning: ")) {
		return faultText(faults)
	}
	switch c.kind {
	case "when":
		b, err := p.Boolean(values)
		return result(b, err)
	case "explain":
		return p.Explain(values).Text
	default:
		v, err := p.Eval(values)
		return result(v, err)
	}
}

func faultText(faults []expression.Fault) string {
	f := faults[0]
	if f.Warning {
		return "warning: " + f.Message
	}
	return "fault: " + f.Message
}

func result(v any, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	return compactJSON(v)
}

// compactJSON writes a plain value with the language's own toJSON.
func compactJSON(v any) string {
	p, _ := expression.Compile("toJSON(x)", &expression.Scope{Items: map[string]*expression.Type{"x": nil}})
	text, err := p.Eval(&expression.Values{Items: map[string]any{"x": v}})
	if err != nil {
		return err.Error()
	}
	return text.(string)
}

// world makes scope and values of a file's "given". Types are read off the
// values, but for names that begin with "any", of which nothing is known.
func world(given map[string]any) (*expression.Scope, *expression.Values) {
	values := &expression.Values{
		Trigger: object(given["trigger"]), Config: object(given["config"]), Items: object(given["items"]),
		Execution: object(given["execution"]), Flow: object(given["flow"]),
		Now: time.Date(2026, 3, 7, 21, 5, 0, 0, time.UTC), Seed: "seed",
	}
	steps := object(given["steps"])
	values.Step = func(id string) (any, bool) {
		output, ran := steps[id]
		return output, ran
	}
	scope := &expression.Scope{Steps: map[string]expression.StepInfo{}, Config: map[string]*expression.Type{}, Items: map[string]*expression.Type{}}
	if schema := given["schema"]; schema != nil {
		scope.Trigger = &expression.Type{Kind: expression.Object, Fields: map[string]*expression.Type{
			"body": expression.TypeFromSchema(schema), "headers": {Kind: expression.Object, Open: true}, "path": {Kind: expression.Text},
		}}
	}
	for id := range steps {
		scope.Steps[id] = expression.StepInfo{Upstream: true}
	}
	for _, id := range list(given["skipped"]) {
		scope.Steps[id.(string)] = expression.StepInfo{Upstream: true, MaySkip: true}
	}
	for _, id := range list(given["later"]) {
		scope.Steps[id.(string)] = expression.StepInfo{Why: "it runs after this step"}
	}
	for name := range values.Config {
		scope.Config[name] = nil
	}
	for name := range values.Items {
		scope.Items[name] = nil
	}
	return scope, values
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

// TestFunctionExamples runs the examples of the functions' own help.
func TestFunctionExamples(t *testing.T) {
	t.Parallel()
	for _, f := range expression.Functions() {
		if f.Help == "" || f.Topic == "" {
			t.Errorf("%s has no help", f.Name)
		}
		for _, example := range f.Examples {
			c := conformanceCase{source: example.Expression}
			if got := answer(c, nil, nil); got != example.Result {
				t.Errorf("%s gives %s, want %s", example.Expression, got, example.Result)
			}
		}
	}
}

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

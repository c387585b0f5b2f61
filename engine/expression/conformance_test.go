package expression_test

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"redial/engine/expression"
)

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
	scanner := bufio.NewScanner(file)
	for line := 1; scanner.Scan(); line++ {
		if err := tp.add(scanner.Text(), line); err != nil {
			t.Fatalf("%s:%d: %v", name, line, err)
		}
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return tp
}

// add reads one line of a file.
func (tp *topic) add(text string, line int) error {
	at := strings.LastIndex(text, " => ")
	switch {
	case strings.HasPrefix(text, "# ") && tp.title == "":
		tp.title = text[2:]
	case strings.HasPrefix(text, "## "):
		tp.blocks = append(tp.blocks, block{heading: text[3:]})
	case strings.HasPrefix(text, "functions: "):
		tp.blocks = append(tp.blocks, block{functions: text[len("functions: "):]})
	case strings.HasPrefix(text, "given "):
		given, err := expression.DecodeJSON([]byte(text[len("given "):]))
		if err != nil {
			return err
		}
		tp.given = object(given)
		tp.blocks = append(tp.blocks, block{given: tp.given})
	case at > 0:
		tp.addCase(conformanceCase{source: strings.TrimSpace(text[:at]), want: strings.TrimSpace(text[at+4:]), line: line})
	case strings.TrimSpace(text) != "":
		tp.blocks = append(tp.blocks, block{prose: text})
	}
	return nil
}

// addCase puts a case to those right before it.
func (tp *topic) addCase(c conformanceCase) {
	for _, kind := range caseKinds {
		if rest, ok := strings.CutPrefix(c.source, kind+": "); ok {
			c.kind, c.source = kind, rest
		}
	}
	if n := len(tp.blocks); n == 0 || tp.blocks[n-1].cases == nil {
		tp.blocks = append(tp.blocks, block{})
	}
	last := &tp.blocks[len(tp.blocks)-1]
	last.cases = append(last.cases, c)
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

package main

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"

	"redial/engine/component"
	"redial/engine/components"
	"redial/engine/outbound"
	"redial/engine/step"
	"redial/web/command"
)

var update = flag.Bool("update", false, "write the parts of the documentation that are made from the code")

// documents are the pages that people read.
func documents(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("there are no pages in docs: %v", err)
	}
	return append(pages, "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")
}

func readDocument(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// block is a fenced block of a page.
type block struct {
	language string
	line     int // of the fence
	text     string
}

// blocks splits a page into its fenced blocks and the rest, in which the lines
// of the blocks are empty.
func blocks(page string) (found []block, prose string) {
	var rest strings.Builder
	var open *block
	for i, line := range strings.SplitAfter(page, "\n") {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case open == nil && isFence:
			open = &block{language: fence, line: i + 1}
		case isFence:
			found, open = append(found, *open), nil
		case open != nil:
			open.text += line
		default:
			rest.WriteString(line)
			continue
		}
		rest.WriteString("\n")
	}
	return found, rest.String()
}

var (
	codeSpan    = regexp.MustCompile("(?s)``.*?``|`[^`]*`")
	link        = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)
	headingLine = regexp.MustCompile(`(?m)^#{1,6} +(.*)$`)
)

// TestDocumentLinks holds that links within the project lead to files and
// headings that are there.
func TestDocumentLinks(t *testing.T) {
	t.Parallel()
	for _, path := range documents(t) {
		_, prose := blocks(readDocument(t, path))
		for _, match := range link.FindAllStringSubmatch(codeSpan.ReplaceAllString(prose, "code"), -1) {
			target := match[1]
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			file, heading, _ := strings.Cut(target, "#")
			aim := path
			if file != "" {
				aim = filepath.Join(filepath.Dir(path), file)
			}
			if _, err := os.Stat(aim); err != nil {
				t.Errorf("%s links to %s, which is not there", path, target)
				continue
			}
			if heading != "" && !slices.Contains(headings(readDocument(t, aim)), heading) {
				t.Errorf("%s links to %s, but %s has no such heading", path, target, aim)
			}
		}
	}
}

// headings are the names by which the headings of a page are linked to, formed
// as GitHub forms them.
func headings(page string) []string {
	_, prose := blocks(page)
	var names []string
	for _, match := range headingLine.FindAllStringSubmatch(prose, -1) {
		name := strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			default:
				return -1
			}
		}, strings.TrimSpace(match[1]))
		names = append(names, name)
	}
	return names
}

// TestDocumentFlows holds that every flow file in the documentation passes
// `check`, or has exactly the problems that the text block behind it shows.
func TestDocumentFlows(t *testing.T) {
	t.Parallel()
	for _, path := range documents(t) {
		page := readDocument(t, path)
		found, _ := blocks(page)
		for i, b := range found {
			if b.language != "yaml" || !strings.HasPrefix(b.text, "redial:") {
				continue
			}
			got, code := checkFlow(t, b.text)
			if i+1 == len(found) || found[i+1].language != "text" {
				if code != 0 {
					t.Errorf("%s:%d: check ends with exit status %d:\n%s", path, b.line, code, got)
				}
				continue
			}
			if want := found[i+1].text; got != want {
				t.Errorf("%s:%d: check prints\n%s\nand the page shows\n%s\nTo correct the page, run this test with -update.", path, b.line, got, want)
				rewrite(t, path, b.text+"```\n\n```text\n"+want, b.text+"```\n\n```text\n"+got)
			}
		}
	}
}

// rewriting is held by who changes a page: tests run at the same time.
var rewriting sync.Mutex

// rewrite replaces a part of a page, if the flag says so.
func rewrite(t *testing.T, path, before, after string) {
	t.Helper()
	if !*update {
		return
	}
	rewriting.Lock()
	defer rewriting.Unlock()
	page := strings.Replace(readDocument(t, path), before, after, 1)
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
}

// checkFlow runs `redial check flow.yaml` where there is no data folder.
func checkFlow(t *testing.T, source string) (output string, code int) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "flow.yaml")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	code, output, errors := redial(t, "check", file, "--data", filepath.Join(dir, "none"))
	if errors != "" {
		t.Fatalf("check says: %s", errors)
	}
	return strings.ReplaceAll(output, file, "flow.yaml"), code
}

func redial(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errors bytes.Buffer
	code = command.Run(t.Context(), args, func(string) string { return "" }, strings.NewReader(""), &out, &errors)
	return code, out.String(), errors.String()
}

// section is what stands under a heading of a page, up to the next one of the
// same level.
func section(t *testing.T, page, heading string) string {
	t.Helper()
	level := heading[:strings.IndexByte(heading, ' ')+1]
	_, text, found := strings.Cut(page, "\n"+heading+"\n")
	if !found {
		t.Errorf("there is no heading %q", heading)
	}
	text, _, _ = strings.Cut(text, "\n"+level)
	return text
}

// TestDocumentedSteps holds that every built-in step and each of its fields is
// described.
func TestDocumentedSteps(t *testing.T) {
	t.Parallel()
	page := readDocument(t, "docs/flow-file.md")
	library := step.NewLibrary(components.Embedded(), outbound.New(outbound.Options{}))
	for _, kind := range library.Builtin() {
		text := section(t, page, "## `"+kind.Uses+"`")
		for _, f := range kind.Fields {
			if !strings.Contains(text, "`"+f.Name+"`") {
				t.Errorf("the field %s of %s is not described", f.Name, kind.Uses)
			}
			for _, choice := range choices(f) {
				if !strings.Contains(text, "`"+choice+"`") {
					t.Errorf("the value %s of the field %s of %s is not described", choice, f.Name, kind.Uses)
				}
			}
		}
	}
}

func choices(f component.Field) []string {
	values := make([]string, len(f.Choices))
	for i, choice := range f.Choices {
		values[i] = fmt.Sprint(choice.Value)
	}
	return values
}

// TestDocumentedFlags holds that every flag and the variable that stands for it
// is described.
func TestDocumentedFlags(t *testing.T) {
	t.Parallel()
	page := readDocument(t, "docs/operating.md")
	_, _, help := redial(t, "serve", "--help")
	found := regexp.MustCompile(`(?m)^  -([a-z-]+)|\b(REDIAL_[A-Z_]+)\b`).FindAllStringSubmatch(help, -1)
	if len(found) < 10 {
		t.Fatalf("redial serve --help shows few flags:\n%s", help)
	}
	for _, match := range found {
		name := match[2]
		if match[1] != "" {
			name = "--" + match[1]
		}
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("docs/operating.md does not describe %s", name)
		}
	}
}

// TestDocumentedRoutes holds that every address is described somewhere.
func TestDocumentedRoutes(t *testing.T) {
	t.Parallel()
	var pages strings.Builder
	for _, name := range []string{"api", "calling", "operating"} {
		pages.WriteString(readDocument(t, "docs/"+name+".md"))
	}
	route := regexp.MustCompile(`"((?:GET|POST|PUT|PATCH|DELETE) /[^"]+)"`)
	count := 0
	for _, file := range []string{"web/server.go", "web/operations.go", "web/session.go"} {
		for _, match := range route.FindAllStringSubmatch(readDocument(t, file), -1) {
			count++
			if !strings.Contains(match[1], "/static/") && !strings.Contains(pages.String(), "`"+match[1]+"`") {
				t.Errorf("no page describes `%s`", match[1])
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d routes were found; the pattern of this test fits no longer", count)
	}
}

// Between these lines docs/calling.md has the table of problem types.
const (
	tableBegin = "<!-- problem types: written by go test . -run TestDocumentedProblems -update -->\n"
	tableEnd   = "<!-- end of problem types -->\n"
)

// TestDocumentedProblems holds that the table of problem types says what the
// code says.
func TestDocumentedProblems(t *testing.T) {
	t.Parallel()
	const path = "docs/calling.md"
	page := readDocument(t, path)
	_, rest, hasBegin := strings.Cut(page, tableBegin)
	got, _, hasEnd := strings.Cut(rest, tableEnd)
	if !hasBegin || !hasEnd {
		t.Fatalf("%s has lost the lines between which the table of problem types stands", path)
	}
	if want := problemTable(t); got != want {
		t.Errorf("the table of %s is not what web says; run this test with -update", path)
		rewrite(t, path, tableBegin+got, tableBegin+want)
	}
}

// problemTable reads the types of problems from the source, as nothing outside
// of web lists them.
func problemTable(t *testing.T) string {
	t.Helper()
	return "| Type | Status | What it means | What to do |\n|---|---|---|---|\n" +
		problemRows(t, "web/reply/problem.go", "ProblemTypes") + problemRows(t, "web/reply/problem_limit.go", "limitProblems")
}

// problemRows are those of one variable of one file.
func problemRows(t *testing.T, path, variable string) (table string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != variable {
			return true
		}
		for _, element := range spec.Values[0].(*ast.CompositeLit).Elts {
			pair := element.(*ast.KeyValueExpr)
			fields := pair.Value.(*ast.CompositeLit).Elts
			table += fmt.Sprintf("| `%s` | %s | %s | %s |\n", literal(t, pair.Key),
				literal(t, fields[0]), literal(t, fields[2]), literal(t, fields[3]))
			rows++
		}
		return false
	})
	if rows == 0 {
		t.Fatalf("%s has no %s any more", path, variable)
	}
	return table
}

// literal is the value of a literal of the source, as text.
func literal(t *testing.T, e ast.Expr) string {
	t.Helper()
	l, ok := e.(*ast.BasicLit)
	if !ok {
		t.Fatalf("problemTypes holds something that is no literal: %T", e)
	}
	if l.Kind != token.STRING {
		return l.Value
	}
	text, err := strconv.Unquote(l.Value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

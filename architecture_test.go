package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// layers are the rooms of the program from the bottom to the top. A package
// imports only from lower layers; rooms side by side in one layer know nothing
// of each other. Packages inside of a room (web/simulated) share its layer.
var layers = [][]string{
	{"engine/admission", "engine/crashpoint", "engine/flow", "engine/trace"},
	{"engine/content", "engine/core", "engine/expression", "engine/flowfile", "engine/outbound", "engine/schema", "engine/signature"},
	{"engine/component"},
	{"engine/components", "engine/step"},
	{"engine/caller", "engine/check"},
	{"engine"},
	{"store"},
	{"static"},
	{"designer/canvas", "designer/edit"},
	{"designer"},
	{"web"},
	{""},
}

// rule says what some packages may not import, and why.
type rule struct {
	of      []string // patterns: a path, or path/... for all below it too
	except  []string
	may     []string // if given, nothing else; also "std" and "third party"
	mayNot  []string
	through bool // also not through other packages
	why     string
}

var rules = []rule{
	{
		of: []string{"redial/engine/flow"}, may: []string{"std"},
		why: "every room imports flow; whatever it imports, all of them get",
	},
	{
		of: []string{"redial/engine/core"}, may: []string{"std", "redial/engine/flow"},
		mayNot: []string{"context", "crypto/...", "io/...", "log/...", "math/rand/...", "net/...", "os/...", "runtime/...", "sync/...", "syscall", "unsafe"},
		why:    "what happens next is a pure function of version and events: no clock, no I/O, no chance, no threads. Resuming after a crash rests on it",
	},
	{
		of: []string{"redial/..."}, except: []string{"redial/engine/expression"}, mayNot: []string{"github.com/expr-lang/..."},
		why: "the bare language has no bounds on cost and wraps integers; expression adds both, and a second importer would go around them",
	},
	{
		// database/sql/driver is two interfaces that decimals implement.
		of:     []string{"redial/engine/..."},
		mayNot: []string{"database/sql", "modernc.org/...", "github.com/jackc/...", "github.com/pressly/goose/..."}, through: true,
		why: "the engine runs flows on any journal; a database in it could not be exchanged, and tests would need one",
	},
	{
		of:     []string{"redial/engine/..."},
		mayNot: []string{"html/template", "github.com/a-h/templ/...", "github.com/gorilla/websocket", "github.com/prometheus/..."}, through: true,
		why: "the engine serves nobody: pages, sockets and metrics are web's, and the engine must run without them",
	},
	{
		of: []string{"redial/store"}, may: []string{"std", "redial/engine", "redial/engine/crashpoint", "redial/engine/flow", "third party"},
		why: "the store keeps what the engine hands it; if it knew steps or expressions, stored data would depend on how flows run",
	},
	{
		of: []string{"redial/designer/..."}, mayNot: []string{"redial/store/...", "redial/web/...", "net/http"},
		why: "the designer is about graphs and views; who asks, and where drafts are kept, is decided by web",
	},
	{
		of:     []string{"redial/web/hook"},
		mayNot: []string{"redial/designer/...", "redial/web/refusal/...", "redial/web/ui/...", "redial/web/inspector/...", "github.com/a-h/templ/...", "github.com/alexedwards/scs/...", "github.com/gorilla/websocket"},
		why:    "a call is read, refused and answered without pages, drafts and sessions; what it needs of those who build flows it is given as functions",
	},
	{
		of: []string{"redial/web/refusal"}, mayNot: []string{"redial/designer/...", "redial/web/ui/...", "database/sql", "github.com/a-h/templ/..."},
		why: "refused calls are counted on their path, so counting knows neither pages nor tables: they read what it hands to the store",
	},
	{
		of: []string{"redial/web/header", "redial/web/ratelimit"}, may: []string{"std", "third party"},
		why: "texts are read and names are counted without knowing what a flow is, for callers and for people who sign in alike",
	},
	{
		of: []string{"redial/web/simulated/..."}, may: []string{"std", "third party", "redial/web/simulated/..."},
		why: "the simulated services stand for other people's software: sharing code with them would hide our own mistakes",
	},
}

// listed is what `go list` says about a package.
type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func TestImportsRunDownwards(t *testing.T) {
	t.Parallel()
	for _, fault := range layerFaults(listPackages(t)) {
		t.Error(fault)
	}
}

func TestImportRules(t *testing.T) {
	t.Parallel()
	for _, fault := range ruleFaults(listPackages(t)) {
		t.Error(fault)
	}
}

func listPackages(t *testing.T) []listed {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...")
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var packages []listed
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
	if len(packages) < 5 {
		t.Fatalf("go list tells of %d packages only", len(packages))
	}
	return packages
}

func layerFaults(packages []listed) []string {
	var faults []string
	for _, p := range packages {
		layer, room := place(p.ImportPath)
		if layer < 0 {
			faults = append(faults, fmt.Sprintf("%s has no place in the layers; add it to the list in this file, and to ARCHITECTURE.md", p.ImportPath))
			continue
		}
		for _, imported := range p.Imports {
			below, other := place(imported)
			if !isOurs(imported) || other == room || below < layer {
				continue
			}
			faults = append(faults, fmt.Sprintf("%s imports %s, which is not below it: imports run downwards, so that each room can be read, tested and changed without those above it", p.ImportPath, imported))
		}
	}
	return faults
}

// place finds the layer and the room of a package: the longest path in the
// list that the package is at or, but for the program itself, below.
func place(importPath string) (layer int, room string) {
	name := strings.TrimPrefix(strings.TrimPrefix(importPath, "redial"), "/")
	for dir := name; ; dir = path.Dir(dir) {
		if dir == "." || dir == "/" || dir == "engine" && name != "engine" {
			return -1, ""
		}
		for i := range layers {
			if slices.Contains(layers[i], dir) {
				return i, dir
			}
		}
	}
}

func ruleFaults(packages []listed) []string {
	var faults []string
	for _, p := range packages {
		for _, r := range rules {
			if !matchesAny(p.ImportPath, r.of) || matchesAny(p.ImportPath, r.except) {
				continue
			}
			imports, verb := p.Imports, "imports"
			if r.through {
				imports, verb = p.Deps, "imports, itself or through another package,"
			}
			for _, imported := range imports {
				if r.forbids(imported) {
					faults = append(faults, fmt.Sprintf("%s %s %s, which it may not: %s", p.ImportPath, verb, imported, r.why))
				}
			}
		}
	}
	return faults
}

func (r rule) forbids(imported string) bool {
	if matchesAny(imported, r.mayNot) {
		return true
	}
	return len(r.may) > 0 && !matchesAny(imported, r.may)
}

func matchesAny(importPath string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		switch pattern {
		case "std":
			return isStandard(importPath)
		case "third party":
			return !isStandard(importPath) && !isOurs(importPath)
		}
		if root, all := strings.CutSuffix(pattern, "/..."); all {
			return importPath == root || strings.HasPrefix(importPath, root+"/")
		}
		return importPath == pattern
	})
}

func isOurs(importPath string) bool {
	return importPath == "redial" || strings.HasPrefix(importPath, "redial/")
}

// isStandard goes by the rule of the go command: only other people's modules
// have a dot in the first part of their path.
func isStandard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".") && !isOurs(importPath)
}

// TestRulesCatch holds the rules themselves to what they are for.
func TestRulesCatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pkg, imports, deps string
		want               string // "": nothing wrong
	}{
		{"redial/engine/step", "redial/engine/component net/url", "", ""},
		{"redial/web", "redial/designer redial/engine net/http", "database/sql", ""},
		{"redial/web/simulated", "net/http", "", ""},
		{"redial/engine/flow", "golang.org/x/text/language", "", "all of them get"},
		{"redial/engine/core", "redial/engine/expression", "", "no clock"},
		{"redial/engine/core", "os", "", "no clock"},
		{"redial/engine/step", "github.com/expr-lang/expr/vm", "", "a second importer"},
		{"redial/engine/outbound", "", "database/sql", "any journal"},
		{"redial/engine", "", "html/template", "serves nobody"},
		{"redial/store", "redial/engine/step", "", "would depend on how flows run"},
		{"redial/designer", "redial/store", "", "decided by web"},
		{"redial/web/hook", "redial/store redial/web/reply net/http", "", ""},
		{"redial/web/hook", "redial/designer", "", "without pages"},
		{"redial/web/header", "redial/engine/flow", "", "what a flow is"},
		{"redial/web/simulated", "redial/engine/flow", "", "other people's software"},
		{"redial/engine/component", "redial/engine/step", "", "not below it"},
		{"redial/engine/flow", "redial/engine", "", "not below it"},
		{"redial/engine/check", "redial/engine", "", "not below it"},
		{"redial/store", "redial/web", "", "not below it"},
		{"redial/engine/core", "redial/engine/schema", "", "not below it"},
		{"redial/engine/novelty", "", "", "has no place"},
		{"redial/helpers", "", "", "has no place"},
	} {
		p := []listed{{ImportPath: c.pkg, Imports: strings.Fields(c.imports), Deps: strings.Fields(c.deps)}}
		got := strings.Join(append(layerFaults(p), ruleFaults(p)...), "\n")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s imports %s%s: got %q; want %q", c.pkg, c.imports, c.deps, got, c.want)
		}
	}
}

// httpWords are what the engine may use of net/http outside of outbound: names
// and types, nothing that opens a connection or serves one.
var httpWords = regexp.MustCompile(`^(Header|Status[A-Za-z]*|Method[A-Za-z]*|CanonicalHeaderKey)$`)

func TestOnlyOutboundCalls(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("engine/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob("engine/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, error %v", len(files), err)
	}
	for _, file := range append(files, more...) {
		if strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "engine/outbound/") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, use := range usesOfHTTP(parsed) {
			if !httpWords.MatchString(use) {
				t.Errorf("%s uses http.%s: only outbound may, because the egress guard, the limits and the redaction are there; a second client goes around them", file, use)
			}
		}
	}
}

// usesOfHTTP are the names that a file takes from net/http.
func usesOfHTTP(file *ast.File) []string {
	name := ""
	for _, spec := range file.Imports {
		if spec.Path.Value != `"net/http"` {
			continue
		}
		if name = "http"; spec.Name != nil {
			name = spec.Name.Name
		}
	}
	if name == "" {
		return nil
	}
	var uses []string
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if from, ok := selector.X.(*ast.Ident); ok && from.Name == name {
				uses = append(uses, selector.Sel.Name)
			}
		}
		return true
	})
	return uses
}

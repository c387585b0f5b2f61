package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryProblemHasAPage reads from the code of the package, and of those which answer for it, which types of
// problems it answers with. One that is not in the table would be shown as a
// fault of ours, and its page would not be there.
func TestEveryProblemHasAPage(t *testing.T) {
	t.Parallel()
	r := open(t)
	used := problemTypes(t)
	if len(used) < 20 {
		t.Fatalf("found only %q", used)
	}
	for _, name := range used {
		a := r.call(t, http.MethodGet, "/problems/"+name, "")
		if a.status != http.StatusOK {
			t.Errorf("%s is used, but has no page: %d", name, a.status)
			continue
		}
		if got, want := a.field(t, "type"), r.url+"/problems/"+name; got != want {
			t.Errorf("%s: the type is %v, want %s", name, got, want)
		}
		for _, field := range []string{"title", "means", "do"} {
			if text, _ := a.field(t, field).(string); text == "" {
				t.Errorf("%s has no %s", name, field)
			}
		}
		page := r.wants(t, http.StatusOK, http.MethodGet, "/problems/"+name, "", "Accept", "text/html,*/*;q=0.8")
		if !strings.Contains(page.body, name) || page.header.Get("Content-Type") != "text/html; charset=utf-8" ||
			!strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: the page is %v\n%s", name, page.header, page.body)
		}
	}
	r.wants(t, http.StatusNotFound, http.MethodGet, "/problems/nonsense", "")
}

func TestProblemsPointToTheirPage(t *testing.T) {
	t.Parallel()
	r := open(t)
	a := r.wants(t, http.StatusNotFound, http.MethodGet, "/hooks/nobody", "")
	if a.header.Get("Content-Type") != "application/problem+json" || a.field(t, "type") != r.url+"/problems/not-found" || a.field(t, "status") != 404.0 {
		t.Errorf("the problem is %s", a.body)
	}
}

// problemTypes are those of the table, and the texts that the code gives the field
// Type of a Problem: in a literal, by an assignment, or by way of a variable called
// kind.
func problemTypes(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.go", "hook/*.go", "reply/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no code was found at %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	var found []string
	take := func(value ast.Expr) {
		if literal, ok := value.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			name, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, name)
		}
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if isProblem(n.Type) {
					for _, element := range n.Elts {
						if pair, ok := element.(*ast.KeyValueExpr); ok && isNamed(pair.Key, "Type") {
							take(pair.Value)
						}
					}
				}
			case *ast.ValueSpec:
				if n.Names[0].Name == "ProblemTypes" {
					for _, element := range n.Values[0].(*ast.CompositeLit).Elts {
						take(element.(*ast.KeyValueExpr).Key)
					}
				}
			case *ast.AssignStmt:
				if isNamed(n.Lhs[0], "Type") || isNamed(n.Lhs[0], "kind") {
					take(n.Rhs[0])
				}
			}
			return true
		})
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func isNamed(e ast.Expr, name string) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == name
	case *ast.SelectorExpr:
		return e.Sel.Name == name
	default:
		return false
	}
}

// isProblem reports whether an expression is the type of a problem, from inside of its
// package or from outside.
func isProblem(of ast.Expr) bool {
	if selected, ok := of.(*ast.SelectorExpr); ok {
		of = selected.Sel
	}
	name, ok := of.(*ast.Ident)
	return ok && name.Name == "Problem"
}

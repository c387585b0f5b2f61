package command_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"redial/designer/template"
)

// write puts a file into a new folder and returns its path.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestImportTakesFilesAndStandardInput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := write(t, "a.yaml", mirror), write(t, "b.yaml", silent)
	got := mustRun(t, echo, "import", "--data", dir, a, "-", b)
	for _, slug := range []string{"mirror", "echo", "silent"} {
		if !strings.Contains(got, "imported "+slug+" as revision 1\n") {
			t.Errorf("import says %q", got)
		}
	}
	// Problems are told as check tells them.
	if !strings.Contains(got, b+":3:1: warning: ") {
		t.Errorf("import says %q", got)
	}
	if got := mustRun(t, "", "import", "--data", dir, a, "--publish"); got != "mirror is unchanged at revision 1\npublished mirror as version 1\n" {
		t.Errorf("import says %q", got)
	}
	if got := mustRun(t, "", "import", "--publish", a, b, "--data", dir); !strings.Contains(got, "published silent as version 1\n") {
		t.Errorf("import says %q", got)
	}
	p := serve(t, dir)
	p.hook(t, "mirror", `1`).wants(t, http.StatusOK)
	p.hook(t, "silent", `1`).wants(t, http.StatusNoContent)
	p.call(t, http.MethodGet, "/hooks/echo", nil).wants(t, http.StatusNotFound)
}

func TestImportSaysWhatItCouldNotTake(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good, broken := write(t, "good.yaml", mirror), write(t, "broken.yaml", "redial: 1\nslug: [\n")
	o := run(t, "", "import", "--data", dir, broken, "/nowhere/at-all.yaml", good)
	if o.code != 1 || !strings.Contains(o.stdout, "imported mirror") {
		t.Errorf("exit code %d, %q", o.code, o.stdout)
	}
	for _, words := range []string{broken + ":", "/nowhere/at-all.yaml"} {
		if !strings.Contains(o.stderr, words) {
			t.Errorf("the errors do not name %s: %q", words, o.stderr)
		}
	}
	if strings.Count(o.stderr, broken) != 1 || strings.Count(o.stderr, "/nowhere/at-all.yaml") != 1 {
		t.Errorf("a file is named more than once: %q", o.stderr)
	}
	faulty := write(t, "faulty.yaml", strings.Replace(mirror, "- hold -> answer", "- hold -> nobody", 1))
	o = run(t, "", "import", "--data", dir, faulty, "--publish")
	if o.code != 1 || !strings.Contains(o.stdout, faulty+":") || !strings.Contains(o.stderr, "not published") {
		t.Errorf("exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
	o = run(t, "", "import", "--data", dir, write(t, "slug.yaml", strings.Replace(mirror, "slug: mirror", "slug: A B", 1)))
	if o.code != 1 || !strings.Contains(o.stderr, "slug") {
		t.Errorf("exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
	if o := run(t, "", "import", "--data", dir); o.code != 2 {
		t.Errorf("without a file the exit code is %d", o.code)
	}
}

func TestExportAndImportChangeNothing(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		mirror, echo, strict, silent, guarded, failing, string(templateSource(t, "order-request")), string(templateSource(t, "customer-from-three-crms")),
	} {
		slug := slugOf(t, source)
		t.Run(slug, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			mustRun(t, source, "import", "--data", dir, "-")
			first := mustRun(t, "", "export", "--data", dir, slug)
			if got := mustRun(t, first, "import", "--data", dir, "-"); !strings.Contains(got, slug+" is unchanged at revision 1\n") {
				t.Errorf("import of an export says %q", got)
			}
			other := t.TempDir()
			mustRun(t, first, "import", "--data", other, "-")
			if second := mustRun(t, "", "export", "--data", other, slug); second != first {
				t.Errorf("the second export is\n%s\nnot\n%s", second, first)
			}
		})
	}
}

func templateSource(t *testing.T, slug string) []byte {
	t.Helper()
	for _, found := range template.All() {
		if found.Slug == slug {
			return found.Source
		}
	}
	t.Fatalf("there is no template %s", slug)
	return nil
}

func TestExportOfNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustRun(t, mirror, "import", "--data", dir, "-")
	if o := run(t, "", "export", "--data", dir, "nobody"); o.code != 1 || !strings.Contains(o.stderr, `"nobody"`) || o.stdout != "" {
		t.Errorf("exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
	for _, args := range [][]string{{}, {"a", "b"}} {
		if o := run(t, "", append([]string{"export", "--data", dir}, args...)...); o.code != 2 {
			t.Errorf("export %q: exit code %d", args, o.code)
		}
	}
}

func TestCheckNamesEveryPlace(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "none")
	file := write(t, "flow.yaml", `redial: 1
slug: wrong
trigger: {uses: webhook}
steps:
  ask:
    uses: nobody/ask
  think:
    uses: transform
    with: {set: {a: "{{ trigger.body. }}"}}
  answer:
    uses: respond
    with: {body: "{{ steps.thikn.a }}"}
edges:
  - trigger -> think
  - think -> answer
  - answer -> nowhere
`)
	o := run(t, "", "check", "--data", dir, file)
	if o.code != 1 || o.stderr != "" {
		t.Errorf("exit code %d, %q", o.code, o.stderr)
	}
	place := regexp.MustCompile("^" + regexp.QuoteMeta(file) + `:(\d+):(\d+): .+$`)
	lines := map[string]bool{}
	for line := range strings.Lines(o.stdout) {
		found := place.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if found == nil {
			t.Errorf("the line %q is not FILE:LINE:COL: message", line)
			continue
		}
		lines[found[1]] = true
	}
	for _, line := range []string{"6", "9", "12", "16"} {
		if !lines[line] {
			t.Errorf("nothing is said of line %s:\n%s", line, o.stdout)
		}
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("check has made a data folder: %v", err)
	}
}

func TestCheckEndsWell(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "none")
	good := write(t, "good.yaml", mirror)
	if o := run(t, "", "check", "--data", dir, good); o.code != 0 || o.stdout != "" {
		t.Errorf("exit code %d, %q", o.code, o.stdout)
	}
	// Which connections there will be is not known here: a warning.
	o := run(t, string(templateSource(t, "order-request")), "check", "--data", dir, "-")
	if o.code != 0 || !strings.Contains(o.stdout, "warning: ") || !strings.HasPrefix(o.stdout, "-:") {
		t.Errorf("exit code %d, %q", o.code, o.stdout)
	}
	broken := write(t, "broken.yaml", "redial: 1\nslug: a\n  b: c\n")
	o = run(t, "", "check", "--data", dir, good, broken)
	if o.code != 1 || !regexp.MustCompile(`^`+regexp.QuoteMeta(broken)+`:\d+:\d+: .+\n$`).MatchString(o.stdout) {
		t.Errorf("exit code %d, %q", o.code, o.stdout)
	}
	for _, tc := range []struct {
		args []string
		code int
	}{{nil, 2}, {[]string{"/nowhere/at-all.yaml"}, 1}, {[]string{t.TempDir()}, 1}} {
		if o := run(t, "", append([]string{"check", "--data", dir}, tc.args...)...); o.code != tc.code || o.stderr == "" {
			t.Errorf("check %q: exit code %d, %q", tc.args, o.code, o.stderr)
		}
	}
	huge := write(t, "huge.yaml", "redial: 1\nslug: a\ndescription: "+strings.Repeat("x", 2<<20)+"\n")
	if o := run(t, "", "check", "--data", dir, huge); o.code != 1 || !strings.HasPrefix(o.stdout, huge+":1:1: ") || len(o.stdout) > 1000 {
		t.Errorf("exit code %d, %.1000q", o.code, o.stdout+o.stderr)
	}
}

// Commands beside the server take effect for the very next call.
func TestImportBesideTheServerIsNoticed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, dir)
	p.hook(t, "mirror", `1`).wants(t, http.StatusNotFound)
	for i := range 5 {
		source := strings.Replace(mirror, `"{{ steps.hold.body }}"`, fmt.Sprintf(`"version %d"`, i), 1)
		mustRun(t, source, "import", "--data", dir, "-", "--publish")
		if a := p.hook(t, "mirror", `1`).wants(t, http.StatusOK); string(a.body) != fmt.Sprintf("version %d", i) {
			t.Fatalf("import %d was not noticed: %s", i, a)
		}
	}
	if got := mustRun(t, "", "export", "--data", dir, "mirror"); !strings.Contains(got, "version 4") {
		t.Errorf("the export is %s", got)
	}
}

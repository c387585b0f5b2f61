package command_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"redial/designer/snippet"
	"redial/engine/flow"
)

// echoing answers with what it got: at once, later than it lets callers wait, or
// with an error.
const echoing = `redial: 1
slug: echoing
deadline: 200ms
trigger: {uses: webhook}
steps:
  how:
    uses: branch
    with: {paths: [{name: slow, when: trigger.body.how == "slow"}, {name: bad, when: trigger.body.how == "bad"}, {name: quick}]}
  pause: {uses: wait, with: {for: 700ms}}
  late: {uses: respond, with: {body: {late: "{{ trigger.body }}"}}}
  bad: {uses: respond, with: {status: 418, body: "a teapot"}}
  own: {uses: respond, with: {status: 202, body: {own: "{{ trigger.body }}"}}}
edges: [trigger -> how, how.slow -> pause, pause -> late, how.bad -> bad, how.quick -> own]
`

// runners run a snippet that is in a file.
var runners = map[snippet.Language]struct{ file, program, argument string }{
	snippet.Curl:   {"call.sh", "sh", ""},
	snippet.Fetch:  {"call.mjs", "node", ""},
	snippet.Python: {"call.py", "python3", ""},
	snippet.Go:     {"call.go", "go", "run"},
}

// The code that people copy is run as it is: for an answer that comes on the
// line, though it is a 202 itself, for one that comes after a hand-over, and for
// an error of an async flow.
func TestCopiedCodeCallsTheFlow(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.publish(t, echoing)
	p.publish(t, strings.Replace(strings.Replace(echoing, "slug: echoing", "slug: echoing-async", 1), "deadline:", "mode: async\ndeadline:", 1))
	for language := range runners {
		t.Run(string(language), func(t *testing.T) {
			t.Parallel()
			for how, key := range map[string]string{"slow": "late", "quick": "own"} {
				got, err := copied(t, p, language, flow.Sync, how)
				want := fmt.Sprintf(`{"%s":{"how":"%s","n":9007199254740993,"text":"it's \"ü\" $HOME"}}`, key, how)
				if err != nil || normal(t, []byte(got)) != normal(t, []byte(want)) {
					t.Errorf("%s: %v\n%s", how, err, got)
				}
			}
			if got, err := copied(t, p, language, flow.Async, "bad"); !strings.Contains(got, "a teapot") || (err == nil) != (language == snippet.Curl) {
				t.Errorf("an error is told as %v\n%s", err, got)
			}
		})
	}
}

// copied runs the code of a call and returns what it prints.
func copied(t *testing.T, p *program, language snippet.Language, mode flow.Mode, how string) (string, error) {
	t.Helper()
	slug := "echoing"
	if mode == flow.Async {
		slug = "echoing-async"
	}
	code, err := snippet.Write(language, snippet.Call{
		URL: p.base + "/hooks/" + slug, Method: http.MethodPost, Mode: mode, Deadline: 200 * time.Millisecond,
		Body: fmt.Sprintf(`{"how": %q, "n": 9007199254740993, "text": "it's \"ü\" $HOME"}`, how),
	})
	if err != nil {
		t.Fatal(err)
	}
	runner := runners[language]
	file := filepath.Join(t.TempDir(), runner.file)
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath(runner.program)
	if err != nil {
		t.Fatalf("%s is needed to run what people copy: %v", runner.program, err)
	}
	arguments := []string{file}
	if runner.argument != "" {
		arguments = []string{runner.argument, file}
	}
	command := exec.CommandContext(t.Context(), program, arguments...)
	command.Env = append(os.Environ(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1", "GOFLAGS=-mod=mod")
	output, err := command.CombinedOutput()
	return strings.TrimSpace(string(output)), err
}

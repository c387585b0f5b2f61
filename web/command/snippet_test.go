package command_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
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
var runners = map[snippet.Language]struct{ file, program string }{
	snippet.Curl:   {"call.sh", "sh"},
	snippet.Fetch:  {"call.mjs", "node"},
	snippet.Python: {"call.py", "python3"},
	snippet.Go:     {"call.go", "go"},
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
			if language == snippet.Curl {
				line, err := snippet.Plain(snippet.Call{URL: p.base + "/hooks/echoing?a=it's", Method: http.MethodPost, Body: body("quick")})
				if err != nil || strings.Contains(line, "\n") {
					t.Fatal(line, err)
				}
				output, err := exec.CommandContext(t.Context(), "sh", "-c", line).Output()
				head, got, _ := strings.Cut(string(output), "\r\n\r\n")
				if err != nil || !strings.Contains(head, "202 Accepted") || normal(t, []byte(got)) != normal(t, []byte(`{"own":`+body("quick")+`}`)) {
					t.Errorf("%s: %v\n%s", line, err, output)
				}
			}
			if got, err := copied(t, p, language, flow.Async, "bad"); !strings.Contains(got, "a teapot") || (err == nil) != (language == snippet.Curl) {
				t.Errorf("an error is told as %v\n%s", err, got)
			}
		})
	}
}

// flaky is a flow whose service is down for the first call of each language.
const flaky = `redial: 1
slug: flaky-%[2]s
trigger: {uses: webhook}
steps:
  ask: {uses: http, with: {url: "%[1]s/{{ trigger.body.how }}"}}
  answer: {uses: respond, with: {body: {got: "{{ steps.ask.body }}", heard: "{{ trigger.body }}"}}}
edges: [trigger -> ask, ask -> answer]
`

// A call that fails for a reason that passes is made again under its key: the
// execution goes on, and there is one.
func TestCopiedCodeTriesAgain(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	var mu sync.Mutex
	calls := map[string]int{} // by path
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if calls[r.URL.Path]++; calls[r.URL.Path] == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`"up"`))
	}))
	t.Cleanup(service.Close)
	for language := range runners {
		t.Run(string(language), func(t *testing.T) {
			t.Parallel()
			p.publish(t, fmt.Sprintf(flaky, service.URL, language))
			slug := "flaky-" + string(language)
			got, err := runCopied(t, language, snippet.Call{
				URL: p.base + "/hooks/" + slug, Method: http.MethodPost, Mode: flow.Sync, Deadline: time.Minute,
				Body: fmt.Sprintf(`{"how": %q}`, language),
			})
			if want := fmt.Sprintf(`{"got":"up","heard":{"how":%q}}`, language); err != nil || got != want {
				t.Errorf("%v: %s, not %s", err, got, want)
			}
			if got := len(p.api(t, http.MethodGet, "/api/executions?flow="+slug, nil).list(t, "items")); got != 1 {
				t.Errorf("there are %d executions of one call", got)
			}
		})
	}
}

// The code sends its credential with the call and with the polls of its answer, and
// signs each of them.
func TestCopiedCodeIdentifiesItself(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	const key = "k€y &a=b%2F+#'\"$HOME"
	p.connect(t, "signed", "signature", map[string]any{"secret": standardSecret})
	p.connect(t, "query", "http", map[string]any{"scheme": "api_key", "in": "query", "name": "shop key", "key": key})
	for name, c := range map[string]struct {
		kind, secret string
		credential   snippet.Credential
	}{
		"signed": {"signature", standardSecret, snippet.Credential{Signed: true}},
		"query":  {"api_key", key, snippet.Credential{Query: "shop key"}},
	} {
		p.publish(t, strings.NewReplacer("slug: echoing", "slug: echoing-"+name, "trigger: {uses: webhook}",
			fmt.Sprintf("trigger: {uses: webhook, with: {auth: {type: %s, connection: %s}}}", c.kind, name)).Replace(echoing))
		for language := range runners {
			t.Run(name+" "+string(language), func(t *testing.T) {
				t.Parallel()
				const body = `{"how": "slow", "text": "it's ü"}`
				call := snippet.Call{
					URL: p.base + "/hooks/echoing-" + name, Method: http.MethodPost, Mode: flow.Sync, Deadline: 200 * time.Millisecond,
					Body: body, Credential: &c.credential,
				}
				got, err := runCopied(t, language, call, "FLOW_CREDENTIAL="+c.secret)
				if want := `{"late":` + body + `}`; err != nil || normal(t, []byte(got)) != normal(t, []byte(want)) {
					t.Errorf("%v\n%s", err, got)
				}
				if language == snippet.Go {
					return // which takes long to build, twice
				}
				if got, _ = runCopied(t, language, call, "FLOW_CREDENTIAL=whsec_AAAAAAAAAAAAAAAAAAAAAAAA"); !strings.Contains(got, "credentials-required") {
					t.Errorf("with another credential: %s", got)
				}
			})
		}
	}
}

// copied runs the code of a call and returns what it prints.
func copied(t *testing.T, p *program, language snippet.Language, mode flow.Mode, how string) (string, error) {
	t.Helper()
	slug := "echoing"
	if mode == flow.Async {
		slug = "echoing-async"
	}
	return runCopied(t, language, snippet.Call{
		URL: p.base + "/hooks/" + slug, Method: http.MethodPost, Mode: mode, Deadline: 200 * time.Millisecond,
		Body: body(how),
	})
}

func body(how string) string {
	return fmt.Sprintf(`{"how": %q, "n": 9007199254740993, "text": "it's \"ü\" $HOME"}`, how)
}

func runCopied(t *testing.T, language snippet.Language, call snippet.Call, env ...string) (string, error) {
	t.Helper()
	code, err := snippet.Write(language, call)
	if err != nil {
		t.Fatal(err)
	}
	program := ready(t, language, code)
	program.Env = append(program.Env, env...)
	output, err := program.CombinedOutput()
	return strings.TrimSpace(string(output)), err
}

// ready is the program of a code, which was not started yet.
func ready(t *testing.T, language snippet.Language, code string) *exec.Cmd {
	t.Helper()
	runner := runners[language]
	file := filepath.Join(t.TempDir(), runner.file)
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath(runner.program)
	if err != nil {
		t.Fatalf("%s is needed to run what people copy: %v", runner.program, err)
	}
	environment := append(os.Environ(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	if language == snippet.Go {
		// Built and then run: who ends `go run` does not end what it runs.
		binary := file + ".out"
		build := exec.CommandContext(t.Context(), program, "build", "-o", binary, file)
		build.Env = append(slices.Clone(environment), "GOFLAGS=-mod=mod")
		if output, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, output)
		}
		program, file = binary, ""
	}
	command := exec.CommandContext(t.Context(), program)
	if file != "" {
		command.Args = append(command.Args, file)
	}
	command.Env = environment
	return command
}

// The receivers that people copy take a genuine callback and refuse another one.
func TestCopiedReceiversVerifyCallbacks(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.sign(t)
	for _, language := range []snippet.Language{snippet.Fetch, snippet.Python, snippet.Go} {
		t.Run(string(language), func(t *testing.T) {
			t.Parallel()
			code, err := snippet.Receive(language)
			if err != nil {
				t.Fatal(err)
			}
			receiver := ready(t, language, code)
			receiver.Env = append(receiver.Env, "PORT=0", "WEBHOOK_SECRET="+callbackSecret)
			out, ended := newTranscript(), make(chan struct{})
			receiver.Stdout, receiver.Stderr = out, out
			if err := receiver.Start(); err != nil {
				t.Fatal(err)
			}
			go func() {
				defer close(ended)
				_ = receiver.Wait() // it is killed at the end
			}()
			t.Cleanup(func() {
				_ = receiver.Process.Kill()
				<-ended
			})
			port := regexp.MustCompile(`listening on (\d+)\n`).FindStringSubmatch(out.await(t, ended, "\n"))
			if port == nil {
				t.Fatalf("it says %s", out)
			}
			address := "http://127.0.0.1:" + port[1] + "/"
			p.publish(t, relayed("to-"+string(language), address))
			id := p.hook(t, "to-"+string(language), `{"text":"ü €"}`).wants(t, http.StatusAccepted).id(t)
			if told := out.await(t, ended, `}}`); !strings.Contains(told, id+" 201 ") {
				t.Errorf("it says %s", told)
			}
			p.awaitCallback(t, id, "delivered")
			p.call(t, http.MethodPost, address, `{}`, "Webhook-Id", "msg_1", "Webhook-Timestamp", strconv.FormatInt(time.Now().Unix(), 10),
				"Webhook-Signature", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=").wants(t, http.StatusUnauthorized)
		})
	}
	t.Run("curl", func(t *testing.T) {
		t.Parallel()
		c := newCallbacks(t)
		p.publish(t, relayed("to-shell", c.url))
		p.hook(t, "to-shell", `{"text":"ü €"}`).wants(t, http.StatusAccepted)
		got := c.next(t)
		for body, genuine := range map[string]bool{string(got.body): true, string(got.body) + " ": false} {
			code, err := snippet.Receive(snippet.Curl)
			if err != nil {
				t.Fatal(err)
			}
			check := ready(t, snippet.Curl, code)
			for _, name := range []string{"Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"} {
				check.Args = append(check.Args, got.header.Get(name))
			}
			check.Env, check.Stdin = append(check.Env, "WEBHOOK_SECRET="+callbackSecret), strings.NewReader(body)
			output, err := check.CombinedOutput()
			if (err == nil) != genuine || strings.Contains(string(output), "genuine") != genuine {
				t.Errorf("of %q it says %s, error %v", body, output, err)
			}
		}
	})
}

package browser

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"redial/web/command"
)

// apiToken is that of every program that a test starts.
const apiToken = "token-of-the-tests"

// program is `redial demo` in this process, on ports of its own.
type program struct {
	base     string // http://HOST:PORT
	services string // of the simulated services
	link     string // signs in once
	dir      string
	stop     func() error
	visitors atomic.Int64
}

// newDemo starts a demo that a test has for itself.
func newDemo(t testing.TB, flags ...string) *program {
	t.Helper()
	p, err := startDemo(t.TempDir(), flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// shared is the demo of the tests that leave no traces in it.
var (
	shared      = sync.OnceValues(startShared)
	closeShared = func() {}
)

func startShared() (*program, error) {
	dir, err := os.MkdirTemp("", "redial-browser-")
	if err != nil {
		return nil, err
	}
	p, err := startDemo(dir)
	if err != nil {
		return nil, err
	}
	closeShared = func() { _ = errors.Join(p.stop(), os.RemoveAll(dir)) } // the tests are over
	return p, nil
}

func sharedDemo(t testing.TB) *program {
	t.Helper()
	p, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func startDemo(dir string, flags ...string) (*program, error) {
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	var stderr bytes.Buffer // read only after the end
	ended := make(chan int, 1)
	go func() {
		args := append([]string{"demo", "--data", dir, "--addr", "127.0.0.1:0"}, flags...)
		ended <- command.Run(ctx, args, environment, strings.NewReader(""), in, &stderr)
		_ = in.Close()
	}()
	p := &program{dir: dir}
	p.stop = func() error {
		cancel()
		select {
		case code := <-ended:
			if code != 0 {
				return fmt.Errorf("the program ended with exit code %d: %s", code, stderr.String())
			}
			return nil
		case <-time.After(patience):
			return errors.New("the program has not ended")
		}
	}
	if err := p.readGuide(out); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// environment is that of the program: nothing of the machine's own gets in.
func environment(name string) string {
	if name == "REDIAL_API_TOKEN" {
		return apiToken
	}
	return ""
}

// readGuide takes the addresses out of what a demo prints first, and lets it go
// on printing.
func (p *program) readGuide(out io.Reader) error {
	var text strings.Builder
	buffer := make([]byte, 4096)
	for !strings.HasSuffix(text.String(), "/control/reset\n\n") {
		n, err := out.Read(buffer)
		if err != nil {
			return fmt.Errorf("the program has ended after printing %q", text.String())
		}
		text.Write(buffer[:n])
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	line, rest, _ := strings.Cut(text.String(), "\n")
	p.base = strings.TrimPrefix(line, "listening on ")
	before, _, _ := strings.Cut(rest, "/control/reset\n")
	p.services = before[strings.LastIndex(before, "http://"):]
	for line := range strings.Lines(rest) {
		if strings.Contains(line, "/sign-in/") {
			p.link = strings.TrimSpace(line)
			return nil
		}
	}
	return fmt.Errorf("there is no sign-in link in %q", text.String())
}

// signInLink makes one for a new person, with the command that people use.
func (p *program) signInLink(t testing.TB) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	name := fmt.Sprintf("visitor-%d", p.visitors.Add(1))
	args := []string{"user", "add", name, "--data", p.dir, "--public-url", p.base}
	if code := command.Run(t.Context(), args, environment, strings.NewReader(""), &stdout, &stderr); code != 0 {
		t.Fatalf("redial user add: exit code %d\n%s", code, stderr.String())
	}
	return strings.TrimSpace(stdout.String())
}

// signedIn is a tab of a visitor who has just signed in.
func (p *program) signedIn(t testing.TB) *tab {
	t.Helper()
	tb := newVisitor(t).tab()
	if status := tb.open(p.signInLink(t)); status != http.StatusOK {
		t.Fatalf("the first page after signing in has status %d", status)
	}
	return tb
}

// api calls the management API, and wants a status of success. Into result, if
// it is not nil, goes the answer.
func (p *program) api(t testing.TB, method, path string, body, result any) {
	t.Helper()
	p.call(t, method, p.base+path, body, result)
}

// control turns the knobs of the simulated services.
func (p *program) control(t testing.TB, change map[string]any) {
	t.Helper()
	p.call(t, http.MethodPut, p.services+"/control", change, nil)
}

// calls are those that a simulated service has got.
func (p *program) calls(t testing.TB, service string) []serviceCall {
	t.Helper()
	var answer struct {
		Requests []serviceCall `json:"requests"`
	}
	p.call(t, http.MethodGet, p.services+"/control/log?service="+service, nil, &answer)
	return answer.Requests
}

// serviceCall is a call as a simulated service has noted it.
type serviceCall struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Status int    `json:"status"`
}

func (p *program) call(t testing.TB, method, url string, body, result any) {
	t.Helper()
	var sent io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		sent = strings.NewReader(body)
	default:
		sent = strings.NewReader(jsonText(body))
	}
	request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, url, sent)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+apiToken)
	if sent != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		t.Fatalf("%s %s: status %d, error %v\n%s", method, url, response.StatusCode, err, answer)
	}
	if result != nil {
		if err := json.Unmarshal(answer, result); err != nil {
			t.Fatalf("%s %s: %v in %s", method, url, err, answer)
		}
	}
}

// jsonText is a value that always has a JSON form, in it.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

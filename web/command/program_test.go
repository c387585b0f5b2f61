package command_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"redial/web/command"
)

// asProgram in the environment of the test binary makes it the program itself,
// for tests that need a process of its own to kill.
const asProgram = "REDIAL_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := command.Run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// patience bounds every wait. Nothing takes as long unless it is broken.
const patience = 40 * time.Second

// apiToken is that of every server that a test starts.
const apiToken = "token-of-the-tests"

// program is a server under test: the real one, on a port of its own.
type program struct {
	base     string // http://HOST:PORT
	services string // of the simulated services; empty unless it is a demo
	stdout   *transcript
	stderr   *transcript
	client   *http.Client

	interrupt func()        // what SIGTERM does
	ended     chan struct{} // closed when code is set
	code      int
	process   *os.Process // nil for a program in this process
}

// serve starts `redial serve` on a data folder. Its steps may call loopback.
func serve(t testing.TB, dir string, args ...string) *program {
	t.Helper()
	return start(t, append([]string{"serve", "--data", dir, "--allow-private-egress", "127.0.0.1/32"}, args...)...)
}

// demo starts `redial demo` on a new folder.
func demo(t testing.TB) *program {
	t.Helper()
	p := start(t, "demo", "--data", t.TempDir())
	p.findServices(t)
	return p
}

// start runs a server in this process until the end of the test.
func start(t testing.TB, args ...string) *program {
	t.Helper()
	return startIn(t, nil, args...)
}

// startIn is start with more variables in the environment.
func startIn(t testing.TB, env map[string]string, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := newProgram()
	p.interrupt = cancel
	go func() {
		defer close(p.ended)
		p.code = command.Run(ctx, append(args, "--addr", "127.0.0.1:0"), environment(env), strings.NewReader(""), p.stdout, p.stderr)
	}()
	p.findAddress(t)
	t.Cleanup(func() {
		if code := p.stop(t); code != 0 {
			t.Errorf("the program ended with exit code %d: %s", code, p.stderr)
		}
		p.wantsCleanLog(t)
	})
	return p
}

// serveProcess is serve in a process of its own, which a test may kill.
func serveProcess(t testing.TB, dir string, args ...string) *program {
	t.Helper()
	return startProcess(t, append([]string{"serve", "--data", dir, "--allow-private-egress", "127.0.0.1/32"}, args...)...)
}

func startProcess(t testing.TB, args ...string) *program {
	t.Helper()
	p := newProgram()
	c := child(t, append(args, "--addr", "127.0.0.1:0")...)
	c.Stdout, c.Stderr = p.stdout, p.stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	p.process = c.Process
	p.interrupt = func() { _ = c.Process.Signal(syscall.SIGTERM) }
	go func() {
		defer close(p.ended)
		_ = c.Wait() // the exit code says it
		p.code = c.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		p.kill(t)
		p.wantsCleanLog(t)
	})
	p.findAddress(t)
	return p
}

// wantsCleanLog fails the test if the program has logged a fault of its own.
func (p *program) wantsCleanLog(t testing.TB) {
	t.Helper()
	for _, words := range []string{"level=ERROR", "panic", "DATA RACE"} {
		if strings.Contains(p.stderr.String(), words) {
			t.Errorf("the log has a %s:\n%s", words, p.stderr)
		}
	}
}

// child is the program as a process that was not started yet.
func child(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(context.WithoutCancel(t.Context()), binary, args...)
	c.Env = append(os.Environ(), asProgram+"=1", "REDIAL_API_TOKEN="+apiToken)
	return c
}

func newProgram() *program {
	return &program{
		stdout: newTranscript(), stderr: newTranscript(), ended: make(chan struct{}),
		client: &http.Client{
			Timeout: patience, Transport: &http.Transport{DisableCompression: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// findAddress waits for the line that every server prints first.
func (p *program) findAddress(t testing.TB) {
	t.Helper()
	text := p.stdout.await(t, p.ended, "\n")
	line, _, _ := strings.Cut(text, "\n")
	base, ok := strings.CutPrefix(line, "listening on ")
	if !ok {
		t.Fatalf("the first line of the output is %q; it has to say where the server listens; errors: %s", line, p.stderr)
	}
	p.base = base
}

// findServices reads from the guide of a demo where the simulated services are.
func (p *program) findServices(t testing.TB) {
	t.Helper()
	text := p.stdout.await(t, p.ended, "/control/reset\n")
	before, _, _ := strings.Cut(text, "/control/reset\n")
	p.services = before[strings.LastIndex(before, "http://"):]
}

// stop interrupts the program and returns its exit code.
func (p *program) stop(t testing.TB) int {
	t.Helper()
	p.client.CloseIdleConnections() // a stopping server waits for those that were never used
	p.interrupt()
	return p.exit(t)
}

// kill ends a process as kill -9 does.
func (p *program) kill(t testing.TB) {
	t.Helper()
	_ = p.process.Kill() // it may have ended
	p.exit(t)
}

// exit waits for the end of the program and returns its exit code.
func (p *program) exit(t testing.TB) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatalf("the program has not ended; errors: %s", p.stderr)
	}
	p.client.CloseIdleConnections()
	return p.code
}

// outcome is what a command that has ended has said.
type outcome struct {
	code           int
	stdout, stderr string
}

// run runs a command to its end.
func run(t testing.TB, stdin string, args ...string) outcome {
	t.Helper()
	return runIn(t, nil, stdin, args...)
}

// runIn is run with more variables in the environment.
func runIn(t testing.TB, env map[string]string, stdin string, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var stdout, stderr bytes.Buffer
	code := command.Run(ctx, args, environment(env), strings.NewReader(stdin), &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

// mustRun is run of a command that has to succeed; it returns the output.
func mustRun(t testing.TB, stdin string, args ...string) string {
	t.Helper()
	o := run(t, stdin, args...)
	if o.code != 0 {
		t.Fatalf("redial %v: exit code %d\n%s%s", args, o.code, o.stdout, o.stderr)
	}
	return o.stdout
}

// environment is that of the tests: nothing of the machine's own gets in.
func environment(more map[string]string) func(string) string {
	return func(name string) string {
		if value, ok := more[name]; ok {
			return value
		}
		if name == "REDIAL_API_TOKEN" {
			return apiToken
		}
		return ""
	}
}

// transcript collects what a program says and tells those who wait for it.
type transcript struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

var _ io.Writer = (*transcript)(nil)

func newTranscript() *transcript { return &transcript{changed: make(chan struct{})} }

func (s *transcript) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
	return s.text.Write(data)
}

func (s *transcript) String() string {
	text, _ := s.now()
	return text
}

func (s *transcript) now() (string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String(), s.changed
}

// await waits until the text holds some words, and returns all of it. It stops
// when the program has ended.
func (s *transcript) await(t testing.TB, ended <-chan struct{}, words string) string {
	t.Helper()
	timeout := time.After(patience)
	for {
		text, changed := s.now()
		if strings.Contains(text, words) {
			return text
		}
		select {
		case <-changed:
		case <-ended:
			if text, _ := s.now(); strings.Contains(text, words) {
				return text
			}
			return text
		case <-timeout:
			t.Fatalf("%q was never said; there is %q", words, text)
		}
	}
}

//go:build linux

package main

import (
	"bufio"
	"debug/elf"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The image's user, as the Dockerfile names it.
const imageUser = 65532

// TestBinaryRunsInAnEmptyRoot builds the program by the Dockerfile's own line
// and runs it as the image would: in a folder that holds nothing else, as a
// user without rights.
func TestBinaryRunsInAnEmptyRoot(t *testing.T) {
	t.Parallel()
	dockerfile := readDockerfile(t)
	root := emptyRoot(t)
	build(t, dockerfile, root)
	requireStatic(t, filepath.Join(root, "redial"))

	server := inRoot(t, root, append(jsonForm(t, dockerfile, `(?m)^ENTRYPOINT (.*)$`), jsonForm(t, dockerfile, `(?m)^CMD (.*)$`)...))
	server.Env = []string{"REDIAL_ADDR=127.0.0.1:0", "REDIAL_DATA=/data"}
	address := start(t, server)

	get(t, "http://"+address+"/healthz")
	get(t, "http://"+address+"/readyz")

	health := jsonForm(t, dockerfile, `(?m)^HEALTHCHECK .*CMD (.*)$`)
	if out, err := healthcheck(t, root, health, address); err != nil {
		t.Errorf("the health check of a running server: %v\n%s", err, out)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("the server ends with %v after SIGTERM; want exit status 0", err)
	}
	if _, err := healthcheck(t, root, health, address); err == nil {
		t.Error("the health check of a stopped server says that all is well")
	}
}

// readDockerfile joins lines that are continued.
func readDockerfile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\\\n", " ")
}

// jsonForm is an instruction that is written as a list of words.
func jsonForm(t *testing.T, dockerfile, pattern string) []string {
	t.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(dockerfile)
	if found == nil {
		t.Fatalf("the Dockerfile has no %s", pattern)
	}
	var words []string
	if err := json.Unmarshal([]byte(found[1]), &words); err != nil || len(words) == 0 {
		t.Fatalf("%s: %v", found[0], err)
	}
	return words
}

// emptyRoot is what the image holds beside the binary.
func emptyRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{root, filepath.Join(root, "data"), filepath.Join(root, "tmp")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if os.Geteuid() == 0 {
			if err := os.Chown(dir, imageUser, imageUser); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root
}

func build(t *testing.T, dockerfile, root string) {
	t.Helper()
	line := regexp.MustCompile(`(?m)^RUN (.*go build .*)$`).FindStringSubmatch(dockerfile)
	if line == nil {
		t.Fatal("the Dockerfile does not build")
	}
	script := strings.ReplaceAll(line[1], "/out/", root+"/")
	command := exec.CommandContext(t.Context(), "sh", "-c", script)
	command.Env = append(os.Environ(), "VERSION=test")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}

// requireStatic asks the binary itself: one that needs a loader names it.
func requireStatic(t *testing.T, binary string) {
	t.Helper()
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, segment := range file.Progs {
		if segment.Type == elf.PT_INTERP {
			t.Error("the binary is not static: it asks for a loader")
		}
	}
}

// inRoot is a command that sees nothing but the root folder. Only root may set
// that up; for others it runs in place, and that the binary is static is what
// remains of the test.
func inRoot(t *testing.T, root string, words []string) *exec.Cmd {
	t.Helper()
	if os.Geteuid() != 0 {
		command := exec.CommandContext(t.Context(), filepath.Join(root, words[0]), words[1:]...)
		command.Dir = root
		return command
	}
	command := exec.CommandContext(t.Context(), words[0], words[1:]...)
	command.Dir = "/"
	command.SysProcAttr = &syscall.SysProcAttr{
		Chroot:     root,
		Credential: &syscall.Credential{Uid: imageUser, Gid: imageUser},
	}
	return command
}

// start runs the server and returns its address.
func start(t *testing.T, server *exec.Cmd) string {
	t.Helper()
	var errors strings.Builder
	server.Stderr = &errors
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	server.WaitDelay = 10 * time.Second
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	address, found := strings.CutPrefix(strings.TrimSpace(first), "listening on http://")
	if err != nil || !found {
		_ = server.Wait()
		t.Fatalf("the first line is %q, error %v; want the address\n%s", first, err, errors.String())
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return address
}

func get(t *testing.T, url string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("%s answers %d", url, response.StatusCode)
	}
}

func healthcheck(t *testing.T, root string, words []string, address string) ([]byte, error) {
	t.Helper()
	command := inRoot(t, root, words)
	command.Env = []string{"REDIAL_ADDR=" + address}
	return command.CombinedOutput()
}

package command_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnknownCommandsAndFlags(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args []string
		env  map[string]string
		code int
		want string
	}{
		"unknown command":       {[]string{"sevre"}, nil, 2, `"sevre"`},
		"unknown flag":          {[]string{"serve", "--prot", "1"}, nil, 2, "prot"},
		"argument of serve":     {[]string{"serve", "now"}, nil, 2, `"now"`},
		"argument of demo":      {[]string{"demo", "now"}, nil, 2, `"now"`},
		"publish of check":      {[]string{"check", "--publish", "a"}, nil, 2, "publish"},
		"database by flag":      {[]string{"serve", "--database", "postgres://localhost/redial"}, nil, 2, "PostgreSQL"},
		"database by variable":  {[]string{}, map[string]string{"REDIAL_DATABASE_URL": "postgres://localhost/redial"}, 2, "PostgreSQL"},
		"public URL":            {[]string{"serve", "--public-url", "flows.example.com"}, nil, 2, "--public-url"},
		"public URL with path":  {[]string{"serve", "--public-url", "https://flows.example.com/a"}, nil, 2, "--public-url"},
		"private egress":        {[]string{"serve", "--allow-private-egress", "10.0.0.1"}, nil, 2, "--allow-private-egress"},
		"limit by flag":         {[]string{"serve", "--limits", "steps=10,rooms=7"}, nil, 2, "the limits are steps, rounds"},
		"limit by variable":     {[]string{}, map[string]string{"REDIAL_LIMITS": "output=64"}, 2, "from 1MiB to 100MiB"},
		"limit too high":        {[]string{"serve", "--limits", "nesting=65"}, nil, 2, "from 1 to 64"},
		"limit of time":         {[]string{"serve", "--limits", "time=1"}, nil, 2, "such as 48h"},
		"address in use":        {[]string{"serve", "--addr", occupied(t)}, nil, 1, "listening on"},
		"address that is none":  {[]string{"serve", "--addr", "nowhere"}, nil, 1, "nowhere"},
		"secret key":            {[]string{"serve"}, map[string]string{"REDIAL_SECRET_KEY": "short"}, 1, "REDIAL_SECRET_KEY"},
		"token without a name":  {[]string{"token", "create"}, nil, 2, "token create NAME"},
		"token of another kind": {[]string{"token", "destroy", "a"}, nil, 2, "token create NAME"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"REDIAL_DATA": t.TempDir(), "REDIAL_ADDR": "127.0.0.1:0"}
			for name, value := range tc.env {
				env[name] = value
			}
			o := runIn(t, env, "", tc.args...)
			if o.code != tc.code || !strings.Contains(o.stderr, tc.want) {
				t.Errorf("exit code %d, not %d: %s", o.code, tc.code, o.stderr)
			}
			if o.stdout != "" {
				t.Errorf("the output is %q", o.stdout)
			}
		})
	}
}

// occupied is an address that is in use until the end of the test.
func occupied(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

func TestServeIsWhatIsDoneWithoutACommand(t *testing.T) {
	t.Parallel()
	p := start(t, "--data", filepath.Join(t.TempDir(), "new", "folder"))
	p.call(t, http.MethodGet, "/readyz", nil).wants(t, http.StatusOK)
	if got := p.stdout.String(); !strings.HasPrefix(got, "listening on "+p.base+"\n") {
		t.Errorf("the output is %q", got)
	}
}

func TestHelpNamesTheCommands(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--help"}, {"serve", "--help"}, {"import", "-h"}} {
		o := run(t, "", args...)
		for _, words := range []string{"redial demo", "redial import", "redial token create", "REDIAL_ADDR"} {
			if o.code != 0 || !strings.Contains(o.stderr+o.stdout, words) {
				t.Errorf("%q: exit code %d and no %q", args, o.code, words)
			}
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	got := mustRun(t, "", "version")
	for _, words := range []string{"redial ", "commit ", "go1.", "SQLite 3."} {
		if !strings.Contains(got, words) {
			t.Errorf("version says %q, without %q", got, words)
		}
	}
}

func TestSecondServerIsTurnedAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, dir)
	o := run(t, "", "serve", "--data", dir, "--addr", "127.0.0.1:0")
	if o.code != 1 || !strings.Contains(o.stderr, "in use by another server") || o.stdout != "" {
		t.Errorf("in this process: exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
	second := child(t, "serve", "--data", dir, "--addr", "127.0.0.1:0")
	said, err := second.CombinedOutput()
	if second.ProcessState.ExitCode() != 1 || !strings.Contains(string(said), "in use by another server") {
		t.Errorf("in another process: %v, %s", err, said)
	}
	p.call(t, http.MethodGet, "/readyz", nil).wants(t, http.StatusOK)
	if code := p.stop(t); code != 0 {
		t.Errorf("the first one ended with %d", code)
	}
	serve(t, dir).call(t, http.MethodGet, "/readyz", nil).wants(t, http.StatusOK)
}

func TestTokenMadeBesideTheServerIsTaken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, dir)
	token := strings.TrimSpace(mustRun(t, "", "token", "create", "ci", "--data", dir))
	p.call(t, http.MethodGet, "/api/flows", nil, "Authorization", "Bearer "+token).wants(t, http.StatusOK)
	p.call(t, http.MethodGet, "/api/flows", nil, "Authorization", "bearer "+token).wants(t, http.StatusOK)
	p.call(t, http.MethodGet, "/api/flows", nil, "Authorization", "Bearer "+token+"x").wantsProblem(t, http.StatusUnauthorized, "unauthorized")
	if o := run(t, "", "token", "create", "ci", "--data", dir); o.code != 1 || o.stdout != "" || !strings.Contains(o.stderr, `"ci"`) {
		t.Errorf("a name that is taken: exit code %d, %q, %q", o.code, o.stdout, o.stderr)
	}
	if other := strings.TrimSpace(mustRun(t, "", "token", "create", "other", "--data", dir)); other == token || len(other) < 20 {
		t.Errorf("the other token is %q", other)
	}
	if found := filesWith(t, dir, token); len(found) > 0 {
		t.Errorf("the token is in %q", found)
	}
}

// filesWith are the files of a folder that hold some words.
func filesWith(t *testing.T, dir, words string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(data), words) {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPublicURLIsUsedInAnswers(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--public-url", "https://flows.example.com/")
	p.publish(t, strings.Replace(mirror, "slug: mirror\n", "slug: mirror\nmode: async\n", 1))
	a := p.hook(t, "mirror", `1`).wants(t, http.StatusAccepted)
	want := "https://flows.example.com/executions/" + a.id(t)
	a.wantsHeader(t, "Location", want)
	if a.get(t, "statusUrl") != want || a.get(t, "responseUrl") != want+"/response" || a.get(t, "cancelUrl") != want+"/cancel" {
		t.Errorf("the answer is %s", a)
	}
	if got := p.hook(t, "nobody", nil).get(t, "type"); got != "https://flows.example.com/problems/not-found" {
		t.Errorf("the problem's type is %s", got)
	}
	if _, _, err := p.dial(t, "/flows/mirror/live", "Origin", "https://flows.example.com"); err != nil {
		t.Errorf("from the public origin: %v", err)
	}
	if _, response, err := p.dial(t, "/flows/mirror/live", "Origin", p.base); err == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("from another origin: %v", err)
	}
}

func TestHealthcheckAsksTheServer(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	addr := strings.TrimPrefix(p.base, "http://")
	if o := run(t, "", "healthcheck", "--addr", addr); o.code != 0 {
		t.Errorf("exit code %d: %s", o.code, o.stderr)
	}
	_, port, _ := net.SplitHostPort(addr)
	if o := run(t, "", "healthcheck", "--addr", ":"+port); o.code != 0 {
		t.Errorf("exit code %d: %s", o.code, o.stderr)
	}
	p.stop(t)
	if o := run(t, "", "healthcheck", "--addr", addr); o.code != 1 || o.stderr == "" {
		t.Errorf("without a server: exit code %d: %s", o.code, o.stderr)
	}
}

// Without the key that credentials were encrypted with, nothing starts and
// nothing is overwritten.
func TestSecretKeyOfTheFolderIsNeeded(t *testing.T) {
	t.Parallel()
	dir, key := t.TempDir(), filepath.Join(t.TempDir(), "key")
	p := serve(t, dir, "--secret-key-file", key)
	p.api(t, http.MethodPut, "/api/connections/shop", `{"component":"acme","fields":{"api_key":"very-secret"}}`).wants(t, http.StatusCreated)
	p.stop(t)
	info, err := os.Stat(key)
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("the key file is %v, %v", info, err)
	}
	if found := filesWith(t, dir, "very-secret"); len(found) > 0 {
		t.Errorf("the secret is in %q", found)
	}
	o := run(t, "", "serve", "--data", dir, "--addr", "127.0.0.1:0", "--secret-key-file", filepath.Join(t.TempDir(), "other"))
	if o.code != 1 || !strings.Contains(o.stderr, "key") {
		t.Errorf("with another key: exit code %d, %s", o.code, o.stderr)
	}
	again := serve(t, dir, "--secret-key-file", key)
	again.api(t, http.MethodGet, "/api/connections/shop", nil).wants(t, http.StatusOK)
}

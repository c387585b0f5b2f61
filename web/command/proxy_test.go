package command_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// nginxConfig is a proxy as many have it in front, which waits for a second.
const nginxConfig = `daemon off; master_process off; pid %[1]s/pid; error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
  server {
    listen unix:%[1]s/socket;
    location / { proxy_pass %[2]s; proxy_set_header Host $http_host; proxy_redirect off; proxy_read_timeout 1s; }
  }
}
`

// behindProxy is the same program as its callers see it through nginx.
func (p *program) behindProxy(t *testing.T) *program {
	t.Helper()
	path, err := exec.LookPath("nginx")
	if err != nil {
		path = "/usr/sbin/nginx" // which only root has in its path
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, dir, p.base), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	server := exec.CommandContext(ctx, path, "-c", config, "-p", dir)
	server.Stderr = &said
	if err := server.Start(); err != nil {
		t.Fatalf("starting nginx, which `make setup` installs: %v", err)
	}
	t.Cleanup(func() {
		stop()
		_ = server.Wait()
		if t.Failed() {
			t.Logf("nginx said: %s", &said)
		}
	})
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(dir, "socket"))
	}
	transport := &http.Transport{DialContext: dial}
	t.Cleanup(transport.CloseIdleConnections)
	proxied := *p
	proxied.client = &http.Client{Transport: transport, Timeout: patience}
	eventually(t, "nginx answers", func() bool {
		a, err := proxied.try(t, http.MethodGet, "/healthz", nil)
		return err == nil && a.status == http.StatusOK
	})
	return &proxied
}

// Something in front of the server gives up early, again and again. With a key
// and patience the caller gets what it would have got without it.
func TestKeyIsEnoughBehindAProxyThatGivesUp(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, strings.Replace(asking("ask", o.url, "", ""), "    uses: http\n", "    uses: http\n    timeout: 60s\n", 1))
	proxied := p.behindProxy(t)
	call := func() answer { return proxied.hook(t, "ask", `{"n":1}`, "Idempotency-Key", "order-1") }
	for range 2 {
		if a := call(); a.status != http.StatusGatewayTimeout || a.header.Get("Redial-Execution-Id") != "" {
			t.Fatalf("the proxy answers %s", a)
		}
	}
	const said = `{"list":[1.5,null],"n":9007199254740993,"name":"Jürgen"}`
	o.next(t).reply(200, said)
	var a answer
	eventually(t, "the answer gets through", func() bool {
		a = call()
		return a.status != http.StatusGatewayTimeout
	})
	a.wants(t, http.StatusOK).wantsBody(t, said)
	o.quiet(t)
	direct := p.call(t, http.MethodGet, "/executions/"+a.id(t)+"/response", nil).wants(t, http.StatusOK)
	if string(direct.body) != string(a.body) {
		t.Errorf("through the proxy it is %q, without it %q", a.body, direct.body)
	}
}

// Who asks to be let go before the proxy gives up never meets its timeout.
func TestPreferKeepsCallersBelowTheTimeoutOfAProxy(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	o := newOutside(t)
	p.publish(t, strings.Replace(asking("ask", o.url, "", ""), "    uses: http\n", "    uses: http\n    timeout: 60s\n", 1))
	proxied := p.behindProxy(t)
	a := proxied.hook(t, "ask", `{}`, "Prefer", "wait=0")
	response := proxied.wantsHandOver(t, a)
	arrived := o.next(t)
	proxied.call(t, http.MethodGet, response, nil, "Prefer", "wait=0").wants(t, http.StatusAccepted)
	arrived.reply(200, `{"late":true}`)
	p.finished(t, a.id(t))
	proxied.call(t, http.MethodGet, response, nil).wants(t, http.StatusOK).wantsBody(t, `{"late":true}`)
}

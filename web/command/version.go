package command

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"redial/store"
)

// version prints what this program is made of.
func version(ctx context.Context, p *program, _ []string) error {
	sqlite, err := store.SQLiteVersion(ctx)
	if err != nil {
		return err
	}
	p.printf("redial %s, commit %s, %s, SQLite %s\n", programVersion(), commit(), runtime.Version(), sqlite)
	return nil
}

// release is set by the linker of a released build.
var release = "dev"

func programVersion() string { return release }

func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return "unknown"
}

// healthcheck asks the server at --addr whether it is ready, for containers
// that have no other program to ask with.
func healthcheck(ctx context.Context, p *program, _ []string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	host, port, err := net.SplitHostPort(p.config.addr)
	if err != nil {
		return usageError("--addr is %q; it is an address such as 127.0.0.1:8080", p.config.addr)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	response, err := (&http.Client{}).Do(request)
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server is not ready: %s", response.Status)
	}
	return nil
}

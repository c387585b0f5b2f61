package command_test

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
	"redial/web/command"
)

func TestRetentionIsChecked(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1d", "30", "calls=3d", "3d,tests=1h"} {
		var stderr bytes.Buffer
		code := command.Run(t.Context(), []string{"serve", "--data", t.TempDir(), "--retention", text}, environment(nil), strings.NewReader(""), &bytes.Buffer{}, &stderr)
		if code != 2 || !strings.Contains(stderr.String(), "--retention has") {
			t.Errorf("--retention %s: exit status %d, %s", text, code, &stderr)
		}
	}
}

// fill stores n executions of 3 KB that ended 40 days ago, in a folder whose clock is
// trusted, and returns the ID of one.
func fill(t testing.TB, dir string, n int) (id string) {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, _, err := s.TrustedTime(t.Context()); err != nil {
		t.Fatal(err)
	}
	at := time.Now().Add(-40 * 24 * time.Hour)
	failed := make(chan error, n)
	for range n {
		x := flow.Execution{
			ID: ulid.MustNew(ulid.Timestamp(at), rand.Reader).String(), Flow: "old", VersionID: 1, Mode: flow.Sync,
			Settings: flow.DefaultSettings(), Status: flow.Succeeded, StartedAt: at, EndedAt: at,
		}
		id = x.ID
		s.Append(engine.Batch{
			Execution: x, Epoch: 1, Changed: true, Request: &flow.Request{Method: "POST", Body: strings.Repeat("body ", 300)},
			Events: []flow.Event{
				{Seq: 1, Execution: id, Type: flow.ExecutionStarted, At: at},
				{Seq: 2, Execution: id, Type: flow.StepFinished, Step: "a", At: at, Output: strings.Repeat("output ", 200)},
				{Seq: 3, Execution: id, Type: flow.ExecutionFinished, At: at, Status: flow.Succeeded},
			},
		}, func(err error) { failed <- err })
	}
	for range n {
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
	}
	return id
}

// A server drops what is old by itself, and keeps it where it is told to.
func TestServerDropsWhatIsOld(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	id := fill(t, dir, 60)
	p := serve(t, dir, "--retention", "60d")
	p.api(t, http.MethodGet, "/executions/"+id, nil).wants(t, http.StatusOK)
	p.stop(t)
	p = serve(t, dir)
	awaitLine(t, p, "calls=60")
	p.api(t, http.MethodGet, "/executions/"+id, nil).wantsProblem(t, http.StatusGone, "execution-dropped")
	if list := p.api(t, http.MethodGet, "/api/executions", nil).list(t, "items"); len(list) != 0 {
		t.Errorf("%d executions are left", len(list))
	}
}

// awaitLine waits until the program has logged some words.
func awaitLine(t testing.TB, p *program, words string) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	limit := time.After(10 * patience)
	for !strings.Contains(p.stderr.String(), words) {
		select {
		case <-again.C:
		case <-limit:
			t.Fatalf("%q was not logged: %s", words, p.stderr)
		}
	}
}

package web_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"redial/store"
)

// The published flow changes at once, though others are calling it all the time
// and what is published is remembered.
func TestPublishedFlowChangesAtOnce(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	ctx, cancel := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	for range 4 {
		callers.Go(func() {
			for ctx.Err() == nil {
				r.call(t, http.MethodPost, "/hooks/mirror", "")
			}
		})
	}
	for i := range 100 {
		mode, status := "async", http.StatusAccepted
		if i%2 == 1 {
			mode, status = "sync", http.StatusOK
		}
		r.wants(t, http.StatusOK, http.MethodPatch, "/api/flows/mirror", `{"mode":"`+mode+`"}`)
		if a := r.call(t, http.MethodPost, "/hooks/mirror", ""); a.status != status {
			t.Errorf("change %d to %s: the next call got %d, want %d", i, mode, a.status, status)
		}
	}
	cancel()
	callers.Wait()
}

// While version after version is published, every call is answered, each by one of
// the versions that there are, and by the newest as soon as it is published.
func TestPublishedURLAnswersWhilePublishing(t *testing.T) {
	t.Parallel()
	r := open(t)
	version := func(n int) string { return strings.Replace(mirror, "heard", fmt.Sprintf("v%d", n), 1) }
	r.publish(t, "mirror", version(0))
	ctx, cancel := context.WithCancel(t.Context())
	var callers sync.WaitGroup
	var answered atomic.Int64
	for range 4 {
		callers.Go(func() {
			for ctx.Err() == nil {
				a := r.call(t, http.MethodPost, "/hooks/mirror", "{}")
				if a.status != http.StatusOK || !strings.Contains(a.body, `"v`) {
					t.Errorf("while publishing a call got %d %s", a.status, a.body)
					return
				}
				answered.Add(1)
			}
		})
	}
	for n := 1; n <= 20; n++ {
		before := answered.Load()
		r.publish(t, "mirror", version(n))
		want := fmt.Sprintf(`"v%d"`, n)
		if a := r.call(t, http.MethodPost, "/hooks/mirror", "{}"); a.status != http.StatusOK || !strings.Contains(a.body, want) {
			t.Errorf("after version %d was published, a call got %d %s", n, a.status, a.body)
		}
		for answered.Load() == before && !t.Failed() { // calls come between any two versions
			runtime.Gosched()
		}
	}
	cancel()
	callers.Wait()
}

func TestFlowsComeAndGo(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.wants(t, http.StatusNotFound, http.MethodGet, "/hooks/mirror", "")
	r.publish(t, "mirror", mirror)
	r.wants(t, http.StatusOK, http.MethodGet, "/hooks/mirror", "")
	r.publish(t, "mirror", strings.Replace(mirror, "GET, POST", "POST", 1))
	r.wants(t, http.StatusMethodNotAllowed, http.MethodGet, "/hooks/mirror", "")
	r.wants(t, http.StatusNoContent, http.MethodDelete, "/api/flows/mirror", "")
	r.wants(t, http.StatusNotFound, http.MethodPost, "/hooks/mirror", "")
}

func TestChangesByOtherProcessesAreNoticed(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	r.wants(t, http.StatusOK, http.MethodGet, "/hooks/mirror", "")
	beside, err := store.Open(t.Context(), store.Options{Dir: r.dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = beside.Close() }()
	if err := beside.DeleteFlow(t.Context(), "mirror"); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; {
		if a := r.call(t, http.MethodGet, "/hooks/mirror", ""); a.status == http.StatusNotFound {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the server still has the flow that a command has deleted")
		}
	}
}

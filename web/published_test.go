package web_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
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

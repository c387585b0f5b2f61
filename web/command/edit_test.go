package command_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"redial/designer"
	"redial/store"
)

// A kill -9 while somebody edits: every edit that was answered is in the draft,
// and draft and log tell the same. The next start undoes what the one before did.
func TestKillDuringEdits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serveProcess(t, dir)
	const file = "redial: 1\nslug: edited\ntrigger: {uses: manual}\n"
	p.api(t, http.MethodPut, "/api/flows/edited", file).wants(t, http.StatusCreated)

	answered := make([]int, 4) // how many edits of each editor were answered
	enough := make(chan struct{})
	killed := make(chan struct{})
	var wait sync.WaitGroup
	for i := range answered {
		wait.Go(func() {
			for n := 1; ; n++ {
				a, err := p.try(t, http.MethodPost, "/flows/edited/edits", fmt.Sprintf(
					`{"base": 1, "token": "%[1]d-%[2]d", "operations": [{"op": "set", "path": "config.e%[1]d_%[2]d", "value": %[2]d}]}`, i, n),
					"Authorization", "Bearer "+apiToken)
				if err != nil {
					return // the server is gone
				}
				if a.status != http.StatusOK {
					t.Errorf("edit %d of %d: %s", n, i, a)
					return
				}
				answered[i] = n
				select {
				case enough <- struct{}{}:
				case <-killed:
				}
			}
		})
	}
	for range 40 {
		<-enough
	}
	close(killed)
	p.kill(t)
	wait.Wait()

	wantDraftAndLogTogether(t, dir, answered)
	p = serveProcess(t, dir)
	undone := p.api(t, http.MethodPost, "/flows/edited/undo", `{"base": 1}`).wants(t, http.StatusOK)
	if !strings.HasPrefix(undone.get(t, "label"), "Undo ") {
		t.Errorf("undone: %s", undone)
	}
}

func wantDraftAndLogTogether(t *testing.T, dir string, answered []int) {
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
	draft, err := s.Draft(t.Context(), "edited")
	if err != nil {
		t.Fatal(err)
	}
	log, complete, err := s.EditsSince(t.Context(), "edited", 0)
	if err != nil || !complete || log[len(log)-1].Revision != draft.Revision {
		t.Fatalf("the draft has revision %d, the log %d entries, complete %t: %v", draft.Revision, len(log), complete, err)
	}
	file, err := designer.Export(draft.Source)
	if err != nil {
		t.Fatal(err)
	}
	if written := strings.Count(string(file), "\n  e"); int64(written) != draft.Revision-1 {
		t.Errorf("revision %d has %d edits:\n%s", draft.Revision, written, file)
	}
	for i, last := range answered {
		for n := 1; n <= last; n++ {
			if !strings.Contains(string(file), fmt.Sprintf("e%d_%d: %d\n", i, n, n)) {
				t.Errorf("edit %d of %d was answered and is lost", n, i)
			}
		}
	}
}

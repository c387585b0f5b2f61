package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// Some tests need another process: the test binary, started again with the
// task's name and data folder in its environment.
const (
	childTask = "REDIAL_STORE_TEST_TASK"
	childDir  = "REDIAL_STORE_TEST_DIR"
)

var childTasks = map[string]func(ctx context.Context, dir string, output io.Writer) error{
	"append until killed": appendUntilKilled,
	"publish":             publishOnce,
}

func child(task string) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := childTasks[task](ctx, os.Getenv(childDir), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func command(t *testing.T, task, dir string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), program)
	c.Env = append(os.Environ(), childTask+"="+task, childDir+"="+dir)
	c.Stderr = os.Stderr
	return c
}

// What was confirmed before a kill -9 is there afterwards, and so is a server's
// place: the lock does not outlive its owner.
func TestKilledProcessLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := command(t, "append until killed", dir)
	output, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	confirmed := map[string]int64{}
	lines := bufio.NewReader(output)
	for count := 0; ; count++ {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			break // with a line that was cut off, perhaps
		}
		if err != nil {
			t.Fatal(err)
		}
		var id string
		var seq int64
		if _, err := fmt.Sscanf(line, "%s %d\n", &id, &seq); err != nil {
			t.Fatalf("reading %q: %v", line, err)
		}
		confirmed[id] = max(confirmed[id], seq)
		if count == 1000 {
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := c.Wait(); err == nil {
		t.Fatal("the process ended by itself")
	}

	s := open(t, store.Options{Dir: dir, Exclusive: true})
	for id, seq := range confirmed {
		x, err := s.Execution(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		events, err := s.Events(t.Context(), id, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		if x.LastSeq < seq || int64(len(events)) != x.LastSeq {
			t.Fatalf("execution %s has %d events and last number %d; %d were confirmed", id, len(events), x.LastSeq, seq)
		}
	}
}

func appendUntilKilled(ctx context.Context, dir string, output io.Writer) error {
	s, err := store.Open(ctx, store.Options{Dir: dir, Exclusive: true})
	if err != nil {
		return err
	}
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			for {
				for _, batch := range executionBatches(ulid.Make().String(), 2) {
					if err := appendBatch(s, batch); err != nil {
						fmt.Fprintln(os.Stderr, err)
						return
					}
					last := batch.Events[len(batch.Events)-1].Seq
					if _, err := fmt.Fprintln(output, batch.Execution.ID, last); err != nil {
						return
					}
				}
			}
		})
	}
	wait.Wait()
	return errors.New("appending ended")
}

func appendBatch(s *store.Store, batch engine.Batch) error {
	done := make(chan error, 1)
	s.Append(batch, func(err error) { done <- err })
	return <-done
}

// Commands change things beside the server, and it notices.
func TestServerSeesOtherProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir, Exclusive: true})
	before, err := s.Generation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The server goes on writing meanwhile.
	const executions = 200
	done := make(chan error, executions)
	for range executions {
		s.Append(executionBatches(ulid.Make().String(), 1)[0], func(err error) { done <- err })
	}
	if err := command(t, "publish", dir).Run(); err != nil {
		t.Fatal(err)
	}
	for range executions {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	after, err := s.Generation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if after <= before {
		t.Errorf("the generation went from %d to %d", before, after)
	}
	if _, err := s.Published(t.Context(), "imported"); err != nil {
		t.Error(err)
	}
}

func publishOnce(ctx context.Context, dir string, _ io.Writer) (err error) {
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if _, _, err := s.PutDraft(ctx, "imported", "Imported", []byte("draft"), nil); err != nil {
		return err
	}
	_, err = s.Publish(ctx, store.Publication{Slug: "imported", Content: []byte("content"), Settings: flow.DefaultSettings()})
	return err
}

//go:build unix

package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/oklog/ulid/v2"

	"redial/engine"
	"redial/store"
)

func init() { childTasks["fill the disk"] = fillDisk }

// A disk without room fails those who wait, and once there is room the store
// goes on as if nothing had been.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	output, err := command(t, "fill the disk", t.TempDir()).Output()
	if err != nil {
		t.Fatal(err)
	}
	if string(output) != "went on\n" {
		t.Errorf("the process printed %q", output)
	}
}

// fillDisk stands in for a full disk by a limit on the size of files, which
// holds for a whole process.
func fillDisk(ctx context.Context, dir string, output io.Writer) (err error) {
	signal.Ignore(syscall.SIGXFSZ)
	s, err := store.Open(ctx, store.Options{Dir: dir, Exclusive: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	before := executionBatches(ulid.Make().String(), 2)
	if err := appendBatch(s, before[0]); err != nil {
		return err
	}

	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	room := limit.Cur
	limit.Cur = 4 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	// One that fits into SQLite's cache fails at the commit, a larger one while
	// it is being written.
	for _, size := range []int{8 << 20, 64 << 20} {
		if err := fillWith(s, size); err != nil {
			return fmt.Errorf("%d bytes: %w", size, err)
		}
	}
	limit.Cur = room
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	if err := appendBatch(s, before[1]); err != nil {
		return err
	}
	x, err := s.Execution(ctx, before[0].Execution.ID)
	if err != nil {
		return err
	}
	if last := before[1].Events[len(before[1].Events)-1].Seq; x.LastSeq != last {
		return fmt.Errorf("the execution has events up to %d, want %d", x.LastSeq, last)
	}
	_, err = fmt.Fprintln(output, "went on")
	return err
}

// fillWith stores a batch that has no room, among small ones.
func fillWith(s *store.Store, size int) error {
	large := executionBatches(ulid.Make().String(), 1)[0]
	large.Answer.Body = []byte(strings.Repeat("x", size))
	batches := []engine.Batch{executionBatches(ulid.Make().String(), 1)[0], large, executionBatches(ulid.Make().String(), 1)[0]}
	results := make([]chan error, len(batches))
	for i, batch := range batches {
		results[i] = make(chan error, 1)
		s.Append(batch, func(err error) { results[i] <- err })
	}
	stored := make([]error, len(batches))
	for i := range results {
		stored[i] = <-results[i]
	}
	if stored[1] == nil {
		return errors.New("a batch was stored without room")
	}
	// What was reported is what is there.
	for i, batch := range batches {
		_, err := s.Execution(context.Background(), batch.Execution.ID)
		if (stored[i] == nil) != (err == nil) {
			return fmt.Errorf("batch %d was answered with %w, but reading it gives: %w", i, stored[i], err)
		}
	}
	return nil
}

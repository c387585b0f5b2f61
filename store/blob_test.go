package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/oklog/ulid/v2"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// valued is an execution that has ended, with the outputs of its steps.
func valued(id string, outputs ...any) engine.Batch {
	b := executionBatches(id, 1)[0]
	for _, output := range outputs {
		last := b.Events[len(b.Events)-1]
		b.Events = append(b.Events, flow.Event{
			Execution: id, Seq: last.Seq + 1, At: last.At, Type: flow.StepFinished, Step: "s", Outcome: flow.StepSucceeded, Output: output,
		})
	}
	return b
}

// text is a value of a size that is other for each n.
func text(n, size int) string { return strings.Repeat(fmt.Sprintf("%07d ", n), size/8) }

// asked runs a statement on the database of a folder as an operator does.
func asked(t *testing.T, dir, statement string, args ...any) (n int) {
	t.Helper()
	database, err := sql.Open("sqlite", filepath.Join(dir, "redial.db")+"?_pragma=busy_timeout(20000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = database.Close() }()
	if strings.HasPrefix(statement, "SELECT") {
		err = database.QueryRowContext(t.Context(), statement, args...).Scan(&n)
	} else {
		_, err = database.ExecContext(t.Context(), statement, args...)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const countBlobs = `SELECT count(*) FROM blobs`

// Equal values are stored once, and go when the last execution has gone that names
// them.
func TestLargeValuesGoWithTheirExecutions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	ids := []string{ulid.Make().String(), ulid.Make().String(), ulid.Make().String()}
	for i, id := range ids {
		if err := appendBatch(s, valued(id, text(0, 1<<20), text(i/2+1, 1<<20), text(0, 1<<20), "small")); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []int{3, 3, 2, 0} {
		if i > 0 {
			asked(t, dir, `DELETE FROM batches WHERE execution_id = ?`, ids[i-1])
			asked(t, dir, `DELETE FROM executions WHERE id = ?`, ids[i-1])
		}
		for {
			swept, err := s.SweepBlobs(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			if swept == 0 {
				break
			}
		}
		if got := asked(t, dir, countBlobs); got != want {
			t.Errorf("after %d executions have gone there are %d values, not %d", i, got, want)
		}
		for _, id := range ids[i:] {
			events, err := s.Events(t.Context(), id, 0, 0)
			if err != nil || events[len(events)-2].Output != text(0, 1<<20) {
				t.Errorf("after %d executions have gone, another cannot be read: %v", i, err)
			}
		}
	}
}

// Values come and go while others name them: what is named is there.
func TestSweepingBesideExecutions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	sweeping, stop := context.WithCancel(t.Context())
	var sweeper, writers sync.WaitGroup
	sweeper.Go(func() {
		for sweeping.Err() == nil {
			if _, err := s.SweepBlobs(sweeping, 3); err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
				return
			}
		}
	})
	for range 4 {
		writers.Go(func() {
			for range 20 {
				id, value := ulid.Make().String(), text(rand.IntN(3), 100_000)
				if err := appendBatch(s, valued(id, value)); err != nil {
					t.Error(err)
					return
				}
				events, err := s.Events(t.Context(), id, 0, 0)
				if err != nil || events[len(events)-1].Output != value {
					t.Errorf("a value that is named is not there: %v", err)
				}
				asked(t, dir, `DELETE FROM executions WHERE id = ?`, id)
			}
		})
	}
	writers.Wait()
	stop()
	sweeper.Wait()
}

// A value that is damaged on the disk is no other value.
func TestDamagedValue(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, store.Options{Dir: dir})
	id := ulid.Make().String()
	if err := appendBatch(s, valued(id, text(1, 100_000))); err != nil {
		t.Fatal(err)
	}
	asked(t, dir, `UPDATE blobs SET data = CAST(replace(CAST(data AS TEXT), '1', '2') AS BLOB)`)
	if _, err := s.Events(t.Context(), id, 0, 0); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("the error is %v", err)
	}
}

// BenchmarkLargeOutputs stores executions with one output of a size, new each time
// or the same.
func BenchmarkLargeOutputs(b *testing.B) {
	for _, size := range []int{16 << 10, 32 << 10, 64 << 10, 128 << 10, 1 << 20, 10 << 20} {
		for _, same := range []bool{false, true} {
			b.Run(fmt.Sprintf("%dKiB/same=%v", size>>10, same), func(b *testing.B) {
				s, err := store.Open(b.Context(), store.Options{Dir: b.TempDir()})
				if err != nil {
					b.Fatal(err)
				}
				defer func() { _ = s.Close() }()
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					n := i
					if same {
						n = 0
					}
					if err := appendBatch(s, valued(ulid.Make().String(), text(n, size))); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

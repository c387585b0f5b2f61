package store_test

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// logged is a batch, and how long the write-ahead log was when it was durable.
type logged struct {
	batch engine.Batch
	end   int64
}

// A power cut may leave any part of what was not yet durable. Wherever the log
// breaks off, and whatever stands behind the break: the store opens, what was
// committed before it is there, and the rest is not, no part of it.
func TestTornLog(t *testing.T) {
	t.Parallel()
	dir, batches := writeLog(t)
	database := read(t, filepath.Join(dir, "redial.db"))
	log := read(t, filepath.Join(dir, "redial.db-wal"))
	rapid.Check(t, func(rt *rapid.T) {
		cut := rapid.Int64Range(0, int64(len(log))).Draw(rt, "cut")
		torn := append([]byte(nil), log[:cut]...)
		garbage := make([]byte, rapid.IntRange(0, 9000).Draw(rt, "garbage"))
		_, _ = rand.Read(garbage) // never fails, as crypto/rand documents
		copied := t.TempDir()
		put(t, filepath.Join(copied, "redial.db"), string(database))
		put(t, filepath.Join(copied, "redial.db-wal"), string(append(torn, garbage...)))
		s, err := store.Open(t.Context(), store.Options{Dir: copied, SecretKey: make([]byte, store.KeyBytes)})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		for _, b := range batches {
			wantBatch(rt, s, b, b.end <= cut)
		}
	})
}

// writeLog makes a store whose newest batches are in the log alone.
func writeLog(t *testing.T) (dir string, batches []logged) {
	t.Helper()
	dir = t.TempDir()
	options := store.Options{Dir: dir, SecretKey: make([]byte, store.KeyBytes)}
	if err := open(t, options).Close(); err != nil { // which moves the tables into the database
		t.Fatal(err)
	}
	s := open(t, options)
	for range 20 {
		for _, batch := range executionBatches(ulid.Make().String(), 3) {
			if err := appendBatch(s, batch); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(filepath.Join(dir, "redial.db-wal"))
			if err != nil {
				t.Fatal(err)
			}
			batches = append(batches, logged{batch, info.Size()})
		}
	}
	return dir, batches
}

func wantBatch(t *rapid.T, s *store.Store, b logged, there bool) {
	id := b.batch.Execution.ID
	events, err := s.Events(t.Context(), id, b.batch.Events[0].Seq-1, len(b.batch.Events))
	if err != nil {
		t.Fatalf("execution %s: %v", id, err)
	}
	_, err = s.Execution(t.Context(), id)
	if err != nil && !errors.Is(err, engine.ErrNotFound) {
		t.Fatalf("execution %s: %v", id, err)
	}
	if !there {
		if len(events) > 0 {
			t.Fatalf("execution %s has events from %d on that were not committed", id, b.batch.Events[0].Seq)
		}
		return
	}
	got, err := flow.EncodeEvents(events)
	if err != nil {
		t.Fatal(err)
	}
	want, err := flow.EncodeEvents(b.batch.Events)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Fatalf("execution %s: the events are %s, want %s", id, got, want)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

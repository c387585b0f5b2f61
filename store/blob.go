package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"redial/engine/crashpoint"
	"redial/engine/flow"
)

// blobBytes is the size of a value's JSON from which it is stored beside the batch
// that names it. Rows of batches stay small enough to be looked through, and equal
// values take their room once: a list that three steps pass on, the output that an
// execution takes over from the one it repeats. Smaller ones are cheaper in the row:
// measured with BenchmarkLargeOutputs, both ways cost the same around 64 KiB.
const blobBytes = 64 << 10

const (
	insertBlob    = `INSERT INTO blobs (hash, data) VALUES (?, ?)`
	insertBlobUse = `INSERT INTO blob_uses (execution_id, hash) VALUES (?, ?) ON CONFLICT DO NOTHING`
	selectBlob    = `SELECT 1 FROM blobs WHERE hash = ?`
	deleteBlob    = `DELETE FROM blobs WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM blob_uses WHERE hash = ?1)`
	deleteBlobUse = `DELETE FROM blob_uses WHERE execution_id = ? AND hash = ?`
)

// errBlob says that a value is not what its name says.
var errBlob = fmt.Errorf("%w: a value is not the one that was stored", ErrCorrupt)

// blob is a value that is stored beside a batch.
type blob struct {
	hash []byte
	data []byte
}

// blobs are those of one batch.
type blobs struct {
	list  []blob
	bytes int
}

// take is a flow.Apart.
func (b *blobs) take(data []byte) *flow.Blob {
	if len(data) < blobBytes {
		return nil
	}
	hash := sha256.Sum256(data)
	name := &flow.Blob{Hash: hex.EncodeToString(hash[:]), Size: len(data)}
	for i := range b.list {
		if string(b.list[i].hash) == string(hash[:]) {
			return name
		}
	}
	b.list = append(b.list, blob{hash[:], data})
	b.bytes += len(data)
	return name
}

// storeBlobs stores the values that a batch names, within its transaction: they are
// durable when it is, and without it they are not there.
func storeBlobs(c *conn, execution string, list []blob) error {
	for i := range list {
		b := &list[i]
		rows, err := c.exec(insertBlobUse, execution, b.hash)
		if err != nil {
			return err
		}
		if rows == 0 {
			continue // an earlier batch has named it
		}
		var there sql.Null[int64]
		found, err := c.find(selectBlob, []any{b.hash}, &there)
		if err == nil && !found {
			_, err = c.exec(insertBlob, b.hash, b.data)
		}
		if err != nil {
			return err
		}
	}
	crashpoint.Here(crashpoint.BlobsWritten)
	return nil
}

// blobReader reads values, each once.
type blobReader struct {
	store  *Store
	values map[string]any
}

// readApart reads the values of events that are stored beside their batches.
func (s *Store) readApart(ctx context.Context, events []flow.Event) error {
	r := blobReader{store: s}
	for i := range events {
		err := events[i].ReadApart(func(b *flow.Blob) (any, error) { return r.read(ctx, b) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *blobReader) read(ctx context.Context, b *flow.Blob) (any, error) {
	if value, known := r.values[b.Hash]; known {
		return value, nil
	}
	hash, err := hex.DecodeString(b.Hash)
	if err != nil {
		return nil, errBlob
	}
	var data []byte
	if err := r.store.reader.find(ctx, `SELECT data FROM blobs WHERE hash = ?`, []any{hash}, &data); err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); string(sum[:]) != string(hash) {
		return nil, errBlob
	}
	value, err := flow.DecodeStored(data)
	if err != nil {
		return nil, err
	}
	if r.values == nil {
		r.values = map[string]any{}
	}
	r.values[b.Hash] = value
	return value, nil
}

// SweepBlobs deletes large values that no execution names any more, at most limit
// of them, and returns how many rows it has deleted. Whoever deletes executions need
// not care for their values. They are looked for beside the writer; one that is named
// again meanwhile stays.
func (s *Store) SweepBlobs(ctx context.Context, limit int) (int, error) {
	deleted, err := s.sweepBlobUses(ctx, limit)
	if err == nil && deleted < limit {
		var blobs int
		blobs, err = s.sweepUnused(ctx, limit-deleted)
		deleted += blobs
	}
	if err != nil {
		return deleted, fmt.Errorf("deleting values that no execution names: %w", err)
	}
	return deleted, nil
}

// blobUse is a row of blob_uses.
type blobUse struct {
	execution string
	hash      []byte
}

// sweepBlobUses deletes the uses of executions that are gone. Those never come back.
func (s *Store) sweepBlobUses(ctx context.Context, limit int) (int, error) {
	gone, err := all(ctx, s.reader, `SELECT execution_id, hash FROM blob_uses u
WHERE NOT EXISTS (SELECT 1 FROM executions e WHERE e.id = u.execution_id) LIMIT ?`, []any{limit},
		func(rows *sql.Rows) (use blobUse, err error) {
			err = rows.Scan(&use.execution, &use.hash)
			return use, err
		})
	if err != nil || len(gone) == 0 {
		return 0, err
	}
	return write(ctx, s.writer, func(c *conn) (deleted int, err error) {
		for _, use := range gone {
			rows, err := c.exec(deleteBlobUse, use.execution, use.hash)
			if err != nil {
				return 0, err
			}
			deleted += int(rows)
		}
		return deleted, nil
	})
}

func (s *Store) sweepUnused(ctx context.Context, limit int) (int, error) {
	unused, err := all(ctx, s.reader, `SELECT hash FROM blobs b
WHERE NOT EXISTS (SELECT 1 FROM blob_uses u WHERE u.hash = b.hash) LIMIT ?`, []any{limit},
		func(rows *sql.Rows) (hash []byte, err error) {
			err = rows.Scan(&hash)
			return hash, err
		})
	if err != nil || len(unused) == 0 {
		return 0, err
	}
	return write(ctx, s.writer, func(c *conn) (deleted int, err error) {
		for _, hash := range unused {
			rows, err := c.exec(deleteBlob, hash)
			if err != nil {
				return 0, err
			}
			deleted += int(rows)
		}
		crashpoint.Here(crashpoint.BlobsSwept)
		return deleted, nil
	})
}

// Outline are events as Events gives them, without what is large: inputs, outputs
// and exchanges.
func (s *Store) Outline(ctx context.Context, id string, after int64, limit int) ([]flow.Event, error) {
	nothing := func(*flow.Event, int) bool { return false }
	return s.events(ctx, id, after, limit, func(data []byte) ([]flow.Event, error) {
		return flow.DecodeEndings(id, data, nothing)
	})
}

// within reads the outputs of events that are stored apart, as far as bytes suffice,
// and less by that afterwards. It gives the events before the first that is not read.
func (s *Store) within(ctx context.Context, events []flow.Event, bytes *int64) ([]flow.Event, error) {
	for i := range events {
		b := events[i].OutputBlob
		if b == nil {
			continue
		}
		if int64(b.Size) > *bytes {
			return events[:i], s.readApart(ctx, events[:i])
		}
		*bytes -= int64(b.Size)
	}
	return events, s.readApart(ctx, events)
}

// noForm marks an error of encoding as one that will stay.
func noForm(err error) error {
	var fault *flow.ValueError
	if errors.As(err, &fault) {
		return fmt.Errorf("%w (%w)", ErrNoForm, err)
	}
	return err
}

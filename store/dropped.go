package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"redial/engine"
)

// DroppedLife is how long it is known of an execution that it was dropped. After
// that it is as if it had never been.
const DroppedLife = 365 * 24 * time.Hour

// Dropped is what remains of an execution that was dropped.
type Dropped struct {
	Execution string // ID
	// Flow and VersionID are what decides who might have read it.
	Flow      string // slug
	VersionID int64
	Ended, At time.Time
	By        string // who has deleted it; empty: nobody, it was old
}

// Dropped is what remains of an execution that was dropped; engine.ErrNotFound for
// one that was not, or so long ago that it is forgotten.
func (s *Store) Dropped(ctx context.Context, id string) (*Dropped, error) {
	found := Dropped{Execution: id}
	var ended, at sql.Null[int64]
	var by sql.Null[string]
	err := s.reader.find(ctx, `SELECT flow, version_id, ended_at, dropped_at, dropped_by FROM dropped WHERE id = ?`,
		[]any{id}, &found.Flow, &found.VersionID, &ended, &at, &by)
	if err != nil {
		return nil, fmt.Errorf("looking for what remains of execution %s: %w", id, err)
	}
	found.Ended, found.At, found.By = fromMoment(ended), fromMoment(at), by.V
	return &found, nil
}

// SweepDropped forgets executions that were dropped before a time, at most limit,
// and returns how many.
func (s *Store) SweepDropped(ctx context.Context, before time.Time, limit int) (int, error) {
	var some int
	err := s.reader.find(ctx, `SELECT 1 FROM dropped WHERE dropped_at < ? AND clearing = 0 LIMIT 1`, []any{before.UnixNano()}, &some)
	if errors.Is(err, engine.ErrNotFound) {
		return 0, nil // which is so nearly always, and costs no commit
	}
	swept := int64(0)
	if err == nil {
		swept, err = s.sweepDropped(ctx, before, limit)
	}
	if err != nil {
		return 0, fmt.Errorf("forgetting executions that were dropped: %w", err)
	}
	return int(swept), nil
}

func (s *Store) sweepDropped(ctx context.Context, before time.Time, limit int) (int64, error) {
	return write(ctx, s.writer, func(c *conn) (int64, error) {
		return c.exec(`DELETE FROM dropped WHERE id IN
  (SELECT id FROM dropped WHERE dropped_at < ? AND clearing = 0 ORDER BY dropped_at LIMIT ?)`, before.UnixNano(), int64(limit))
	})
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"redial/engine"
)

const (
	selectLastSeq = `coalesce((SELECT last_seq FROM batches WHERE execution_id = ?1 ORDER BY first_seq DESC LIMIT 1), 0)`

	countResume = `INSERT INTO resumes (execution_id, last_seq, unclean) VALUES (?1, ` + selectLastSeq + `, 1)
ON CONFLICT (execution_id) DO UPDATE SET
  unclean = CASE WHEN last_seq = excluded.last_seq THEN unclean + 1 ELSE 1 END,
  tried = CASE WHEN last_seq = excluded.last_seq THEN tried ELSE 0 END, last_seq = excluded.last_seq`

	// Executions that are held back stay so after a stop in order; the others
	// have been cleared by it.
	forgetResumes = `DELETE FROM resumes WHERE tried < ?
OR NOT EXISTS (SELECT 1 FROM executions e WHERE e.id = execution_id AND e.ended_at IS NULL)`
)

// Resumes implements engine.Journal.
func (s *Store) Resumes(ctx context.Context, id string) (engine.Resumes, error) {
	var found engine.Resumes
	err := s.reader.find(ctx, `SELECT unclean, tried FROM resumes WHERE execution_id = ?1 AND last_seq = `+selectLastSeq, []any{id}, &found.Unclean, &found.Tried)
	if errors.Is(err, engine.ErrNotFound) {
		return found, nil
	}
	if err != nil {
		return found, fmt.Errorf("reading how often execution %s was resumed: %w", id, err)
	}
	return found, nil
}

// Try implements engine.Journal.
func (s *Store) Try(ctx context.Context, id string) error {
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		_, err = c.exec(`UPDATE resumes SET tried = tried + 1 WHERE execution_id = ?`, id)
		return none, err
	})
	if err != nil {
		return fmt.Errorf("putting execution %s on trial: %w", id, err)
	}
	return nil
}

// beginServing notes that a server runs, and finds out whether the one before it
// has died.
func (s *Store) beginServing(ctx context.Context) error {
	died, err := write(ctx, s.writer, func(c *conn) (bool, error) {
		var running sql.Null[int64]
		if _, err := c.find(`SELECT running FROM server`, nil, &running); err != nil {
			return false, err
		}
		_, err := c.exec(`UPDATE server SET running = 1`)
		return running.V != 0, err
	})
	if err != nil {
		return fmt.Errorf("noting that the server runs: %w", err)
	}
	s.died = died
	return nil
}

// endServing notes that the server has stopped in order.
func (s *Store) endServing() error {
	_, err := write(context.Background(), s.writer, func(c *conn) (none struct{}, err error) {
		if _, err = c.exec(forgetResumes, int64(engine.MaxTrials)); err == nil {
			_, err = c.exec(`UPDATE server SET running = 0`)
		}
		return none, err
	})
	if err != nil {
		return fmt.Errorf("noting that the server has stopped: %w", err)
	}
	return nil
}

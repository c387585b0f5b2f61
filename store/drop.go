package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"redial/engine"
	"redial/engine/crashpoint"
)

const (
	// owesNothing holds for an execution e of which nothing is promised any more: it
	// has ended, nobody is to be called back, no caller can repeat its call by a key
	// (?2 is the time up to which keys are over), and none is there that would start it
	// anew if it were taken up again. The last part of parent is the ID of the one
	// that has started it.
	owesNothing = `e.ended_at IS NOT NULL AND e.status IN ('succeeded', 'failed', 'canceled')
AND NOT EXISTS (SELECT 1 FROM callbacks c WHERE c.execution_id = e.id AND (c.held = 1 OR c.state IN ('promised', 'pending')))
AND NOT EXISTS (SELECT 1 FROM call_keys k WHERE k.execution = e.id AND k.claimed_at > ?2)
AND NOT EXISTS (SELECT 1 FROM executions p WHERE p.id = ` + starterOf + `)`
	starterOf = `substr(e.parent, length(rtrim(e.parent, replace(e.parent, '/', ''))) + 1)`

	insertDropped = `INSERT INTO dropped (id, flow, version_id, ended_at, dropped_at, dropped_by, clearing)
SELECT e.id, e.flow, e.version_id, e.ended_at, ?3, ?4, 1 FROM executions e
WHERE e.id = ?1 AND e.ended_at < ?5 AND ` + owesNothing + ` ON CONFLICT DO NOTHING`

	// Those of callers are found by walking from the oldest on. What is walked over
	// is what is old and stays all the same, which is little.
	oldOfCallers = `SELECT id FROM executions NOT INDEXED WHERE test = 0 AND id > ?1 AND id < ?2
AND ended_at < ?3 ORDER BY id LIMIT ?4`
	oldOfTests = `SELECT id FROM executions INDEXED BY executions_of_tests WHERE test = 1 AND id > ?1 AND id < ?2
AND ended_at < ?3 ORDER BY id LIMIT ?4`

	// A row for each batch that is left of executions that were dropped, and one
	// without a batch where none is.
	leftOfDropped = `SELECT d.id, b.id, length(b.events) + coalesce(length(b.request), 0) + coalesce(length(b.answer_body), 0)
FROM dropped d INDEXED BY dropped_clearing LEFT JOIN batches b ON b.execution_id = d.id
WHERE d.clearing = 1 AND (?1 = '' OR d.id = ?1) ORDER BY d.id LIMIT ?2`
	endClearing = `UPDATE dropped SET clearing = 0
WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM batches WHERE execution_id = ?1)`
)

// clearBytes bounds what is deleted at once, for the writer frees each page of it.
const clearBytes = 4 << 20

// DropQuery selects executions that are old.
type DropQuery struct {
	// Tests are those of tests; the others are those that callers have started, and
	// what these have started.
	Tests bool
	// Before is when they must have started and ended.
	Before time.Time
	// After is the cursor of the query before; empty for the first.
	After string
	Limit int // how many are looked at
}

// DropExecutions drops executions that are old, the oldest first, and returns their
// IDs. From then on they are not there; Dropped knows of them. What is still promised
// stays: an execution that has not ended, one whose caller is still to be called
// back or whose key holds, and one whose starter is there. next is the After of the
// query that goes on; empty: there are no more.
//
// Their journal is deleted by ClearDropped, and what is large by SweepBlobs.
func (s *Store) DropExecutions(ctx context.Context, q DropQuery) (dropped []string, next string, err error) {
	end, err := firstID(q.Before)
	if err != nil {
		return nil, "", fmt.Errorf("executions have no time like %s: %w", q.Before, err)
	}
	query := oldOfCallers
	if q.Tests {
		query = oldOfTests
	}
	old, err := all(ctx, s.reader, query, []any{q.After, end, q.Before.UnixNano(), q.Limit}, func(rows *sql.Rows) (id string, err error) {
		err = rows.Scan(&id)
		return id, err
	})
	if err == nil && len(old) > 0 {
		dropped, err = s.drop(ctx, old, "", q.Before)
	}
	if err != nil {
		return nil, "", fmt.Errorf("dropping old executions: %w", err)
	}
	if len(old) == q.Limit {
		next = old[len(old)-1]
	}
	return dropped, next, nil
}

// drop drops those of some executions that ended before a time and owe nothing.
func (s *Store) drop(ctx context.Context, ids []string, by string, before time.Time) ([]string, error) {
	keysEnd, now := s.keysEnd(), s.now().UnixNano()
	return write(ctx, s.writer, func(c *conn) (dropped []string, err error) {
		for _, id := range ids {
			rows, err := c.exec(insertDropped, id, keysEnd, now, present(by), before.UnixNano())
			if err != nil {
				return nil, err
			}
			if rows == 0 {
				continue
			}
			// At once, as those that it has started may come next.
			if _, err := c.exec(`DELETE FROM executions WHERE id = ?`, id); err != nil {
				return nil, err
			}
			dropped = append(dropped, id)
		}
		return dropped, forget(c, dropped)
	})
}

// forget deletes what else is kept of executions, all but their journal. Few have
// any of it.
func forget(c *conn, ids []string) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	for _, statement := range []string{
		`DELETE FROM callbacks WHERE execution_id IN (SELECT value FROM json_each(?))`,
		`DELETE FROM callback_attempts WHERE execution_id IN (SELECT value FROM json_each(?))`,
		`DELETE FROM resumes WHERE execution_id IN (SELECT value FROM json_each(?))`,
	} {
		if _, err := c.exec(statement, string(list)); err != nil {
			return err
		}
	}
	crashpoint.Here(crashpoint.DropMarked)
	return nil
}

// ClearDropped deletes what the journal still has of executions that were dropped:
// at most limit batches, and about 4 MiB. It returns how much it has found to do; 0:
// nothing is left.
func (s *Store) ClearDropped(ctx context.Context, limit int) (int, error) {
	cleared, err := s.clear(ctx, "", limit)
	if err != nil {
		return 0, fmt.Errorf("deleting what is left of executions that were dropped: %w", err)
	}
	return cleared, nil
}

// leftBatch is a row of leftOfDropped.
type leftBatch struct {
	execution   string
	batch, size sql.Null[int64]
}

// clear is ClearDropped for one execution, or for all if it is not named.
func (s *Store) clear(ctx context.Context, execution string, limit int) (int, error) {
	var left []leftBatch
	bytes := int64(0)
	err := s.reader.each(ctx, leftOfDropped, []any{execution, limit}, func(rows *sql.Rows) (bool, error) {
		var b leftBatch
		err := rows.Scan(&b.execution, &b.batch, &b.size)
		left = append(left, b)
		bytes += b.size.V
		return bytes < clearBytes, err
	})
	if err != nil || len(left) == 0 {
		return 0, err
	}
	_, err = write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		for i, b := range left {
			if b.batch.Valid {
				if _, err := c.exec(`DELETE FROM batches WHERE id = ?`, b.batch.V); err != nil {
					return none, err
				}
			}
			if i == len(left)-1 || left[i+1].execution != b.execution {
				if _, err := c.exec(endClearing, b.execution); err != nil {
					return none, err
				}
			}
		}
		crashpoint.Here(crashpoint.DropCleared)
		return none, nil
	})
	return len(left), err
}

// OwedError says that an execution cannot be deleted, because something is still
// promised of it.
type OwedError struct {
	// Reason is for people: what is promised, and to when.
	Reason string
}

// Error is the reason.
func (e *OwedError) Error() string { return e.Reason }

// DropExecution drops one execution, whatever its age, because somebody wants it
// deleted, and returns when its journal is deleted. An *OwedError says what is still
// promised of it; engine.ErrNotFound.
func (s *Store) DropExecution(ctx context.Context, id, by string) error {
	err := s.dropOne(ctx, id, by)
	for left := 1; err == nil && left > 0; {
		left, err = s.clear(ctx, id, maxClearing)
	}
	if err != nil {
		return fmt.Errorf("deleting execution %s: %w", id, err)
	}
	return nil
}

// maxClearing is how many batches are deleted at once where somebody waits for it.
const maxClearing = 200

func (s *Store) dropOne(ctx context.Context, id, by string) error {
	dropped, err := s.drop(ctx, []string{id}, by, time.Unix(0, 1<<63-1))
	if err != nil || len(dropped) > 0 {
		return err
	}
	var status string
	var starter sql.Null[string]
	err = s.reader.find(ctx, `SELECT e.status, p.id FROM executions e LEFT JOIN executions p ON p.id = `+starterOf+` WHERE e.id = ?`,
		[]any{id}, &status, &starter)
	if err != nil {
		return err
	}
	var claimed sql.Null[int64]
	err = s.reader.find(ctx, `SELECT claimed_at FROM call_keys WHERE execution = ? AND claimed_at > ? ORDER BY claimed_at DESC LIMIT 1`,
		[]any{id, s.keysEnd()}, &claimed)
	switch {
	case err == nil:
		return &OwedError{fmt.Sprintf("the caller may repeat its call by its key until %s", fromMoment(claimed).Add(KeyLife).Format(time.RFC3339))}
	case !errors.Is(err, engine.ErrNotFound):
		return err
	case starter.Valid:
		return &OwedError{"execution " + starter.V + " has started it, and is still there: delete that one first"}
	case status == "succeeded" || status == "failed" || status == "canceled":
		return &OwedError{"its caller is still to be called back"}
	}
	return &OwedError{"it has not ended: it is " + status + "; cancel it first"}
}

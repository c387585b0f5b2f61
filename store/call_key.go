package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"redial/engine"
)

// KeyLife is how long the key of a call is kept, from its claim on.
const KeyLife = 24 * time.Hour

// CallKey is what is known of the key of a call.
type CallKey struct {
	Execution   string // the one that it belongs to
	Fingerprint [32]byte
	ClaimedAt   time.Time
}

const (
	// claimKey takes a key that is free, or whose time is over, or that the
	// execution has already: a batch may be appended again.
	claimKey = `INSERT INTO call_keys (flow, caller, key, fingerprint, execution, claimed_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (flow, caller, key) DO UPDATE
SET fingerprint = excluded.fingerprint, execution = excluded.execution, claimed_at = excluded.claimed_at
WHERE execution = excluded.execution OR claimed_at <= ?7`

	selectKey = `SELECT execution, fingerprint, claimed_at FROM call_keys WHERE flow = ? AND caller = ? AND key = ?`

	deleteOldKeys = `DELETE FROM call_keys WHERE (flow, caller, key) IN
  (SELECT flow, caller, key FROM call_keys WHERE claimed_at <= ? ORDER BY claimed_at LIMIT ?)`

	// mendFutureKeys takes keys that were claimed when the clock was ahead as
	// claimed now, or they would be kept until the time that it showed.
	mendFutureKeys = `UPDATE call_keys SET claimed_at = ?1 WHERE (flow, caller, key) IN
  (SELECT flow, caller, key FROM call_keys WHERE claimed_at > ?2 ORDER BY claimed_at DESC LIMIT ?3)`

	// clockSlack is how far apart two looks at a clock that is right may be.
	clockSlack = time.Minute
)

// CallKey is the execution that has a key; engine.ErrNotFound if none has, or its
// time is over.
func (s *Store) CallKey(ctx context.Context, flow, caller, key string) (*CallKey, error) {
	var found CallKey
	var fingerprint []byte
	var claimed sql.Null[int64]
	err := s.reader.find(ctx, selectKey, []any{flow, caller, key}, &found.Execution, &fingerprint, &claimed)
	if err == nil && claimed.V <= s.keysEnd() {
		err = engine.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the key of a call of flow %s: %w", flow, err)
	}
	copy(found.Fingerprint[:], fingerprint)
	found.ClaimedAt = fromMoment(claimed)
	return &found, nil
}

// SweepCallKeys deletes keys whose time is over, at most limit, and says how many
// it has found to do something about.
func (s *Store) SweepCallKeys(ctx context.Context, limit int) (int, error) {
	swept, err := write(ctx, s.writer, func(c *conn) (int64, error) {
		deleted, err := c.exec(deleteOldKeys, s.keysEnd(), int64(limit))
		if err != nil {
			return 0, err
		}
		now := s.clocks.later()
		mended, err := c.exec(mendFutureKeys, now.UnixNano(), now.Add(clockSlack).UnixNano(), int64(limit))
		return deleted + mended, err
	})
	if err != nil {
		return 0, fmt.Errorf("deleting old keys of calls: %w", err)
	}
	return int(swept), nil
}

// keysEnd is the time up to which claims are over.
func (s *Store) keysEnd() int64 { return s.clocks.earlier().Add(-KeyLife).UnixNano() }

// refuseKey finds out who has a key that could not be claimed.
func refuseKey(c *conn, claim *engine.Claim) error {
	var execution sql.Null[string]
	var fingerprint sql.Null[[]byte]
	var claimed sql.Null[int64]
	found, err := c.find(selectKey, []any{claim.Flow, claim.Caller, claim.Key}, &execution, &fingerprint, &claimed)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("the key of a call of flow %s can neither be claimed nor found", claim.Flow)
	}
	taken := &engine.KeyTakenError{Execution: execution.V}
	copy(taken.Fingerprint[:], fingerprint.V)
	return taken
}

// clocks tells the time so that a clock that is set does not end the life of
// keys early: by the clock of the wall, and by that which has run since the store
// was opened. Claims are stamped by the later of the two, and end by the earlier.
type clocks struct {
	wall   func() time.Time
	opened time.Time
}

func newClocks(wall func() time.Time) clocks { return clocks{wall, wall()} }

// now is the time by the wall, and by the clock that nobody sets. Package time
// takes differences by the latter.
func (c clocks) now() (wall, steady time.Time) {
	wall = c.wall()
	return wall.Round(0), c.opened.Round(0).Add(wall.Sub(c.opened))
}

func (c clocks) later() time.Time {
	wall, steady := c.now()
	if steady.After(wall) {
		return steady
	}
	return wall
}

func (c clocks) earlier() time.Time {
	wall, steady := c.now()
	if steady.Before(wall) {
		return steady
	}
	return wall
}

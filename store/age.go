package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"redial/engine"
)

const (
	// clockJump is how far the clock may move between two looks, as it does while a
	// server is down for a night.
	clockJump = 24 * time.Hour
	// doubtTime is how long the clock has to go on from where it has jumped to
	// before it is believed.
	doubtTime = 24 * time.Hour
	// lookEvery is how old the last look may be that is written down.
	lookEvery = time.Hour
)

// TrustedTime is the time by which executions are old. A clock that is wrong must
// not make all of them old at once, so the time of the last look is kept: where the
// clock has moved on by more than a day since then, it is believed only when it has
// been looked at for a day from there on, over restarts too. Until then doubted is
// when that will be, and nothing may be dropped. A database that has executions and
// was never looked at is treated alike: whoever starts a program that drops
// executions has a day to say that it is not to.
//
// A clock that is set while the server runs has no effect before the next start.
func (s *Store) TrustedTime(ctx context.Context) (now, doubted time.Time, err error) {
	now = s.clocks.earlier().UTC()
	since, recent, err := s.lastLook(ctx, now)
	if err == nil && !recent {
		since, err = s.look(ctx, now)
	}
	if err != nil {
		return now, time.Time{}, fmt.Errorf("comparing the clock with that of the last look: %w", err)
	}
	if since.Valid {
		doubted = fromMoment(since).Add(doubtTime)
	}
	return now, doubted, nil
}

// lastLook is since when the clock is in doubt, where the last look was so short a time
// ago that there is nothing to write.
func (s *Store) lastLook(ctx context.Context, now time.Time) (since sql.Null[int64], recent bool, err error) {
	var seen sql.Null[int64]
	err = s.reader.find(ctx, `SELECT seen_at, doubted_since FROM retention`, nil, &seen, &since)
	if errors.Is(err, engine.ErrNotFound) {
		return since, false, nil
	}
	moved := now.Sub(fromMoment(seen))
	return since, moved >= 0 && moved < lookEvery && (!since.Valid || now.Sub(fromMoment(since)) < doubtTime), err
}

// look writes down that the clock was looked at, and what follows from where it is.
func (s *Store) look(ctx context.Context, now time.Time) (sql.Null[int64], error) {
	return write(ctx, s.writer, func(c *conn) (since sql.Null[int64], err error) {
		var seen sql.Null[int64]
		found, err := c.find(`SELECT seen_at, doubted_since FROM retention`, nil, &seen, &since)
		if err != nil {
			return since, err
		}
		if !found {
			return s.firstLook(c, now)
		}
		switch moved := now.Sub(fromMoment(seen)); {
		case moved > clockJump:
			since = sql.Null[int64]{V: now.UnixNano(), Valid: true}
		case moved < 0, now.Sub(fromMoment(since)) >= doubtTime:
			since = sql.Null[int64]{} // it was set back, or has gone on
		}
		_, err = c.exec(`UPDATE retention SET seen_at = ?, doubted_since = ?`, now.UnixNano(), moment(fromMoment(since)))
		return since, err
	})
}

// firstLook doubts the clock where there is anything that it could make old.
func (s *Store) firstLook(c *conn, now time.Time) (since sql.Null[int64], err error) {
	var some sql.Null[int64]
	if since.Valid, err = c.find(`SELECT 1 FROM executions LIMIT 1`, nil, &some); err != nil {
		return since, err
	}
	if since.Valid {
		since.V = now.UnixNano()
	}
	_, err = c.exec(`INSERT INTO retention (seen_at, doubted_since) VALUES (?, ?)`, now.UnixNano(), moment(fromMoment(since)))
	return since, err
}

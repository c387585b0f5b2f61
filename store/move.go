package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"redial/engine"
)

// Moving is what the history says of a flow that was given another slug. From
// and To are the slugs.
const Moving = "slug"

// FlowMove gives a flow another slug.
type FlowMove struct {
	From, To string
	// Source is the draft as it is to be.
	Source []byte
	// IfMatch is the revision of the draft that Source was made of.
	IfMatch int64
	Edit    Edit
}

// MoveFlow gives a flow that was never published another slug. What belongs to
// its draft goes with it: the log, pins, the test payload and the executions of
// tests. engine.ErrNotFound; ErrRevision; ErrFixed: a flow of the slug has been
// published, so that callers may know it; ErrExists: another flow has the new
// slug.
func (s *Store) MoveFlow(ctx context.Context, m FlowMove) (revision int64, err error) {
	return write(ctx, s.writer, func(c *conn) (int64, error) {
		old, err := findDraft(c, m.From)
		if err == nil && !old.exists {
			err = engine.ErrNotFound
		}
		if err == nil && old.revision != m.IfMatch {
			err = ErrRevision
		}
		target := oldDraft{}
		if err == nil {
			target, err = findDraft(c, m.To)
		}
		if err == nil && target.exists {
			err = ErrExists
		}
		if err == nil {
			err = checkUnpublished(c, m.From)
		}
		if err != nil {
			return 0, fmt.Errorf("moving flow %s to %s: %w", m.From, m.To, err)
		}
		revision := max(old.revision, target.revision) + 1
		return revision, m.move(c, old, revision, s.now())
	})
}

func checkUnpublished(c *conn, slug string) error {
	var id sql.Null[int64]
	found, err := c.find(`SELECT id FROM versions WHERE flow = ? AND number > 0 LIMIT 1`, []any{slug}, &id)
	if err == nil && found {
		err = ErrFixed
	}
	return err
}

// move is part of the transaction. The row of the old slug stays, as that of a
// deleted flow does.
func (m FlowMove) move(c *conn, old oldDraft, revision int64, now time.Time) error {
	if err := putDraft(c, m.To, old.name, m.Source, revision, now, true); err != nil {
		return err
	}
	for _, change := range []string{
		`UPDATE flows SET created_at = (SELECT created_at FROM flows WHERE slug = ?1) WHERE slug = ?2`,
		`UPDATE draft_edits SET slug = ?2 WHERE slug = ?1`,
		`DELETE FROM flow_pins WHERE slug = ?2`,
		`UPDATE flow_pins SET slug = ?2 WHERE slug = ?1`,
		`DELETE FROM flow_payloads WHERE slug = ?2`,
		`UPDATE flow_payloads SET slug = ?2 WHERE slug = ?1`,
		`UPDATE executions SET flow = ?2 WHERE flow = ?1 AND test = 1`,
	} {
		if _, err := c.exec(change, m.From, m.To); err != nil {
			return err
		}
	}
	if _, err := c.exec(`UPDATE flows SET source = NULL, published = NULL, settings = NULL, updated_at = ? WHERE slug = ?`,
		now.UnixNano(), m.From); err != nil {
		return err
	}
	if err := m.Edit.enter(c, m.To, revision, now); err != nil {
		return err
	}
	for _, slug := range []string{m.From, m.To} {
		entry := HistoryEntry{At: now, User: m.Edit.User, What: Moving, From: m.From, To: m.To}
		if err := record(c, slug, entry); err != nil {
			return err
		}
	}
	return raiseGeneration(c)
}

// MovedTo is the slug that the flow of a slug was given last; empty: there is
// such a flow, or it went another way.
func (s *Store) MovedTo(ctx context.Context, slug string) (string, error) {
	moved, err := all(ctx, s.reader, `SELECT h.new_value FROM flow_history h JOIN flows f ON f.slug = h.slug AND f.updated_at = h.at
WHERE h.slug = ?1 AND h.what = 'slug' AND h.old_value = ?1 AND f.source IS NULL ORDER BY h.id DESC LIMIT 1`, []any{slug},
		func(rows *sql.Rows) (to string, err error) {
			err = rows.Scan(&to)
			return to, err
		})
	if err != nil {
		return "", fmt.Errorf("reading where flow %s went: %w", slug, err)
	}
	if len(moved) == 0 {
		return "", nil
	}
	return moved[0], nil
}

// EverPublished reports whether a flow of the slug has a version, published now
// or not any more.
func (s *Store) EverPublished(ctx context.Context, slug string) (bool, error) {
	found, err := all(ctx, s.reader, `SELECT id FROM versions WHERE flow = ? AND number > 0 LIMIT 1`, []any{slug},
		func(rows *sql.Rows) (id int64, err error) {
			err = rows.Scan(&id)
			return id, err
		})
	if err != nil {
		return false, fmt.Errorf("reading the versions of flow %s: %w", slug, err)
	}
	return len(found) > 0, nil
}

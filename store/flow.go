package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"redial/engine"
	"redial/engine/flow"
)

// Draft is a flow as it is being edited.
type Draft struct {
	Slug string
	Name string
	// Revision counts the changes of the draft. It goes on when a flow is made
	// anew under the slug of a deleted one, so it never comes back.
	Revision int64
	// Source is the flow file exactly as it was received.
	Source []byte
	// Published is the number of the published version; 0: none.
	Published        int
	Created, Updated time.Time
}

const draftColumns = `SELECT f.slug, f.name, f.revision, f.source, coalesce(v.number, 0), f.created_at, f.updated_at
FROM flows f LEFT JOIN versions v ON v.id = f.published WHERE f.source IS NOT NULL`

// draftRecord is a row of draftColumns.
type draftRecord struct {
	Draft
	created, updated sql.Null[int64]
}

func (r *draftRecord) places() []any {
	return []any{&r.Slug, &r.Name, &r.Revision, &r.Source, &r.Published, &r.created, &r.updated}
}

func (r *draftRecord) draft() Draft {
	r.Created, r.Updated = fromMoment(r.created), fromMoment(r.updated)
	return r.Draft
}

// Draft is the draft of a flow; engine.ErrNotFound.
func (s *Store) Draft(ctx context.Context, slug string) (*Draft, error) {
	var row draftRecord
	if err := s.reader.find(ctx, draftColumns+` AND f.slug = ?`, []any{slug}, row.places()...); err != nil {
		return nil, fmt.Errorf("reading flow %s: %w", slug, err)
	}
	draft := row.draft()
	return &draft, nil
}

// Drafts lists drafts in the order of their slugs, beginning behind the slug
// after. limit is DefaultPage if 0 and at most MaxPage.
func (s *Store) Drafts(ctx context.Context, after string, limit int) ([]Draft, error) {
	drafts, err := all(ctx, s.reader, draftColumns+` AND f.slug > ? ORDER BY f.slug LIMIT ?`, []any{after, pageSize(limit)},
		func(rows *sql.Rows) (Draft, error) {
			var row draftRecord
			err := rows.Scan(row.places()...)
			return row.draft(), err
		})
	if err != nil {
		return nil, fmt.Errorf("listing flows: %w", err)
	}
	return drafts, nil
}

// PutDraft creates or replaces a draft. With ifMatch it does so only if that is
// the draft's revision, and else returns ErrRevision; a flow that does not exist
// has revision 0. Putting what is stored already keeps the revision. The log of
// the draft has an entry for it that does not say what was changed.
func (s *Store) PutDraft(
	ctx context.Context, slug, name string, source []byte, ifMatch *int64,
) (revision int64, created bool, err error) {
	return s.WriteDraft(ctx, DraftWrite{Slug: slug, Name: name, Source: source, IfMatch: ifMatch})
}

// oldDraft is what a change of a draft needs to know of what is there.
type oldDraft struct {
	exists    bool  // and is not deleted
	revision  int64 // also of a deleted one
	name      string
	source    []byte
	published int64 // ID of the version; 0: none
	settings  []byte
}

// visible is the revision that callers see.
func (d oldDraft) visible() int64 {
	if !d.exists {
		return 0
	}
	return d.revision
}

func findDraft(c *conn, slug string) (oldDraft, error) {
	var (
		revision, published sql.Null[int64]
		name                sql.Null[string]
		source, settings    sql.Null[[]byte]
	)
	_, err := c.find(`SELECT revision, name, source, published, settings FROM flows WHERE slug = ?`, []any{slug},
		&revision, &name, &source, &published, &settings)
	return oldDraft{
		exists: source.Valid, revision: revision.V, name: name.V, source: source.V,
		published: published.V, settings: settings.V,
	}, err
}

func putDraft(c *conn, slug, name string, source []byte, revision int64, now time.Time, created bool) error {
	_, err := c.exec(`INSERT INTO flows (slug, name, source, revision, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?5)
ON CONFLICT (slug) DO UPDATE SET name = ?2, source = ?3, revision = ?4, updated_at = ?5,
  created_at = CASE WHEN ?6 THEN ?5 ELSE created_at END`,
		slug, name, source, revision, now.UnixNano(), created)
	return err
}

// DeleteFlow takes away a flow's draft and its published version;
// engine.ErrNotFound. Its executions and versions stay readable, and a flow that
// is made anew under the slug goes on counting both, but its edits cannot be
// undone. What is known of refused calls is forgotten.
func (s *Store) DeleteFlow(ctx context.Context, slug string) error {
	_, err := write(ctx, s.writer, func(c *conn) (none struct{}, err error) {
		rows, err := c.exec(`UPDATE flows SET source = NULL, published = NULL, settings = NULL, updated_at = ?
WHERE slug = ? AND source IS NOT NULL`, s.now().UnixNano(), slug)
		if err != nil {
			return none, err
		}
		if rows == 0 {
			return none, fmt.Errorf("deleting flow %s: %w", slug, engine.ErrNotFound)
		}
		if err := endEdits(c, slug); err != nil {
			return none, err
		}
		if _, err := c.exec(`DELETE FROM flow_pins WHERE slug = ?`, slug); err != nil {
			return none, err
		}
		if err := dropRefusals(c, slug); err != nil {
			return none, err
		}
		return none, raiseGeneration(c)
	})
	return err
}

// SetSettings changes the settings of a flow without publishing it: those of
// the published version, if there is one, by change, and the draft, whose new
// source the caller hands in. Both change or neither does. ifMatch guards it as
// in PutDraft; engine.ErrNotFound. change may be called more than once.
// What it changes for the callers of a published flow is recorded in the flow's
// history under the name of the edit's user, and what it changes of the draft in
// the draft's log.
func (s *Store) SetSettings(
	ctx context.Context, slug string, change func(*flow.Settings), draftSource []byte, ifMatch *int64, edit Edit,
) (revision int64, err error) {
	return write(ctx, s.writer, func(c *conn) (int64, error) {
		old, err := findDraft(c, slug)
		switch {
		case err != nil:
			return 0, err
		case !old.exists:
			return 0, fmt.Errorf("changing settings of flow %s: %w", slug, engine.ErrNotFound)
		case ifMatch != nil && *ifMatch != old.revision:
			return 0, fmt.Errorf("changing settings of flow %s: %w", slug, ErrRevision)
		}
		revision, now := old.revision, s.now()
		if string(old.source) != string(draftSource) {
			revision++
			if err := edit.enter(c, slug, revision, now); err != nil {
				return 0, err
			}
		}
		if err := putDraft(c, slug, old.name, draftSource, revision, now, false); err != nil {
			return 0, err
		}
		if err := old.changeSettings(c, slug, change, edit.User, now); err != nil {
			return 0, err
		}
		return revision, raiseGeneration(c)
	})
}

// changeSettings changes those of the published version, if there is one.
func (d oldDraft) changeSettings(c *conn, slug string, change func(*flow.Settings), user string, now time.Time) error {
	if d.published == 0 {
		return nil
	}
	settings, err := decodeSettings(d.settings)
	if err != nil {
		return err
	}
	before := settings
	change(&settings)
	encoded, err := json.Marshal(settings)
	if err != nil {
		return fmt.Errorf("changing settings of flow %s: %w", slug, err)
	}
	if _, err = c.exec(`UPDATE flows SET settings = ? WHERE slug = ?`, string(encoded), slug); err != nil {
		return err
	}
	return recordSettings(c, slug, user, now, before, settings)
}

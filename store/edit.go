package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"redial/engine/crashpoint"
)

// EditKind says how a revision of a draft was made.
type EditKind string

// The kinds of edits. Those that people make in the designer can be undone.
const (
	EditMade    EditKind = "edit"
	EditUndo    EditKind = "undo"
	EditRedo    EditKind = "redo"
	EditSetting EditKind = "setting" // settings were changed, also those of the published flow
	EditReplace EditKind = "replace" // another flow file was put
)

// Edit is one entry of a draft's log: how one revision became the next.
type Edit struct {
	// Revision is the draft's after the edit. The store gives it, and At.
	Revision int64
	At       time.Time
	// User is who made it; empty for a command on the machine.
	User  string
	Kind  EditKind // EditReplace if empty
	Label string   // what it did, in a few words
	// Token names the edit among those of its user, so that a request that comes
	// twice is told from two requests; empty: none.
	Token string
	// Merge is the same for edits that are one step of undoing; empty: none.
	Merge string
	// Since is the revision that Changes lead from: the one before, if 0 is
	// given, or an earlier one if the edit was joined with those before it. These
	// lose their changes then and are spent.
	Since int64
	// Reverses is the revision of the edit that an undo or a redo takes back,
	// which is spent then; 0: none.
	Reverses int64
	// Spent edits cannot be taken back (any more).
	Spent bool
	// Changes are what the edit changed, in a form of the caller's; nil: not
	// known.
	Changes []byte
	// Outcome is what the edit's maker was told of it, in a form of the caller's.
	Outcome []byte
}

// What is kept of a draft's log.
const (
	// MaxEdits is the largest number of edits.
	MaxEdits = 1000
	// maxEditBytes is how much their changes may take, about.
	maxEditBytes = 64 << 20
)

// DraftWrite is a draft as it is to be, and the edit that made it.
type DraftWrite struct {
	Slug, Name string
	Source     []byte
	// IfMatch is the revision that the edit was made to; 0: there is no such
	// flow. nil: whichever there is.
	IfMatch *int64
	Edit    Edit
	// Renamed are steps that the edit gave other IDs, the new ones by the old
	// ones: what is pinned to them follows. Created are steps that it made:
	// nothing is pinned to them, whatever a step of that ID had before.
	Renamed map[string]string
	Created []string
}

// WriteDraft creates or replaces a draft and enters the edit into its log: both
// or neither. ErrRevision: the draft has another revision than IfMatch. Writing
// what is stored already keeps the revision and enters nothing.
func (s *Store) WriteDraft(ctx context.Context, w DraftWrite) (revision int64, created bool, err error) {
	if w.Slug == "" || w.Source == nil {
		return 0, false, errors.New("storing a flow: it needs a slug and a source")
	}
	type result struct {
		revision int64
		created  bool
	}
	stored, err := write(ctx, s.writer, func(c *conn) (r result, err error) {
		old, err := findDraft(c, w.Slug)
		if err != nil {
			return r, err
		}
		if w.IfMatch != nil && *w.IfMatch != old.visible() {
			return r, fmt.Errorf("storing flow %s: %w", w.Slug, ErrRevision)
		}
		if old.exists && old.name == w.Name && string(old.source) == string(w.Source) {
			return result{old.revision, false}, nil
		}
		r = result{old.revision + 1, !old.exists}
		now := s.now()
		if err := putDraft(c, w.Slug, w.Name, w.Source, r.revision, now, r.created); err != nil {
			return r, err
		}
		crashpoint.Here(crashpoint.EditMiddle)
		if err := w.Edit.enter(c, w.Slug, r.revision, now); err != nil {
			return r, err
		}
		if err := movePins(c, w.Slug, w.Renamed, w.Created); err != nil {
			return r, err
		}
		return r, raiseGeneration(c)
	})
	return stored.revision, stored.created, err
}

// enter is part of the transaction that writes the draft.
func (e Edit) enter(c *conn, slug string, revision int64, now time.Time) error {
	if e.Kind == "" {
		e.Kind = EditReplace
	}
	joined := e.Since > 0 && e.Since < revision-1
	if !joined {
		e.Since = revision - 1
	}
	var before sql.Null[int64]
	if _, err := c.find(`SELECT bytes FROM draft_edits WHERE slug = ? AND revision = ?`,
		[]any{slug, revision - 1}, &before); err != nil {
		return err
	}
	total := before.V + int64(len(e.Changes)+len(e.Outcome))
	if joined {
		if _, err := c.exec(`UPDATE draft_edits SET changes = x'', spent = 1 WHERE slug = ? AND revision > ?`,
			slug, e.Since); err != nil {
			return err
		}
	}
	if e.Reverses > 0 {
		if _, err := c.exec(`UPDATE draft_edits SET spent = 1 WHERE slug = ? AND revision = ?`, slug, e.Reverses); err != nil {
			return err
		}
	}
	if _, err := c.exec(`INSERT INTO draft_edits
(slug, revision, since, at, user, kind, label, token, merge, reverses, spent, bytes, outcome, changes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		slug, revision, e.Since, now.UnixNano(), e.User, string(e.Kind), e.Label, e.Token, e.Merge,
		e.Reverses, e.Spent, total, optional(e.Outcome), optional(e.Changes)); err != nil {
		return err
	}
	return pruneEdits(c, slug, revision, total)
}

// optional is NULL for bytes that there are not.
func optional(data []byte) any {
	if data == nil {
		return nil
	}
	return data
}

// pruneEdits drops the oldest edits of a log that has grown too long. It looks
// for no more than the oldest one where there is nothing to drop.
func pruneEdits(c *conn, slug string, newest, total int64) error {
	for {
		var revision, bytes sql.Null[int64]
		found, err := c.find(`SELECT revision, bytes FROM draft_edits WHERE slug = ? ORDER BY revision LIMIT 1`,
			[]any{slug}, &revision, &bytes)
		if err != nil || !found || revision.V == newest ||
			revision.V > newest-MaxEdits && total-bytes.V <= maxEditBytes {
			return err
		}
		if _, err := c.exec(`DELETE FROM draft_edits WHERE slug = ? AND revision = ?`, slug, revision.V); err != nil {
			return err
		}
	}
}

// endEdits ends the log of a flow that is deleted.
func endEdits(c *conn, slug string) error {
	_, err := c.exec(`DELETE FROM draft_edits WHERE slug = ?`, slug)
	return err
}

const editColumns = `SELECT revision, since, at, user, kind, label, token, merge, reverses, spent, outcome, changes FROM draft_edits`

// editRecord is a row of editColumns.
type editRecord struct {
	Edit
	at sql.Null[int64]
}

func (r *editRecord) places() []any {
	return []any{
		&r.Revision, &r.Since, &r.at, &r.User, &r.Kind, &r.Label, &r.Token, &r.Merge, &r.Reverses, &r.Spent,
		&r.Outcome, &r.Changes,
	}
}

func (r *editRecord) edit() Edit {
	r.At = fromMoment(r.at)
	return r.Edit
}

// EditsSince are the edits that came after a revision, oldest first. complete
// says that none is missing: the log may not reach back that far.
func (s *Store) EditsSince(ctx context.Context, slug string, since int64) (edits []Edit, complete bool, err error) {
	edits, err = all(ctx, s.reader, editColumns+` WHERE slug = ? AND revision > ? ORDER BY revision`,
		[]any{slug, since}, func(rows *sql.Rows) (Edit, error) {
			var row editRecord
			err := rows.Scan(row.places()...)
			return row.edit(), err
		})
	if err != nil {
		return nil, false, fmt.Errorf("reading the edits of flow %s: %w", slug, err)
	}
	return edits, len(edits) > 0 && edits[0].Revision == since+1, nil
}

// EditByToken is the edit of a user that has a token; engine.ErrNotFound.
func (s *Store) EditByToken(ctx context.Context, slug, user, token string) (*Edit, error) {
	return s.oneEdit(ctx, slug, ` WHERE slug = ?1 AND user = ?2 AND token = ?3 AND token <> ''`, slug, user, token)
}

// LastUndoable is the edit that undoing takes back for a user: the newest of the
// user's own that is not taken back already; engine.ErrNotFound.
func (s *Store) LastUndoable(ctx context.Context, slug, user string) (*Edit, error) {
	return s.oneEdit(ctx, slug, ` WHERE slug = ?1 AND user = ?2 AND kind IN ('edit', 'redo') AND spent = 0
ORDER BY revision DESC LIMIT 1`, slug, user)
}

// LastRedoable is the undo that redoing takes back for a user: the newest of the
// user's own that is not taken back already, unless the user has made another
// edit since; engine.ErrNotFound.
func (s *Store) LastRedoable(ctx context.Context, slug, user string) (*Edit, error) {
	return s.oneEdit(ctx, slug, ` WHERE slug = ?1 AND user = ?2 AND kind = 'undo' AND spent = 0
AND revision > coalesce((SELECT max(revision) FROM draft_edits WHERE slug = ?1 AND user = ?2 AND kind = 'edit'), 0)
ORDER BY revision DESC LIMIT 1`, slug, user)
}

func (s *Store) oneEdit(ctx context.Context, slug, where string, args ...any) (*Edit, error) {
	var row editRecord
	if err := s.reader.find(ctx, editColumns+where, args, row.places()...); err != nil {
		return nil, fmt.Errorf("reading an edit of flow %s: %w", slug, err)
	}
	found := row.edit()
	return &found, nil
}

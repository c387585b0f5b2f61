package web

import (
	"context"
	"encoding/json"
	"fmt"

	"redial/designer"
	"redial/designer/edit"
	"redial/store"
)

var _ designer.EditLog = Drafts{}

// WriteEdit replaces a draft and enters the edit into its log.
func (d Drafts) WriteEdit(
	ctx context.Context, slug, name string, source []byte, base int64, e designer.Edit,
) (int64, error) {
	stored, err := storedEdit(&e)
	if err != nil {
		return 0, err
	}
	revision, _, err := d.Store.WriteDraft(ctx, store.DraftWrite{
		Slug: slug, Name: name, Source: source, IfMatch: &base, Edit: stored,
		Renamed: e.Outcome.Renamed, Created: e.Outcome.Created,
	})
	return revision, draftError(err)
}

// EditsSince are the edits after a revision.
func (d Drafts) EditsSince(ctx context.Context, slug string, since int64) ([]designer.Edit, bool, error) {
	stored, complete, err := d.Store.EditsSince(ctx, slug, since)
	if err != nil {
		return nil, false, err
	}
	edits := make([]designer.Edit, len(stored))
	for i := range stored {
		if edits[i], err = editOf(&stored[i]); err != nil {
			return nil, false, err
		}
	}
	return edits, complete, nil
}

// ToldSince are the edits after a revision, without their changes, which may be
// large and take long to decode.
func (d Drafts) ToldSince(ctx context.Context, slug string, since int64) ([]designer.Edit, error) {
	stored, _, err := d.Store.EditsSince(ctx, slug, since)
	if err != nil {
		return nil, err
	}
	edits := make([]designer.Edit, len(stored))
	for i := range stored {
		if edits[i], err = toldOf(&stored[i]); err != nil {
			return nil, err
		}
	}
	return edits, nil
}

// EditByToken is the edit of a user that has a token.
func (d Drafts) EditByToken(ctx context.Context, slug, user, token string) (*designer.Edit, error) {
	return foundEdit(d.Store.EditByToken(ctx, slug, user, token))
}

// LastUndoable is what undoing takes back for a user.
func (d Drafts) LastUndoable(ctx context.Context, slug, user string) (*designer.Edit, error) {
	return foundEdit(d.Store.LastUndoable(ctx, slug, user))
}

// LastRedoable is what redoing takes back for a user.
func (d Drafts) LastRedoable(ctx context.Context, slug, user string) (*designer.Edit, error) {
	return foundEdit(d.Store.LastRedoable(ctx, slug, user))
}

func foundEdit(stored *store.Edit, err error) (*designer.Edit, error) {
	if err != nil {
		return nil, err
	}
	e, err := editOf(stored)
	return &e, err
}

// storedOutcome is what the store keeps of an edit besides its changes.
type storedOutcome struct {
	designer.Outcome
	Digest string `json:"digest,omitempty"`
}

// storedEdit is an edit as the store keeps it.
func storedEdit(e *designer.Edit) (store.Edit, error) {
	stored := store.Edit{
		User: e.User, Kind: store.EditKind(e.Kind), Label: e.Label, Token: e.Token, Merge: e.Merge,
		Since: e.Since, Reverses: e.Reverses, Spent: e.Spent,
	}
	var err error
	if stored.Outcome, err = json.Marshal(storedOutcome{e.Outcome, e.Digest}); err == nil && !e.Unknown {
		stored.Changes, err = json.Marshal(e.Changes)
	}
	if err != nil {
		return stored, fmt.Errorf("writing an edit: %w", err)
	}
	return stored, nil
}

// editOf is an edit that the store has kept.
func editOf(stored *store.Edit) (designer.Edit, error) {
	e, err := toldOf(stored)
	if err == nil && len(stored.Changes) > 0 { // those of an edit that was joined with the next are with that one
		var changes edit.Changes
		if err := json.Unmarshal(stored.Changes, &changes); err != nil {
			return e, fmt.Errorf("reading an edit of revision %d: %w", e.Revision, err)
		}
		e.Changes = changes
	}
	return e, err
}

// toldOf is an edit that the store has kept, without its changes.
func toldOf(stored *store.Edit) (designer.Edit, error) {
	e := designer.Edit{
		Revision: stored.Revision, At: stored.At, User: stored.User, Kind: designer.EditKind(stored.Kind), Label: stored.Label,
		Token: stored.Token, Merge: stored.Merge, Since: stored.Since, Reverses: stored.Reverses, Spent: stored.Spent,
		Unknown: stored.Changes == nil,
	}
	if len(stored.Outcome) > 0 {
		var outcome storedOutcome
		if err := json.Unmarshal(stored.Outcome, &outcome); err != nil {
			return e, fmt.Errorf("reading an edit of revision %d: %w", e.Revision, err)
		}
		e.Outcome, e.Digest = outcome.Outcome, outcome.Digest
	}
	return e, nil
}

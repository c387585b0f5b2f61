package designer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"redial/designer/edit"
	"redial/engine"
)

// Undo takes back the newest edit of the user's own. ErrNothing: there is none.
// The other errors are those of Edit.
func (e *Editor) Undo(ctx context.Context, checker Checker, r Request) (*Edited, error) {
	return e.inTurn(ctx, checker, r, func(head *head) (*revised, error) {
		return e.reverse(ctx, r, head, e.log.LastUndoable, Undone)
	})
}

// Redo makes again what the user has undone last, unless the user has edited
// since. ErrNothing: there is nothing to redo. The other errors are those of
// Edit.
func (e *Editor) Redo(ctx context.Context, checker Checker, r Request) (*Edited, error) {
	return e.inTurn(ctx, checker, r, func(head *head) (*revised, error) {
		return e.reverse(ctx, r, head, e.log.LastRedoable, Redone)
	})
}

// reverse is the step that takes an edit back.
func (e *Editor) reverse(
	ctx context.Context, r Request, head *head, find func(context.Context, string, string) (*Edit, error), kind EditKind,
) (*revised, error) {
	target, err := find(ctx, r.Slug, r.User)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, ErrNothing
	}
	if err != nil {
		return nil, err
	}
	inverse := target.Changes.Inverse()
	tree, err := inverse.Apply(head.tree())
	if errors.Is(err, edit.ErrConflict) {
		return nil, e.obstacle(ctx, r, head, target, kind, err)
	}
	if err != nil {
		return nil, fmt.Errorf("taking back an edit of flow %s: %w", r.Slug, err)
	}
	return &revised{tree: tree, entry: Edit{
		Kind: kind, Label: target.Label, Reverses: target.Revision, Changes: inverse,
		Outcome: Outcome{Renamed: turned(target.Outcome.Renamed)},
	}}, nil
}

// obstacle says why an edit cannot be taken back: who changed what since.
func (e *Editor) obstacle(ctx context.Context, r Request, head *head, target *Edit, kind EditKind, cause error) error {
	later, _, err := e.log.EditsSince(ctx, r.Slug, target.Revision)
	if err != nil {
		return err
	}
	verb := "undone"
	if kind == Redone {
		verb = "redone"
	}
	for i := range slices.Backward(later) {
		if other := &later[i]; other.overlaps(target.Changes) {
			return &Conflict{fmt.Sprintf("%s changed %s since (%s), so %q cannot be %s.",
				who(other, r.User), head.place(other, target.Changes), other.Deed(), target.Label, verb), head.revision}
		}
	}
	return &Conflict{fmt.Sprintf("%q cannot be %s: %v.", target.Label, verb, cause), head.revision}
}

package web

import (
	"context"
	"errors"
	"fmt"

	"redial/designer"
	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// Drafts is the store as the designer sees it. What is done is recorded under
// the name of who asks.
type Drafts struct{ Store *store.Store }

// Source is the draft's flow file and revision.
func (d Drafts) Source(ctx context.Context, slug string) ([]byte, int64, error) {
	draft, err := d.Store.Draft(ctx, slug)
	if err != nil {
		return nil, 0, err
	}
	return draft.Source, draft.Revision, nil
}

// Publish freezes content and puts it into effect.
func (d Drafts) Publish(
	ctx context.Context, slug string, content []byte, components []flow.Manifest, settings flow.Settings, comment string,
) (*flow.Version, error) {
	return d.Store.Publish(ctx, store.Publication{
		Slug: slug, Content: content, Components: components, Settings: settings, Comment: comment, User: actor(ctx),
	})
}

// Freeze keeps content for a test run.
func (d Drafts) Freeze(ctx context.Context, slug string, content []byte, components []flow.Manifest) (*flow.Version, error) {
	return d.Store.Freeze(ctx, slug, content, components)
}

// SetSettings changes the settings of the published flow and the draft.
func (d Drafts) SetSettings(
	ctx context.Context, slug string, change func(*flow.Settings), source []byte, ifMatch *int64,
) (int64, error) {
	entry := designer.Edit{User: actor(ctx), Kind: designer.Setting, Label: "Change a setting", Unknown: true}
	before, revision, err := d.Source(ctx, slug)
	if err != nil {
		return 0, err
	}
	if ifMatch != nil && *ifMatch == revision {
		changes, known := designer.ReplaceChanges(before, source)
		entry.Changes, entry.Unknown = changes, !known
	}
	stored, err := storedEdit(&entry)
	if err != nil {
		return 0, err
	}
	revision, err = d.Store.SetSettings(ctx, slug, change, source, ifMatch, stored)
	return revision, draftError(err)
}

// Move puts the draft of a flow that was never published under another slug.
func (d Drafts) Move(ctx context.Context, from, to string, source []byte, revision int64) error {
	before, current, err := d.Source(ctx, from)
	if err != nil {
		return err
	}
	entry := designer.Edit{User: actor(ctx), Kind: designer.Setting, Label: "Change the URL to /hooks/" + to, Unknown: true}
	if current == revision {
		changes, known := designer.ReplaceChanges(before, source)
		entry.Changes, entry.Unknown = changes, !known
	}
	stored, err := storedEdit(&entry)
	if err != nil {
		return err
	}
	_, err = d.Store.MoveFlow(ctx, store.FlowMove{From: from, To: to, Source: source, IfMatch: revision, Edit: stored})
	switch {
	case errors.Is(err, store.ErrExists):
		return designer.ErrTaken
	case errors.Is(err, store.ErrFixed):
		return designer.ErrFixed
	default:
		return draftError(err)
	}
}

// putTries is how often a draft is compared anew with what others put there
// meanwhile, so that its log can say what was changed.
const putTries = 5

// Put creates or replaces a draft.
func (d Drafts) Put(ctx context.Context, slug, name string, source []byte, ifMatch *int64) (int64, bool, error) {
	for try := 1; ; try++ {
		entry := designer.Edit{User: actor(ctx), Kind: designer.Replaced, Label: "Replace the flow file", Unknown: true}
		expected := ifMatch
		if try <= putTries {
			before, revision, err := d.Source(ctx, slug)
			switch {
			case errors.Is(err, engine.ErrNotFound):
				revision = 0
			case err != nil:
				return 0, false, err
			default:
				changes, known := designer.ReplaceChanges(before, source)
				entry.Changes, entry.Unknown = changes, !known
			}
			if ifMatch == nil {
				expected = &revision
			}
			if *expected != revision {
				return 0, false, draftError(fmt.Errorf("storing flow %s: %w", slug, store.ErrRevision))
			}
		}
		stored, err := storedEdit(&entry)
		if err != nil {
			return 0, false, err
		}
		revision, created, err := d.Store.WriteDraft(ctx, store.DraftWrite{
			Slug: slug, Name: name, Source: source, IfMatch: expected, Edit: stored,
		})
		if !errors.Is(err, store.ErrRevision) || ifMatch != nil {
			return revision, created, draftError(err)
		}
	}
}

// draftError is an error of the store in the words of the designer.
func draftError(err error) error {
	if errors.Is(err, store.ErrRevision) {
		return fmt.Errorf("%w: %w", designer.ErrRevision, err)
	}
	return err
}

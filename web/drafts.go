package web

import (
	"context"
	"errors"
	"fmt"

	"redial/designer"
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
	revision, err := d.Store.SetSettings(ctx, slug, change, source, ifMatch, store.Edit{User: actor(ctx), Kind: store.EditSetting})
	return revision, draftError(err)
}

// Put creates or replaces a draft.
func (d Drafts) Put(ctx context.Context, slug, name string, source []byte, ifMatch *int64) (int64, bool, error) {
	revision, created, err := d.Store.PutDraft(ctx, slug, name, source, ifMatch)
	return revision, created, draftError(err)
}

// draftError is an error of the store in the words of the designer.
func draftError(err error) error {
	if errors.Is(err, store.ErrRevision) {
		return fmt.Errorf("%w: %w", designer.ErrRevision, err)
	}
	return err
}

package designer

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"redial/engine"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

// Imported is what an import did.
type Imported struct {
	*Draft
	Revision int64
	Created  bool
	// Unchanged says that the store had the same flow already, though perhaps
	// written in another way.
	Unchanged bool
}

// Import puts a flow file into the store as the draft of the slug that it names.
// The error is that of flowfile.Read, or says that the slug is no good.
func (w Workshop) Import(ctx context.Context, drafts Drafts, source []byte) (*Imported, error) {
	draft, err := w.Check(source)
	if err != nil {
		return nil, err
	}
	slug := draft.Flow.Slug
	if !flow.ValidSlug(slug) {
		return nil, fmt.Errorf("the flow's slug is %q; it is made of a-z, 0-9 and -, 64 at most", slug)
	}
	before, revision, err := drafts.Source(ctx, slug)
	switch {
	case errors.Is(err, engine.ErrNotFound):
	case err != nil:
		return nil, err
	case sameFlow(before, draft.Flow):
		return &Imported{Draft: draft, Revision: revision, Unchanged: true}, nil
	}
	imported := &Imported{Draft: draft}
	imported.Revision, imported.Created, err = drafts.Put(ctx, slug, draft.Flow.Name, source, nil)
	return imported, err
}

// sameFlow reports whether a flow file holds this very flow.
func sameFlow(source []byte, f *flow.Flow) bool {
	document, err := flowfile.Read(source)
	if err != nil || len(document.Problems) > 0 {
		return false
	}
	before, err := flowfile.WriteYAML(document.Flow)
	if err != nil {
		return false
	}
	now, err := flowfile.WriteYAML(f)
	return err == nil && bytes.Equal(before, now)
}

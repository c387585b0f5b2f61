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
	case sameFlow(before, source):
		return &Imported{Draft: draft, Revision: revision, Unchanged: true}, nil
	}
	imported := &Imported{Draft: draft}
	imported.Revision, imported.Created, err = drafts.Put(ctx, slug, draft.Flow.Name, source, nil)
	return imported, err
}

// Export is a flow file in its canonical form. One with errors in its form stays
// as it is: writing it anew would lose what is wrong with it.
func Export(source []byte) ([]byte, error) {
	document, err := flowfile.Read(source)
	if err != nil {
		return nil, err
	}
	if flow.HasErrors(document.Problems) {
		return source, nil
	}
	return flowfile.WriteYAML(document.Flow)
}

// sameFlow reports whether two flow files hold the same flow.
func sameFlow(a, b []byte) bool {
	canonical, err := Export(a)
	if err != nil {
		return false
	}
	other, err := Export(b)
	return err == nil && bytes.Equal(canonical, other)
}

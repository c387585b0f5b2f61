package designer

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"

	"redial/designer/canvas"
	"redial/designer/edit"
	"redial/engine"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

// Limits of what names an edit, in bytes.
const (
	MaxToken = 100
	MaxMerge = 200
)

// editTries is how often an edit is made again on what another process wrote
// in between.
const editTries = 20

// Editor edits drafts: it puts the edits of all who edit a flow into one order,
// enters them into its log, and takes them back. One Editor serves all flows; it
// may be used by many goroutines.
type Editor struct {
	log EditLog
	// Edits of one flow wait for each other here, so that they do not have to be
	// made again and again.
	turns [64]sync.Mutex
	seed  maphash.Seed
}

// NewEditor makes an editor of the drafts that are kept with a log.
func NewEditor(log EditLog) *Editor { return &Editor{log: log, seed: maphash.MakeSeed()} }

// Checker checks flow files, as Workshop does, and may remember what it found.
type Checker interface {
	// CheckRevision checks the file that a draft has at a revision.
	CheckRevision(slug string, revision int64, source []byte) (*Draft, error)
	// Remember says what was found in the file that a draft has at a revision.
	Remember(slug string, revision int64, draft *Draft)
}

// Request is an edit that somebody wants to make.
type Request struct {
	Slug, User string
	// Base is the revision that the user has seen.
	Base int64
	// Token names the request, so that it is not done twice; empty: it has none.
	Token string
	// Digest is the same for requests that ask for the same. A token belongs to
	// one of them.
	Digest string
	// Merge makes the edit one step of undoing with the user's edit just before
	// it, if that has the same; empty: a step of its own.
	Merge string
}

// Edited is a draft after an edit, an undo or a redo.
type Edited struct {
	// Edit is the entry in the log. Its revision is 0 if there was nothing to
	// change.
	Edit     Edit
	Revision int64
	Draft    *Draft
}

// Conflict says that somebody else has changed what an edit is about.
type Conflict struct {
	// Message says what and who, in a sentence.
	Message string
	// Revision is the draft's.
	Revision int64
}

func (c *Conflict) Error() string { return c.Message }

// ErrNothing says that there is nothing to undo or to redo.
var ErrNothing = errors.New("there is nothing to take back")

// Edit does operations to a draft. A request whose token is known already is not
// done again: what it came to is told once more; one that asks for something else
// by a token that is known is refused. The error is *edit.Refused,
// *Conflict or engine.ErrNotFound; the draft is then as it was.
func (e *Editor) Edit(ctx context.Context, w *Workshop, checker Checker, r Request, operations []edit.Operation) (*Edited, error) {
	return e.inTurn(ctx, checker, r, func(head *head) (*revised, error) {
		result, err := edit.Apply(head.tree(), operations, edit.Options{
			Library: w.Library, Connections: w.Connections, Layout: w.layout,
		})
		if err != nil {
			return nil, err
		}
		s := &revised{tree: result.Tree, entry: Edit{
			Kind: Made, Label: result.Label,
			Outcome: Outcome{Created: result.Created, Renamed: result.Renamed, Notice: result.Notice},
		}}
		s.entry.Changes = edit.Diff(head.tree(), result.Tree)
		if err := e.contested(ctx, r, head, s.entry.Changes); err != nil {
			return nil, err
		}
		return s, e.join(ctx, r, head, &s.entry)
	})
}

// layout says where the cards of a flow stand.
func (w *Workshop) layout(f *flow.Flow) map[string]flow.Position {
	return canvas.Layout(f, w.Library)
}

// head is a draft as it is when an edit is made.
type head struct {
	slug     string
	revision int64
	draft    *Draft
}

func (h *head) tree() flow.Object { return h.draft.Tree() }

// revised is what a draft is to become, and its entry in the log.
type revised struct {
	tree  flow.Object
	entry Edit
}

// inTurn makes a step on the newest revision of a draft, again if another
// process comes between.
func (e *Editor) inTurn(ctx context.Context, checker Checker, r Request, revise func(*head) (*revised, error)) (*Edited, error) {
	turn := &e.turns[maphash.String(e.seed, r.Slug)%uint64(len(e.turns))]
	turn.Lock()
	defer turn.Unlock()
	for try := 1; ; try++ {
		edited, err := e.once(ctx, checker, r, revise)
		if !errors.Is(err, ErrRevision) || try == editTries {
			return edited, err
		}
	}
}

func (e *Editor) once(ctx context.Context, checker Checker, r Request, revise func(*head) (*revised, error)) (*Edited, error) {
	source, revision, err := e.log.Source(ctx, r.Slug)
	if err != nil {
		return nil, err
	}
	head := &head{slug: r.Slug, revision: revision}
	if head.draft, err = checker.CheckRevision(r.Slug, revision, source); err != nil {
		return nil, fmt.Errorf("reading the draft of flow %s: %w", r.Slug, err)
	}
	// The draft was read first: an edit with this token that is written after
	// that raises the revision, and this one is then refused by the store.
	if r.Token != "" {
		done, err := e.log.EditByToken(ctx, r.Slug, r.User, r.Token)
		switch {
		case err == nil && done.Digest != "" && done.Digest != r.Digest:
			return nil, &edit.Refused{Message: "The token was used for another edit already (" + done.Deed() +
				"). Nothing was changed; each edit needs a token of its own."}
		case err == nil:
			return &Edited{*done, revision, head.draft}, nil
		}
		if !errors.Is(err, engine.ErrNotFound) {
			return nil, err
		}
	}
	next, err := revise(head)
	if err != nil {
		return nil, err
	}
	if len(next.entry.Changes) == 0 && next.entry.Since == 0 && next.entry.Reverses == 0 {
		next.entry.Revision, next.entry.User = 0, r.User
		return &Edited{next.entry, revision, head.draft}, nil
	}
	return e.write(ctx, checker, r, head, next)
}

// write checks what a draft is to become and stores it.
func (e *Editor) write(ctx context.Context, checker Checker, r Request, head *head, s *revised) (*Edited, error) {
	if s.tree.Text("slug") != head.tree().Text("slug") {
		return nil, &edit.Refused{Message: "The slug of a flow is in its URL and cannot be edited. Make a copy of the flow instead.", Path: "slug"}
	}
	source, err := flowfile.WriteTreeJSON(s.tree)
	if err != nil {
		return nil, &edit.Refused{Message: "The flow cannot be written as a file: " + err.Error() + "."}
	}
	draft, err := checker.CheckRevision(r.Slug, 0, source)
	var syntax *flowfile.SyntaxError
	if errors.As(err, &syntax) {
		return nil, &edit.Refused{Message: "The flow would be no flow file any more: " + syntax.Message + "."}
	}
	if err != nil {
		return nil, err
	}
	s.entry.User, s.entry.Token, s.entry.Digest = r.User, r.Token, r.Digest
	revision, err := e.log.WriteEdit(ctx, r.Slug, s.tree.Text("name"), source, head.revision, s.entry)
	if err != nil {
		return nil, err
	}
	s.entry.Revision = revision
	checker.Remember(r.Slug, revision, draft)
	return &Edited{s.entry, revision, draft}, nil
}

// contested is a *Conflict if others have changed since what changes are about.
func (e *Editor) contested(ctx context.Context, r Request, head *head, changes edit.Changes) error {
	if r.Base == head.revision || len(changes) == 0 {
		return nil
	}
	if r.Base > head.revision {
		return &Conflict{"The flow is not the one that the page shows any more. Load the page again.", head.revision}
	}
	edits, complete, err := e.log.EditsSince(ctx, r.Slug, r.Base)
	if err != nil {
		return err
	}
	if !complete {
		return &Conflict{"Too much of the flow was changed since the page was loaded. Load it again.", head.revision}
	}
	for i := range slices.Backward(edits) {
		if other := &edits[i]; other.overlaps(changes) {
			return &Conflict{fmt.Sprintf("%s changed %s meanwhile (%s). Nothing was changed by you; look at it and try again.",
				who(other, r.User), head.place(other, changes), other.Deed()), head.revision}
		}
	}
	return nil
}

// join makes an edit one step with the one before it, if both say so.
func (e *Editor) join(ctx context.Context, r Request, head *head, entry *Edit) error {
	entry.Merge = r.Merge
	if r.Merge == "" || len(entry.Changes) == 0 {
		return nil
	}
	last, _, err := e.log.EditsSince(ctx, r.Slug, head.revision-1)
	if err != nil || len(last) == 0 {
		return err
	}
	before := &last[len(last)-1]
	if before.Kind != Made || before.User != r.User || before.Merge != r.Merge || before.Unknown || before.Spent ||
		before.Revision != head.revision {
		return nil
	}
	entry.Since = before.Since
	entry.Changes = edit.Join(before.Changes, entry.Changes)
	entry.Outcome.Renamed = followed(before.Outcome.Renamed, entry.Outcome.Renamed)
	// What was typed and taken out again is nothing to undo.
	entry.Spent = len(entry.Changes) == 0
	return nil
}

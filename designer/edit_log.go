package designer

import (
	"context"
	"maps"
	"slices"
	"time"

	"redial/designer/edit"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

// EditKind says how a revision of a draft was made.
type EditKind string

// The kinds of edits. Those of people in the designer, Made and Redone, can be
// undone; what is put by the API or an import cannot.
const (
	Made     EditKind = "edit"
	Undone   EditKind = "undo"
	Redone   EditKind = "redo"
	Setting  EditKind = "setting"
	Replaced EditKind = "replace"
)

// Edit is one entry of a draft's log: how one revision became the next.
type Edit struct {
	// Revision is the draft's after the edit; 0: nothing was changed.
	Revision int64
	At       time.Time
	User     string // empty for a command on the machine
	Kind     EditKind
	Label    string // "Add Check inventory"; empty unless Made, Undone or Redone
	// Token names the edit among those of its user; empty: none.
	Token string
	// Digest tells the request that Token stands for from others; empty: the log
	// does not know.
	Digest string
	// Merge is the same for edits that are one step of undoing; empty: none.
	Merge string
	// Since is the revision that Changes lead from: the one before, unless the
	// edit was joined with those before it.
	Since int64
	// Reverses is the revision of the edit that an undo or a redo takes back.
	Reverses int64
	// Spent edits are not to be taken back: they have been, or they were joined
	// with the next.
	Spent bool
	// Changes are what the edit changed; Unknown: the log does not say what.
	Changes edit.Changes
	Unknown bool
	Outcome Outcome
}

// Outcome is what the maker of an edit was told besides its label.
type Outcome struct {
	// Created are the IDs of new steps.
	Created []string `json:"created,omitempty"`
	// Renamed are the new IDs of steps by their old ones.
	Renamed map[string]string `json:"renamed,omitempty"`
	// Notice is what else people should know.
	Notice string `json:"notice,omitempty"`
}

// Added are the IDs of the steps that an edit made, or brought back.
func (e *Edit) Added() []string {
	if e.Kind != Undone && e.Kind != Redone {
		return e.Outcome.Created // its changes may hold those of an edit that it was joined with
	}
	renamed := slices.Collect(maps.Values(e.Outcome.Renamed))
	return slices.DeleteFunc(e.Changes.Added(), func(id string) bool { return slices.Contains(renamed, id) })
}

// overlaps reports whether an edit may have changed what changes are about.
func (e *Edit) overlaps(changes edit.Changes) bool {
	return e.Unknown || e.Changes.Overlaps(changes)
}

// EditLog is where drafts are kept with their logs. The errors are those of
// Drafts.
type EditLog interface {
	// Source is the draft's flow file and revision; engine.ErrNotFound.
	Source(ctx context.Context, slug string) (source []byte, revision int64, err error)
	// WriteEdit replaces the draft of revision base and enters the edit into its
	// log: both or neither. What the edit reverses is spent then, and so are the
	// edits after its Since. ErrRevision: the draft has another revision.
	WriteEdit(ctx context.Context, slug, name string, source []byte, base int64, e Edit) (revision int64, err error)
	// EditsSince are the edits after a revision, oldest first; complete: none is
	// missing.
	EditsSince(ctx context.Context, slug string, since int64) (edits []Edit, complete bool, err error)
	// EditByToken is the edit of a user that has a token; engine.ErrNotFound.
	EditByToken(ctx context.Context, slug, user, token string) (*Edit, error)
	// LastUndoable and LastRedoable are what a user would take back;
	// engine.ErrNotFound.
	LastUndoable(ctx context.Context, slug, user string) (*Edit, error)
	LastRedoable(ctx context.Context, slug, user string) (*Edit, error)
}

// ReplaceChanges are what turned one flow file into another; nil, false if one
// of them cannot be read.
func ReplaceChanges(before, after []byte) (edit.Changes, bool) {
	old, err := flowfile.Read(before)
	if err != nil {
		return nil, false
	}
	current, err := flowfile.Read(after)
	if err != nil {
		return nil, false
	}
	return edit.Diff(old.Tree(), current.Tree()), true
}

// Renames are the new IDs of steps by those that they had before a list of
// edits. Steps that have their old ID again are not among them.
func Renames(edits []Edit) map[string]string {
	renames := map[string]string{}
	for i := range edits {
		renames = followed(renames, edits[i].Outcome.Renamed)
	}
	return renames
}

// followed are renames one after the other.
func followed(first, second map[string]string) map[string]string {
	if len(second) == 0 {
		return first
	}
	both := maps.Clone(second)
	for old, id := range first {
		if again, renamed := second[id]; renamed {
			delete(both, id)
			id = again
		}
		both[old] = id
	}
	maps.DeleteFunc(both, func(old, id string) bool { return old == id })
	return both
}

// turned are renames taken back.
func turned(renames map[string]string) map[string]string {
	back := make(map[string]string, len(renames))
	for old, id := range renames {
		back[id] = old
	}
	return back
}

// Tree is the draft as a tree that can be edited. It must not be changed.
func (d *Draft) Tree() flow.Object { return d.tree() }
